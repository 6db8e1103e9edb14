/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/lines.h"

#include <uthash.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "matrix/range.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

enum { NAMES_SHOWN = 4, PREFIXES_SHOWN = 2 };

/* ---- names ---- */

const char *end_label(struct arena *a, const struct matrix_end *e)
{
	if (e->n_members > 1)
		return arena_printf(a, "%s (%zu NICs)", e->place, e->n_members);
	return e->name;
}

static const char *ranges_label(struct arena *a, const struct matrix_class *c)
{
	_cleanup_prefixes_ struct prefixes v = { 0 };
	_cleanup_str_ struct str s = { 0 };

	class_prefixes(c, &v);
	for (size_t i = 0; i < v.n && i < PREFIXES_SHOWN; i++)
		str_printf(&s, "%s%s", i ? ", " : "", PREFIX_STR(v.v[i]));
	if (v.n > PREFIXES_SHOWN)
		str_printf(&s, " and %zu more", v.n - PREFIXES_SHOWN);
	return arena_strdup(a, str_get(&s));
}

static uint64_t class_size(const struct matrix_class *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n_ranges; i++)
		n += (uint64_t)c->ranges[i].hi - c->ranges[i].lo + 1;
	return n;
}

/* The prefix of a site that is the class's but for what is marked in it; NULL: none is. */
static const struct prefix *most_of_a_prefix(const struct model *m, const struct matrix_class *c)
{
	uint64_t n = class_size(c);

	for (size_t i = 0; i < m->n_sites; i++)
		for (size_t k = 0; k < m->sites[i].n_prefixes; k++)
			if (prefix_has(m->sites[i].prefixes[k], c->ranges[0].lo) &&
			    n * 2 > prefix_size(m->sites[i].prefixes[k]))
				return &m->sites[i].prefixes[k];
	return NULL;
}

const char *class_label(struct arena *a, const struct model *m, const struct matrix_class *c)
{
	if (c->kind == CLASS_NIC && c->n_members > 1)
		return arena_printf(a, "%s (%zu NICs)", c->place, c->n_members);
	if (c->n_members)
		return c->kind == CLASS_INTERNET ? "internet" : c->name;
	if (c->kind == CLASS_NOBODY && c->place)
		return arena_printf(a, "nobody in %s", c->place);
	if (c->kind == CLASS_SITE && most_of_a_prefix(m, c))
		return arena_printf(a, "%s %s", c->name, PREFIX_STR(*most_of_a_prefix(m, c)));
	if (c->kind == CLASS_INTERNET && class_size(c) > UINT32_MAX / 4)
		return "rest of the Internet";
	return arena_printf(a, "%s %s", c->name, ranges_label(a, c));
}

bool pair_matters(const struct matrix_end *e, const struct matrix_class *c)
{
	if (c->kind == CLASS_NOBODY || c->kind == CLASS_PLATFORM || c->kind == CLASS_ROUTE_SERVER ||
	    (c->kind == CLASS_NIC && c->nic && c->nic->peer) ||
	    (c->nic && e->nic && c->nic->vm == e->nic->vm && c->n_members < 2))
		return false;
	if (e->kind == END_INTERNET)
		return c->kind == CLASS_NIC && c->nic && c->nic->public_ip == c->address;
	/* a site's own ways, and its Internet, are its own */
	return e->kind != END_SITE ||
	       (c->kind == CLASS_SITE ? !streq(e->place, c->place) : c->kind != CLASS_INTERNET);
}

static const char *turned_way(struct arena *a, const char *way)
{
	return *way ? arena_printf(a, "by %s", way) : "directly";
}

const char *outcome_way(struct arena *a, const struct matrix_outcome *o)
{
	const char *there = *o->way ? arena_printf(a, "by %s", o->way) : "direct";

	return o->back ? arena_printf(a, "%s, back %s", there, turned_way(a, o->back)) : there;
}

