/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's state, and what an operation on a lab needs of it.
 */
#pragma once

#include <jansson.h>

#include "azure/model.h"
#include "base/err.h"

enum lab_node_kind { NODE_VM, NODE_ROUTE_SERVER, NODE_INTERNET, NODE_FABRIC };

struct process; /* lab/proc/process.h */

/* The hashes of what a design wants of a node (lab/build/spec.h). */
struct spec {
	uint64_t rows;   /* properties that are compared as they are written: schema/schema.h */
	uint64_t guest;  /* the network of its kernel but for routes: plan/guest.h */
	uint64_t routes; /* the routes of its kernel */
	uint64_t files;  /* files and command lines of its daemons; rules of a firewall */
};

struct lab_node {
	char *name; /* "NVA_1", "RouteServer/0", "internet", "fabric" */
	enum lab_node_kind kind;
	int netns;               /* open descriptor */
	struct box *box;         /* what its programs run in (lab/proc/box.h); NULL: has run none */
	uint64_t caps;           /* what its daemons may be able to do (kernel/caps.h) */
	struct node *vm;         /* NODE_VM */
	struct route_server *rs; /* NODE_ROUTE_SERVER */
	unsigned instance;
	char *dir; /* its private files in the lab's tmpfs; NULL when it has none */
	struct process **procs;
	size_t n_procs, cap_procs;
	struct spec spec;      /* what it was built from; what is unchanged is left alone */
	bool built;            /* whole, as spec says */
	int number;            /* of its namespace: lab/build/drift.h */
	struct usable *usable; /* lab/watch/usable.h; NULL: nobody to ask */
	size_t checks_running;
	char *start_error; /* kept while a check may know better */
	char *rejected;    /* what its daemons, or their checks, say against its configuration, line
	                      by line; NULL: nothing (lab/proc/rejected.h) */
	json_t *objections; /* [{pointer?,words,decides}] of the checks that failed; or NULL */
	bool forwarding;    /* ip_forward of the guest */
	bool fresh;         /* made by the build that is under way */
	unsigned boots;     /* how often it was booted anew, in a namespace that is new */
	size_t pos;         /* in lab->nodes, while something is compared with them */
	bool stopped;       /* deallocated, by the design or by a fault */
	bool frozen;        /* by a fault */
	bool sessions_held; /* all of its sessions are down: it is in maintenance */
	bool faulted;       /* a fault was done to it since it was built */
	char *touched;      /* the last command that somebody ran in it since then, or NULL */
	unsigned deaths;    /* of its processes since then */
	uint32_t filter;    /* generation of its packet filter then: kernel/nft_gen.h */
};

struct lab {
	char *name;
	json_t *design;      /* as applied */
	struct model *model; /* of design */
	struct lab_node **nodes;
	size_t n_nodes, cap_nodes;
	struct driver *driver; /* the rest: lab/driver.c */
};

/* Case ignored; "VM/nic" gives the VM.  -ENOENT with a suggestion. */
int lab_node(const struct lab *l, const char *name, struct lab_node **ret, struct err *e);

/* Live state, also from workers.  The RIB is the virtual router's current one. */
struct rib;
int lab_rib(struct lab *l, struct rib **ret, struct err *e);
/* The VMs that are stopped now, by the design or by a fault, by vm->idx; owned by the lab. */
const bool *lab_stopped(const struct lab *l);
/* The backends of load balancers that fail their probe (azure/routes.h, struct runtime); the caller
 * frees.  NULL: the design has no load balancer. */
bool *lab_backends_down(const struct lab *l);
