/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's checks: a table of all runs, and of each one that failed what was seen. */
#include <stdio.h>

#include "report/page.h"

static void add_run_summary(struct str *b, const struct report_run *r)
{
	struct report_count n = report_count(r);
	const char *word = report_ok(r) ? "held" : "failed";
	double ms = 0;

	for (int i = 0; i < PHASE_MAX; i++)
		ms += r->phase_ms[i];
	str_add(b, "<tr>");
	page_verdict(b, word, word);
	str_add(b, "<th scope=\"row\">");
	page_text(b, r->lab ? r->lab : "lab");
	if (r->repeats > 1)
		str_printf(b, " (%u of %u)", r->repeat, r->repeats);
	str_add(b, "</th>");
	page_cell(b, r->file);
	str_printf(b, "<td>%u</td><td>%u</td><td>%u</td><td>%.1f</td></tr>\n", n.passed, n.failed,
	           n.skipped, ms / 1000.0);
}

static void add_check(struct str *b, const struct report_check *k)
{
	const char *word = k->skipped   ? "skipped"
	                   : k->ok      ? "held"
	                   : k->warning ? "warning"
	                                : "failed";

	str_add(b, "<tr>");
	page_verdict(b, word, word);
	str_add(b, "<th scope=\"row\">");
	page_text(b, k->name);
	str_add(b, "</th><td>");
	page_lines(b, k->detail);
	if (k->hint && !k->ok) {
		str_add(b, "<br><em>");
		page_lines(b, k->hint);
		str_add(b, "</em>");
	}
	str_printf(b, "</td><td>%.2f</td></tr>\n", k->seconds);
}

static void add_run_checks(struct str *b, const struct report_run *r)
{
	_cleanup_free_ char *caption = xasprintf("Checks of %s", r->lab ? r->lab : "lab");

	str_printf(b, "<details%s><summary>", report_ok(r) ? "" : " open");
	page_text(b, caption);
	str_add(b, "</summary>\n");
	if (r->error) {
		str_add(b, "<p class=\"p-bad\">");
		page_lines(b, r->error);
		str_add(b, "</p>\n");
	}
	page_table(b, caption, "Result|Check|What was seen|Seconds");
	for (size_t k = 0; k < r->n; k++)
		add_check(b, &r->checks[k]);
	page_table_end(b);
	page_add_failures(b, r->failures);
	str_add(b, "</details>\n");
}

void page_add_runs(struct str *b, const struct report_run *runs, size_t n)
{
	size_t held = 0;

	for (size_t i = 0; i < n; i++)
		held += report_ok(&runs[i]);
	str_printf(
	    b, "<section aria-labelledby=\"runs\">\n<h2 id=\"runs\">%zu of %zu run%s held</h2>\n",
	    held, n, n == 1 ? "" : "s");
	page_table(b, "Runs", "Result|Lab|File|Held|Failed|Skipped|Seconds");
	for (int ok = 0; ok < 2; ok++)
		for (size_t i = 0; i < n; i++)
			if (report_ok(&runs[i]) == (ok == 1))
				add_run_summary(b, &runs[i]);
	page_table_end(b);
	for (size_t i = 0; i < n; i++)
		add_run_checks(b, &runs[i]);
	str_add(b, "</section>\n");
}