static const char *answer_text(struct arena *a, const struct matrix_outcome *o)
{
	const char *v = matrix_verdict_str(o->verdict), *doubt = o->known ? "" : " (not certain)";

	if (o->verdict == MX_DELIVERED)
		return arena_printf(a, "%s%s%s", v,
		                    o->unwalked ? " (own packet filter not walked)" : "", doubt);
	return arena_printf(a, "%s at %s%s%s", v,
	                    o->at == AT_SENDER     ? "the sender"
	                    : o->at == AT_RECEIVER ? "the receiver"
	                                           : o->node,
	                    o->returning ? ", the answer" : "", doubt);
}

/* ---- answers of one sender: which classes get the same ---- */

struct answer {       /* of one end, to some classes */
	uint64_t key; /* of outcome and traffic; then of classes, too */
	size_t end;
	const char *traffic;
	uint32_t outcome;
	uint32_t *classes;
	size_t n, cap;
	UT_hash_handle hh;
};

struct grouping {
	const struct matrix *x;
	struct matrix_lines *out;
	bool all;
	uint64_t *cell_keys;   /* equal for cells with equal answers; 0: empty */
	struct answer *of_end; /* while one end is looked at */
	struct answer **v;     /* of all ends */
	size_t n, cap;
};

static bool is_shown(const struct grouping *g, size_t end, size_t cls)
{
	const struct matrix_class *c = &g->x->classes[cls];

	return (g->all && ip4_is_set(c->address)) || pair_matters(&g->x->ends[end], c);
}

static void note_answer(struct grouping *g, size_t end, size_t cls, uint32_t outcome,
                        const char *traffic)
{
	uint64_t key = str_hash(traffic, g->x->outcomes[outcome].key);
	struct answer *a;

	HASH_FIND(hh, g->of_end, &key, sizeof(key), a);
	if (!a) {
		a = arena_alloc(g->out->arena, sizeof(*a));
		*a = (struct answer){ .key = key,
			              .end = end,
			              .traffic = arena_strdup(g->out->arena, traffic),
			              .outcome = outcome };
		HASH_ADD(hh, g->of_end, key, sizeof(a->key), a);
		VEC_PUSH(g->v, g->n, g->cap) = a;
	}
	if (!a->n || a->classes[a->n - 1] != cls)
		VEC_PUSH(a->classes, a->n, a->cap) = (uint32_t)cls;
}

/* The flows of the cell with one answer, and so on for each answer of it. */
static void note_cell(struct grouping *g, size_t end, size_t cls, const struct matrix_cell *c)
{
	_cleanup_free_ struct matrix_flow *same = xcalloc(c->n, sizeof(*same));
	_cleanup_free_ bool *done = xcalloc(c->n, sizeof(*done));

	for (size_t i = 0; i < c->n; i++) {
		_cleanup_str_ struct str s = { 0 };
		uint64_t key = g->x->outcomes[c->flows[i].outcome].key;
		size_t n = 0;

		for (size_t k = i; k < c->n && !done[i]; k++)
			if (g->x->outcomes[c->flows[k].outcome].key == key)
				same[n++] = c->flows[k];
		if (done[i])
			continue;
		for (size_t k = i; k < c->n; k++)
			done[k] |= g->x->outcomes[c->flows[k].outcome].key == key;
		flows_text(same, n, &s);
		note_answer(g, end, cls, c->flows[i].outcome, str_get(&s));
	}
}

static void make_cell_keys(struct grouping *g)
{
	const struct matrix *x = g->x;

	g->cell_keys = xcalloc(x->n_ends * x->n_classes + 1, sizeof(*g->cell_keys));
	for (size_t i = 0; i < x->n_ends * x->n_classes; i++)
		for (size_t f = 0; f < x->cells[i].n; f++) {
			const struct matrix_flow *w = &x->cells[i].flows[f];
			const uint64_t key[] = { w->ip_proto, w->lo, w->hi,
				                 x->outcomes[w->outcome].key };
			uint64_t h = g->cell_keys[i] ? g->cell_keys[i] : BYTES_HASH_SEED;

			g->cell_keys[i] = bytes_hash(h, key, sizeof(key));
		}
}

