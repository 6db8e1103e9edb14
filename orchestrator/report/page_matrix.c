/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's matrix, and the way of each check's packets. */
#include "report/page.h"

#include "base/json.h"

static void add_grid_row(struct str *b, const char *from, const json_t *row)
{
	const json_t *cell;
	size_t i;

	str_add(b, "<tr><th scope=\"row\">");
	page_text(b, from);
	str_add(b, "</th>");
	json_array_foreach (row, i, cell)
		page_verdict(b, json_string_value(cell), json_string_value(cell));
	str_add(b, "</tr>\n");
}

static void add_verdict_grid(struct str *b, const json_t *grid)
{
	_cleanup_str_ struct str headers = { 0 };
	const json_t *from = json_object_get(grid, "from"), *x;
	size_t i;

	str_add(&headers, "from");
	json_array_foreach (json_object_get(grid, "to"), i, x) {
		str_addc(&headers, '|');
		for (const char *c = json_string_value(x); *c; c++)
			str_addc(&headers, (char)(*c == '|' ? '/' : *c));
	}
	page_table(b, "Verdicts: a row for who sends, a column for who is asked",
	           str_get(&headers));
	json_array_foreach (from, i, x)
		add_grid_row(b, json_string_value(x),
		             json_array_get(json_object_get(grid, "cells"), i));
	page_table_end(b);
}

static void add_matrix_lines(struct str *b, const json_t *lines)
{
	const json_t *l;
	size_t i, shown = 0;

	page_table(b, "Answers, the worst first", "Verdict|From|To|Traffic|Answer|Way|Why");
	json_array_foreach (lines, i, l) {
		if (shown++ >= PAGE_ROWS)
			break;
		str_add(b, "<tr>");
		page_verdict(b, member_text(l, "verdict", ""), member_text(l, "verdict", ""));
		page_cells(b, l, "from to traffic answer way reason");
		str_add(b, "</tr>\n");
	}
	page_table_end(b);
	page_more(b, json_array_size(lines), PAGE_ROWS);
}

static void add_page_disagreements(struct str *b, const json_t *list)
{
	const json_t *d;
	size_t i;

	if (!json_array_size(list))
		return;
	page_table(b, "Model and kernels disagree", "From|To|Protocol|Model|Kernel|Why");
	json_array_foreach (list, i, d) {
		const json_t *k = json_object_get(d, "kernel");

		str_add(b, "<tr>");
		page_cells(b, d, "from to protocol");
		page_cell(b, member_text(json_object_get(d, "model"), "verdict", ""));
		page_cell(b, member_text(k, "verdict", ""));
		page_cell(b, member_text(k, "reason", ""));
		str_add(b, "</tr>\n");
	}
	page_table_end(b);
}

void page_add_matrix(struct str *b, const struct page_design *d, size_t number)
{
	const json_t *x;
	size_t i;

	if (!d->matrix)
		return;
	page_section(b, "matrix", number, "Everybody to everywhere");
	add_page_disagreements(b, d->differ);
	add_verdict_grid(b, json_object_get(d->matrix, "grid"));
	str_add(b, "<details open><summary>Answers, with way and reason</summary>\n");
	add_matrix_lines(b, json_object_get(d->matrix, "lines"));
	str_add(b, "</details>\n");
	json_array_foreach (json_object_get(d->matrix, "unread"), i, x) {
		str_add(b, "<p>not certain: ");
		page_text(b, json_string_value(x));
		str_add(b, "</p>\n");
	}
	str_add(b, "</section>\n");
}

/* ---- ways ---- */

void page_add_way(struct str *b, const char *what, const json_t *way)
{
	const json_t *h;
	size_t i;

	if (!json_is_object(way))
		return;
	str_printf(b, "<p>%s: <strong>", what);
	page_text(b, member_text(way, "verdict", ""));
	str_add(b, "</strong>. ");
	page_text(b, member_text(way, "reason", ""));
	str_add(b, "</p>\n<ol>\n");
	json_array_foreach (json_object_get(way, "hops"), i, h) {
		str_add(b, "<li><strong>");
		page_text(b, member_text(h, "node", ""));
		str_add(b, "</strong>");
		if (*member_text(h, "nextHop", "")) {
			str_add(b, " &rarr; ");
			page_text(b, member_text(h, "nextHop", ""));
		}
		if (*member_text(h, "reason", "")) {
			str_add(b, ": ");
			page_text(b, member_text(h, "reason", ""));
		}
		str_add(b, "</li>\n");
	}
	str_add(b, "</ol>\n");
}

void page_add_ways(struct str *b, const struct page_design *d, size_t number)
{
	const json_t *x;
	size_t i;

	if (!json_array_size(d->paths))
		return;
	page_section(b, "ways", number, "The way of each check's packets");
	json_array_foreach (d->paths, i, x) {
		const json_t *p = json_object_get(x, "path");

		str_add(b, "<details><summary>");
		page_text(b, member_text(x, "check", ""));
		str_add(b, " &mdash; ");
		page_text(b, member_text(p, "verdict", ""));
		str_add(b, "</summary>\n");
		page_add_way(b, "There", p);
		page_add_way(b, "Back", json_object_get(p, "return"));
		str_add(b, "</details>\n");
	}
	str_add(b, "</section>\n");
}
