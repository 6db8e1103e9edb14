/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lessons: folders of topologies/lessons, which a trainer writes without C (docs/lessons.md).
 *
 *	NN-NAME/lesson.md            a title, the story, "## Hint" as often as wanted, "## Solution"
 *	NN-NAME/NAME.vnetlab.json    the design that a student begins with; its checks are the tasks
 *	NN-NAME/solution.json        what makes it right: a JSON merge patch (RFC 7396) */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"

enum { LESSON_HINTS = 20 };

struct lesson {
	char *name;   /* of its folder: "03-spoke-to-spoke" */
	char *folder; /* where it was found */
	char *file;   /* its design, in the folder: "spoke-to-spoke.vnetlab.json" */
	char *title, *story, *solution;
	char *hints[LESSON_HINTS];
	size_t n_hints;
	json_t *topology; /* that one begins with; NULL: it could not be read */
	json_t *patch;    /* the solution's; NULL: none */
	char *wrong;      /* why it is no lesson; NULL: it is one */
};

struct lessons { /* in the order of names */
	struct lesson *v;
	size_t n, cap;
};

/* Finds the lessons in the folders of $VNETLAB_LESSONS (separated by colons), or those that came
 * with the program. */
void lessons_find(struct lessons *ret);
/* Adds the lesson of one folder. */
void lessons_add(struct lessons *ls, const char *folder);
void lessons_free(struct lessons *ls);
/* "3", "03", "03-spoke-to-spoke", "spoke-to-spoke"; NULL: none, or several. */
struct lesson *lesson_named(const struct lessons *ls, const char *name);
/* The faults of a lesson, a sentence each, by the model alone; new reference to a list. */
json_t *lesson_lint(const struct lesson *l);

/* The record of what the student has done: in $XDG_STATE_HOME/vnetlab/learn.json, or below
 * ~/.local/state. */
struct lesson_state {
	char *folder; /* the student's copy; NULL: not begun */
	unsigned hints;
	bool finished;
};
int lesson_state_read(const char *lesson, struct lesson_state *ret, struct err *e);
int lesson_state_write(const char *lesson, const struct lesson_state *s, struct err *e);
void lesson_state_free(struct lesson_state *s);
