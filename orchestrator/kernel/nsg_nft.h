/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups in the fabric's packet filter, read and written (plan/filter/nsg.h). */
#pragma once

#include <jansson.h>

#include "kernel/nft.h"
#include "plan/fabric.h"

struct nsg_state {                  /* what the kernel has */
	char (*chains)[CHAIN_NAME]; /* sorted */
	size_t n_chains, cap_chains;
	char (*parts)[CHAIN_NAME]; /* chains that were never finished */
	size_t n_parts, cap_parts;
	struct fab_bind *binds; /* sorted */
	size_t n_binds, cap_binds;
};
void nsg_state_free(struct nsg_state *s);
/* From a listing of the table (nft_elems_list()). */
void nsg_state_parse(const json_t *listed, struct nsg_state *ret);
/* Makes the kernel equal to want; have becomes what it is then.  In one transaction, as far as one
 * can be: else a chain is there as a whole before a port has it, and goes when no port has it any
 * more. *ret_changes counts chains and elements, may be NULL. */
int nsg_apply(struct nft *nft, struct nsg_state *have, const struct fabric *want,
              size_t *ret_changes, struct err *e);
/* The chain of a port, or NULL. */
const char *nsg_state_chain(const struct nsg_state *s, enum fab_slot slot, const char *port);
