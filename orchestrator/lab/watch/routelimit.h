/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of routes per peer as Azure counts it (azure-behaviour 7.2): what a peer announces
 * again counts again, on top of what is learned of it.  BIRD's own `receive limit` counts different
 * routes; so the driver watches BIRD's count of announcements.  Pure.
 *
 * Edges: BIRD is asked every 250 ms, every 10 ms once a peer talks, so a session ends that much
 * later than in Azure, and what was announced, withdrawn and announced within one look counts as
 * one announcement less.  Routes with 65515 in their path are not counted, BIRD drops them unseen.
 * Which announcements belong together is not known of Azure: here, those without a pause of
 * settings.routeLimitPause between them. */
#pragma once

#include "lab/watch/birdctl.h"

struct route_count { /* of one session of one instance; all 0: nothing known yet */
	unsigned long learned, updates, withdrawals; /* when the peer began to talk */
	unsigned long last;                          /* updates at the last look */
	int64_t heard;                               /* ms: when they last grew */
	unsigned long count;                         /* learned then + announced since */
};

/* A look at the session at time now; true: it is over the limit. */
bool route_count_over(struct route_count *c, const struct bird_session *s,
                      const struct settings *set, int64_t now);
/* Begins to count anew: all that the peer announces from here on is another announcement. */
void route_count_begin(struct route_count *c, const struct bird_session *s);
/* The peer has talked so recently that it may go on. */
bool route_count_busy(const struct route_count *c, const struct settings *set, int64_t now);
