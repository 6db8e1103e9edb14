/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/action.h"

#include "base/str.h"
#include "rest/queue.h"

const char *action_lab_name(struct rest_call *c)
{
	const char *name;

	if (!rest_resource(c))
		return NULL;
	name = rest_lab_name(c->rest, c->id.key);
	if (!name)
		rest_fail(c, 409, "OperationNotAllowed",
		          "vnetlab: \"%s\" is not in the lab (yet); vnetlab azure --findings says "
		          "why.",
		          c->id.name ? c->id.name : "");
	return name;
}

struct changing { /* a call, until its edits are taken; then its operation */
	struct rest *r;
	struct rest_call *c;
	char *operation;
	void (*answer)(struct rest_call *c);
};

static void end_change_operation(void *ctx, const struct rest_failure *f)
{
	struct changing *x = ctx;

	operation_end(x->r, x->operation, f, NULL);
	free(x->operation);
	free(x);
}

static void answer_change(void *ctx, const struct rest_failure *f)
{
	struct changing *x = ctx;

	if (!f) {
		x->answer(x->c);
		return;
	}
	json_object_clear(x->c->headers);
	rest_fail_with(x->c, f);
	end_change_operation(x, f);
}

void action_change(struct rest_call *c, json_t *edits, bool azure_async, bool location,
                   void (*answer)(struct rest_call *c))
{
	struct changing *x = xcalloc(1, sizeof(*x));

	c->n_changes = json_array_size(edits);
	x->r = c->rest;
	x->c = c;
	x->answer = answer;
	x->operation = xstrdup(operation_new(c->rest));
	operation_headers(c, x->operation, azure_async, location);
	rest_change(c->rest, edits, answer_change, end_change_operation, x);
}

void action_accepted(struct rest_call *c)
{
	rest_answer(c, 202, NULL);
}
