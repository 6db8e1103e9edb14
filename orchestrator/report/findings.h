/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of files in the formats of report/report.h.  Pure: text out of values. */
#pragma once

#include <stdio.h>

#include "base/finding.h"
#include "base/str.h"
#include "report/report.h"

struct checked_file {
	char *name; /* as people named it */
	/* The folder that a finding's source is relative to, "" being this one.  NULL: the file is
	 * a topology, and what its objects once came from is elsewhere. */
	char *folder;
	char *error; /* it could not be read: why; NULL: it could */
	struct findings f;
};
void checked_file_free(struct checked_file *c);

/* The place at which an editor finds it. line and column are 0 when only the file is known. */
struct finding_place {
	char *file; /* the caller frees */
	size_t line, column;
	size_t end_column; /* behind the expression; 0: that is not known */
};
struct finding_place finding_place(const struct checked_file *c, const struct finding *x);
/* The same of one of the places of a finding that stands for many. */
struct finding_place finding_alike_place(const struct checked_file *c, const char *where);

/* {"findings": [...]} of all files, each with its "file", and {"errors": [{"file", "message"}]}
 * when some cannot be read; new reference. */
json_t *checked_json(const struct checked_file *files, size_t n);
/* "::error file=main.json,title=RULE::message", a line each. */
void checked_write_github(FILE *f, const struct checked_file *files, size_t n);
/* SARIF 2.1.0; version is that of vnetlab; new reference. */
json_t *checked_sarif(const struct checked_file *files, size_t n, const char *version);
/* A section for a pull request. */
void checked_markdown(struct str *b, const struct checked_file *files, size_t n);
/* A run for each file, a check for each finding.  strict: warnings fail.  The caller frees them. */
struct report_run *checked_runs(const struct checked_file *files, size_t n, bool strict);
/* The other way round: a finding for each check that failed, and for a lab that did not run. */
struct checked_file *runs_checked(const struct report_run *runs, size_t n);
void checked_files_free(struct checked_file *files, size_t n);

/* A whole document in any format but REPORT_HUMAN and REPORT_HTML. */
void checked_write(FILE *f, enum report_format fmt, const struct checked_file *files, size_t n,
                   bool strict);
/* A document of JSON with a newline; takes the reference. */
void document_write(FILE *f, json_t *j);
