/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links of the fabric that are no node's: to the Internet's edge, and of load balancers.  Pure. */
#pragma once

#include <net/if.h>

#include "azure/model.h"
#include "base/addr.h"

struct fabric_link {
	char name[IFNAMSIZ]; /* of its end in the fabric; "": there is none */
	char in[IFNAMSIZ];   /* of a load balancer: where packets come in again */
	char alias[256];     /* for people */
	uint8_t mac[6];      /* of the far end */
};

struct edge_plan {
	const struct model *model; /* of edge_filter(); borrowed */
	ip4 *hosts;                /* of the Internet */
	size_t n_hosts;
	struct fabric_link *links; /* by vnet->idx */
	size_t n_links;
};
struct edge_plan *edge_plan_make(const struct model *m);
struct edge_plan *edge_plan_free(struct edge_plan *p); /* returns NULL */

/* The links of load balancers, by lb->idx; the caller frees. */
struct fabric_link *fabric_loops(const struct model *m);
