/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When BIRD dials.  It waits 0.75 to 1 s first, drawn at random when a protocol starts
 * (docs/convergence.md), and says how long is left.  A protocol that has drawn long is restarted at
 * once, which draws anew: so all sessions of a lab are up after 0.8 s, and the slowest of them
 * does not have the longest of many draws. */
#pragma once

#include "lab/proc/driver.h"
#include "lab/watch/birdctl.h"

/* The session waits for a dial that a new draw is likely to bring forward.  Pure. */
bool dial_is_late(const struct bird_session *s);
/* Draws anew for the sessions of a BIRD that has just started, until each is short; gives up after
 * some tens of milliseconds.  false: it does not answer yet. */
bool dial_soon(const struct sock_at *bird);

/* A build begins: nobody is waited for. */
void dial_begin(struct driver *d);
/* n's BIRD is being started by the build that is under way. */
void dial_hurry(struct driver *d, struct lab_node *n);
/* Asks those that have not answered yet; the build calls it between its steps. */
void dial_look(struct driver *d);
