/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the virtual router only. */
#pragma once

#include "azure/hybrid.h"
#include "base/loop.h"
#include "kernel/fabric_apply.h"
#include "kernel/nl.h"
#include "router/programmer.h"
#include "router/proto.h"
#include "router/router.h"
#include "router/watch.h"

struct tally { /* of an instance's routes that were not reported one by one */
	size_t added, changed, deleted, programmed[STEPS];
	int64_t in_ms, waited[STEPS]; /* the longest */
};

struct router_source { /* a descriptor that the router listens to */
	struct source source;
	struct router *r;
	size_t i; /* of watches */
};

struct router {
	struct loop *loop;
	struct timer wake; /* when a delayed route, or retry_at, is due */
	struct router_source from_peer, from_links;
	struct router_source *from_watches; /* by watch; not listening where that is NULL */
	bool writing;                       /* the loop waits until the peer takes more */
	int ended; /* what ended the loop, -errno, with `why`; 0: the driver has gone */
	struct err why;
	struct peer *peer;
	struct nl *links;
	struct fabric_kernel *kernel; /* NULL: could not be opened yet */
	struct model *model;
	bool *stopped; /* by vm->idx */
	bool *down;    /* backends: struct runtime */
	struct programmer *prog;
	struct watch **watches; /* of instance i % 2 of table i / 2; some NULL */
	size_t n_watches;
	/* By watch: an instance in maintenance programs nothing, its sibling does all of it.  What
	 * it selects meanwhile is kept aside, for when it is back. */
	bool *maintained;
	struct rib_table *aside;
	json_int_t generation;
	bool dirty;            /* something changed that is not in the kernel yet */
	int64_t dirty_since;   /* ms */
	int64_t retry_at;      /* ms; -1: nothing went wrong */
	bool quiet;            /* no route events: routes that were there before us */
	bool more;             /* said with the last "applied" */
	bool failed;           /* the last apply(): what was read is not in the kernel */
	json_int_t mark;       /* of a request to read; 0: none waits for its answer */
	json_int_t version;    /* of what NICs are programmed with */
	struct tally *tallies; /* by watch */
	int64_t rate_since;    /* ms */
	unsigned spoken;       /* events about single routes since then */
	struct fabric_changes last;
	double last_ms;
	uint64_t applied, errors, changes; /* changes: of all that was applied together */
};

/* The kernel is no longer what it should be: the loop applies soon. */
void router_dirty(struct router *r);
/* Reading or applying failed: the loop tries again in a while. */
void router_retry(struct router *r);
void router_say(struct router *r, json_t *msg);
void router_say_error(struct router *r, const struct err *e);
/* fn is called in the loop when fd can be read; i: a watch, or 0. */
int router_listen(struct router *r, struct router_source *src, int fd, size_t i,
                  void (*fn)(struct source *s, uint32_t events), struct err *e);
/* Ends the loop; -ECONNRESET and -EPIPE: the driver has gone, which is no failure. */
void router_end(struct router *r, int rc, const struct err *why);

/* --- apply.c --------------------------------------------------------------------------------- */

/* Makes the kernel what it should be, and tells the driver; more: further changes are there to be
 * read. */
void router_apply(struct router *r, bool more);
void router_say_applied(struct router *r);
/* The kernel's links have changed: ports that were not there are plugged in. */
void router_links_changed(struct router *r);

/* --- instances.c: what the instances of Route Servers and gateways select -------------------- */

/* Takes the descriptors of their namespaces, in the tables' order. */
int instances_open(struct router *r, int *fds, size_t n, struct err *e);
void instances_close(struct watch **w, size_t n);
void instances_free_aside(struct rib_table *aside, size_t n);
/* Instances that were in the design before keep the routes they had selected and were programmed
 * with. */
void instances_carry_over(struct router *r, const struct model *old_model, struct programmer *old,
                          const struct rib_table *old_aside);
/* Reads what instance i selects now. */
void instance_read(struct router *r, size_t i);
/* Requests: which instances are in maintenance; which gateways' instances are silent. */
void instances_maintained(struct router *r, const json_t *req);
void instances_silent(struct router *r, const json_t *names);
/* Programs the instances in maintenance; req: "lost" names those whose sibling has been away for so
 * long that they are programmed with nothing. */
void instances_stand_in(struct router *r, const json_t *req);
bool instances_is_peer(size_t rs, ip4 hop, void *arg);

/* --- report.c -------------------------------------------------------------------------------- */

/* Instance i selects other routes for a prefix now. */
void report_route(struct router *r, size_t i, const struct rib_route *now, bool had, int64_t in_ms);
/* fn of programmer_run(). */
void report_programmed(size_t rs, unsigned instance, struct prefix p, const struct rib_route *route,
                       enum program_step step, int64_t waited, void *arg);
/* One event for the routes that were too many for an event each. */
void report_rest(struct router *r);
/* The answer to "read". */
void report_read(struct router *r);

/* --- requests.c ------------------------------------------------------------------------------ */

/* 0, or -ECONNRESET when the driver has gone. */
int router_read_requests(struct router *r, struct err *e);
