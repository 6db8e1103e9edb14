/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes, and one apply at a time: what arrives while one is under way is applied together. */
#pragma once

#include <jansson.h>

#include "rest/call.h"
#include "rest/change.h"

struct queue;

struct queue *queue_new(struct rest *r, struct store *applied /* stolen */);
struct queue *queue_free(struct queue *q); /* returns NULL */
/* With what is not applied yet; and that alone which is. */
struct store *queue_head(const struct queue *q);
struct store *queue_applied(const struct queue *q);
/* The lab's name of a resource, as it was applied; NULL: none.  Borrowed. */
const char *queue_lab_name(const struct queue *q, const char *key);
/* The design of what is applied, borrowed, for the first apply. */
int queue_begin(struct queue *q, json_t **ret_design, struct rest_failure *f);
/* Is a change of this resource, or of its group, under way? */
bool queue_touches(const struct queue *q, const char *key);

/* Would a change to this store be taken?  -1 with *f: what it would be refused for. */
int queue_check(const struct queue *q, struct store *s, struct rest_failure *f);

/* Edits (rest/edit.h) together.  At the end of the loop's round, together with what else came in
 * it, they are taken, and queue_head() has them, or refused, and nothing has changed: taken is
 * called, with NULL or with what they are refused for.  Of those that were taken done is called,
 * with NULL when the lab has them, or with what went wrong, when the store is as it was before.
 * taken may be NULL: done hears of a refusal, too.  Either may be called before this returns. */
void rest_change(struct rest *r, json_t *edits /* stolen */, change_fn *taken, change_fn *done,
                 void *ctx);
