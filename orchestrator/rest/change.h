/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes that clients ask for, in the order in which they came. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rest/failure.h"

typedef void change_fn(void *ctx, const struct rest_failure *f);

struct change {
	json_t *edits;    /* rest/edit.h */
	change_fn *taken; /* with NULL, or what it is refused for; may be NULL: that goes to done */
	change_fn *done;  /* of one that was taken: the lab has it, or it has failed */
	void *ctx;
	bool told;                   /* that it was taken */
	bool alone;                  /* it was part of an apply that failed */
	struct rest_failure refused; /* status 0: it is not */
	struct change *next;
};

struct changes {
	struct change *first, **last;
};

struct change *change_new(json_t *edits /* stolen */, change_fn *taken, change_fn *done, void *ctx);
void changes_init(struct changes *c);
void changes_push(struct changes *c, struct change *x);
struct change *changes_pop(struct changes *c);                   /* NULL: there is none */
void changes_move(struct changes *to, struct changes *from);     /* to its end */
void change_tell_taken(struct change *c);                        /* once */
void change_end(struct change *c, const struct rest_failure *f); /* answered, and freed */
/* Does one of them change this resource, or its group?  key: resource_key() of its id. */
bool changes_touch(const struct changes *c, const char *key);
