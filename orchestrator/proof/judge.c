/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was seen, held against what a check says. */
#include <stdio.h>

#include "proof/check.h"
#include "checks/match.h"

void judgement_free(struct judgement *j)
{
	free(j->text);
	j->text = NULL;
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static struct judgement judged(bool holds, struct str *s)
{
	return (struct judgement){ holds, str_take(s) };
}

/* ---- sessions ---- */

static void watch(struct bgp_watch *w, int i, bool up, const char *since)
{
	/* Up again since another moment: it was down between two looks. */
	if (w->was_up[i] && (!up || !streq(w->since[i], since)))
		w->left[i]++;
	w->was_up[i] = up;
	snprintf(w->since[i], sizeof(w->since[i]), "%s", since);
}

struct judgement judge_bgp(const struct check *c, const json_t *status, struct bgp_watch *w)
{
	_cleanup_str_ struct str seen = { 0 };
	unsigned looked_at = 0, up = 0, left = 0;
	size_t i;
	json_t *row;

	json_array_foreach (json_object_get(status, "bgp"), i, row) {
		char name[256];
		int inst = (int)json_integer_value(json_object_get(row, "instance"));
		const char *state = text(row, "state"), *since = text(row, "since");

		snprintf(name, sizeof(name), "%s/%s", text(row, "routeServer"),
		         text(row, "peering"));
		if (!strieq(name, c->subject) || inst < 0 || inst > 1 ||
		    (c->instance >= 0 && c->instance != inst))
			continue;
		bool is_up = strieq(state, "Established");

		if (w)
			watch(w, inst, is_up, since);
		looked_at++;
		up += is_up;
		left += w ? w->left[inst] : 0;
		str_printf(&seen, "%sinstance %d", seen.n ? ", " : "", inst);
		if (*text(row, "address"))
			str_printf(&seen, " (%s)", text(row, "address"));
		str_printf(&seen, ": %s", *state ? state : "unknown");
		if (*since)
			str_printf(&seen, " since %s", since);
		if (w && w->left[inst])
			str_printf(&seen, ", left Established %u times", w->left[inst]);
		if (*text(row, "lastError"))
			str_printf(&seen, ", last error: %s", text(row, "lastError"));
	}
	if (!looked_at) {
		str_printf(&seen, "the lab has no session %s", c->subject);
		return judged(false, &seen);
	}
	bool holds = c->expect == EXPECT_ESTABLISHED ? up == looked_at
	             : c->expect == EXPECT_DOWN      ? up == 0
	                                             : left > 0;

	if (!holds && c->expect == EXPECT_ESTABLISHED)
		str_printf(&seen, "; look at the peer with: vnetlab logs %s",
		           strchr(c->subject, '/') ? strchr(c->subject, '/') + 1 : c->subject);
	return judged(holds, &seen);
}

/* ---- tables ---- */

static bool rows_hold(const struct check *c, const json_t *rows, const char *where, struct str *out)
{
	bool holds = true;
	size_t i;
	json_t *want;

	json_array_foreach (c->contains, i, want) {
		if (match_find(want, rows) >= 0)
			continue;
		long near = match_nearest(want, rows);

		str_printf(out, "%s%s", out->n ? "\n" : "", where);
		if (near >= 0) {
			const json_t *row = json_array_get(rows, (size_t)near);

			match_difference(want, row, out);
			str_add(out, " (in the row: ");
			match_show(row, out);
			str_addc(out, ')');
		} else {
			str_printf(out, "none of %zu rows has ", json_array_size(rows));
			match_show(want, out);
		}
		holds = false;
	}
	json_array_foreach (c->lacks, i, want) {
		long at = match_find(want, rows);

		if (at < 0)
			continue;
		str_printf(out, "%s%sthere is a row that must not be there: ", out->n ? "\n" : "",
		           where);
		match_show(json_array_get(rows, (size_t)at), out);
		holds = false;
	}
	return holds;
}

/* A check speaks of one row per prefix; az prints the prefixes of a connected group or of a service
 * tag as one row. */
static json_t *one_per_prefix(const json_t *rows)
{
	json_t *out = json_array(), *row, *prefix;
	size_t i, k;

	json_array_foreach (rows, i, row) {
		json_t *list = json_object_get(row, "addressPrefix");

		if (json_array_size(list) < 2) {
			json_array_append(out, row);
			continue;
		}
		json_array_foreach (list, k, prefix) {
			json_t *one = json_copy(row);

			json_object_set_new(one, "addressPrefix", json_pack("[O]", prefix));
			json_array_append_new(out, one);
		}
	}
	return out;
}

struct judgement judge_routes(const struct check *c, const json_t *value)
{
	_cleanup_str_ struct str out = { 0 };
	json_t *rows = one_per_prefix(value);
	bool holds = rows_hold(c, rows, "", &out);

	if (holds)
		str_printf(&out, "%zu effective routes", json_array_size(rows));
	json_decref(rows);
	return judged(holds, &out);
}

struct judgement judge_learned(const struct check *c, const json_t *routes)
{
	static const char *const roles[] = { "RouteServiceRole_IN_0", "RouteServiceRole_IN_1" };
	_cleanup_str_ struct str out = { 0 };
	bool holds = true;
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		char where[32];
		const json_t *rows = json_object_get(routes, roles[i]);

		if (c->instance >= 0 && c->instance != i)
			continue;
		snprintf(where, sizeof(where), "instance %d: ", i);
		holds &= rows_hold(c, rows, where, &out);
		n += json_array_size(rows);
	}
	if (holds)
		str_printf(&out, "%zu routes", n);
	return judged(holds, &out);
}

