/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects that the names in checks refer to.  Each function reports a name that refers to
 * nothing, with one that may have been meant. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"

struct check_reader {
	const struct model *m; /* complete but for its checks */
	struct arena *a;
	struct findings *f;
	size_t compared; /* names, for suggestions */
};

/* An error about the value at ptr. */
void check_error(struct check_reader *r, const char *rule, const char *ptr, const char *hint,
                 const char *fmt, ...) PRINTF(5, 6);
/* Pointer of a property of what is at ptr, in the arena. */
const char *check_ptr(struct check_reader *r, const char *ptr, const char *key);

/* "RS/0", "RS/1". */
bool check_is_instance(const struct model *m, const char *name);
/* True if the name is of something that sends and receives: a VM or one of its NICs, an instance,
 * the Internet. */
bool check_is_node(const struct model *m, const char *name);

void check_refer_node(struct check_reader *r, const char *name, const char *ptr);
void check_refer_vm(struct check_reader *r, const char *name, const char *ptr);
/* A NIC, or a VM for its primary NIC. */
void check_refer_nic(struct check_reader *r, const char *name, const char *ptr);
void check_refer_connection(struct check_reader *r, const char *name, const char *ptr);
/* "RS/PEERING" or "GATEWAY/CONNECTION", with or without the instance behind it. */
void check_refer_session(struct check_reader *r, const char *name, const char *ptr);
/* A list of what packets pass: VMs and load balancers. */
void check_refer_hops(struct check_reader *r, const json_t *list, const char *ptr);
/* There is no node of that name. */
void check_unknown_node(struct check_reader *r, const char *name, const char *ptr);
