/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what a Route Server's instances have selected to what NICs are programmed with.  At once, or
 * ("timing": "azure") with the delays that were measured on Azure (azure-behaviour 7.12), which are
 * settings.  Pure: time is what the caller says it is, in milliseconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "azure/model.h"
#include "azure/rib.h"

/* Why a NIC's route changes, which decides how long that takes. */
enum program_step {
	STEP_INJECT,   /* a new prefix, or a further next hop of one */
	STEP_WITHDRAW, /* a prefix goes, or one of its next hops */
	STEP_SWITCH,   /* another peer takes over: withdrawn here, injected there */
	STEP_REPLACE,  /* the same peers, in one message */
	STEPS
};
const char *program_step_str(enum program_step s); /* "injection", ... */

struct program_times {        /* ms; a NULL pointer: everything at once */
	int64_t delay[STEPS]; /* by enum program_step */
	int64_t damping;      /* a route that was programmed is not programmed again for so long */
};
/* settings' delays, scaled; false: timing is "fast". */
bool program_times_of(const struct settings *s, struct program_times *ret);

struct programmer;
struct programmer *programmer_new(size_t n_route_servers, const struct program_times *t);
struct programmer *programmer_free(struct programmer *p); /* returns NULL */

/* True if the address is a peer's own: then a next hop that goes is a peer that is not used any
 * more.  NULL: none is known. */
typedef bool program_peer_fn(size_t rs, ip4 hop, void *arg);
void programmer_peers(struct programmer *p, program_peer_fn *fn, void *arg);

/* The routes that instances selected; the caller changes them, and tells programmer_changed() of
 * each prefix, which returns in how many milliseconds NICs follow: 0 at once, -1 not at all (they
 * have it). */
struct rib *programmer_seen(struct programmer *p);
int64_t programmer_changed(struct programmer *p, size_t rs, unsigned instance, struct prefix prefix,
                           int64_t now);
/* Programs everything that instances selected, at once: the routes were there before the router. */
void programmer_catch_up(struct programmer *p);
/* Takes over the routes that NICs were programmed with before p was made; programmer_compare() then
 * treats each difference to what is seen as a change that happens now. */
void programmer_adopt(struct programmer *p, size_t rs, unsigned instance,
                      const struct rib_table *programmed);
void programmer_compare(struct programmer *p, int64_t now);

/* Programs what is due; true when the result below changed.  fn (may be NULL) hears of each route
 * that had to wait: what was done (route NULL: it is gone), and for how long. */
typedef void programmed_fn(size_t rs, unsigned instance, struct prefix prefix,
                           const struct rib_route *route, enum program_step step, int64_t waited,
                           void *arg);
bool programmer_run(struct programmer *p, int64_t now, programmed_fn *fn, void *arg);
const struct rib *programmer_rib(const struct programmer *p);
int64_t programmer_next(struct programmer *p); /* when the next is due; -1: nothing waits */
size_t programmer_waiting(const struct programmer *p);
