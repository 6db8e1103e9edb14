/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One page for people: a table of all runs, those that failed first, with what was seen.  No
 * script, and nothing from elsewhere. */
#include <string.h>

#include "base/str.h"
#include "base/visible.h"
#include "report/markup.h"
#include "report/write.h"

static void write_text(FILE *f, const char *s)
{
	_cleanup_free_ char *clean = text_visible(s, strlen(s), false);
	_cleanup_str_ struct str b = { 0 };

	markup_escape(&b, clean);
	fputs(str_get(&b), f);
}

/* Lines stay lines. */
static void write_lines(FILE *f, const char *s)
{
	while (s && *s) {
		size_t n = strcspn(s, "\n");
		_cleanup_free_ char *line = xstrndup(s, n);

		write_text(f, line);
		s += n;
		if (*s)
			fputs("<br>", f);
		s += *s == '\n';
	}
}

static void write_failed_check(FILE *f, const struct report_check *k)
{
	fputs("<dt>", f);
	write_text(f, k->name);
	fputs("</dt><dd>", f);
	write_lines(f, k->detail);
	if (k->hint) {
		fputs("<br><i>", f);
		write_lines(f, k->hint);
		fputs("</i>", f);
	}
	fputs("</dd>", f);
}

static void write_run_row(FILE *f, const struct report_run *r)
{
	struct report_count n = report_count(r);
	bool ok = report_ok(r);
	double ms = 0;

	for (int i = 0; i < PHASE_MAX; i++)
		ms += r->phase_ms[i];
	fprintf(f, "<tr class=\"%s\"><td>%s</td><td>", ok ? "ok" : "bad", ok ? "held" : "failed");
	write_text(f, r->lab ? r->lab : "lab");
	if (r->repeats > 1)
		fprintf(f, " (%u of %u)", r->repeat, r->repeats);
	fputs("</td><td>", f);
	write_text(f, r->file ? r->file : "");
	fprintf(f, "</td><td>%u</td><td>%u</td><td>%u</td><td>%.1f</td></tr>\n", n.passed, n.failed,
	        n.skipped, ms / 1000.0);
	if (ok)
		return;
	fputs("<tr><td></td><td colspan=\"6\"><dl>", f);
	for (size_t i = 0; i < r->n; i++)
		if (!r->checks[i].ok && !r->checks[i].skipped && !r->checks[i].warning)
			write_failed_check(f, &r->checks[i]);
	if (r->error) {
		fputs("<dt>the lab runs</dt><dd>", f);
		write_lines(f, r->error);
		fputs("</dd>", f);
	}
	fputs("</dl></td></tr>\n", f);
}

void report_write_html(FILE *f, const struct report_run *runs, size_t n)
{
	static const char head[] =
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
	    "charset=\"utf-8\"><title>vnetlab</title>\n"
	    "<style>body{font-family:sans-serif}table{border-collapse:collapse}"
	    "td,th{padding:.2em .6em;text-align:left;vertical-align:top}"
	    "tr.ok td:first-child{color:#070}tr.bad{background:#fdd}tr.bad "
	    "td:first-child{color:#a00}"
	    "dt{font-weight:bold}</style></head><body>\n";
	size_t held = 0;

	for (size_t i = 0; i < n; i++)
		held += report_ok(&runs[i]);
	fputs(head, f);
	fprintf(f, "<h1>%zu of %zu runs held</h1>\n<table>\n", held, n);
	fputs("<tr><th></th><th>lab</th><th>file</th><th>held</th><th>failed</th><th>skipped</th>"
	      "<th>seconds</th></tr>\n",
	      f);
	for (int ok = 0; ok <= 1; ok++)
		for (size_t i = 0; i < n; i++)
			if (report_ok(&runs[i]) == (bool)ok)
				write_run_row(f, &runs[i]);
	fputs("</table></body></html>\n", f);
}
