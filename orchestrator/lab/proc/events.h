/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of a lab, newest last: kept for `events`, handed on to those who follow. */
#pragma once

#include "lab/proc/conn.h"

struct events; /* a ring */

struct events *events_new(const char *lab);
struct events *events_free(struct events *ev); /* returns NULL */

/* kind: "lab", "process", "session", "route", "programmed", "fault", "maintenance",
 * "apply", "probe". */
void event_add(struct events *ev, const char *kind, const char *subject, const char *fmt, ...)
    PRINTF(4, 5);
/* Everything newer than since (NULL: all) to this client. */
void events_replay(const struct events *ev, struct conn *c, const char *since);
/* To this client from now on, after everything newer than since (NULL: all). */
void events_follow(struct events *ev, struct conn *c, const char *since);