/* ---- packets ---- */

bool check_needs_path(const struct check *c)
{
	return c->kind == CHECK_PACKET && (c->via || c->not_via || c->expect == EXPECT_LOOP);
}

/* The kernel walk if there is one: packets follow it, not the model. */
static const json_t *way(const json_t *path)
{
	const json_t *k = json_object_get(path, "kernel");

	return json_is_object(k) ? k : path;
}

/* Virtual machines between the ends, as "A -> B". */
static void show_way(const json_t *path, struct str *out)
{
	const json_t *hops = json_object_get(way(path), "hops");
	size_t i;
	json_t *hop;

	json_array_foreach (hops, i, hop) {
		str_printf(out, "%s%s", i ? " -> " : "", text(hop, "node"));
	}
}

static bool same_node(const char *want, const char *node)
{
	const char *slash = strrchr(want, '/');
	size_t n = slash ? (size_t)(slash - want) : 0;

	/* "dc1/srv" and "vpngw/0" are nodes; of "VM/nic" the VM is. */
	return strieq(want, node) || (n && !strncasecmp(want, node, n) && !node[n]);
}

static bool way_holds(const struct check *c, const json_t *path, struct str *out)
{
	const json_t *hops = json_object_get(way(path), "hops");
	size_t at = 0, n = json_array_size(hops), i;
	json_t *v;

	json_array_foreach (c->via, i, v) {
		const char *name = json_string_value(v);

		/* [0] is the sender itself */
		for (at++; at < n; at++)
			if (same_node(name, text(json_array_get(hops, at), "node")))
				break;
		if (at < n)
			continue;
		str_printf(out, "the packet does not go via %s%s, its way is ", name,
		           i ? " behind the ones before it" : "");
		show_way(path, out);
		return false;
	}
	json_array_foreach (c->not_via, i, v) {
		const char *name = json_string_value(v);

		for (size_t k = 1; k < n; k++) {
			if (!same_node(name, text(json_array_get(hops, k), "node")))
				continue;
			str_printf(out, "the packet goes via %s, its way is ", name);
			show_way(path, out);
			return false;
		}
	}
	return true;
}

static void one_way(const json_t *w, const char *label, struct str *out)
{
	size_t i;
	json_t *hop;

	str_printf(out, "%s%s: %s", out->n ? "\n" : "", label, text(w, "verdict"));
	if (*text(w, "reason"))
		str_printf(out, ": %s", text(w, "reason"));
	json_array_foreach (json_object_get(w, "hops"), i, hop) {
		str_printf(out, "\n  %s", text(hop, "node"));
		if (*text(hop, "nextHop"))
			str_printf(out, " -> %s", text(hop, "nextHop"));
		if (*text(hop, "reason") && !streq(text(hop, "reason"), text(w, "reason")))
			str_printf(out, ": %s", text(hop, "reason"));
	}
}

