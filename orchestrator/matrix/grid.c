/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/grid.h"

#include "base/str.h"
#include "matrix/lines.h"

struct grid {
	const struct matrix *x;
	struct arena *arena;
	bool each;
	const char **from, **to;
	size_t n_from, cap_from, n_to, cap_to;
	size_t *row, *column;  /* of an end, of a class; SIZE_MAX: not shown */
	enum grid_cell *cells; /* n_from x n_to */
};

enum grid_cell { GRID_EMPTY, GRID_SOME, GRID_VERDICT /* and on: GRID_VERDICT + verdict */ };

static bool is_column(const struct matrix *x, size_t cls)
{
	for (size_t i = 0; i < x->n_ends; i++)
		if (pair_matters(&x->ends[i], &x->classes[cls]) && matrix_cell(x, i, cls)->n)
			return true;
	return false;
}

static const char *row_name(const struct grid *g, const struct matrix_end *e)
{
	return g->each || !e->place ? end_label(g->arena, e) : e->place;
}

static const char *column_name(const struct grid *g, const struct matrix_class *c)
{
	if (c->kind == CLASS_INTERNET)
		return "internet";
	return g->each || !c->place ? class_label(g->arena, g->x->m, c) : c->place;
}

static size_t name_index(const char ***list, size_t *n, size_t *cap, const char *name)
{
	for (size_t i = 0; i < *n; i++)
		if (streq((*list)[i], name))
			return i;
	VEC_PUSH(*list, *n, *cap) = name;
	return *n - 1;
}

static void name_rows(struct grid *g)
{
	const struct matrix *x = g->x;
	size_t nics = 0;

	for (size_t i = 0; i < x->n_ends; i++)
		nics += x->ends[i].kind == END_NIC;
	g->each = nics <= GRID_EACH;
	g->row = xcalloc(x->n_ends + 1, sizeof(*g->row));
	g->column = xcalloc(x->n_classes + 1, sizeof(*g->column));
	for (size_t i = 0; i < x->n_ends; i++)
		g->row[i] =
		    name_index(&g->from, &g->n_from, &g->cap_from, row_name(g, &x->ends[i]));
	for (size_t k = 0; k < x->n_classes; k++)
		g->column[k] = is_column(x, k) ? name_index(&g->to, &g->n_to, &g->cap_to,
		                                            column_name(g, &x->classes[k]))
		                               : SIZE_MAX;
}

/* A cell shows the worst of its outcomes when that is worse than a drop, whatever else there is. */
static enum grid_cell join_cells(enum grid_cell a, enum grid_cell b)
{
	if (a == GRID_EMPTY || a == b)
		return b;
	if (a >= GRID_VERDICT + MX_PARTLY || b >= GRID_VERDICT + MX_PARTLY)
		return a > b ? a : b;
	return GRID_SOME;
}

static void fill_grid(struct grid *g)
{
	const struct matrix *x = g->x;

	g->cells = xcalloc(g->n_from * g->n_to + 1, sizeof(*g->cells));
	for (size_t i = 0; i < x->n_ends; i++)
		for (size_t k = 0; k < x->n_classes; k++) {
			const struct matrix_cell *c = matrix_cell(x, i, k);

			if (g->column[k] == SIZE_MAX || !pair_matters(&x->ends[i], &x->classes[k]))
				continue;
			enum grid_cell *cell = &g->cells[g->row[i] * g->n_to + g->column[k]];

			for (size_t f = 0; f < c->n; f++)
				*cell = join_cells(
				    *cell, (enum grid_cell)(
				               GRID_VERDICT +
				               (int)x->outcomes[c->flows[f].outcome].verdict));
		}
}

static json_t *row_json(const struct grid *g, size_t row)
{
	json_t *list = json_array();

	for (size_t k = 0; k < g->n_to; k++) {
		enum grid_cell c = g->cells[row * g->n_to + k];

		json_array_append_new(
		    list, json_string(c == GRID_EMPTY  ? ""
		                      : c == GRID_SOME ? "some"
		                                       : matrix_verdict_str((enum matrix_verdict)(
		                                             (int)c - GRID_VERDICT))));
	}
	return list;
}

json_t *matrix_grid_json(const struct matrix *x)
{
	struct grid g = { .x = x, .arena = arena_new() };
	json_t *from = json_array(), *to = json_array(), *cells = json_array();

	name_rows(&g);
	fill_grid(&g);
	for (size_t i = 0; i < g.n_from; i++) {
		json_array_append_new(from, json_string(g.from[i]));
		json_array_append_new(cells, row_json(&g, i));
	}
	for (size_t k = 0; k < g.n_to; k++)
		json_array_append_new(to, json_string(g.to[k]));
	free(g.from);
	free(g.to);
	free(g.row);
	free(g.column);
	free(g.cells);
	arena_free(g.arena);
	return json_pack("{s:o, s:o, s:o}", "from", from, "to", to, "cells", cells);
}

json_t *matrix_told_json(const struct matrix *x, bool all)
{
	json_t *told = matrix_lines_json(x, all);

	json_object_set_new(told, "grid", matrix_grid_json(x));
	return told;
}
