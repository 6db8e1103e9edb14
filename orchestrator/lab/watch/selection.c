/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/selection.h"

#include <stdio.h>

#include "azure/hybrid.h"
#include "base/json.h"
#include "base/str.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/birdctl.h"
#include "lab/watch/room.h"
#include "lab/watch/routerlink.h"

enum repair { DOUBT_ROUTER, TELL_BIRD, DOUBT_AGAIN, GIVE_UP };

struct entry { /* of an instance */
	const struct lab_node *node;
	struct bird_export now, asked, read; /* as BIRD says; at the question; at the answer */
	bool was_read;
	bool said_since; /* BIRD has answered since then */
	long count;      /* what the router found; -1: not known */
	enum repair next;
};

struct selection {
	struct entry *entries;
	size_t n, cap;
	json_int_t mark; /* of the last question */
	bool asked;      /* it has no answer yet */
	/* of the router, when it was last looked at: */
	unsigned long heard;
	unsigned deaths;
};

/* The router has heard of other routes: whether by BIRD, or by somebody who emptied the table, is
 * found out with the next answer of BIRD.  Or it has died, and forgotten what it was asked. */
static void notice_router(const struct driver *d, struct selection *s)
{
	if (s->deaths != router_deaths(d))
		s->asked = false;
	s->deaths = router_deaths(d);
	if (s->heard != router_heard(d))
		for (size_t i = 0; i < s->n; i++)
			s->entries[i].was_read = false;
	s->heard = router_heard(d);
}

static struct selection *current_selection(struct driver *d)
{
	if (!d->watch->selection)
		d->watch->selection = xcalloc(1, sizeof(*d->watch->selection));
	notice_router(d, d->watch->selection);
	return d->watch->selection;
}

static struct entry *find_entry(const struct selection *s, const struct lab_node *n)
{
	for (size_t i = 0; s && n && i < s->n; i++)
		if (s->entries[i].node == n)
			return &s->entries[i];
	return NULL;
}

/* The node of instance i % 2 of table i / 2; NULL: there is none. */
static const struct lab_node *node_of(const struct driver *d, size_t i)
{
	const struct model *m = d->lab.model;
	char name[128];

	if (!model_speaks(m, i / 2, i % 2))
		return NULL;
	snprintf(name, sizeof(name), "%s/%zu", model_table_name(m, i / 2), i % 2);
	return node_find(&d->lab, name);
}

static bool same_export(const struct bird_export *a, const struct bird_export *b)
{
	return a->routes == b->routes && a->updates == b->updates &&
	       a->withdrawals == b->withdrawals;
}

static bool entry_lacks(const struct entry *x)
{
	return x->was_read && same_export(&x->now, &x->read) && x->count >= 0 &&
	       (unsigned long)x->count != x->now.routes;
}

void selection_reset(struct driver *d)
{
	struct selection *s = current_selection(d);

	s->n = 0;
	s->asked = false;
}

/* --- asking, and what is done about the answer -------------------------------------------------
 */

/* BIRD does not look at a table again that it has written: by itself it would notice in an hour. */
static void tell_bird(struct driver *d, const struct entry *x)
{
	struct err e = { 0 };

	event_add(d->events, "router", x->node->name,
	          "the kernel has %ld of %lu selected routes; BIRD writes them anew", x->count,
	          x->now.routes);
	if (bird_command(&x->node->procs[0]->control, "reload out " BIRD_NICS, 500, NULL, &e) < 0)
		event_add(d->events, "router", x->node->name, "%s", e.msg);
}

/* Names of instances whose tables are to be read from the first to the last. */
static json_t *start_repairs(struct driver *d)
{
	struct selection *s = d->watch->selection;
	json_t *doubt = json_array();

	for (size_t i = 0; i < s->n; i++) {
		struct entry *x = &s->entries[i];

		if (!entry_lacks(x))
			continue;
		if (x->next == DOUBT_ROUTER || x->next == DOUBT_AGAIN)
			json_array_append_new(doubt, json_string(x->node->name));
		else if (x->next == TELL_BIRD && x->said_since)
			tell_bird(d, x);
		else
			continue;
		x->next++;
	}
	return doubt;
}

static bool to_be_repaired(const struct entry *x)
{
	return entry_lacks(x) && x->next != GIVE_UP && (x->next != TELL_BIRD || x->said_since);
}

static void take_read_answer(struct driver *d, const json_t *msg);

