/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches the sessions of the Route Servers' instances without blocking: BIRD is asked over its
 * control socket at intervals, and at once when it has logged something. */
#pragma once

#include "lab/proc/driver.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "lab/watch/routelimit.h"

struct observed {                             /* one session of one instance */
	const struct bgp_connection *conn;    /* of a Route Server; or */
	const struct hybrid_session *session; /* of a gateway, an MSEE, a generated router */
	unsigned instance;
	bool known; /* BIRD has answered since the connection was configured */
	struct bird_session s;
	int64_t since;      /* ms: of the state */
	unsigned stable;    /* looks in a row, some time apart, that saw the same */
	int64_t looked;     /* ms: when that was last counted */
	unsigned long seen; /* answers */
	struct route_count limit;
	bool dropped; /* for being over the limit: it is on its way down */
	int64_t over; /* ms: when it was last dropped for that; 0: never */
	/* Its peer was asked for its routes (0: not, or it has answered) when it had announced so
	 * many. */
	int64_t asked;
	unsigned long asked_updates;
};

void observer_new(struct driver *d);
/* The lab's nodes and model are new: keeps what it knows of sessions that are still there. */
void observe_reset(struct driver *d);
/* All peers of an instance are going to be asked for their routes anew: until each has announced
 * something its routes may change still. */
void observe_asked(struct driver *d, const struct lab_node *n);
/* True while an answer is outstanding, and may still come. */
bool observed_awaits(const struct observed *s);
/* A node goes. */
void observe_forget(struct driver *d, const struct lab_node *n);
/* Short intervals while somebody waits for convergence. */
void observe_hurry(struct driver *d, bool hurry);
/* Asks now. fn is called once all instances that can have answered, or after timeout_ms. */
void observe_fresh(struct driver *d, unsigned timeout_ms, void (*fn)(void *ctx), void *ctx);
void observe_fresh_cancel(struct driver *d, void *ctx);

/* NULL when there is none. */
const struct observed *observed_session(const struct driver *d, const struct bgp_connection *c,
                                        unsigned instance);
struct hybrid_session;
const struct observed *observed_hybrid(const struct driver *d, const struct hybrid_session *s);
/* A line of a BIRD's log: something may have changed. */
void observe_log_line(struct process *p, const char *line, size_t n);
/* From now on session changes are kept for `sessions`. */
void observe_converged(struct driver *d);
bool observe_is_converged(const struct driver *d);
/* [{"time","from","to"} with "routeServer","peering","instance", or with "session": "vpngw/0 with
 * dc1"]; new reference */
json_t *observe_changes(const struct driver *d);
