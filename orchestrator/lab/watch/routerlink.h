/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's end of the virtual router: starts it, gives it the design, hears what it did. */
#pragma once

#include "lab/proc/driver.h"

struct rib;

/* Starts it in the fabric's namespace, if it does not run. */
int router_start(struct driver *d, struct err *e);
/* The design, the stopped VMs, the instances' namespaces: as they are now.  It is told again when
 * it is restarted. */
int router_update(struct driver *d, struct err *e);
int router_stopped(struct driver *d, struct err *e); /* only the stopped VMs have changed */
/* True when it has applied the design and everything that the instances have learned since; else a
 * sentence in *ret_why (the caller frees; NULL: not wanted). */
bool router_settled(struct driver *d, char **ret_why);
/* It has made all that this driver told it of; also when it does not run, and so hears of nothing.
 */
bool router_applied(const struct driver *d);
/* Has it read what instances' kernels hold now, and those in doubt (stolen) from the first to the
 * last; fn is called with its answer, which has the mark.  False: it cannot be asked. */
bool router_read(struct driver *d, json_int_t mark, json_t *doubt,
                 void (*fn)(struct driver *d, const json_t *answer));
/* Grows when it hears of other routes, and when it dies: what was read before is old. */
unsigned long router_heard(const struct driver *d);
unsigned router_deaths(const struct driver *d);
/* Lists of names that the virtual router cannot see itself, kept here as part of what
 * router_update() says.  Takes list. */
enum router_list {
	ROUTER_DOWN,       /* backends of load balancers: [load balancer, place] */
	ROUTER_SILENT,     /* gateways' instances by which NICs get nothing (lab/watch/apart.h) */
	ROUTER_MAINTAINED, /* Route Servers' instances that program no NICs now */
	ROUTER_LOST,       /* those of them whose routes are not kept */
	ROUTER_LISTS
};
void router_list(struct driver *d, enum router_list which, json_t *list);
/* A list has changed: */
int router_health(struct driver *d, struct err *e);
int router_silent(struct driver *d, struct err *e);
int router_maintained(struct driver *d, struct err *e); /* and those that are lost */
/* Ports went and came: have it look again at everything. */
void router_resync(struct driver *d);
/* Has it look whether somebody else has changed the fabric; mend: and put that back.  fn is called
 * once, with its answer, or with NULL when there will be none. */
void router_look(struct driver *d, bool mend, void (*fn)(void *ctx, const json_t *looked),
                 void *ctx);
pid_t router_pid(const struct driver *d); /* as the outside sees it; 0: does not run */
bool router_runs(const struct driver *d);
int router_kill(struct driver *d, struct err *e); /* as a crash: it is restarted */
