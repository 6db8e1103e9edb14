/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grades of a class: a row for each student.  Pure: text out of values. */
#pragma once

#include <jansson.h>

#include "report/report.h"

enum grade_state {
	GRADE_GRADED,
	GRADE_INVALID,   /* the design is refused */
	GRADE_TIMED_OUT, /* its time was over; what was judged till then counts */
	GRADE_TOO_BIG,   /* it needs more memory than it may have */
	GRADE_BROKEN,    /* its lab did not come up, or died */
	GRADE_NOT_RUN    /* somebody pressed Ctrl-C */
};
const char *grade_state_str(enum grade_state s); /* "graded", "invalid", "timedOut", ... */

struct grade_task { /* a check, and what it is worth */
	char *name;
	unsigned points;
};

struct grade {
	char *student, *file;
	enum grade_state state;
	char *reason; /* why there is nothing, or not everything, to judge; NULL: all was judged */
	struct report_run run; /* its checks by name */
	double seconds;
};

struct grades {
	struct grade_task *tasks;
	size_t n_tasks, cap_tasks;
	struct grade *v;
	size_t n, cap;
};
void grades_free(struct grades *g);

/* The points that the student has for the task: all of its points, or 0. */
unsigned grade_got(const struct grade *x, const struct grade_task *t);
unsigned grade_sum(const struct grades *g, const struct grade *x);
unsigned grades_most(const struct grades *g); /* points that there are */
/* The student's check of that task; NULL: it was not judged. */
const struct report_check *grade_check(const struct grade *x, const struct grade_task *t);

json_t *grades_json(const struct grades *g); /* docs/grading.md; new reference */
json_t *grade_json(const struct grades *g, const struct grade *x);
/* RFC 4180, a column for each task.  What a spreadsheet would take for a formula gets an
 * apostrophe in front: names of files are strangers' words. */
char *grades_csv(const struct grades *g);
