/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state that the driver keeps for watching. */
#pragma once

#include <jansson.h>

#include "base/loop.h"
#include "lab/proc/driver.h"

struct watch_room {
	struct driver *d;
	struct timer disk_timer; /* disk.c */
	bool disk_told;
	unsigned disk_mib;         /* as asked for; 0: as large as is usual */
	struct timer memory_timer; /* memory.c */
	unsigned long long kills;  /* that it has told */
	struct observer *observer;
	struct router_link *router;
	struct selection *selection;
	struct peer_ask *peer_ask; /* under way, or NULL */
	struct health *health;
	json_t *apart; /* as the virtual router was told */
	struct usable_wait *usable;
	struct lab_node **dialing; /* dial.c */
	size_t n_dialing, cap_dialing;
};
