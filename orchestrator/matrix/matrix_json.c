/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A matrix as JSON: ends, classes, outcomes, and a row for each flow that refers to them. */
#include "base/json.h"
#include "matrix/matrix.h"
#include "matrix/range.h"

static json_t *end_json(const struct matrix_end *e)
{
	return json_pack("{s:s, s:s, s:s?, s:s, s:o}", "name", e->name, "kind",
	                 end_kind_str(e->kind), "place", e->place, "address", IP4_STR(e->ip),
	                 "members", texts_json(e->members, e->n_members));
}

static json_t *class_json(const struct matrix_class *c)
{
	json_t *prefixes = json_array();
	_cleanup_prefixes_ struct prefixes v = { 0 };

	class_prefixes(c, &v);
	for (size_t i = 0; i < v.n; i++)
		json_array_append_new(prefixes, json_string(PREFIX_STR(v.v[i])));
	return json_pack("{s:s, s:s, s:s?, s:s, s:o, s:o}", "name", c->name, "kind",
	                 class_kind_str(c->kind), "place", c->place, "address", IP4_STR(c->address),
	                 "members", texts_json(c->members, c->n_members), "prefixes", prefixes);
}

static json_t *outcome_json(const struct matrix_outcome *o)
{
	static const char *const roles[] = { "between", "sender", "receiver" };

	return json_pack("{s:s, s:b, s:s?, s:s?, s:s, s:s?, s:s, s:s?, s:b, s:b, s:b, s:i}",
	                 "verdict", matrix_verdict_str(o->verdict), "outside", o->outside, "node",
	                 o->node, "role", o->node ? roles[o->at] : NULL, "way", o->way, "back",
	                 o->back, "reason", o->reason, "pointer", o->ptr, "returning", o->returning,
	                 "known", o->known, "notWalked", o->unwalked, "legs", (int)o->legs);
}

static void add_cell_json(json_t *rows, const struct matrix *x, size_t i, size_t k)
{
	const struct matrix_cell *c = matrix_cell(x, i, k);

	for (size_t f = 0; f < c->n; f++) {
		const struct matrix_flow *w = &c->flows[f];

		json_array_append_new(rows, json_pack("{s:I, s:I, s:s, s:i, s:i, s:I}", "from",
		                                      (json_int_t)i, "to", (json_int_t)k,
		                                      "protocol", flow_protocol_str(w->ip_proto),
		                                      "firstPort", w->lo, "lastPort", w->hi,
		                                      "outcome", (json_int_t)w->outcome));
	}
}

json_t *matrix_json(const struct matrix *x)
{
	json_t *ends = json_array(), *classes = json_array(), *outcomes = json_array(),
	       *rows = json_array();

	for (size_t i = 0; i < x->n_ends; i++)
		json_array_append_new(ends, end_json(&x->ends[i]));
	for (size_t i = 0; i < x->n_classes; i++)
		json_array_append_new(classes, class_json(&x->classes[i]));
	for (size_t i = 0; i < x->n_outcomes; i++)
		json_array_append_new(outcomes, outcome_json(&x->outcomes[i]));
	for (size_t i = 0; i < x->n_ends; i++)
		for (size_t k = 0; k < x->n_classes; k++)
			add_cell_json(rows, x, i, k);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I}", "sources", ends, "destinations", classes,
	                 "outcomes", outcomes, "flows", rows, "unread",
	                 texts_json(x->unread, x->n_unread), "walks", (json_int_t)x->n_walks);
}
