/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of files, as programs read them: JSON, GitHub's workflow commands, SARIF, JUnit.  Pure:
 * text out of values. */
#pragma once

#include <stdio.h>

#include "base/finding.h"

struct checked_file {
	char *name; /* as people named it */
	/* What a finding's source is relative to, "" being this folder.  NULL: the file is a
	 * topology, and what its objects once came from is elsewhere. */
	char *folder;
	char *error; /* it could not be read: why; NULL: it could */
	struct findings f;
};
void checked_file_free(struct checked_file *c);

/* Where an editor finds it.  line and column are 0 when only the file is known. */
struct finding_place {
	char *file; /* the caller frees */
	size_t line, column;
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
/* A suite for each file, a case for each finding.  strict: warnings fail. */
void checked_write_junit(FILE *f, const struct checked_file *files, size_t n, bool strict);
