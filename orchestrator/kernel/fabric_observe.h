/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's tables read back; shared by fabric_observe.c and fabric_apply.c. */
#pragma once

#include "kernel/filter.h"
#include "kernel/nl.h"
#include "plan/fabric.h"

struct port_index { /* links of the namespace, sorted by name */
	struct nl_link *links;
	size_t n, cap;
};
int port_index_read(struct port_index *x, struct nl *nl, struct err *e);
int port_index_get(const struct port_index *x, const char *name); /* 0: no such link */
/* What a monitor of links has told, put in order; without asking the kernel. */
void port_index_change(struct port_index *x, const struct nl_link *l, bool gone);
struct port_index port_index_copy(const struct port_index *x);
void port_index_free(struct port_index *x);

/* Routes, rules, neighbours and (marks and addresses of) ports as a fabric.  What ports were made
 * of comes back from the elements of the filter, as the kernel has it (kernel/filter.h), so pairs
 * and spaces are not filled in. */
int fabric_observe(struct nl *nl, const struct port_index *x, const struct filter *filter,
                   struct fabric **ret, struct err *e);
/* The same without the filter: routes, rules and neighbours. */
int fabric_observe_tables(struct nl *nl, const struct port_index *x, struct fabric **ret,
                          struct err *e);
