/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/matrix.h"

#include "base/json.h"
#include "base/str.h"
#include "report/markdown.h"
#include "report/write.h"

static const char *rule_of_verdict(const char *verdict)
{
	static const char *const rules[][2] = {
		{ "loop", "MATRIX-LOOP" },     { "broken", "MATRIX-BROKEN" },
		{ "partly", "MATRIX-PARTLY" }, { "dropped", "MATRIX-DROPPED" },
		{ "denied", "MATRIX-DENIED" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (streq(rules[i][0], verdict))
			return rules[i][1];
	return NULL;
}

/* A dropped or denied packet is informative, since somebody wrote it so; a line that may be
 * otherwise is a warning. */
static enum severity severity_of_line(const json_t *l)
{
	const char *v = member_text(l, "verdict", "");

	if (streq(v, "dropped") || streq(v, "denied"))
		return SEV_INFO;
	return json_is_true(json_object_get(l, "known")) ? SEV_ERROR : SEV_WARNING;
}

static char *disagreement_text(const json_t *d)
{
	const json_t *m = json_object_get(d, "model"), *k = json_object_get(d, "kernel");
	bool packets = streq(member_text(d, "between", ""), "packets");

	return xasprintf("%s -> %s%s%s, %s %lld: %s says %s, %s says %s (%s)",
	                 member_text(d, "from", ""), member_text(d, "to", ""),
	                 *member_text(d, "address", "") ? " at " : "",
	                 member_text(d, "address", ""), member_text(d, "protocol", ""),
	                 (long long)json_integer_value(json_object_get(d, "port")),
	                 packets                                        ? "the kernel"
	                 : streq(member_text(d, "between", ""), "file") ? "the file"
	                                                                : "the model",
	                 member_text(m, "verdict", ""), packets ? "a packet" : "the kernel",
	                 member_text(k, "verdict", ""), member_text(k, "reason", ""));
}

static void add_matrix_findings(const struct matrix_report *r)
{
	struct findings *f = &r->file->f;
	const json_t *x;
	size_t i;

	json_array_foreach (r->differ, i, x) {
		_cleanup_free_ char *text = disagreement_text(x);

		finding_add(f, SEV_ERROR, "MATRIX-DISAGREES", NULL, "",
		            "vnetlab bundle saves what reproduces it", "%s", text);
	}
	json_array_foreach (json_object_get(r->lines, "lines"), i, x) {
		const char *rule = rule_of_verdict(member_text(x, "verdict", ""));

		if (rule)
			finding_add(f, severity_of_line(x), rule, NULL,
			            member_text(x, "pointer", ""), NULL,
			            "%s -> %s, %s: %s (%s): %s", member_text(x, "from", ""),
			            member_text(x, "to", ""), member_text(x, "traffic", ""),
			            member_text(x, "answer", ""), member_text(x, "way", ""),
			            member_text(x, "reason", ""));
	}
}

/* A check for each line: what is delivered holds, too. */
static void fill_matrix_run(const struct matrix_report *r, struct report_run *run)
{
	const json_t *x;
	size_t i;

	*run = (struct report_run){ .lab = xstrdup(r->name), .file = xstrdup(r->name) };
	json_array_foreach (r->differ, i, x) {
		struct report_check *k = report_add(run);

		k->name = xstrdup("model, kernels and packets agree");
		k->detail = disagreement_text(x);
	}
	json_array_foreach (json_object_get(r->lines, "lines"), i, x) {
		struct report_check *k = report_add(run);
		enum severity s = severity_of_line(x);

		k->name = xasprintf("%s -> %s, %s: %s", member_text(x, "from", ""),
		                    member_text(x, "to", ""), member_text(x, "traffic", ""),
		                    member_text(x, "answer", ""));
		k->ok = s == SEV_INFO || streq(member_text(x, "verdict", ""), "delivered");
		k->warning = s == SEV_WARNING;
		k->detail = xasprintf("%s%s%s", member_text(x, "way", ""),
		                      *member_text(x, "reason", "") ? ": " : "",
		                      member_text(x, "reason", ""));
	}
}

/* ---- Markdown ---- */

static void add_disagreements(struct str *b, const json_t *list)
{
	const json_t *d;
	size_t i;

	if (!json_array_size(list))
		return;
	str_addc(b, '\n');
	markdown_header(b, "Model, kernels and packets disagree");
	json_array_foreach (list, i, d) {
		_cleanup_free_ char *text = disagreement_text(d);

		if (i < MARKDOWN_ROWS)
			markdown_row(b, text);
	}
	markdown_more(b, json_array_size(list));
}

static void add_undelivered(struct str *b, const json_t *lines)
{
	const json_t *l;
	size_t i, n = 0;

	json_array_foreach (lines, i, l) {
		if (!rule_of_verdict(member_text(l, "verdict", "")) || n++ >= MARKDOWN_ROWS)
			continue;
		if (n == 1) {
			str_addc(b, '\n');
			markdown_header(b, "From", "To", "Traffic", "Answer", "Way", "Why");
		}
		markdown_row(b, member_text(l, "from", ""), member_text(l, "to", ""),
		             member_text(l, "traffic", ""), member_text(l, "answer", ""),
		             member_text(l, "way", ""), member_text(l, "reason", ""));
	}
	markdown_more(b, n);
}

static void add_grid(struct str *b, const json_t *grid)
{
	const json_t *from = json_object_get(grid, "from"), *to = json_object_get(grid, "to");
	size_t n = json_array_size(to);
	_cleanup_free_ const char **cells = xcalloc(n + 1, sizeof(*cells));

	if (!n || n > MARKDOWN_ROWS || json_array_size(from) > MARKDOWN_ROWS)
		return;
	cells[0] = "from \\ to";
	for (size_t k = 0; k < n; k++)
		cells[k + 1] = json_string_value(json_array_get(to, k));
	str_addc(b, '\n');
	markdown_header_(b, cells, n + 1);
	for (size_t i = 0; i < json_array_size(from); i++) {
		const json_t *row = json_array_get(json_object_get(grid, "cells"), i);

		cells[0] = json_string_value(json_array_get(from, i));
		for (size_t k = 0; k < n; k++)
			cells[k + 1] = json_string_value(json_array_get(row, k));
		markdown_row_(b, cells, n + 1);
	}
}

char *matrix_counts_text(const json_t *lines)
{
	const char *sep = ": ", *verdict;
	struct str s = { 0 };
	json_t *x;

	str_printf(&s, "%lld sources, %lld classes of destinations",
	           (long long)json_integer_value(json_object_get(lines, "sources")),
	           (long long)json_integer_value(json_object_get(lines, "classes")));
	json_object_foreach (json_object_get(lines, "counts"), verdict, x) {
		str_printf(&s, "%s%lld %s", sep, (long long)json_integer_value(x), verdict);
		sep = ", ";
	}
	if (*sep == ':')
		str_add(&s, ": nobody asks anybody");
	return str_take(&s);
}

static void add_matrix_markdown(struct str *b, const struct matrix_report *r)
{
	_cleanup_free_ char *counts = matrix_counts_text(r->lines);
	json_t *x;
	size_t i;

	str_add(b, "### vnetlab matrix: ");
	markdown_escape(b, r->name);
	str_printf(b, "\n\n%s.\n", counts);
	add_disagreements(b, r->differ);
	add_undelivered(b, json_object_get(r->lines, "lines"));
	add_grid(b, json_object_get(r->lines, "grid"));
	json_array_foreach (json_object_get(r->lines, "unread"), i, x) {
		str_add(b, "\nnot certain: ");
		markdown_escape(b, json_string_value(x));
		str_addc(b, '\n');
	}
}

void matrix_write(FILE *f, enum report_format fmt, const struct matrix_report *r)
{
	_cleanup_str_ struct str b = { 0 };
	struct report_run run;

	if (fmt == REPORT_MARKDOWN) {
		add_matrix_markdown(&b, r);
		fputs(str_get(&b), f);
	} else if (fmt == REPORT_TAP || fmt == REPORT_JUNIT) {
		fill_matrix_run(r, &run);
		report_write(f, fmt, &run, 1, false);
		report_run_free(&run);
	} else {
		add_matrix_findings(r);
		checked_write(f, fmt, r->file, 1, false);
	}
}
