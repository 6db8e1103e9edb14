/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "base/visible.h"
#include "report/failures.h"
#include "report/write.h"

enum { MARK_OK, MARK_FAIL, MARK_WARN, MARK_SKIP, MARK_ACTION };

static const char *check_mark(int which)
{
	static const char *const plain[] = { "ok  ", "FAIL", "warn", "skip", "do  " };
	static const char *const nice[] = { "✓", "✗", "!", "-", "»" };
	/* The program's own locale may be "C" whatever the terminal speaks: ask the environment. */
	static const char *const vars[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
		const char *v = getenv(vars[i]);

		if (v && *v)
			return str_glob("*utf*8*", v) ? nice[which] : plain[which];
	}
	return plain[which];
}

static const char *color_code(bool color, const char *code)
{
	return color ? code : "";
}

static void write_indented(FILE *f, const char *text, const char *indent)
{
	for (const char *line = text; line && *line;) {
		size_t n = strcspn(line, "\n");

		fputs(indent, f);
		_cleanup_free_ char *clean = text_visible(line, n, false);

		fprintf(f, "%s\n", clean);
		line += n + (line[n] == '\n');
	}
}

static void write_check(FILE *f, const struct report_check *k, bool color)
{
	int m = k->skipped  ? MARK_SKIP
	        : !k->ok    ? (k->warning ? MARK_WARN : MARK_FAIL)
	        : k->action ? MARK_ACTION
	                    : MARK_OK;
	if (k->failure && k->ok) /* a row of the table is enough */
		return;
	static const char *const colors[] = { "\033[32m", "\033[31m", "\033[33m", "\033[2m",
		                              "\033[36m" };

	fprintf(f, "  %s%s%s %s", color_code(color, colors[m]), check_mark(m),
	        color_code(color, "\033[0m"), k->name);
	if (!k->skipped)
		fprintf(f, "  %s(%.2f s)%s", color_code(color, "\033[2m"), k->seconds,
		        color_code(color, "\033[0m"));
	fputc('\n', f);
	if (k->ok && k->action && k->detail)
		write_indented(f, k->detail, "      ");
	if (k->ok || k->skipped)
		return;
	write_indented(f, k->detail, "      ");
	if (k->hint) {
		fputs("      hint: ", f);
		write_indented(f, k->hint, "");
	}
}

void report_write_human(FILE *f, const struct report_run *r, bool color)
{
	struct report_count n = report_count(r);

	fprintf(f, "%s%s%s", color_code(color, "\033[1m"), r->lab ? r->lab : r->file,
	        color_code(color, "\033[0m"));
	if (r->repeats > 1)
		fprintf(f, " (%u of %u)", r->repeat, r->repeats);
	fputc('\n', f);
	for (size_t i = 0; i < r->n; i++)
		write_check(f, &r->checks[i], color);
	if (r->error) {
		fprintf(f, "  %s%s%s\n", color_code(color, "\033[31m"), check_mark(MARK_FAIL),
		        color_code(color, "\033[0m"));
		write_indented(f, r->error, "      ");
	}
	if (r->failures)
		report_failures_human(f, r->failures);
	fprintf(f, "  %u held, %u failed", n.passed, n.failed);
	if (n.warnings)
		fprintf(f, ", %u warnings", n.warnings);
	if (n.skipped)
		fprintf(f, ", %u skipped", n.skipped);
	fprintf(f,
	        "; parse %.0f ms, build %.0f ms, converge %.0f ms, checks %.0f ms, down %.0f ms\n",
	        r->phase_ms[PHASE_PARSE], r->phase_ms[PHASE_BUILD], r->phase_ms[PHASE_CONVERGE],
	        r->phase_ms[PHASE_CHECKS], r->phase_ms[PHASE_DOWN]);
}

void report_summary(FILE *f, const struct report_run *runs, size_t n, bool color)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++)
		bad += !report_ok(&runs[i]);
	if (n < 2)
		return;
	fprintf(f, "%s%zu of %zu runs held%s\n", color_code(color, bad ? "\033[31m" : "\033[32m"),
	        n - bad, n, color_code(color, "\033[0m"));
	for (size_t i = 0; i < n; i++) {
		const struct report_run *r = &runs[i];

		if (report_ok(r))
			continue;
		fprintf(f, "  %s", r->lab ? r->lab : r->file);
		if (r->repeats > 1)
			fprintf(f, " run %u", r->repeat);
		if (r->file)
			fprintf(f, " (%s)", r->file);
		fputs(":\n", f);
		for (size_t k = 0; k < r->n; k++)
			if (!r->checks[k].ok && !r->checks[k].skipped && !r->checks[k].warning)
				fprintf(f, "    %s\n", r->checks[k].name);
		write_indented(f, r->error, "    ");
	}
}