static void ask_router(struct driver *d)
{
	struct selection *s = d->watch->selection;
	bool need = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct entry *x = &s->entries[i];

		need |= !x->was_read || !same_export(&x->now, &x->read) || to_be_repaired(x);
	}
	if (!need || s->asked)
		return;
	json_t *doubt = start_repairs(d);

	for (size_t i = 0; i < s->n; i++)
		s->entries[i].asked = s->entries[i].now;
	s->asked = router_read(d, ++s->mark, doubt, take_read_answer);
}

void selection_seen(struct driver *d, const struct lab_node *n, const char *text)
{
	struct selection *s = current_selection(d);
	struct bird_export now;

	if (!bird_parse_export(text, BIRD_NICS, &now))
		return;
	struct entry *x = find_entry(s, n);

	if (!x) {
		x = &VEC_PUSH(s->entries, s->n, s->cap);
		x->node = n;
	}
	x->now = now;
	x->said_since = true;
	ask_router(d);
}

static void take_count(struct driver *d, size_t i, const json_t *table)
{
	struct entry *x = find_entry(d->watch->selection, node_of(d, i));

	if (!x)
		return;
	x->read = x->asked;
	x->was_read = true;
	x->said_since = false;
	x->count = (long)json_integer_value(json_object_get(table, "count"));
	if (!entry_lacks(x))
		x->next = DOUBT_ROUTER;
}

static void take_read_answer(struct driver *d, const json_t *msg)
{
	struct selection *s = current_selection(d);
	const struct model *m = d->lab.model;
	size_t k;
	json_t *table;

	if (!s->asked || !m || json_integer_value(json_object_get(msg, "mark")) != s->mark)
		return;
	s->asked = false;
	json_array_foreach (json_object_get(msg, "tables"), k, table) {
		const char *rs = json_string_value(json_object_get(table, "routeServer")),
		           *gw = json_string_value(json_object_get(table, "gateway"));
		int i = model_table(m, rs ? "routeServer" : "gateway", rs ? rs : gw);

		if (i >= 0)
			take_count(d,
			           (size_t)i * 2 + (size_t)json_integer_value(
			                               json_object_get(table, "instance")),
			           table);
	}
	ask_router(d);
}

/* --- what it comes to --------------------------------------------------------------------------
 */

/* NULL when nobody knows, and nobody has to be waited for: it is asked for its sessions, too. */
static const struct entry *counted_entry(const struct driver *d, size_t i)
{
	const struct entry *x = find_entry(d->watch->selection, node_of(d, i));

	return x && node_running_bird(x->node) ? x : NULL;
}

bool selection_settled(struct driver *d, json_t *missing, json_t *notes)
{
	bool all = true;

	current_selection(d);
	for (size_t i = 0; d->lab.model && i < model_n_tables(d->lab.model) * 2; i++) {
		const struct entry *x = counted_entry(d, i);

		if (!x || (x->was_read && same_export(&x->now, &x->read) && !entry_lacks(x)))
			continue;
		if (entry_lacks(x) && x->next == GIVE_UP) {
			if (notes)
				text_append(notes,
				            xasprintf("%s: its kernel took %ld of %lu selected "
				                      "routes; see vnetlab logs %s",
				                      x->node->name, x->count, x->now.routes,
				                      x->node->name));
			continue;
		}
		all = false;
		if (missing)
			text_append(missing,
			            entry_lacks(x)
			                ? xasprintf("%s: NICs have %ld of %lu selected routes",
			                            x->node->name, x->count, x->now.routes)
			                : xasprintf("%s: the virtual router has not read all of "
			                            "%lu selected routes yet",
			                            x->node->name, x->now.routes));
	}
	return all;
}

json_t *selection_json(struct driver *d)
{
	json_t *list = json_array();
	bool there = router_settled(d, NULL); /* and listings show it */

	current_selection(d);
	for (size_t i = 0; d->lab.model && i < model_n_tables(d->lab.model) * 2; i++) {
		const struct entry *x = counted_entry(d, i);

		if (!x)
			continue;
		json_t *read =
		    there && x->was_read && x->count >= 0 ? json_integer(x->count) : json_null();

		json_array_append_new(
		    list, json_pack("{s:s,s:i,s:I,s:o}", model_table_kind(d->lab.model, i / 2),
		                    model_table_name(d->lab.model, i / 2), "instance", (int)(i % 2),
		                    "selected", (json_int_t)x->now.routes, "read", read));
	}
	return list;
}
