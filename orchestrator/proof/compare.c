/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs the rows of two tables and says what differs.
 *
 * Rows are the same row when their key is the same: a prefix; a network at an instance; a network
 * that came from a peer.  A key may occur more than once (a user's route beside the system's that
 * it beat): then equal rows are paired first, and what is left by likeness. */
#include "proof/compare.h"

#include <limits.h>

#include "base/addr.h"
#include "base/json.h"
#include "checks/match.h"

#define MAX_NAMES 7

struct shape {
	const char *keys[4];
	const char *fields[MAX_NAMES]; /* in the order in which they are explained */
};

static const struct shape shapes[COMPARE_KINDS] = {
	[COMPARE_ROUTES] = { { "addressPrefix" },
	                     { "source", "state", "nextHopType", "nextHopIpAddress", "name",
	                       "disableBgpRoutePropagation" } },
	[COMPARE_LEARNED] = { { "network", "localAddress" },
	                      { "nextHop", "asPath", "origin", "sourcePeer", "weight" } },
	/* sourcePeer of an advertised route: not there, or the instance itself, by version */
	[COMPARE_ADVERTISED] = { { "network", "localAddress" },
	                         { "nextHop", "asPath", "origin", "weight" } },
	[COMPARE_GATEWAY_LEARNED] = { { "network", "localAddress", "sourcePeer" },
	                              { "nextHop", "asPath", "origin", "weight" } },
	[COMPARE_GATEWAY_ADVERTISED] = { { "network", "localAddress" },
	                                 { "nextHop", "asPath", "origin" } },
	/* counters and durations say when one looked, not what the design does */
	[COMPARE_GATEWAY_PEERS] = { { "neighbor", "localAddress" }, { "asn", "state" } },
	[COMPARE_BGP_TABLE] = { { "network", "nextHop" }, { "asPath", "best", "community" } },
};

static const char *const verdicts[COMPARE_VERDICTS] = {
	[COMPARE_EQUAL] = "equal",
	[COMPARE_MISSING] = "missing",
	[COMPARE_EXTRA] = "extra",
	[COMPARE_DIFFERENT] = "different",
};

const char *compare_verdict_str(enum compare_verdict v)
{
	return verdicts[v];
}

/* ---- which rows take part ---- */

static bool row_counts(enum compare_kind kind, const json_t *row, enum compare_none none)
{
	static const char *const classes[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
		                               "100.64.0.0/10" };

	if (kind != COMPARE_ROUTES || !strieq(member_text(row, "nextHopType", ""), "None") ||
	    !strieq(member_text(row, "source", ""), "Default") || none == COMPARE_NONE_ALL)
		return true;
	for (size_t i = 0; none == COMPARE_NONE_CLASSES && i < ARRAY_LEN(classes); i++)
		if (streq(member_text(row, "addressPrefix", ""), classes[i]))
			return true;
	return false;
}

/* Rows of an instance of which the saved table says nothing do not count. */
static bool row_is_of_parts(const json_t *parts, const json_t *row)
{
	size_t i;
	json_t *p;

	if (!json_array_size(parts) || !json_object_get(row, "localAddress"))
		return true;
	json_array_foreach (parts, i, p) {
		if (strieq(json_string_value(p), member_text(row, "localAddress", "")))
			return true;
	}
	return false;
}

struct side {
	const json_t **rows;
	uint64_t *keys; /* hashes: tables of thousands of rows are compared each with each */
	bool *done;
	size_t n;
};

static void side_free(struct side *s)
{
	free(s->rows);
	free(s->keys);
	free(s->done);
}

static struct side side_of(const struct compare_table *t, const struct shape *shape,
                           const json_t *parts, const struct compare_options *o)
{
	size_t max = json_array_size(t->rows) + 1, i;
	struct side s = { .rows = xcalloc(max, sizeof(*s.rows)),
		          .keys = xcalloc(max, sizeof(*s.keys)),
		          .done = xcalloc(max, sizeof(*s.done)) };
	json_t *r;

	json_array_foreach (t->rows, i, r) {
		if (!row_counts(t->kind, r, o->none) || !row_is_of_parts(parts, r))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(shape->keys) && shape->keys[k]; k++)
			s.keys[s.n] = str_hash(member_text(r, shape->keys[k], ""), s.keys[s.n] + k);
		s.rows[s.n++] = r;
	}
	return s;
}

/* ---- one row against another ---- */

static bool field_is_ignored(const struct compare_options *o, const char *field)
{
	for (const char *const *i = o->ignore; i && *i; i++)
		if (strieq(*i, field))
			return true;
	return false;
}

static bool fields_equal(const json_t *want, const json_t *got, const char *field)
{
	const json_t *w = json_object_get(want, field), *g = json_object_get(got, field);

	/* A property that the saved row lacks is not compared; an empty text is as good as none. */
	if (!w || json_is_null(w) || (json_is_string(w) && !*json_string_value(w) && !g))
		return true;
	json_t *a = json_pack("{s:O}", field, w);
	json_t *b = g ? json_pack("{s:O}", field, g) : json_object();
	bool same = match_subset(a, b);

	json_decref(a);
	json_decref(b);
	return same;
}

