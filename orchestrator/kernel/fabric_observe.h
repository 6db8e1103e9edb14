/* The kernel's tables read back as a struct fabric; shared by fabric_observe.c and fabric_apply.c.
 */
#pragma once

#include "kernel/fabric_nft.h"
#include "kernel/nft.h"
#include "kernel/nl.h"
#include "kernel/nsg_nft.h"
#include "plan/fabric.h"

struct port_index { /* links of the namespace, sorted by name */
	struct nl_link *links;
	size_t n, cap;
};
int port_index_read(struct port_index *x, struct nl *nl, struct err *e);
int port_index_get(const struct port_index *x, const char *name); /* 0: no such link */
void port_index_free(struct port_index *x);

/* Routes, rules, neighbours and (marks and addresses of) ports; and the filter's elements and
 * parts.  What ports were made of comes back from the elements, so pairs and spaces are not filled
 * in. */
int fabric_observe(struct nl *nl, struct nft *nft, const struct port_index *x, struct fabric **ret,
                   struct nft_elems *ret_elems, struct nsg_state *ret_nsg, unsigned *ret_parts,
                   struct err *e);
