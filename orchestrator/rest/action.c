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

struct change_end { /* the operation of a change */
	struct rest *r;
	char *id;
};

static void end_change_operation(void *ctx, const struct rest_failure *f)
{
	struct change_end *x = ctx;

	operation_end(x->r, x->id, f, NULL);
	free(x->id);
	free(x);
}

void action_change(struct rest_call *c, json_t *edits)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct change_end *x = xcalloc(1, sizeof(*x));

	x->r = c->rest;
	x->id = xstrdup(operation_new(c->rest));
	operation_headers(c, x->id, true, true);
	if (rest_change(c->rest, edits, end_change_operation, x, &f) < 0) {
		end_change_operation(x, &f);
		json_object_clear(c->headers);
		rest_fail_with(c, &f);
	} else {
		rest_answer(c, 202, NULL);
	}
}
