/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/diff.h"

#include <netinet/in.h>

#include "base/str.h"
#include "matrix/cause.h"
#include "matrix/lines.h"
#include "matrix/pairs.h"
#include "matrix/range.h"

const char *diff_kind_str(enum diff_kind k)
{
	static const char *const words[] = { "", "reachability", "routes", "rules", "objects" };

	return words[k];
}

/* ---- ways in the words of the old design ---- */

/* Each leg's nodes by their old names; legs in order. */
static uint64_t way_key(const struct pairs *p, const char *way)
{
	_cleanup_free_ char *copy = xstrdup(way);
	uint64_t sum = 0;
	char *save = NULL;

	for (char *leg = strtok_r(copy, "|", &save); leg; leg = strtok_r(NULL, "|", &save)) {
		uint64_t h = BYTES_HASH_SEED;
		char *inner = NULL;

		for (char *node = strtok_r(leg, ",", &inner); node;
		     node = strtok_r(NULL, ",", &inner)) {
			node += strspn(node, " ");
			for (size_t n = strlen(node); n && node[n - 1] == ' ';)
				node[--n] = '\0';
			h = str_hash(p ? pairs_old_name(p, node) : node, h);
		}
		sum += h;
	}
	return sum;
}

static uint64_t outcome_key(const struct pairs *p, const struct matrix_outcome *o)
{
	const char *node = o->node && o->at == AT_BETWEEN ? o->node : "";
	const uint64_t parts[] = { (uint64_t)o->verdict,
		                   (uint64_t)(o->node ? o->at : AT_BETWEEN),
		                   o->returning,
		                   o->outside,
		                   str_hash(p ? pairs_old_name(p, node) : node, 0),
		                   way_key(p, o->way),
		                   o->back ? way_key(p, o->back) : 0 };

	return bytes_hash(BYTES_HASH_SEED, parts, sizeof(parts));
}

static const char *outcome_words(struct arena *a, const struct matrix_outcome *o)
{
	const char *way = outcome_way(a, o);

	if (o->verdict == MX_DELIVERED)
		return arena_printf(a, "delivered %s", way);
	return arena_printf(a, "%s at %s%s%s%s%s", matrix_verdict_str(o->verdict),
	                    o->at == AT_SENDER     ? "the sender"
	                    : o->at == AT_RECEIVER ? "the receiver"
	                                           : o->node,
	                    o->returning ? ", the answer" : "", *o->way ? " (" : "",
	                    *o->way ? way : "", *o->way ? ")" : "");
}

/* ---- changes ---- */

struct found { /* of a pair of ends and a pair of classes */
	struct pair end, cls;
	const struct matrix_outcome *was, *now;
	uint64_t key; /* of what became of it, and for which traffic */
	const char *traffic, *cause, *pointer;
	bool done;
};

struct search {
	const struct matrix *old, *now;
	struct pairs pairs;
	struct causes causes;
	struct found *v;
	size_t n, cap;
	struct diff *out;
};

static const struct matrix_flow *flow_at(const struct matrix_cell *c, uint8_t proto, uint32_t port)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->flows[i].ip_proto == proto && port >= c->flows[i].lo &&
		    port <= c->flows[i].hi)
			return &c->flows[i];
	return NULL;
}

struct piece { /* of the ports of a pair: what was, and what is */
	struct matrix_flow flow;
	uint32_t was, now;
	uint64_t key;
};

struct pieces {
	struct piece *v;
	size_t n, cap;
};

static void cut_protocol(const struct search *s, const struct matrix_cell *a,
                         const struct matrix_cell *b, uint8_t proto, struct pieces *ret)
{
	uint32_t last = proto == IPPROTO_ICMP ? 0 : UINT16_MAX;

	for (uint32_t port = proto == IPPROTO_ICMP ? 0 : 1; port <= last;) {
		const struct matrix_flow *x = flow_at(a, proto, port), *y = flow_at(b, proto, port);

		if (!x || !y)
			return;
		uint16_t hi = x->hi < y->hi ? x->hi : y->hi;
		uint64_t was = outcome_key(NULL, &s->old->outcomes[x->outcome]),
		         now = outcome_key(&s->pairs, &s->now->outcomes[y->outcome]);

		if (was != now)
			VEC_PUSH(ret->v, ret->n, ret->cap) =
			    (struct piece){ { proto, (uint16_t)port, hi, 0 },
				            x->outcome,
				            y->outcome,
				            bytes_hash(was, &now, sizeof(now)) };
		port = (uint32_t)hi + 1;
	}
}

