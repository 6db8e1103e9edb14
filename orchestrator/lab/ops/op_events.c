/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/driver.h"
#include "lab/proc/events.h"
#include "lab/proc/op.h"

static int op_events(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const char *since = json_string_value(json_object_get(r->body, "since"));

	(void)e;
	if (json_is_false(json_object_get(r->body, "follow"))) {
		events_replay(l->driver->events, r->client, since);
		*ret = json_object();
		return 0;
	}
	events_follow(l->driver->events, r->client, since);
	return 1;
}

LAB_OP(events, { .name = "events", .kind = OP_INLINE, .run = op_events });
