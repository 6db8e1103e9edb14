/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The things in a design that can fail, each once, with the fault commands that take it away, and
 * the nodes that go with it.  Pure: proof/failures.h does it to a lab. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"
#include "checks/check.h"

enum failure_kind {
	FAIL_APPLIANCE, /* a VM that forwards, or that speaks BGP with a Route Server */
	FAIL_BACKEND,   /* of a load balancer */
	FAIL_FIREWALL,
	FAIL_INSTANCE, /* of a Route Server */
	FAIL_GATEWAY,  /* an instance of one */
	FAIL_CIRCUIT,  /* both of its MSEEs */
	FAIL_TUNNEL,   /* one of the design's, or of a VPN connection between two machines */
	FAIL_LINK,     /* a wire of a circuit, or a NIC of a machine that has several */
	FAIL_PAIR      /* two of the others at once */
};
const char *failure_kind_str(enum failure_kind k); /* "appliance", ... */

struct failure {
	const char *name; /* "NVA_1", "RouteServer/0", "er1", "NVA_1 + NVA_2" */
	enum failure_kind kind;
	const char **faults; /* words behind "fault": "stop NVA_1", "link NVA_1/inside down" */
	size_t n_faults;
	/* The nodes that are away with it; a cut cable takes none away. */
	const struct node **vms;
	size_t n_vms;
	const struct route_server *rs[2]; /* of a Route Server's instance; of a pair: both */
	unsigned instance[2];
	size_t n_instances;
	const struct nic *cables[2]; /* of a cut cable: its end that is named; of a pair: both */
	size_t n_cables;
	size_t of[2]; /* of a pair: numbers of its two in the list */
};

struct failures {
	struct arena *arena;
	struct failure *v;
	size_t n, cap;
};
/* In the order of failure_kind, then of the file; with pairs, these behind.  Not what is
 * deallocated by the design.  Free it with failures_free(). */
void failures_of(const struct model *m, bool pairs, struct failures *ret);
void failures_free(struct failures *f);

/* Does the check ask about something that is away: is it sent by it, only to it, or about its own
 * sessions or routes?  It cannot hold then, whatever the design is worth. */
bool failure_takes(const struct failure *f, const struct model *m, const struct check *c);

/* The budget that "whenFails" of the design gives the failure, in ms: that of its name (of a pair:
 * "A + B"), else of a name with * or ? that matches it, the first in the file's order; "*" is for
 * single failures, "* + *" for pairs.  *ret_key (may be NULL): the name in "whenFails", which lives
 * as long as the model.  -1: none. */
long failure_budget(const struct model *m, const struct failures *all, size_t i,
                    const char **ret_key);
/* Reports names in "whenFails" that are nothing that can fail. */
void failures_check_budgets(const struct model *m, struct findings *f);