void explain_path(const json_t *path, struct str *out)
{
	const json_t *back = json_object_get(path, "return");
	bool agree = !json_is_false(json_object_get(path, "agree"));
	/* The model knows Azure's reasons; the kernel knows better what happens. */
	const json_t *there = agree ? path : way(path);

	if (!json_is_object(path))
		return;
	one_way(there, "the way there", out);
	if (streq(text(there, "verdict"), "delivered") && json_is_object(back) &&
	    !streq(text(agree ? back : way(back), "verdict"), "delivered"))
		one_way(agree ? back : way(back), "the way back", out);
	if (!agree)
		str_printf(out, "\nmodel and kernel disagree: the model says %s",
		           text(path, "verdict"));
}

static void show_probe(const json_t *probe, struct str *out)
{
	long long sent = json_integer_value(json_object_get(probe, "sent"));
	long long got = json_integer_value(json_object_get(probe, "received"));

	str_printf(out, "%lld of %lld answered", got, sent);
	if (*text(probe, "detail"))
		str_printf(out, " (%s)", text(probe, "detail"));
}

static bool is_loop(const json_t *path)
{
	const json_t *k = json_object_get(path, "kernel");

	return streq(text(path, "verdict"), "loop") &&
	       (!json_is_object(k) || streq(text(k, "verdict"), "loop"));
}

struct judgement judge_packet(const struct check *c, const json_t *probe, const json_t *path)
{
	_cleanup_str_ struct str out = { 0 };
	bool reached = json_is_true(json_object_get(probe, "ok")), holds;

	if (*text(probe, "error")) { /* could not be sent at all */
		str_add(&out, text(probe, "error"));
		return judged(false, &out);
	}
	show_probe(probe, &out);
	switch (c->expect) {
	case EXPECT_DROP:
		holds = !reached;
		break;
	case EXPECT_LOOP:
		holds = !reached && is_loop(path);
		if (!holds && !reached)
			str_add(&out, ", but it does not loop");
		break;
	default:
		holds = reached;
		if (reached && (c->via || c->not_via)) {
			_cleanup_str_ struct str why = { 0 };

			holds = way_holds(c, path, &why);
			if (why.n)
				str_printf(&out, "; %s", why.s);
		}
	}
	return judged(holds, &out);
}

struct judgement judge_outage(const struct check *c, const struct outage *o)
{
	_cleanup_str_ struct str out = { 0 };

	if (!c->from) {
		str_add(&out, "done");
		return judged(true, &out);
	}
	str_printf(&out, "%u of %u packets lost", o->lost, o->sent);
	if (o->lost && o->recovered)
		str_printf(&out, ", recovered after %.0f ms", o->gap_ms);
	else if (o->lost)
		str_printf(&out, ", not recovered after %.0f ms", o->gap_ms);
	if (!c->recover_ms)
		return judged(true, &out);
	bool holds = !o->lost || (o->recovered && o->gap_ms <= (double)c->recover_ms);

	if (!holds)
		str_printf(&out, "; it should take at most %ld ms", c->recover_ms);
	return judged(holds, &out);
}

/* ---- audits ---- */

static unsigned audit_rows(const json_t *rows, const char *what, struct str *out)
{
	enum { SHOWN = 5 };
	size_t i, n = json_array_size(rows);
	json_t *row;

	json_array_foreach (rows, i, row) {
		if (i == SHOWN) {
			str_printf(out, "\n%s: and %zu more", what, n - SHOWN);
			break;
		}
		str_printf(out, "%s%s: ", out->n ? "\n" : "", what);
		if (*text(row, "from"))
			str_printf(out, "%s to %s: ", text(row, "from"), text(row, "to"));
		str_add(out, text(row, "detail"));
	}
	return (unsigned)n;
}

struct judgement judge_audit(const struct check *c, const json_t *audit)
{
	_cleanup_str_ struct str out = { 0 };
	unsigned n = 0;

	for (unsigned k = 0; k < AUDIT_MAX; k++)
		if (c->audits[k])
			n += audit_rows(json_object_get(audit, audit_str(k)), audit_str(k), &out);
	if (!n)
		str_add(&out, "nothing found");
	return judged(!n, &out);
}
