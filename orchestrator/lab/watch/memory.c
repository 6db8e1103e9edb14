/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/memory.h"

#include "base/json.h"
#include "base/str.h"
#include "lab/proc/box.h"
#include "lab/proc/driver.h"
#include "lab/proc/events.h"
#include "lab/watch/room.h"

enum { LOOK_MS = 1000 };

static unsigned long long kills_of(const struct driver *d, const struct lab_node *n)
{
	return n->box && n->box->group ? bounds_kills(&d->bounds, n->box->group) : 0;
}

static char *words(const struct driver *d, unsigned long long kills)
{
	return xasprintf("the kernel has killed %llu of its processes: together they had used up "
	                 "the %llu MiB of memory that a node has",
	                 kills, d->bounds.limits.memory >> 20);
}

/* The lab's own count is that of all its boxes: one file, however many there are. */
static void look_at_memory(struct timer *t)
{
	struct driver *d = container_of(t, struct watch_room, memory_timer)->d;
	unsigned long long all = bounds_kills(&d->bounds, 0);

	loop_timer(d->loop, t, LOOK_MS);
	if (all == d->watch->kills)
		return;
	d->watch->kills = all;
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];
		unsigned long long kills = kills_of(d, n);

		if (!n->box || kills <= n->box->kills)
			continue;
		_cleanup_free_ char *text = words(d, kills - n->box->kills);

		n->box->kills = kills;
		event_add(d->events, "memory", n->name, "%s", text);
	}
}

void memory_watch(struct driver *d)
{
	d->watch->memory_timer.fn = look_at_memory;
	if (d->bounds.dir >= 0)
		loop_timer(d->loop, &d->watch->memory_timer, LOOK_MS);
}

json_t *memory_json(const struct driver *d)
{
	if (d->bounds.dir < 0)
		return json_pack("{s:s}", "bounded", "process");
	return json_pack("{s:s,s:I,s:i}", "bounded", "node", "maxBytes",
	                 (json_int_t)d->bounds.limits.memory, "maxProcesses",
	                 (int)d->bounds.limits.processes);
}

void memory_say(const struct driver *d, json_t *list)
{
	if (!bounds_kills(&d->bounds, 0))
		return;
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		unsigned long long kills = kills_of(d, d->lab.nodes[i]);

		if (!kills)
			continue;
		_cleanup_free_ char *text = words(d, kills);

		text_append(list, xasprintf("%s: %s", d->lab.nodes[i]->name, text));
	}
}
