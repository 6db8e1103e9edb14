/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report in the format that was asked for: the formats are files of their own. */
#include "report/write.h"

#include <errno.h>

#include "base/str.h"
#include "base/visible.h"
#include "report/findings.h"

const char *const report_format_names[REPORT_MAX] = { "human", "tap",      "junit", "json",
	                                              "html",  "markdown", "sarif", "github" };
const char *const report_file_names[REPORT_MAX] = { "report.txt",   "report.tap",
	                                            "report.xml",   "report.json",
	                                            "report.html",  "report.markdown",
	                                            "report.sarif", "report.github" };

int report_format_parse(const char *s)
{
	for (int i = 0; i < REPORT_MAX; i++)
		if (strieq(s, report_format_names[i]))
			return i;
	return -EINVAL;
}

/* One object a run, each on a line of its own: readers of JSON take the stream as it is. */
static void write_json(FILE *f, const struct report_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *o = report_json(&runs[i]);

		json_dump_visible(o, f, JSON_REAL_PRECISION(12));
		fputc('\n', f);
		json_decref(o);
	}
}

static void write_as_findings(FILE *f, enum report_format fmt, const struct report_run *runs,
                              size_t n)
{
	struct checked_file *files = runs_checked(runs, n);

	checked_write(f, fmt, files, n, false);
	checked_files_free(files, n);
}

void report_write(FILE *f, enum report_format fmt, const struct report_run *runs, size_t n,
                  bool color)
{
	switch (fmt) {
	case REPORT_TAP:
		report_write_tap(f, runs, n);
		break;
	case REPORT_JUNIT:
		report_write_junit(f, runs, n);
		break;
	case REPORT_HTML:
		report_write_html(f, runs, n);
		break;
	case REPORT_MARKDOWN:
		report_write_markdown(f, runs, n);
		break;
	case REPORT_SARIF:
	case REPORT_GITHUB:
		write_as_findings(f, fmt, runs, n);
		break;
	case REPORT_JSON:
		write_json(f, runs, n);
		break;
	default:
		for (size_t i = 0; i < n; i++)
			report_write_human(f, &runs[i], color);
	}
}
