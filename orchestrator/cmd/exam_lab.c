/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exam --running: hidden faults in a lab that runs. */
#include "base/json.h"
#include "base/str.h"
#include "cmd/exam.h"
#include "cmd/remote.h"

enum { REST_MS = 10000 };

static int ask_design(const struct cmd_args *a, json_t **ret)
{
	json_t *answer = NULL;
	int status = remote_call(a, NULL, json_pack("{s:s}", "op", "design"), &answer);

	if (status != EX_DONE)
		return status;
	*ret = json_deep_copy(json_object_get(answer, "design"));
	json_decref(answer);
	if (*ret)
		return EX_DONE;
	ui_reason("the lab is still being built");
	return EX_FAILED;
}

/* The design that the lab has, once more, with a word about the exam; both are stolen. */
static int apply_exam(const struct cmd_args *a, json_t *design, const char *word, json_t *value)
{
	json_t *answer = NULL;
	int status = remote_call(a, NULL,
	                         json_pack("{s:s,s:o,s:i,s:o}", "op", "apply", "design", design,
	                                   "waitMs", (int)REST_MS, word, value),
	                         &answer);

	json_decref(answer);
	return status;
}

static int reveal_lab(const struct cmd_args *a, const char *key)
{
	json_t *answer = NULL, *name;
	size_t i;
	int status =
	    remote_call(a, NULL, json_pack("{s:s,s:s}", "op", "exam", "key", key), &answer);

	if (status != EX_DONE)
		return status;
	status = exam_reveal(a, json_object_get(answer, "faults"));
	if (!a->json)
		json_array_foreach (json_object_get(answer, "redeployed"), i, name)
			ui_print("redeployed by the student: %s\n", json_string_value(name));
	json_decref(answer);
	return status;
}

int exam_in_lab(const struct cmd_args *a, const char *set, long count, long seed)
{
	_cleanup_(exam_done) struct exam x = { .a = a };
	_cleanup_free_ char *key = xasprintf("%ld", seed);
	json_t *design = NULL;

	if (arg_flag(a, "reveal"))
		return reveal_lab(a, key);
	int status = ask_design(a, &design);

	if (status == EX_DONE)
		status = exam_hide(&x, design, set, count, seed);
	if (status != EX_DONE) {
		json_decref(design);
		return status;
	}
	status =
	    apply_exam(a, design, "hide", json_pack("{s:s,s:O}", "key", key, "faults", x.chosen));
	if (status != EX_DONE)
		return status;
	if (a->json)
		ui_json(json_pack("{s:i}", "faults", (int)count));
	else
		ui_note("%ld fault%s hidden in the lab; vnetlab test -n LAB judges what becomes of "
		        "it, --reveal with this seed tells",
		        count, count == 1 ? " is" : "s are");
	return EX_DONE;
}

int exam_redeploy(const struct cmd_args *a, const char *object)
{
	json_t *design = NULL;
	int status = ask_design(a, &design);

	if (status == EX_DONE)
		status = apply_exam(a, design, "redeploy", json_string(object));
	if (status == EX_DONE)
		ui_note("%s is as the design has it", object);
	return status;
}
