/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables for people, as `az -o table` prints them: a line of headers, a line of dashes, rows.
 * A thin layer over libsmartcols.  Colour only on a terminal without NO_COLOR; no borders ever.
 *
 *	struct table *t = table_new("Node", "State", "Routes");
 *	table_right(t, 2);
 *	table_row(t, "NVA_1", "Established", "12");
 *	table_print(t, stdout);
 *	t = table_free(t);
 */
#pragma once

#include <stdio.h>

#include "base/mem.h"

struct table;

/* Headers are string literals or live as long as the table. */
struct table *table_new_(const char *const *headers, size_t n);
#define table_new(...) \
	table_new_((const char *const[]){ __VA_ARGS__ }, \
	           ARRAY_LEN(((const char *[]){ __VA_ARGS__ })))
struct table *table_free(struct table *t); /* returns NULL */
void table_free_p(struct table **t);
#define _cleanup_table_ _cleanup_(table_free_p)

/* One cell per column, copied; NULL is an empty cell.  Fewer cells than columns: the rest is
 * empty; more: the surplus is ignored. */
void table_row_(struct table *t, const char *const *cells, size_t n);
#define table_row(t, ...) \
	table_row_((t), (const char *const[]){ __VA_ARGS__ }, \
	           ARRAY_LEN(((const char *[]){ __VA_ARGS__ })))
/* One formatted cell of the last row, replacing what was there. */
void table_cell(struct table *t, size_t column, const char *fmt, ...) PRINTF(3, 4);
/* "red", "green", "yellow", ... for a cell of the last row; seen on terminals only. */
void table_color(struct table *t, size_t column, const char *color);
void table_right(struct table *t, size_t column); /* numbers */
void table_indent(struct table *t, unsigned spaces);
size_t table_rows(const struct table *t);

/* Nothing but the headers is printed for a table without rows. */
void table_print(const struct table *t, FILE *f);
char *table_str(const struct table *t); /* without colour; the caller frees */
