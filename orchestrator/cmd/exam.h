/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that an exam hides in a design: each is one change of one value of the topology, or of one
 * file of an appliance. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/cmd.h"

struct exam_change {
	const char *fault; /* its name: "next-hop" */
	char *pointer;     /* into the topology: the object that is changed */
	char *member;      /* of it */
	char *file;        /* in the design's files, of which now is the content; NULL: no file */
	json_t *now;       /* the new value; NULL: the member goes */
	char *what;        /* a sentence, for the trainer */
	char *slow;        /* the appliance whose failing is noticed late; NULL: the model judges */
};

struct exam_changes {
	struct exam_change *v;
	size_t n, cap;
};

extern const struct exam_fault {
	const char *name, *help;
	/* Adds every change of this sort that the design has a place for, in the file's order. */
	void (*find)(const struct exam_fault *f, json_t *design, struct exam_changes *ret);
} exam_faults[]; /* ends with a NULL name */

void exam_changes_free(struct exam_changes *c);
/* Changes the design. */
void exam_apply(const struct exam_change *c, json_t *design);

/* Of exam_files.c: what stands in an appliance's own files. */
void exam_find_hold_times(const struct exam_fault *f, json_t *design, struct exam_changes *ret);
void exam_find_unpeered(const struct exam_fault *f, json_t *design, struct exam_changes *ret);

/* Of exam_choose.c. */
struct exam {
	const struct cmd_args *a;
	json_t *original;
	json_t *design; /* with the faults that were chosen */
	json_t *chosen; /* of them, for the trainer, and for a lab: plan/overlay.h */
	bool *held;     /* by check of the design as it was */
	size_t n_checks;
	uint64_t state; /* of the generator */
};
void exam_done(struct exam *x);
/* Checks that all names of the set are faults; an exit status, printed. */
int exam_check_set(const struct cmd_args *a, const char *set);
/* Hides so many faults of the set in a copy of the design; an exit status, printed.  Of x, ->a is
 * set before. */
int exam_hide(struct exam *x, json_t *design, const char *set, long count, long seed);
/* Prints faults; EX_DONE. */
int exam_reveal(const struct cmd_args *a, const json_t *faults);

/* Of exam_lab.c: --running hides faults in a lab, or with --reveal tells them; --redeploy.  Exit
 * statuses, printed. */
int exam_in_lab(const struct cmd_args *a, const char *set, long count, long seed);
int exam_redeploy(const struct cmd_args *a, const char *object);