static json_t *list_differing_fields(const struct shape *s, const json_t *want, const json_t *got,
                                     const struct compare_options *o)
{
	json_t *out = json_array();

	for (size_t i = 0; i < MAX_NAMES && s->fields[i]; i++)
		if (!field_is_ignored(o, s->fields[i]) && !fields_equal(want, got, s->fields[i]))
			json_array_append_new(out, json_string(s->fields[i]));
	return out;
}

/* The first of a row's properties weighs most: a route of another source is hardly the same one. */
static unsigned fields_distance(const struct shape *s, const json_t *fields)
{
	unsigned d = 0;
	size_t k;
	json_t *f;

	json_array_foreach (fields, k, f) {
		for (size_t i = 0; i < MAX_NAMES && s->fields[i]; i++)
			if (streq(s->fields[i], json_string_value(f)))
				d += 1U << (MAX_NAMES - i);
	}
	return d;
}

/* ---- the lab's own word for it ---- */

static const char *find_hidden_reason(const struct compare_table *t, const json_t *want)
{
	const char *prefix = member_text(want, "addressPrefix", "");
	size_t i;
	json_t *h;

	json_array_foreach (t->hidden, i, h) {
		const json_t *p = json_object_get(h, "addressPrefix");

		if (json_is_array(p))
			p = json_array_get(p, 0);
		if (*prefix && strieq(json_string_value(p), prefix) &&
		    (!*member_text(want, "source", "") ||
		     strieq(member_text(want, "source", ""), member_text(h, "source", ""))))
			return json_string_value(json_object_get(h, "reason"));
	}
	return NULL;
}

/* Why the lab does not have it: because of what it has in that place, or around it. */
static char *find_replacing_route(const struct side *got, uint64_t key, const json_t *want)
{
	const json_t *around = NULL;
	struct prefix p, q;
	unsigned len = 0;

	for (size_t i = 0; i < got->n; i++)
		if (got->keys[i] == key && *member_text(got->rows[i], "reason", ""))
			return xstrdup(member_text(got->rows[i], "reason", ""));
	if (prefix_parse(member_text(want, "addressPrefix", ""), &p) < 0)
		return NULL;
	for (size_t i = 0; i < got->n; i++) {
		const json_t *r = got->rows[i];

		if (prefix_parse(member_text(r, "addressPrefix", ""), &q) < 0 ||
		    !prefix_covers(q, p) || !strieq(member_text(r, "state", ""), "Active") ||
		    !q.len || !*member_text(r, "reason", "") || (around && q.len <= len))
			continue;
		around = r;
		len = q.len;
	}
	if (!around)
		return NULL;
	return xasprintf("%s, %s, is in the lab's table: %s",
	                 member_text(around, "addressPrefix", ""),
	                 member_text(around, "nextHopType", ""), member_text(around, "reason", ""));
}

static char *make_row_key(const struct shape *s, const json_t *row)
{
	_cleanup_str_ struct str b = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(s->keys) && s->keys[i]; i++) {
		if (!*member_text(row, s->keys[i], ""))
			continue;
		str_printf(&b, "%s%s",
		           !i                                  ? ""
		           : streq(s->keys[i], "localAddress") ? " at "
		           : streq(s->keys[i], "sourcePeer")   ? " from "
		                                               : " via ",
		           member_text(row, s->keys[i], ""));
	}
	return str_take(&b);
}

static void add_compared_row(struct comparison *c, enum compare_verdict v, const struct shape *s,
                             const json_t *want, const json_t *got, json_t *fields,
                             const char *reason)
{
	struct compare_row *r = &VEC_PUSH(c->rows, c->n, c->cap);

	r->verdict = v;
	r->want = want;
	r->got = got;
	r->key = make_row_key(s, want ? want : got);
	r->fields = fields ? fields : json_array();
	r->reason = v != COMPARE_EQUAL && reason && *reason ? xstrdup(reason) : NULL;
	c->count[v]++;
}

/* Index of the nearest row of the other side that is still free; -1: none has this key. */
static long find_nearest_row(const struct shape *s, const struct side *to, const json_t *row,
                             uint64_t key, bool row_is_want, const struct compare_options *o,
                             unsigned *ret_distance)
{
	long best = -1;

	for (size_t i = 0; i < to->n; i++) {
		if (to->done[i] || to->keys[i] != key)
			continue;
		json_t *fields = row_is_want ? list_differing_fields(s, row, to->rows[i], o)
		                             : list_differing_fields(s, to->rows[i], row, o);
		unsigned d = fields_distance(s, fields);

		json_decref(fields);
		if (best >= 0 && d >= *ret_distance)
			continue;
		best = (long)i;
		*ret_distance = d;
	}
	return best;
}

