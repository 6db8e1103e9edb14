/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/table.h"

#include <libsmartcols.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/format.h"
#include "base/str.h"
#include "base/term.h"

struct cell {
	char *text;
	const char *color;
};

struct table {
	const char **headers;
	bool *right;
	size_t n_columns;
	struct cell **rows;
	size_t n_rows, cap_rows;
	unsigned indent;
};

struct table *table_new_(const char *const *headers, size_t n)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->headers = xcalloc(n, sizeof(*t->headers));
	t->right = xcalloc(n, sizeof(*t->right));
	t->n_columns = n;
	for (size_t i = 0; i < n; i++)
		t->headers[i] = headers[i];
	return t;
}

struct table *table_free(struct table *t)
{
	if (!t)
		return NULL;
	for (size_t r = 0; r < t->n_rows; r++) {
		for (size_t c = 0; c < t->n_columns; c++)
			free(t->rows[r][c].text);
		free(t->rows[r]);
	}
	free(t->rows);
	free(t->headers);
	free(t->right);
	free(t);
	return NULL;
}

void table_free_p(struct table **t)
{
	*t = table_free(*t);
}

void table_row_(struct table *t, const char *const *cells, size_t n)
{
	struct cell *row = xcalloc(t->n_columns, sizeof(*row));

	for (size_t c = 0; c < n && c < t->n_columns; c++)
		row[c].text = cells[c] ? xstrdup(cells[c]) : NULL;
	VEC_PUSH(t->rows, t->n_rows, t->cap_rows) = row;
}

void table_cell(struct table *t, size_t column, const char *fmt, ...)
{
	va_list ap;
	char *s;

	if (!t->n_rows || column >= t->n_columns)
		return;
	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	free(t->rows[t->n_rows - 1][column].text);
	t->rows[t->n_rows - 1][column].text = s;
}

void table_color(struct table *t, size_t column, const char *color)
{
	if (t->n_rows && column < t->n_columns)
		t->rows[t->n_rows - 1][column].color = color;
}

void table_right(struct table *t, size_t column)
{
	if (column < t->n_columns)
		t->right[column] = true;
}

void table_indent(struct table *t, unsigned spaces)
{
	t->indent = spaces;
}

size_t table_rows(const struct table *t)
{
	return t->n_rows;
}

/* The dashes below a header are as long as the longest text of the column. */
static void add_dashes(struct libscols_table *tb, const struct table *t)
{
	struct libscols_line *ln = scols_table_new_line(tb, NULL);

	for (size_t c = 0; c < t->n_columns; c++) {
		size_t width = strlen(t->headers[c]);

		for (size_t r = 0; r < t->n_rows; r++) {
			const char *s = t->rows[r][c].text;

			if (s && strlen(s) > width)
				width = strlen(s);
		}
		char *dashes = xmalloc(width + 1);

		memset(dashes, '-', width);
		dashes[width] = 0;
		scols_line_refer_data(ln, c, dashes); /* freed with the line */
	}
}

/* libsmartcols' own text, without the blanks that pad the last column, each line indented. */
static char *render_table(const struct table *t, bool color)
{
	struct libscols_table *tb = scols_new_table();
	_cleanup_free_ char *text = NULL;
	_cleanup_str_ struct str out = { 0 };

	if (!tb)
		abort();
	/* Two blanks between columns, as az does; and never fold or cut: a cut address misleads. */
	scols_table_set_column_separator(tb, "  ");
	scols_table_enable_colors(tb, color);
	for (size_t c = 0; c < t->n_columns; c++)
		scols_table_new_column(tb, t->headers[c], 0, t->right[c] ? SCOLS_FL_RIGHT : 0);
	add_dashes(tb, t);
	for (size_t r = 0; r < t->n_rows; r++) {
		struct libscols_line *ln = scols_table_new_line(tb, NULL);

		for (size_t c = 0; c < t->n_columns; c++) {
			const struct cell *cell = &t->rows[r][c];

			scols_line_set_data(ln, c, cell->text ? cell->text : "");
			if (color && cell->color)
				scols_cell_set_color(scols_line_get_cell(ln, c), cell->color);
		}
	}
	if (scols_print_table_to_string(tb, &text) < 0)
		abort();
	scols_unref_table(tb);

	for (char *line = text, *next; line && *line; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] == '\n');
		while (n && line[n - 1] == ' ')
			n--;
		str_printf(&out, "%*s", n ? (int)t->indent : 0, "");
		str_addn(&out, line, n);
		str_addc(&out, '\n');
	}
	return str_take(&out);
}

char *table_str(const struct table *t)
{
	return render_table(t, false);
}

void table_print(const struct table *t, FILE *f)
{
	const char *no_color = getenv("NO_COLOR");
	bool color = term_is(fileno(f)) && !(no_color && *no_color);
	_cleanup_free_ char *s = render_table(t, color);

	fputs(s, f);
}
