#include "cmd/plan.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/design.h"
#include "cmd/remote.h"
#include "plan/reconcile.h"

void plan_print(const json_t *changes)
{
	const json_t *c;
	size_t i;

	json_array_foreach ((json_t *)changes, i, c) {
		const char *action = json_str(c, "action"), *detail = json_str(c, "detail");
		char sign = streq(action, "create") ? '+' : streq(action, "delete") ? '-' : '~';

		printf("  %c %s %s%s%s\n", sign, json_str(c, "kind"), json_str(c, "name"),
		       *detail ? ": " : "", detail);
	}
}

/* The driver knows what runs; where none runs, everything is new. */
static int ask(const struct opened *o, json_t **ret, struct err *e)
{
	struct lab_client *c = NULL;
	json_t *answer;
	int r = lab_connect(o->lab, &c, e);

	if (r == -ENOENT) {
		_cleanup_changes_ struct changes all = { 0 };

		reconcile(NULL, o->design, &all);
		*ret = changes_json(&all);
		return 0;
	}
	if (r < 0)
		return r;
	r = lab_call(c, json_pack("{s:s,s:O}", "op", "plan", "design", o->design), NULL, NULL,
	             &answer, NULL, e);
	lab_disconnect(c);
	if (r < 0)
		return r;
	*ret = json_incref(json_object_get(answer, "changes"));
	json_decref(answer);
	return 0;
}

int plan_run(const struct cmd_args *a)
{
	_cleanup_opened_ struct opened o = { 0 };
	struct err e = { 0 };
	json_t *changes = NULL;
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status != EX_DONE)
		return status;
	if (ask(&o, &changes, &e) < 0)
		return ui_error(&e);
	size_t n = json_array_size(changes);

	if (a->json) {
		ui_json(json_pack("{s:O}", "changes", changes));
	} else if (n) {
		printf("Lab %s, %zu change%s:\n", o.lab, n, n == 1 ? "" : "s");
		plan_print(changes);
	} else {
		printf("Lab %s is as the design says, nothing to change\n", o.lab);
	}
	json_decref(changes);
	return n && arg_flag(a, "detailed-exitcode") ? EX_PENDING : EX_DONE;
}

static const struct option_def options[] = {
	{ 0, "detailed-exitcode", NULL, "exit with 6 if anything would change", false },
	DESIGN_OPTIONS,
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(plan, {
                  .name = "plan",
                  .group = "Labs",
                  .synopsis = "plan [FILE]",
                  .summary = "says what `up` would change",
                  .help = "Compares the file with the running lab of its name, or with nothing.\n\n"
                          "  vnetlab plan --detailed-exitcode || vnetlab up",
                  .max_args = 1,
                  .kinds = { ARG_FILE },
                  .common_output = true,
                  .opts = options,
                  .run = plan_run,
              });
