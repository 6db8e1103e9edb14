/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The import of virtual machines: what of its rows (import.c) is in the other files. */
#pragma once

#include "input/import/priv.h"
#include "input/terraform/types.h"

/* A NIC of an ip configuration or of a scale set's template: its common properties.  NULL with a
 * finding on r. */
json_t *im_nic_object(struct import *im, struct res *r, const json_t *config, const json_t *nic,
                      struct res **ret_subnet);
void im_add_nic(struct import *im, struct im_nic nic, const json_t *config);
/* A scale set: as many machines as its capacity says. */
void vm_import_set(struct import *im, struct res *r);
/* import_service.c: hosts that stand for what Azure runs in a subnet. */
void vm_import_application_gateway(struct import *im, struct res *r);
void vm_import_agent_pool(struct import *im, struct res *r);
void vm_import_container_group(struct import *im, struct res *r);
void vm_import_volume(struct import *im, struct res *r);
void vm_import_link_service(struct import *im, struct res *r);

extern const struct tf_type vm_tf_application_gateways[], vm_tf_clusters[],
    vm_tf_container_groups[], vm_tf_volumes[], vm_tf_link_services[];
