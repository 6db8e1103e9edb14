/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JUnit's XML as CI servers read it (the jenkins-junit schema): a suite for each run, a case for
 * each check. */
#include <string.h>

#include "base/str.h"
#include "report/markup.h"
#include "report/write.h"

static void write_escaped(FILE *f, const char *s)
{
	_cleanup_str_ struct str b = { 0 };

	markup_escape(&b, s);
	fputs(str_get(&b), f);
}

static void write_attribute(FILE *f, const char *name, const char *value)
{
	fprintf(f, " %s=\"", name);
	write_escaped(f, value);
	fputc('"', f);
}

static void first_line(FILE *f, const char *name, const char *text)
{
	_cleanup_free_ char *line = xstrndup(text, strcspn(text, "\n"));

	write_attribute(f, name, line);
}

static void suite_name(const struct report_run *r, struct str *out)
{
	str_add(out, r->lab ? r->lab : r->file ? r->file : "lab");
	if (r->repeats > 1)
		str_printf(out, " (%u of %u)", r->repeat, r->repeats);
}

static void write_testcase(FILE *f, const struct report_run *r, const struct report_check *k)
{
	const char *detail = k->detail ? k->detail : "";

	fputs("    <testcase", f);
	write_attribute(f, "classname", r->lab ? r->lab : "lab");
	write_attribute(f, "name", k->name);
	fprintf(f, " time=\"%.3f\">", k->seconds);
	if (k->skipped) {
		fputs("<skipped/>", f);
	} else if (!k->ok && !k->warning) {
		fputs("<failure", f);
		first_line(f, "message", detail);
		fputs(" type=\"check\">", f);
		write_escaped(f, detail);
		if (k->hint) {
			fputs("&#10;hint: ", f);
			write_escaped(f, k->hint);
		}
		fputs("</failure>", f);
	} else if (*detail) {
		fputs("<system-out>", f);
		if (!k->ok)
			fputs("warning: ", f);
		write_escaped(f, detail);
		fputs("</system-out>", f);
	}
	fputs("</testcase>\n", f);
}

static double run_seconds(const struct report_run *r)
{
	double ms = 0;

	for (int i = 0; i < PHASE_MAX; i++)
		ms += r->phase_ms[i];
	return ms / 1000.0;
}

static void write_testsuite(FILE *f, const struct report_run *r)
{
	static const char *const phases[PHASE_MAX] = { "parseMs", "buildMs", "convergeMs",
		                                       "checksMs", "downMs" };
	struct report_count n = report_count(r);
	_cleanup_str_ struct str name = { 0 };

	suite_name(r, &name);
	fputs("  <testsuite", f);
	write_attribute(f, "name", name.s);
	fprintf(f, " tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n",
	        r->n + (r->error ? 1 : 0), n.failed, r->error ? 1u : 0u, n.skipped, run_seconds(r));
	if (run_seconds(r) > 0) { /* not of files that were only looked at */
		fputs("    <properties>\n", f);
		if (r->file) {
			fputs("      <property name=\"file\"", f);
			write_attribute(f, "value", r->file);
			fputs("/>\n", f);
		}
		for (int i = 0; i < PHASE_MAX; i++)
			fprintf(f, "      <property name=\"%s\" value=\"%.1f\"/>\n", phases[i],
			        r->phase_ms[i]);
		fputs("    </properties>\n", f);
	}
	for (size_t i = 0; i < r->n; i++)
		write_testcase(f, r, &r->checks[i]);
	if (r->error) {
		fputs("    <testcase", f);
		write_attribute(f, "classname", r->lab ? r->lab : "lab");
		fputs(" name=\"the lab runs\" time=\"0.000\"><error", f);
		first_line(f, "message", r->error);
		fputs(" type=\"lab\">", f);
		write_escaped(f, r->error);
		fputs("</error></testcase>\n", f);
	}
	fputs("  </testsuite>\n", f);
}

void report_write_junit(FILE *f, const struct report_run *runs, size_t n)
{
	size_t tests = 0;
	unsigned failures = 0, errors = 0;
	double seconds = 0;

	for (size_t i = 0; i < n; i++) {
		tests += runs[i].n + (runs[i].error ? 1 : 0);
		failures += report_count(&runs[i]).failed;
		errors += runs[i].error ? 1u : 0u;
		seconds += run_seconds(&runs[i]);
	}
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", f);
	fprintf(f,
	        "<testsuites name=\"vnetlab\" tests=\"%zu\" failures=\"%u\" errors=\"%u\" "
	        "time=\"%.3f\">\n",
	        tests, failures, errors, seconds);
	for (size_t i = 0; i < n; i++)
		write_testsuite(f, &runs[i]);
	fputs("</testsuites>\n", f);
}
