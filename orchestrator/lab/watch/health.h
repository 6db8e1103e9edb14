/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Health probes of load balancers (azure-behaviour 5): from 168.63.129.16 in the fabric to each
 * backend's NIC, all of them by the driver's loop. */
#pragma once

#include "lab/proc/driver.h"

/* The design or who runs has changed: new probes begin, those that go on keep their state. */
void health_update(struct driver *d);
/* True when each backend has answered, or failed often enough to count; else a sentence in *ret_why
 * (the caller frees; NULL: not wanted). */
bool health_settled(const struct driver *d, char **ret_why);
/* The list "loadBalancers" of `status`. */
json_t *health_json(const struct driver *d);
