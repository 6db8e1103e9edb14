/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/failures.h"
#include "report/markdown.h"
#include "report/write.h"

static char *run_name(const struct report_run *r)
{
	const char *name = r->lab ? r->lab : r->file ? r->file : "lab";

	return r->repeats > 1 ? xasprintf("%s (%u of %u)", name, r->repeat, r->repeats)
	                      : xstrdup(name);
}

static void add_run_rows(struct str *b, const struct report_run *runs, size_t n)
{
	markdown_header(b, "", "Lab", "File", "Held", "Failed", "Warnings", "Skipped");
	for (size_t i = 0; i < n && i < MARKDOWN_ROWS; i++) {
		struct report_count c = report_count(&runs[i]);
		_cleanup_free_ char *name = run_name(&runs[i]);
		char text[4][16];
		const unsigned counts[] = { c.passed, c.failed, c.warnings, c.skipped };

		for (size_t k = 0; k < 4; k++)
			snprintf(text[k], sizeof(text[k]), "%u", counts[k]);
		markdown_row(b, report_ok(&runs[i]) ? "held" : "failed", name, runs[i].file,
		             text[0], text[1], text[2], text[3]);
	}
	markdown_more(b, n);
}

static void add_check_row(struct str *b, const char *lab, const char *what, const char *seen,
                          const char *hint)
{
	str_add(b, "| ");
	markdown_escape(b, lab);
	str_add(b, " | ");
	markdown_escape(b, what);
	str_add(b, " | ");
	markdown_escape(b, seen ? seen : "");
	if (hint) {
		str_add(b, "<br>hint: ");
		markdown_escape(b, hint);
	}
	str_add(b, " |\n");
}

static void add_failed_rows(struct str *b, const struct report_run *r, size_t *shown)
{
	_cleanup_free_ char *name = run_name(r);

	if (r->error && (*shown)++ < MARKDOWN_ROWS)
		add_check_row(b, name, "the lab runs", r->error, NULL);
	for (size_t k = 0; k < r->n; k++) {
		const struct report_check *c = &r->checks[k];

		if (!c->ok && !c->skipped && !c->warning && (*shown)++ < MARKDOWN_ROWS)
			add_check_row(b, name, c->name, c->detail, c->hint);
	}
}

static void add_failure_row(struct str *b, const char *lab, const json_t *x)
{
	_cleanup_free_ char *lost = xasprintf("%.0f", failure_ms(x, "lostMs"));
	_cleanup_free_ char *budget = xasprintf("%.0f", failure_ms(x, "budgetMs"));
	bool held = json_is_true(json_object_get(x, "held"));
	_cleanup_str_ struct str broken = { 0 }, others = { 0 };
	size_t i;
	json_t *p;

	json_array_foreach (json_object_get(x, "packets"), i, p) {
		struct str *to = !failure_is_back(p)          ? &broken
		                 : failure_takes_other_way(p) ? &others
		                                              : NULL;

		if (to)
			str_printf(to, "%s%s", to->n ? "; " : "", failure_text(p, "check"));
	}
	markdown_row(b, held ? "" : "exceeded", lab, failure_text(x, "failure"),
	             failure_is_back(x) ? lost : "not back", str_get(&broken), str_get(&others),
	             json_is_integer(json_object_get(x, "budgetMs")) ? budget : "");
}

/* Adds what test --failures measured; nothing, when nothing was taken away. */
static void add_failures(struct str *b, const struct report_run *runs, size_t n)
{
	size_t shown = 0, i;
	json_t *x;

	for (size_t k = 0; k < n; k++)
		json_array_foreach (json_object_get(runs[k].failures, "failures"), i, x) {
			_cleanup_free_ char *name = run_name(&runs[k]);

			if (!json_object_get(x, "returnMs"))
				continue;
			if (!shown) {
				str_addc(b, '\n');
				markdown_header(b, "", "Lab", "Without", "Lost, ms", "Broken",
				                "Arrives, but another way", "Budget, ms");
			}
			if (shown++ < MARKDOWN_ROWS)
				add_failure_row(b, name, x);
		}
	markdown_more(b, shown);
}

void report_write_markdown(FILE *f, const struct report_run *runs, size_t n)
{
	_cleanup_str_ struct str b = { 0 };
	size_t held = 0, shown = 0;

	for (size_t i = 0; i < n; i++)
		held += report_ok(&runs[i]);
	str_printf(&b, "### vnetlab test: %zu of %zu run%s held\n\n", held, n, n == 1 ? "" : "s");
	add_run_rows(&b, runs, n);
	if (held < n) {
		str_addc(&b, '\n');
		markdown_header(&b, "Lab", "Failed", "What was seen");
		for (size_t i = 0; i < n; i++)
			add_failed_rows(&b, &runs[i], &shown);
		markdown_more(&b, shown);
	}
	add_failures(&b, runs, n);
	fputs(str_get(&b), f);
}
