/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BIRD 2 goes to sleep with routes for its peers still in its queue, for up to a second, until
 * something wakes it (docs/convergence.md).  Route Servers' instances are asked all the time; the
 * appliances' BIRDs are asked once before anybody says that all has come to rest. */
#pragma once

#include "lab/proc/driver.h"

/* fn is called once each of them has answered a question, or after timeout_ms; at once when there
 * is none.  Whoever answered has written to its peers what was in its queue. */
void peers_ask(struct driver *d, unsigned timeout_ms, void (*fn)(void *ctx), void *ctx);
void peers_ask_cancel(struct driver *d);
/* Wakes the one that a connection is with: it may have an answer to a ROUTE-REFRESH in its queue.
 */
void peer_wake(const struct driver *d, const struct bgp_connection *c);
