/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what the virtual router says. */
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/str.h"
#include "lab/proc/events.h"
#include "lab/watch/routerlink_priv.h"

/* Kept here, so that workers have it without asking. */
static void fetch_rib(struct router_link *rl)
{
	if (rl->fetching || (rl->rib && rl->rib_version == rl->version))
		return;
	rl->fetching = true;
	router_link_say(rl, json_pack("{s:s}", "op", "rib"), NULL, 0, NULL);
}

static void on_router_applied(struct router_link *rl, const json_t *msg)
{
	rl->applied = json_integer_value(json_object_get(msg, "generation"));
	rl->missing = json_integer_value(json_object_get(msg, "missing"));
	if (rl->waiting)
		rl->waiting--;
	rl->dirty = false;
	*rl->error = '\0';
	rl->version = json_integer_value(json_object_get(msg, "version"));
	if (!json_is_true(json_object_get(msg, "more")))
		fetch_rib(rl);
	driver_changed(rl->d, CHANGED_ANSWERS);
}

static void on_rib(struct router_link *rl, json_t *msg)
{
	json_decref(rl->rib);
	rl->rib = json_incref(msg);
	rl->rib_version = json_integer_value(json_object_get(msg, "version"));
	rl->fetching = false;
	fetch_rib(rl); /* should another one have come meanwhile */
	driver_changed(rl->d, CHANGED_ANSWERS);
}

static void on_read(struct router_link *rl, const json_t *msg)
{
	if (rl->on_read)
		rl->on_read(rl->d, msg);
	driver_changed(rl->d, CHANGED_ANSWERS);
}

static char *instance_of(const json_t *msg)
{
	const char *rs = json_string_value(json_object_get(msg, "routeServer"));

	return xasprintf("%s/%lld", rs ? rs : json_string_value(json_object_get(msg, "gateway")),
	                 (long long)json_integer_value(json_object_get(msg, "instance")));
}

static void on_route(struct router_link *rl, const json_t *msg)
{
	_cleanup_free_ char *hops =
	    json_dumps(json_object_get(msg, "nextHops"), JSON_COMPACT | JSON_ENCODE_ANY);
	_cleanup_free_ char *who = instance_of(msg);
	const char *prefix = json_string_value(json_object_get(msg, "prefix"));
	const char *action = json_string_value(json_object_get(msg, "action"));
	json_int_t in_ms = json_integer_value(json_object_get(msg, "inMs"));
	_cleanup_free_ char *later =
	    in_ms > 0 ? xasprintf("; NICs in %.1f s", (double)in_ms / 1000) : xstrdup("");

	rl->dirty = true;
	rl->heard++;
	event_add(rl->d->events, "route", who, "%s %s%s%s%s", action ? action : "",
	          prefix ? prefix : "", hops ? " " : "", hops ? hops : "", later);
}

/* Makes one event of so many routes that an event for each would help nobody. */
static void on_router_routes(struct router_link *rl, const json_t *msg)
{
	static const char *const words[] = { "added", "changed", "deleted" };
	_cleanup_free_ char *who = instance_of(msg);
	_cleanup_str_ struct str s = { 0 };
	json_int_t in_ms = json_integer_value(json_object_get(msg, "inMs"));

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		json_int_t n = json_integer_value(json_object_get(msg, words[i]));

		if (n)
			str_printf(&s, "%s%lld more %s", s.n ? ", " : "", (long long)n, words[i]);
	}
	if (in_ms > 0)
		str_printf(&s, "; NICs in %.1f s", (double)in_ms / 1000);
	rl->dirty = true;
	rl->heard++;
	event_add(rl->d->events, "route", who, "%s", str_get(&s));
}

/* With Azure's timing: the NICs have followed. */
static void on_programmed(struct router_link *rl, const json_t *msg)
{
	json_int_t n = json_integer_value(json_object_get(msg, "routes"));
	_cleanup_free_ char *hops =
	    json_dumps(json_object_get(msg, "nextHops"), JSON_COMPACT | JSON_ENCODE_ANY);
	_cleanup_free_ char *who = instance_of(msg);
	const char *prefix = json_string_value(json_object_get(msg, "prefix"));
	const char *step = json_string_value(json_object_get(msg, "step"));
	json_int_t waited = json_integer_value(json_object_get(msg, "waitedMs"));

	if (n) {
		event_add(rl->d->events, "programmed", who, "NICs: %lld more, %s after %.1f s",
		          (long long)n, step ? step : "", (double)waited / 1000);
		return;
	}
	event_add(rl->d->events, "programmed", who, "NICs: %s %s, %s after %.1f s",
	          prefix ? prefix : "", hops ? hops : "", step ? step : "", (double)waited / 1000);
}

void router_take_looked(struct router_link *rl, const json_t *msg)
{
	if (!rl->n_looks)
		return;
	const struct looking l = rl->looks[0];

	memmove(&rl->looks[0], &rl->looks[1], --rl->n_looks * sizeof(rl->looks[0]));
	l.fn(l.ctx, msg);
}

static void on_message(struct router_link *rl, json_t *msg)
{
	const char *event = json_string_value(json_object_get(msg, "event"));

	if (!event && json_object_get(msg, "rib")) {
		on_rib(rl, msg);
	} else if (streq(event, "applied")) {
		on_router_applied(rl, msg);
	} else if (streq(event, "looked")) {
		router_take_looked(rl, msg);
	} else if (streq(event, "read")) {
		on_read(rl, msg);
	} else if (streq(event, "routes")) {
		on_router_routes(rl, msg);
	} else if (streq(event, "route")) {
		on_route(rl, msg);
	} else if (streq(event, "programmed")) {
		on_programmed(rl, msg);
	} else if (streq(event, "error")) {
		const char *m = json_string_value(json_object_get(msg, "message"));

		snprintf(rl->error, sizeof(rl->error), "%s", m ? m : "unknown error");
		event_add(rl->d->events, "router", "fabric", "%s", rl->error);
	}
}

void router_on_socket(struct source *s, uint32_t events)
{
	struct router_link *rl = container_of(s, struct router_link, src);
	struct err e = { 0 };
	json_t *msg;
	int r = events & (EPOLLIN | EPOLLHUP) ? peer_fill(rl->peer, &e) : 0;

	while (rl->peer && (msg = peer_next(rl->peer, &e))) {
		on_message(rl, msg);
		json_decref(msg);
	}
	if (!rl->peer)
		return;
	if (r < 0)
		router_hang_up(rl);
	else
		router_watch(rl);
}
