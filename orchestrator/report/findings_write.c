/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings in the format that was asked for: the formats are files of their own. */
#include "base/str.h"
#include "base/version.h"
#include "base/visible.h"
#include "report/findings.h"
#include "report/write.h"

void document_write(FILE *f, json_t *j)
{
	(void)json_dump_visible(j, f, JSON_INDENT(2) | JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY);
	fputc('\n', f);
	json_decref(j);
}

static void write_as_runs(FILE *f, enum report_format fmt, const struct checked_file *files,
                          size_t n, bool strict)
{
	struct report_run *runs = checked_runs(files, n, strict);

	if (fmt == REPORT_TAP)
		report_write_tap(f, runs, n);
	else
		report_write_junit(f, runs, n);
	for (size_t i = 0; i < n; i++)
		report_run_free(&runs[i]);
	free(runs);
}

void checked_write(FILE *f, enum report_format fmt, const struct checked_file *files, size_t n,
                   bool strict)
{
	_cleanup_str_ struct str b = { 0 };

	switch (fmt) {
	case REPORT_TAP:
	case REPORT_JUNIT:
		write_as_runs(f, fmt, files, n, strict);
		break;
	case REPORT_SARIF:
		document_write(f, checked_sarif(files, n, vnetlab_version()));
		break;
	case REPORT_GITHUB:
		checked_write_github(f, files, n);
		break;
	case REPORT_MARKDOWN:
		checked_markdown(&b, files, n);
		fputs(str_get(&b), f);
		break;
	default:
		document_write(f, checked_json(files, n));
	}
}