/* Pieces with the same change are one finding, of all their ports. */
static void join_pieces(struct search *s, const struct pair *end, const struct pair *cls,
                        const struct pieces *p)
{
	_cleanup_free_ struct matrix_flow *same = xcalloc(p->n + 1, sizeof(*same));

	for (size_t i = 0; i < p->n; i++) {
		_cleanup_str_ struct str text = { 0 };
		size_t n = 0;
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before |= p->v[k].key == p->v[i].key;
		for (size_t k = i; k < p->n && !before; k++)
			if (p->v[k].key == p->v[i].key)
				same[n++] = p->v[k].flow;
		if (before)
			continue;
		flows_text(same, n, &text);
		struct found *f = &VEC_PUSH(s->v, s->n, s->cap);

		*f = (struct found){ .end = *end,
			             .cls = *cls,
			             .was = &s->old->outcomes[p->v[i].was],
			             .now = &s->now->outcomes[p->v[i].now],
			             .traffic = arena_strdup(s->out->arena, str_get(&text)) };
		f->key = str_hash(f->traffic, p->v[i].key);
	}
}

static void compare_pair(struct search *s, const struct pair *end, const struct pair *cls)
{
	static const uint8_t protocols[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP };
	const struct matrix_cell *a = matrix_cell(s->old, end->old, cls->old),
	                         *b = matrix_cell(s->now, end->now, cls->now);
	struct pieces p = { 0 };

	if (!pair_matters(&s->old->ends[end->old], &s->old->classes[cls->old]) &&
	    !pair_matters(&s->now->ends[end->now], &s->now->classes[cls->now]))
		return;
	for (size_t i = 0; i < ARRAY_LEN(protocols) && a->n && b->n; i++)
		cut_protocol(s, a, b, protocols[i], &p);
	join_pieces(s, end, cls, &p);
	free(p.v);
}

/* ---- lines ---- */

static void find_cause(struct search *s, struct found *f)
{
	struct cause_asked q = { .was = f->was,
		                 .now = f->now,
		                 .old_from = &s->old->ends[f->end.old],
		                 .new_from = &s->now->ends[f->end.now],
		                 .old_to = &s->old->classes[f->cls.old],
		                 .new_to = &s->now->classes[f->cls.now] };

	f->cause = causes_ask(&s->causes, &q, &f->pointer);
	f->key = str_hash(f->cause, f->key);
}

enum { NAMED = 4 };

static void add_label(struct str *list, size_t *n, const char *name)
{
	_cleanup_free_ char *quoted = xasprintf("\n%s\n", name);

	/* once each; lines are joined in the end */
	if (list->s && strstr(list->s, quoted))
		return;
	(*n)++;
	str_add(list, list->n ? quoted + 1 : quoted);
}

static const char *join_labels(struct arena *a, const struct str *list, size_t n)
{
	_cleanup_free_ char *copy = xstrdup(str_get(list));
	_cleanup_str_ struct str s = { 0 };
	char *save = NULL;
	size_t i = 0;

	for (char *w = strtok_r(copy, "\n", &save); w && i < NAMED; w = strtok_r(NULL, "\n", &save))
		str_printf(&s, "%s%s", i++ ? ", " : "", w);
	if (n > NAMED)
		str_printf(&s, " and %zu more", n - NAMED);
	return arena_strdup(a, str_get(&s));
}

static enum diff_kind get_diff_kind(const struct found *f)
{
	if (f->was->verdict == f->now->verdict)
		return DIFF_ROUTES;
	if (f->was->verdict == MX_DENIED || f->now->verdict == MX_DENIED)
		return DIFF_RULES;
	return DIFF_REACHABILITY;
}

