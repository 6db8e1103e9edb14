/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A matrix and a diff in the formats of report/report.h.  Pure. */
#pragma once

#include "matrix/diff.h"
#include "report/findings.h"

struct matrix_report {
	const char *name;          /* of the file or the lab */
	const json_t *lines;       /* matrix_lines_json() */
	const json_t *differ;      /* disagreements; NULL: of a file */
	struct checked_file *file; /* gets the findings; its table of places is asked */
};
/* "7 sources, 34 classes of destinations: 4 loop, 32 delivered"; the caller frees. */
char *matrix_counts_text(const json_t *lines);
/* Any format but REPORT_HUMAN, REPORT_JSON and REPORT_HTML. */
void matrix_write(FILE *f, enum report_format fmt, const struct matrix_report *r);

/* The same of what changed from old to now; file is that of the new design. */
struct diff_report {
	const char *old, *now;
	const struct diff *diff;
	struct checked_file *file;
};
void diff_write(FILE *f, enum report_format fmt, const struct diff_report *r);
