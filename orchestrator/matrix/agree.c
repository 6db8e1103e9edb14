/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/agree.h"

#include <uthash.h>

#include "base/str.h"
#include "matrix/range.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

struct named_end {
	const char *name;
	size_t at;
	UT_hash_handle hh;
};

static struct named_end *name_ends(const struct matrix *x, struct named_end **ret_items)
{
	struct named_end *all = NULL, *items;
	size_t n = 0;

	for (size_t i = 0; i < x->n_ends; i++)
		n += x->ends[i].n_members;
	items = xcalloc(n + 1, sizeof(*items));
	*ret_items = items;
	for (size_t i = 0; i < x->n_ends; i++)
		for (size_t k = 0; k < x->ends[i].n_members; k++) {
			items->name = x->ends[i].members[k];
			items->at = i;
			HASH_ADD_KEYPTR(hh, all, items->name, strlen(items->name), items);
			items++;
		}
	return all;
}

static bool ways_have(const char *way, const char *ways)
{
	return streq(way, ways) || (*way ? strstr(ways, way) != NULL : true);
}

/* True if the two outcomes agree: where the model has one way, in verdict, node and way; where it
 * has several, if the kernel's way is one of them. */
static bool outcomes_agree(const struct matrix_outcome *m, const struct matrix_outcome *k)
{
	if (!m || !m->known)
		return true;
	if (m->legs < 2)
		return m->verdict == k->verdict && streq(m->node, k->node) && streq(m->way, k->way);
	if (m->verdict == MX_DELIVERED || k->verdict == m->verdict)
		return m->verdict == k->verdict &&
		       (m->verdict != MX_DELIVERED || ways_have(k->way, m->way));
	return true; /* the path that the kernel takes may be the better one */
}

json_t *matrix_side_json(const struct matrix_outcome *o)
{
	return json_pack("{s:s, s:s?, s:s, s:s?, s:s}", "verdict", matrix_verdict_str(o->verdict),
	                 "node", o->node, "way", o->way, "back", o->back, "reason", o->reason);
}

static void compare_cell(const struct matrix *model, size_t end, const struct matrix *kernel,
                         size_t i, size_t k, const char *between, json_t *ret)
{
	const struct matrix_cell *c = matrix_cell(kernel, i, k);
	const struct matrix_class *to = &kernel->classes[k];
	ip4 dst = cell_address(&kernel->ends[i], to);

	for (size_t f = 0; f < c->n; f++) {
		const struct matrix_flow *w = &c->flows[f];
		const struct matrix_outcome *o = &kernel->outcomes[w->outcome];
		const struct matrix_outcome *m = matrix_ask(model, end, dst, w->ip_proto, w->lo);

		if (outcomes_agree(m, o) || json_array_size(ret) >= DISAGREEMENTS_MOST)
			continue;
		json_array_append_new(
		    ret,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "between", between,
		              "from", kernel->ends[i].name, "to", to->name, "address", IP4_STR(dst),
		              "protocol", flow_protocol_str(w->ip_proto), "port", w->lo, "model",
		              matrix_side_json(m), "kernel", matrix_side_json(o)));
	}
}

void matrix_disagreements(const struct matrix *model, const struct matrix *kernel,
                          const char *between, json_t *ret)
{
	struct named_end *items, *all = name_ends(model, &items), *e;

	for (size_t i = 0; i < kernel->n_ends; i++) {
		HASH_FIND_STR(all, kernel->ends[i].name, e);
		for (size_t k = 0; e && k < kernel->n_classes; k++)
			compare_cell(model, e->at, kernel, i, k, between, ret);
	}
	HASH_CLEAR(hh, all);
	free(items);
}

static json_t *presence_json(bool there, const char *reason)
{
	return json_pack("{s:s, s:n, s:s, s:n, s:s}", "verdict", there ? "present" : "absent",
	                 "node", "way", "", "back", "reason", there ? "" : reason);
}

static void add_absences(const struct matrix *of, const struct matrix *in, bool in_kernel,
                         const char *between, json_t *ret)
{
	struct named_end *items, *all = name_ends(in, &items), *e;

	for (size_t i = 0; i < of->n_ends; i++)
		for (size_t k = 0; k < of->ends[i].n_members; k++) {
			const char *name = of->ends[i].members[k];

			HASH_FIND_STR(all, name, e);
			if (e || json_array_size(ret) >= DISAGREEMENTS_MOST)
				continue;
			json_array_append_new(
			    ret,
			    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "between",
			              between, "from", name, "to", "*", "address", "", "protocol",
			              "all", "port", 0, "model",
			              presence_json(in_kernel, "the file has no such sender"),
			              "kernel",
			              presence_json(!in_kernel, "no such sender runs in the lab")));
		}
	HASH_CLEAR(hh, all);
	free(items);
}

void matrix_absences(const struct matrix *model, const struct matrix *kernel, const char *between,
                     json_t *ret)
{
	add_absences(model, kernel, true, between, ret);
	add_absences(kernel, model, false, between, ret);
}
