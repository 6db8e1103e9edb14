/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out whether a driver that does not answer lives: its client asks it now and then.
 *
 * A driver that waits for something itself (packets, sessions) answers a ping at once.  One that
 * does not may be busy: it builds 5,000 nodes, or reads a large design.  What tells the two apart
 * is the kernel: a process that works runs, waits for the disk, or has run since the last look; one
 * that is stopped or hangs has not. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct alive {
	int64_t heard; /* when the driver last gave a sign of life, ms; 0: the wait begins */
	int ping;      /* a second connection, on which it was asked; -1: none */
	int64_t asked;
	pid_t pid;   /* of the driver */
	bool spoken; /* it has answered, or alive_on_busy was called */
	unsigned long switches;
};

void alive_init(struct alive *a);
void alive_done(struct alive *a);
/* poll() of p, with p[0] the connection to the driver of lab (its events 0: only to be asked
 * about).  More than 0 and 0 as poll(); -EINTR; -ETIMEDOUT with a sentence when the driver does not
 * answer, within two seconds; -EBUSY instead of waiting for a busy one when patient is false. */
int alive_poll(struct alive *a, const char *lab, bool patient, struct pollfd *p, size_t n,
               int timeout_ms, struct err *e);
/* Told once, of a driver that works on something else before it has said anything to us; NULL:
 * nobody. */
extern void (*alive_on_busy)(const char *lab);
