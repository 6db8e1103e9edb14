/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that an exam hides in a design: each is one change of one value of the topology. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct exam_change {
	const char *fault; /* its name: "next-hop" */
	char *pointer;     /* of the object that is changed */
	char *member;      /* of it */
	json_t *now;       /* the new value; NULL: the member goes */
	char *what;        /* a sentence, for the trainer */
};

struct exam_changes {
	struct exam_change *v;
	size_t n, cap;
};

extern const struct exam_fault {
	const char *name, *help;
	/* Adds every change of this sort that the topology has a place for, in the file's order. */
	void (*find)(const struct exam_fault *f, json_t *topology, struct exam_changes *ret);
} exam_faults[]; /* ends with a NULL name */

void exam_changes_free(struct exam_changes *c);
/* Changes the topology. */
void exam_apply(const struct exam_change *c, json_t *topology);
