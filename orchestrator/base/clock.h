/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock that nobody sets: for deadlines, and for how long something took. */
#pragma once

#include <stdint.h>

int64_t clock_us(void);
int64_t clock_ms(void);
