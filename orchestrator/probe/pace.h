/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine keeps up with a probe's packets.  A packet within the lab goes from namespace
 * to namespace by a queue of the processor that sent it.  While other programs keep all processors
 * busy, the kernel's thread that empties these queues waits its turn, at times for longer than a
 * probe waits: then nothing was lost, and nothing came.  What a process sends to itself by the
 * loopback interface stands in the same queues, behind the probe's packets. */
#pragma once

/* A datagram socket that is connected to itself, in the caller's network namespace.  -errno; there
 * is no way to ask then. */
int pace_open(void);
/* Returns when what stood in the queues of each processor has gone a probe's way, or after 5 s.
 * It takes a fraction of a millisecond on a machine that is not behind.  The caller's thread visits
 * each processor that it may use, and may use the same ones afterwards. */
void pace_wait(int fd);
