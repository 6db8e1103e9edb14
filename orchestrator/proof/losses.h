/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of many checks at once, 10 ms apart, while a lab is broken: which of them flow, and how
 * long they did not. */
#pragma once

#include "proof/outage.h"

enum { LOSSES_INTERVAL_MS = 10, LOSSES_TIMEOUT_MS = 300 };

struct losses;
/* Packets begin to flow, on a connection of their own.  The checks must live as long.  n 0: none
 * do. */
int losses_start(const char *lab, const struct check *const *checks, size_t n, struct losses **ret,
                 struct err *e);
struct losses *losses_free(struct losses *l); /* returns NULL */
void losses_free_p(struct losses **l);
/* Takes what has come of them; waits until_ms (clock_ms()) at most, for the first. */
int losses_take(struct losses *l, long until_ms, struct err *e);
/* Forgets what was sent until now. */
void losses_begin(struct losses *l);
/* Packets of that check are answered, and have been for a while. */
bool losses_flow(const struct losses *l, size_t i);
bool losses_all_flow(const struct losses *l);
/* Since losses_begin(). */
struct outage losses_of(const struct losses *l, size_t i);