static void make_line(struct search *s, size_t i)
{
	const struct found *f = &s->v[i];
	struct arena *a = s->out->arena;
	_cleanup_str_ struct str from = { 0 }, to = { 0 };
	size_t n_from = 0, n_to = 0;

	for (size_t k = i; k < s->n; k++) {
		struct found *g = &s->v[k];

		if (g->done || g->key != f->key)
			continue;
		g->done = true;
		add_label(&from, &n_from, end_label(a, &s->now->ends[g->end.now]));
		add_label(&to, &n_to, class_label(a, s->now->m, &s->now->classes[g->cls.now]));
	}
	VEC_PUSH(s->out->v, s->out->n, s->out->cap) = (struct diff_line){
		.kind = get_diff_kind(f),
		.worse = f->now->verdict > f->was->verdict,
		.from = join_labels(a, &from, n_from),
		.to = join_labels(a, &to, n_to),
		.traffic = f->traffic,
		.was = outcome_words(a, f->was),
		.now = outcome_words(a, f->now),
		.reason = arena_strdup(a, f->now->reason),
		.cause = f->cause,
		.pointer = f->pointer,
		.rank = 10 * ((int)f->now->verdict - (int)f->was->verdict) + (int)f->now->verdict,
	};
}

static void add_machines(struct search *s)
{
	for (size_t i = 0; i < s->pairs.n_gone + s->pairs.n_come; i++) {
		bool gone = i < s->pairs.n_gone;
		const char *name = gone ? s->pairs.gone[i] : s->pairs.come[i - s->pairs.n_gone];

		VEC_PUSH(s->out->v, s->out->n, s->out->cap) = (struct diff_line){
			.kind = DIFF_OBJECTS,
			.worse = gone,
			.from = arena_strdup(s->out->arena, name),
			.to = "",
			.traffic = "",
			.was = gone ? "there" : "not there",
			.now = gone ? "gone" : "new",
			.reason = "",
			.cause = "",
			.pointer = "",
			.rank = gone ? 5 : -100,
		};
	}
}

static int by_rank(const void *pa, const void *pb)
{
	const struct diff_line *a = pa, *b = pb;
	int r = b->rank - a->rank;

	r = r ? r : strcmp(a->from, b->from);
	r = r ? r : strcmp(a->to, b->to);
	return r ? r : strcmp(a->traffic, b->traffic);
}

void diff_find(const struct matrix *old, const json_t *old_design, const struct matrix *now,
               const json_t *new_design, struct diff *ret)
{
	struct search s = { .old = old, .now = now, .out = ret };

	*ret = (struct diff){ .arena = arena_new() };
	pairs_find(old, now, &s.pairs);
	causes_init(&s.causes, old->m, old_design, now->m, new_design, ret->arena);
	for (size_t i = 0; i < s.pairs.ends.n; i++)
		for (size_t k = 0; k < s.pairs.classes.n; k++)
			compare_pair(&s, &s.pairs.ends.v[i], &s.pairs.classes.v[k]);
	for (size_t i = 0; i < s.n; i++)
		find_cause(&s, &s.v[i]);
	for (size_t i = 0; i < s.n; i++)
		if (!s.v[i].done)
			make_line(&s, i);
	add_machines(&s);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_rank);
	causes_done(&s.causes);
	pairs_done(&s.pairs);
	free(s.v);
}

void diff_done(struct diff *d)
{
	free(d->v);
	arena_free(d->arena);
	*d = (struct diff){ 0 };
}

json_t *diff_json(const struct diff *d)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->n; i++) {
		const struct diff_line *l = &d->v[i];

		json_array_append_new(
		    a, json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind",
		                 diff_kind_str(l->kind), "worse", l->worse, "from", l->from, "to",
		                 l->to, "traffic", l->traffic, "was", l->was, "now", l->now,
		                 "reason", l->reason, "cause", l->cause, "pointer", l->pointer));
	}
	return json_pack("{s:o}", "changes", a);
}