/* Pairs those that are nearest to each other; those that are equal when limit is 0.  False when
 * nothing was left to pair. */
static bool pair_rows(struct comparison *c, const struct shape *s, struct side *w, struct side *g,
                      const struct compare_options *o, unsigned limit)
{
	bool paired = false;

	for (size_t i = 0; i < w->n; i++) {
		unsigned d = 0, back = 0;
		long k =
		    w->done[i] ? -1 : find_nearest_row(s, g, w->rows[i], w->keys[i], true, o, &d);

		if (k < 0 || d > limit)
			continue;
		/* Another saved row may be nearer to it: its turn comes first. */
		find_nearest_row(s, w, g->rows[k], g->keys[k], false, o, &back);
		if (back < d)
			continue;
		w->done[i] = g->done[k] = paired = true;
		json_t *fields = list_differing_fields(s, w->rows[i], g->rows[k], o);

		add_compared_row(c, d ? COMPARE_DIFFERENT : COMPARE_EQUAL, s, w->rows[i],
		                 g->rows[k], fields, member_text(g->rows[k], "reason", ""));
	}
	return paired;
}

void compare_tables(const struct compare_table *want, const struct compare_table *got,
                    const struct compare_options *o, struct comparison *ret)
{
	const struct shape *s = &shapes[want->kind];
	_cleanup_(side_free) struct side w = side_of(want, s, NULL, o);
	_cleanup_(side_free) struct side g = side_of(got, s, want->parts, o);

	pair_rows(ret, s, &w, &g, o, 0);
	while (pair_rows(ret, s, &w, &g, o, UINT_MAX))
		;
	for (size_t i = 0; i < w.n; i++) {
		if (w.done[i])
			continue;
		const char *why = find_hidden_reason(got, w.rows[i]);
		_cleanup_free_ char *else_why =
		    why ? NULL : find_replacing_route(&g, w.keys[i], w.rows[i]);

		add_compared_row(ret, COMPARE_MISSING, s, w.rows[i], NULL, NULL,
		                 why ? why : else_why);
	}
	for (size_t i = 0; i < g.n; i++)
		if (!g.done[i])
			add_compared_row(ret, COMPARE_EXTRA, s, NULL, g.rows[i], NULL,
			                 member_text(g.rows[i], "reason", ""));
}

bool compare_same(const struct comparison *c)
{
	return c->count[COMPARE_EQUAL] == c->n;
}

void comparison_free(struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->rows[i].key);
		free(c->rows[i].reason);
		json_decref(c->rows[i].fields);
	}
	free(c->rows);
	*c = (struct comparison){ 0 };
}

/* ---- words ---- */

static void show_compared_value(const json_t *v, struct str *out)
{
	size_t i;
	json_t *item;

	if (json_is_string(v))
		str_add(out, json_string_value(v));
	else if (json_is_integer(v))
		str_printf(out, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		str_add(out, json_is_true(v) ? "true" : "false");
	json_array_foreach (v, i, item) {
		str_add(out, i ? "," : "");
		show_compared_value(item, out);
	}
}

void compare_show(enum compare_kind kind, const json_t *row, struct str *out)
{
	const struct shape *s = &shapes[kind];

	for (size_t i = 0; row && i < 4 && s->fields[i]; i++) {
		size_t before = out->n;

		if (before)
			str_addc(out, ' ');
		show_compared_value(json_object_get(row, s->fields[i]), out);
		if (before && out->n == before + 1) { /* nothing behind the blank */
			out->n = before;
			out->s[before] = '\0';
		}
	}
}

void compare_differences(const struct compare_row *r, struct str *out)
{
	size_t i;
	json_t *f;

	json_array_foreach (r->fields, i, f) {
		const char *name = json_string_value(f);
		_cleanup_str_ struct str was = { 0 }, is = { 0 };

		show_compared_value(json_object_get(r->want, name), &was);
		show_compared_value(json_object_get(r->got, name), &is);
		str_printf(out, "%s%s is %s, not %s", i ? "; " : "", name,
		           is.n ? str_get(&is) : "absent", was.n ? str_get(&was) : "empty");
	}
}

json_t *compare_json(const struct comparison *c)
{
	json_t *rows = json_array(), *out = json_object();

	for (int v = 0; v < COMPARE_VERDICTS; v++)
		json_object_set_new(out, verdicts[v], json_integer(c->count[v]));
	for (size_t i = 0; i < c->n; i++) {
		const struct compare_row *r = &c->rows[i];

		json_array_append_new(rows, json_pack("{s:s, s:s, s:O?, s:O?, s:O, s:s?}",
		                                      "verdict", verdicts[r->verdict], "key",
		                                      r->key, "want", r->want, "got", r->got,
		                                      "fields", r->fields, "reason", r->reason));
	}
	json_object_set_new(out, "rows", rows);
	return out;
}
