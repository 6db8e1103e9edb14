/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers for property tests: repeatable, from SEED in the environment or the clock; the
 * seed is printed so that a failure can be run again. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t rnd_seed(void)
{
	const char *s = getenv("SEED");
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	uint64_t seed =
	    s ? strtoull(s, NULL, 0) : (uint64_t)ts.tv_sec * 1000000007u + (uint64_t)ts.tv_nsec;

	printf("# SEED=%llu\n", (unsigned long long)seed);
	return seed ? seed : 1;
}

/* splitmix64 */
static inline uint64_t rnd(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline unsigned rnd_below(uint64_t *state, unsigned n)
{
	return (unsigned)(rnd(state) % n);
}
