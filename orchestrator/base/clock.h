/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The monotonic clock: for deadlines, and for how long something took.  Signed, so that
 * differences are. */
#pragma once

#include <stdint.h>
#include <time.h>

int64_t clock_us(void);
int64_t clock_ms(void);

enum { TIME_ISO_MAX = 40 };
/* A moment of the calendar as "2026-11-23T06:34:30.868Z"; returns buf. */
char *time_iso(const struct timespec *ts, char buf[TIME_ISO_MAX]);
