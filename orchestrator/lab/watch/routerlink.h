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
int router_health(struct driver *d, struct err *e);  /* only the state of backends */
/* True when it has applied the design and everything that the instances have learned since; else a
 * sentence in *ret_why (the caller frees; NULL: not wanted). */
bool router_settled(struct driver *d, char **ret_why);
/* Has it read what instances' kernels hold now, and those in doubt (stolen) from the first to the
 * last; its answer goes to selection_read().  False: it cannot be asked. */
bool router_read(struct driver *d, json_int_t mark, json_t *doubt);
/* Which Route Server instances are in maintenance has changed. */
int router_maintained(struct driver *d, struct err *e);
/* By which gateways' instances NICs get nothing has changed (lab/watch/apart.h). */
int router_silent(struct driver *d, struct err *e);
/* Ports went and came: have it look again at everything. */
void router_resync(struct driver *d);
/* Has it look whether somebody else has changed the fabric; mend: and put that back.  fn is called
 * once, with its answer, or with NULL when there will be none. */
void router_look(struct driver *d, bool mend, void (*fn)(void *ctx, const json_t *looked),
                 void *ctx);
pid_t router_pid(const struct driver *d);         /* as the outside sees it; 0: does not run */
const char *router_state(const struct driver *d); /* "running", ... */
int router_kill(struct driver *d, struct err *e); /* as a crash: it is restarted */
