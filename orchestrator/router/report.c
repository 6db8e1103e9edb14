/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of routes to the driver: an event for each, and above a rate one for many. */
#include "base/clock.h"
#include "router/router_priv.h"

static bool may_speak(struct router *r)
{
	int64_t now = clock_ms();

	if (now - r->rate_since >= 1000) {
		r->rate_since = now;
		r->spoken = 0;
	}
	return r->spoken++ < REPORT_RATE;
}

static json_t *hops_json(const struct rib_route *route)
{
	json_t *hops = json_array();

	for (unsigned i = 0; route && i < route->n_next_hops; i++)
		json_array_append_new(hops, json_string(IP4_STR(route->next_hops[i])));
	return hops;
}

static json_t *route_event(const struct router *r, const char *what, size_t i)
{
	return json_pack("{s:s,s:s,s:i}", "event", what, model_table_kind(r->model, i / 2),
	                 model_table_name(r->model, i / 2), "instance", (int)(i % 2));
}

void report_route(struct router *r, size_t i, const struct rib_route *now, bool had, int64_t in_ms)
{
	struct tally *t = &r->tallies[i];

	if (!may_speak(r)) {
		*(!now->n_next_hops ? &t->deleted : had ? &t->changed : &t->added) += 1;
		if (in_ms > t->in_ms)
			t->in_ms = in_ms;
		return;
	}
	json_t *j = route_event(r, "route", i);

	json_object_set_new(j, "prefix", json_string(PREFIX_STR(now->prefix)));
	json_object_set_new(j, "nextHops", hops_json(now));
	json_object_set_new(j, "action",
	                    json_string(!now->n_next_hops ? "delete"
	                                : had             ? "change"
	                                                  : "add"));
	json_object_set_new(j, "inMs", json_integer(in_ms));
	router_say(r, j);
}

void report_programmed(size_t rs, unsigned instance, struct prefix p, const struct rib_route *route,
                       enum program_step step, int64_t waited, void *arg)
{
	struct router *r = arg;
	size_t i = rs * 2 + instance;
	struct tally *t = &r->tallies[i];

	if (!may_speak(r)) {
		t->programmed[step]++;
		if (waited > t->waited[step])
			t->waited[step] = waited;
		return;
	}
	json_t *j = route_event(r, "programmed", i);

	json_object_set_new(j, "prefix", json_string(PREFIX_STR(p)));
	json_object_set_new(j, "nextHops", hops_json(route));
	json_object_set_new(j, "step", json_string(program_step_str(step)));
	json_object_set_new(j, "waitedMs", json_integer(waited));
	router_say(r, j);
}

static void report_many(struct router *r, size_t i)
{
	struct tally *t = &r->tallies[i];

	if (t->added || t->changed || t->deleted) {
		json_t *j = route_event(r, "routes", i);

		json_object_set_new(j, "added", json_integer((json_int_t)t->added));
		json_object_set_new(j, "changed", json_integer((json_int_t)t->changed));
		json_object_set_new(j, "deleted", json_integer((json_int_t)t->deleted));
		json_object_set_new(j, "inMs", json_integer(t->in_ms));
		router_say(r, j);
	}
	for (unsigned step = 0; step < STEPS; step++) {
		if (!t->programmed[step])
			continue;
		json_t *j = route_event(r, "programmed", i);

		json_object_set_new(j, "routes", json_integer((json_int_t)t->programmed[step]));
		json_object_set_new(j, "step", json_string(program_step_str(step)));
		json_object_set_new(j, "waitedMs", json_integer(t->waited[step]));
		router_say(r, j);
	}
	*t = (struct tally){ .in_ms = -1 };
}

void report_rest(struct router *r)
{
	for (size_t i = 0; i < r->n_watches; i++)
		report_many(r, i);
}

void report_read(struct router *r)
{
	json_t *tables = json_array();

	for (size_t i = 0; i < r->n_watches; i++) {
		if (!r->watches[i])
			continue;
		const struct rib_table *t = r->maintained[i]
		                                ? &r->aside[i]
		                                : &programmer_seen(r->prog)->tables[i / 2][i % 2];

		json_array_append_new(
		    tables, json_pack("{s:s,s:i,s:I}", model_table_kind(r->model, i / 2),
		                      model_table_name(r->model, i / 2), "instance", (int)(i % 2),
		                      "count", (json_int_t)watch_count(r->watches[i], t)));
	}
	router_say(r,
	           json_pack("{s:s,s:I,s:o}", "event", "read", "mark", r->mark, "tables", tables));
}
