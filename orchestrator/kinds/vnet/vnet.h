/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual networks: what of the row (vnet.c) is in the other files. */
#pragma once

#include "azure/kind.h"

extern const struct object_def service_endpoint_def, peering_def;

void subnet_resolve_services(struct loader *l, struct subnet *s, json_t *x);
void vnet_load_peerings(struct loader *l, struct vnet *v, json_t *map, const struct jptr *at);
void vnet_resolve_peerings(struct loader *l, struct vnet *v, json_t *map);
/* The two halves of each know each other. */
void vnet_pair_peerings(struct model *m);