/* Both get the same answers, but for what one is asked by the other or by himself. */
static bool ends_compare(const struct grouping *g, size_t a, size_t b)
{
	const struct matrix *x = g->x;
	const uint64_t *ka = &g->cell_keys[a * x->n_classes], *kb = &g->cell_keys[b * x->n_classes];

	for (size_t k = 0; k < x->n_classes; k++)
		if (ka[k] != kb[k] && k != x->ends[a].at && k != x->ends[b].at &&
		    (is_shown(g, a, k) || is_shown(g, b, k)))
			return false;
	return true;
}

/* Nobody asks himself: in his place what one who gets the same answers is told of him. */
static const struct matrix_cell *cell_or_neighbour(const struct grouping *g, size_t end, size_t cls)
{
	const struct matrix *x = g->x;
	const struct matrix_cell *c = matrix_cell(x, end, cls);

	if (cls != x->ends[end].at || c->n)
		return c;
	for (size_t e = 0; e < x->n_ends; e++)
		if (e != end && x->ends[e].at != SIZE_MAX && x->ends[e].kind == x->ends[end].kind &&
		    g->cell_keys[e * x->n_classes + cls] && ends_compare(g, e, end))
			return matrix_cell(x, e, cls);
	return c;
}

static void count_pair(struct grouping *g, const struct matrix_cell *c)
{
	enum matrix_verdict worst = MX_DELIVERED;

	for (size_t i = 0; i < c->n; i++) {
		enum matrix_verdict v = g->x->outcomes[c->flows[i].outcome].verdict;

		worst = v > worst ? v : worst;
	}
	g->out->count[worst] += c->n > 0;
}

static void note_end(struct grouping *g, size_t end)
{
	for (size_t k = 0; k < g->x->n_classes; k++) {
		if (!is_shown(g, end, k))
			continue;
		const struct matrix_cell *c = cell_or_neighbour(g, end, k);

		count_pair(g, matrix_cell(g->x, end, k));
		note_cell(g, end, k, c);
	}
	HASH_CLEAR(hh, g->of_end);
}

/* ---- lines: senders with the same answer to the same classes ---- */

struct names {
	struct str s;
	size_t n, more;
};

static void add_line_name(struct names *v, const char *name)
{
	if (v->n++ < NAMES_SHOWN)
		str_printf(&v->s, "%s%s", v->n > 1 ? ", " : "", name);
	else
		v->more++;
}

static const char *names_text(struct arena *a, struct names *v)
{
	if (v->more)
		str_printf(&v->s, " and %zu more", v->more);
	const char *s = arena_strdup(a, str_get(&v->s));

	str_free_p(&v->s);
	return s;
}

/* All classes of NICs of the place are among those of the answer; how many they are. */
static size_t whole_place(const struct grouping *g, const struct answer *a, const char *place)
{
	size_t have = 0, all = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct matrix_class *c = &g->x->classes[a->classes[i]];

		have += c->kind == CLASS_NIC && place && streq(c->place, place);
	}
	for (size_t k = 0; k < g->x->n_classes; k++) {
		const struct matrix_class *c = &g->x->classes[k];

		all += c->kind == CLASS_NIC && is_shown(g, a->end, k) && place &&
		       streq(c->place, place);
	}
	return have == all && all > 1 ? all : 0;
}

static bool place_before(const struct grouping *g, const struct answer *a, size_t i)
{
	const struct matrix_class *c = &g->x->classes[a->classes[i]];

	for (size_t k = 0; k < i; k++)
		if (streq(g->x->classes[a->classes[k]].place, c->place))
			return true;
	return false;
}

static const char *destinations_text(const struct grouping *g, const struct answer *a)
{
	struct names v = { 0 };

	for (size_t i = 0; i < a->n; i++) {
		const struct matrix_class *c = &g->x->classes[a->classes[i]];
		size_t whole = c->kind == CLASS_NIC ? whole_place(g, a, c->place) : 0;

		if (!whole)
			add_line_name(&v, class_label(g->out->arena, g->x->m, c));
		else if (!place_before(g, a, i))
			add_line_name(&v, arena_printf(g->out->arena, "all of %s", c->place));
	}
	return names_text(g->out->arena, &v);
}

