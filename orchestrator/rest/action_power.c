/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines are started and stopped. */
#include "base/str.h"
#include "rest/action.h"
#include "rest/edit.h"

static void set_power(struct rest_call *c, const char *state)
{
	json_t *edits, *value = state ? json_string(state) : NULL;

	if (rest_resource(c)) {
		edits = json_array();
		json_array_append_new(edits, edit_hide(&c->id, "powerState", value));
		action_change(c, edits, true, true, action_accepted);
	}
	json_decref(value);
}

static void deallocate_machine(struct rest_call *c)
{
	set_power(c, "deallocated");
}

/* It keeps its place in Azure; in the lab it does not run either. */
static void power_off_machine(struct rest_call *c)
{
	set_power(c, "stopped");
}

static void start_machine(struct rest_call *c)
{
	set_power(c, NULL);
}

/* --- restart
 * -------------------------------------------------------------------------------------- */

struct restart {
	struct rest *r;
	char *operation, *node;
};

static void end_restart(struct restart *x, const struct rest_failure *f)
{
	operation_end(x->r, x->operation, f, NULL);
	free(x->operation);
	free(x->node);
	free(x);
}

static void on_restarted(void *ctx, const json_t *answer, const struct err *e)
{
	struct restart *x = ctx;
	_cleanup_failure_ struct rest_failure f = { 0 };

	(void)answer;
	if (e)
		rest_refuse(&f, 409, "OperationFailed", "vnetlab: %s", e->msg);
	end_restart(x, e ? &f : NULL);
}

static void on_halted(void *ctx, const json_t *answer, const struct err *e)
{
	struct restart *x = ctx;

	if (e)
		on_restarted(ctx, answer, e);
	else
		rest_ask(x->r, json_pack("{s:s,s:[s,s]}", "op", "fault", "argv", "start", x->node),
		         on_restarted, x);
}

static void restart_machine(struct rest_call *c)
{
	const char *node = action_lab_name(c);

	if (!node)
		return;
	if (store_hidden(rest_store(c->rest), c->id.key, "powerState")) {
		rest_fail(c, 409, "OperationNotAllowed",
		          "Cannot restart VM '%s' since it is not running.", c->id.name);
		return;
	}
	struct restart *x = xcalloc(1, sizeof(*x));
	struct rest *r = c->rest;

	x->r = r;
	x->node = xstrdup(node);
	x->operation = xstrdup(operation_new(r));
	operation_headers(c, x->operation, true, true);
	rest_answer(c, 202, NULL);
	rest_ask(r, json_pack("{s:s,s:[s,s]}", "op", "fault", "argv", "stop", x->node), on_halted,
	         x);
}

#define VM "microsoft.compute/virtualmachines"

const struct rest_action actions_power[] = {
	{ "POST", VM, "deallocate", deallocate_machine },
	{ "POST", VM, "poweroff", power_off_machine },
	{ "POST", VM, "start", start_machine },
	{ "POST", VM, "restart", restart_machine },
	{ 0 },
};
