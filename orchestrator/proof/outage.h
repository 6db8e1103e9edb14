/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets while an action happens: how many are lost, and for how long. */
#pragma once

#include "checks/check.h"
#include "lab/client/client.h"

/* What an action breaks, it breaks within this: packets are watched for so long at the least. */
enum { OUTAGE_LEAST_MS = 1500 };

/* Sends packets from c->from to c->to on a connection of its own, lets act() happen once they
 * flow, and watches until they flow again, or c->recover_ms is over
 * (0: 15 s).
 * 0, or what act() returned, or -errno. */
int outage_measure(const char *lab, const struct check *c, int (*act)(void *ctx, struct err *e),
                   void *ctx, const volatile int *stop, struct outage *ret, struct err *e);

/* The counting alone, for tests: packets are told in any order, losses late. */
struct outage_packet {
	double at_ms; /* when it was sent */
	bool answered;
};
struct outage_count {
	struct outage_packet *packets;
	size_t n, cap;
	unsigned in_a_row; /* answered since the last loss was told */
};
void outage_count_free(struct outage_count *n);
void outage_packet(struct outage_count *n, double at_ms, bool answered);
struct outage outage_result(const struct outage_count *n);