static int by_badness(const void *pa, const void *pb)
{
	const struct matrix_line *a = pa, *b = pb;
	int r = (int)b->outcome->verdict - (int)a->outcome->verdict;

	if (!r)
		r = (int)a->outcome->known - (int)b->outcome->known;
	if (!r)
		r = strcmp(a->from, b->from);
	if (!r)
		r = strcmp(a->to, b->to);
	return r ? r : strcmp(a->traffic, b->traffic);
}

static void make_lines(struct grouping *g)
{
	struct arena *mem = g->out->arena;
	_cleanup_free_ bool *done = xcalloc(g->n + 1, sizeof(*done));

	for (size_t i = 0; i < g->n; i++)
		g->v[i]->key =
		    bytes_hash(g->v[i]->key, g->v[i]->classes, g->v[i]->n * sizeof(uint32_t));
	for (size_t i = 0; i < g->n; i++) {
		struct answer *a = g->v[i];
		struct names from = { 0 };
		size_t pairs = 0;

		for (size_t k = i; k < g->n && !done[i]; k++)
			if (!done[k] && g->v[k]->key == a->key) {
				add_line_name(&from, end_label(mem, &g->x->ends[g->v[k]->end]));
				pairs += g->v[k]->n;
				done[k] = k != i;
			}
		if (!done[i]) {
			const struct matrix_outcome *o = &g->x->outcomes[a->outcome];

			VEC_PUSH(g->out->v, g->out->n, g->out->cap) =
			    (struct matrix_line){ names_text(mem, &from),
				                  destinations_text(g, a),
				                  a->traffic,
				                  answer_text(mem, o),
				                  outcome_way(mem, o),
				                  o,
				                  pairs };
		}
	}
	if (g->out->n)
		qsort(g->out->v, g->out->n, sizeof(*g->out->v), by_badness);
}

void matrix_lines(const struct matrix *x, bool all, struct matrix_lines *ret)
{
	struct grouping g = { .x = x, .out = ret, .all = all };

	*ret = (struct matrix_lines){ .arena = arena_new() };
	make_cell_keys(&g);
	for (size_t i = 0; i < x->n_ends; i++)
		note_end(&g, i);
	make_lines(&g);
	for (size_t i = 0; i < g.n; i++)
		free(g.v[i]->classes);
	free(g.v);
	free(g.cell_keys);
}

void matrix_lines_done(struct matrix_lines *l)
{
	free(l->v);
	arena_free(l->arena);
	*l = (struct matrix_lines){ 0 };
}

static json_t *line_json(const struct matrix_line *l)
{
	const struct matrix_outcome *o = l->outcome;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I}", "from", l->from,
	                 "to", l->to, "traffic", l->traffic, "verdict",
	                 matrix_verdict_str(o->verdict), "answer", l->answer, "way", l->way,
	                 "reason", o->reason, "pointer", o->ptr ? o->ptr : "", "direct", !*o->way,
	                 "known", o->known, "pairs", (json_int_t)l->pairs);
}

json_t *matrix_lines_json(const struct matrix *x, bool all)
{
	struct matrix_lines v;
	json_t *lines = json_array(), *counts = json_object(), *unread = json_array();
	bool bad = false;

	matrix_lines(x, all, &v);
	for (size_t i = 0; i < v.n; i++) {
		json_array_append_new(lines, line_json(&v.v[i]));
		bad |= v.v[i].outcome->verdict >= MX_PARTLY && v.v[i].outcome->known;
	}
	for (int k = MX_LOOP; k >= 0; k--)
		if (v.count[k])
			json_object_set_new(counts, matrix_verdict_str((enum matrix_verdict)k),
			                    json_integer((json_int_t)v.count[k]));
	for (size_t i = 0; i < x->n_unread; i++)
		json_array_append_new(unread, json_string(x->unread[i]));
	matrix_lines_done(&v);
	return json_pack("{s:o, s:o, s:I, s:I, s:o, s:b}", "lines", lines, "counts", counts,
	                 "sources", (json_int_t)x->n_ends, "classes", (json_int_t)x->n_classes,
	                 "unread", unread, "bad", bad);
}
