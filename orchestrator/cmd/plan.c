/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/plan.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/design.h"
#include "cmd/remote.h"
#include "plan/reconcile.h"
#include "proof/resources.h"

void plan_print(const json_t *changes)
{
	const json_t *c;
	size_t i;

	json_array_foreach ((json_t *)changes, i, c) {
		const char *action = json_str(c, "action"), *detail = json_str(c, "detail");
		char sign = streq(action, "create") ? '+' : streq(action, "delete") ? '-' : '~';

		ui_print("  %c %s %s%s%s\n", sign, json_str(c, "kind"), json_str(c, "name"),
		         *detail ? ": " : "", detail);
	}
}

void plan_print_drift(const json_t *drift, const char *first)
{
	const json_t *x;
	size_t i;

	json_array_foreach ((json_t *)drift, i, x)
		ui_print("%s %s: %s\n", first, json_str(x, "node"), json_str(x, "what"));
}

void plan_print_fresh(const json_t *fresh, const char *first)
{
	const json_t *x;
	size_t i;

	json_array_foreach ((json_t *)fresh, i, x)
		ui_print("%s %s: %s\n", first, json_str(x, "node"), json_str(x, "why"));
}

bool plan_fresh(const struct cmd_args *a, json_t **ret)
{
	*ret = NULL;
	if (!arg_flag(a, "fresh")) {
		if (a->argc > 1)
			ui_usage(a, "unexpected argument '%s': nodes go with --fresh", a->argv[1]);
		return a->argc <= 1;
	}
	*ret = a->argc > 1 ? json_array() : json_true();
	for (int i = 1; i < a->argc; i++)
		json_array_append_new(*ret, json_string(a->argv[i]));
	return true;
}

static void print_planned_nodes(const json_t *nodes)
{
	static const struct {
		const char *action, *words;
	} all[] = { { "rebuild", "made anew" },
		    { "change", "changed as they run" },
		    { "create", "new" },
		    { "remove", "taken away" } };
	const json_t *n;
	size_t i;

	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		_cleanup_str_ struct str names = { 0 };

		json_array_foreach ((json_t *)nodes, i, n)
			if (streq(json_str(n, "action"), all[k].action))
				str_printf(&names, "%s%s", names.n ? ", " : "",
				           json_str(n, "name"));
		if (names.n)
			ui_print("Nodes %s: %s\n", all[k].words, str_get(&names));
	}
}

/* Asks the driver of the running lab; without one, every object is new. */
static int ask_for_plan(const struct opened *o, json_t *fresh, json_t **ret, struct err *e)
{
	struct lab_client *c = NULL;
	int r = lab_connect(o->lab, &c, e);

	if (r == -ENOENT) {
		_cleanup_changes_ struct changes all = { 0 };

		reconcile(NULL, o->design, &all);
		*ret = json_pack("{s:o}", "changes", changes_json(&all));
		return 0;
	}
	if (r < 0)
		return r;
	json_t *req = json_pack("{s:s,s:O}", "op", "plan", "design", o->design);

	if (fresh)
		json_object_set(req, "fresh", fresh);
	r = lab_call(c, req, NULL, NULL, ret, NULL, e);
	lab_disconnect(c);
	return r;
}

int plan_run(const struct cmd_args *a)
{
	_cleanup_opened_ struct opened o = { 0 };
	struct err e = { 0 };
	json_t *answer = NULL;
	json_t *fresh;

	if (!plan_fresh(a, &fresh))
		return EX_WRONG_USAGE;
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status == EX_DONE && ask_for_plan(&o, fresh, &answer, &e) < 0)
		status = ui_error(&e);
	json_decref(fresh);
	if (status != EX_DONE)
		return status;
	const json_t *changes = json_object_get(answer, "changes"),
	             *nodes = json_object_get(answer, "nodes");
	const json_t *drift = json_object_get(answer, "drift");
	const json_t *touched = json_object_get(answer, "fresh");
	size_t n = json_array_size(changes);
	size_t drifted = json_array_size(drift) + json_array_size(touched);

	if (a->json) {
		json_object_del(answer, "ok");
		ui_json(json_incref(answer));
	} else if (n || drifted) {
		ui_print("Lab %s, %zu change%s:\n", o.lab, n, n == 1 ? "" : "s");
		plan_print(changes);
		print_planned_nodes(nodes);
		plan_print_drift(drift, "Changed by hand (drift), up puts it back:");
		plan_print_fresh(touched, "With --fresh back to the file:");
	} else {
		ui_print("Lab %s is as the design says, nothing to change\n", o.lab);
	}
	json_decref(answer);
	return (n || drifted) && arg_flag(a, "detailed-exitcode") ? EX_PENDING : EX_DONE;
}

static int print_resources(const struct cmd_args *a)
{
	_cleanup_opened_ struct opened o = { 0 };
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status != EX_DONE)
		return status;
	struct resources r = resources_of(o.model);

	if (a->json)
		ui_json(json_pack("{s:s, s:I, s:I, s:I}", "lab", o.lab, "memoryMiB",
		                  (json_int_t)r.memory_mib, "limitMiB", (json_int_t)r.limit_mib,
		                  "seconds", (json_int_t)r.seconds));
	else
		ui_print("Lab %s: %ld MiB of memory (allow %ld), at most %ld s\n", o.lab,
		         r.memory_mib, r.limit_mib, r.seconds);
	return EX_DONE;
}

static int cmd_plan(const struct cmd_args *a)
{
	return arg_flag(a, "resources") ? print_resources(a) : plan_run(a);
}

static const struct option_def plan_options[] = {
	{ 0, "resources", NULL, "say what the lab takes of a machine, and vnetlab test of time",
	  false },
	{ 0, "detailed-exitcode", NULL, "exit with 6 if anything would change", false },
	FRESH_OPTION,
	DESIGN_OPTIONS,
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    plan,
    {
        .name = "plan",
        .group = "Labs",
        .synopsis = "plan [FILE] [--fresh [NODE...]]",
        .summary = "says what `up` would change",
        .help =
            "Compares the file with the running lab of its name, or with nothing: what differs in\n"
            "the design, what becomes of which node, and what somebody changed by hand.\n\n"
            "  vnetlab plan --detailed-exitcode || vnetlab up\n\n"
            "--resources: for schedulers, an estimate of the memory that the lab takes at rest, "
            "what to\n"
            "allow it, and how long vnetlab test takes at most.",
        .max_args = 64,
        .kinds = { ARG_FILE, ARG_NODE },
        .common_output = true,
        .opts = plan_options,
        .run = cmd_plan,
    });
