/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of a test, for people and for the readers of TAP, JUnit and JSON.  Pure: text out of
 * values. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"

enum report_format {
	REPORT_HUMAN,
	REPORT_TAP,
	REPORT_JUNIT,
	REPORT_JSON,
	REPORT_HTML,
	REPORT_MARKDOWN,
	REPORT_SARIF,
	REPORT_GITHUB,
	REPORT_MAX
};
extern const char *const report_format_names[REPORT_MAX]; /* "human", "tap", ... */
extern const char *const report_file_names[REPORT_MAX];   /* "report.txt", ... in --report DIR */
int report_format_parse(const char *s);                   /* -EINVAL */

struct report_check {
	char *name;
	bool ok, skipped;
	bool warning; /* level: a failure does not count */
	bool action;  /* a "do", not a wish */
	bool failure; /* of test --failures: what it cost that something was away */
	double seconds;
	char *detail;          /* what was seen; may have several lines; NULL: nothing to say */
	char *hint;            /* NULL: none */
	unsigned line, column; /* where the file has it; 0: nobody knows */
};

enum report_phase { PHASE_PARSE, PHASE_BUILD, PHASE_CONVERGE, PHASE_CHECKS, PHASE_DOWN, PHASE_MAX };

struct report_run { /* one lab, brought up and checked once */
	char *lab, *file;
	unsigned repeat, repeats; /* 1 of 1 */
	char *error;              /* the lab did not come up, or broke: why; NULL: it did */
	double phase_ms[PHASE_MAX];
	struct report_check *checks;
	size_t n, cap;
	json_t *failures; /* of test --failures: {checks[], failures[]}; NULL */
};
void report_run_free(struct report_run *r);
struct report_check *report_add(struct report_run *r); /* zeroed; the run owns its strings */

struct report_count {
	unsigned passed, failed, skipped, warnings;
};
struct report_count report_count(const struct report_run *r);
bool report_ok(const struct report_run *r); /* no error, nothing failed */

json_t *report_json(const struct report_run *r); /* interfaces.md, section 5; new reference */

/* The run that such an object is of, but for which repetition it was. */
void report_from_json(const json_t *j, struct report_run *ret);

/* A whole document about all runs.  color: human only. */
void report_write(FILE *f, enum report_format fmt, const struct report_run *runs, size_t n,
                  bool color);
/* The last lines for people: how many runs held, and which did not. */
void report_summary(FILE *f, const struct report_run *runs, size_t n, bool color);
