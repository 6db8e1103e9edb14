/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault: break something on purpose, see what is broken, mend it. */
#include <stdio.h>

#include "checks/faults.h"
#include "cmd/complete.h"
#include "cmd/remote.h"

/* Prints what the command did, where the list of faults does not show it. */
static bool tell_what_passed(const struct cmd_args *a)
{
	const struct fault_form *f = fault_form_of(a->argv[0]);

	if (!f || !f->passed || a->argc < 2 || arg_flag(a, "hold"))
		return false;
	ui_note("%s: %s", a->argv[1], f->passed);
	return true;
}

static int cmd_fault(const struct cmd_args *a)
{
	json_t *argv = json_array(), *answer = NULL, *f;
	size_t i;

	for (int k = 0; k < a->argc; k++)
		json_array_append_new(argv, json_string(a->argv[k]));
	if (arg_flag(a, "hold"))
		json_array_append_new(argv, json_string("--hold"));

	int status =
	    remote_call(a, NULL, json_pack("{s:s,s:o}", "op", "fault", "argv", argv), &answer);

	if (status != EX_DONE)
		return status;
	json_t *faults = json_object_get(answer, "faults");

	if (a->json) {
		ui_json(json_pack("{s:O}", "faults", faults));
	} else {
		json_array_foreach (faults, i, f)
			ui_print("%s\n",
			         json_is_string(f) ? json_string_value(f) : json_str(f, "fault"));
		if (!tell_what_passed(a) && !json_array_size(faults))
			ui_note("no faults");
	}
	json_decref(answer);
	return EX_DONE;
}

static const struct option_def fault_options[] = {
	{ 0, "hold", NULL, "with kill: do not restart the processes", false },
	{ 0, NULL, NULL, NULL, false },
};

/* Each form of the command with what it does; long ones have their help on a line of its own. */
static char *fault_help(void)
{
	enum { COLUMN = 34 };
	struct str b = { 0 };

	for (const struct fault_form *f = fault_forms; f->name; f++) {
		const char *line = f->help;
		int width = (int)strlen(f->usage) + 1 > COLUMN ? 0 : COLUMN;

		str_printf(&b, "  %-*s%s", width, f->usage, width ? "" : "\n");
		while (line) {
			const char *end = strchrnul(line, '\n');

			str_printf(&b, "%*s%.*s\n", line == f->help && width ? 0 : COLUMN + 2, "",
			           (int)(end - line), line);
			line = *end ? end + 1 : NULL;
		}
	}
	str_add(&b, "\n  vnetlab fault kill NVA_1 --hold && vnetlab routes BackendVMNic");
	return str_take(&b);
}

static enum arg_kind fault_arg_kind(enum fault_word w)
{
	switch (w) {
	case FAULT_WORD_VM:
	case FAULT_WORD_NODE:
	case FAULT_WORD_GUEST:
	case FAULT_WORD_LINK:
	case FAULT_WORD_INSTANCE:
		return ARG_NODE;
	case FAULT_WORD_NIC:
		return ARG_NIC;
	case FAULT_WORD_SESSION:
		return ARG_SESSION;
	default:
		return ARG_WORD;
	}
}

static enum arg_kind fault_complete(const char *verb, size_t position, struct candidates *ret)
{
	enum arg_kind kind = ARG_WORD;

	for (const struct fault_form *f = fault_forms; f->name; f++) {
		bool first_of_verb = f == fault_forms || f[-1].verb != f->verb;

		if (!position && first_of_verb)
			candidates_add(ret, f->name, NULL);
		if (!position || !streq(f->name, verb) || position > FAULT_MAX_ARGS)
			continue;
		enum fault_word w = f->args[position - 1];
		const char *const *choices = fault_word_choices(w);

		for (size_t i = 0; choices && choices[i] && w != FAULT_WORD_HOLD; i++)
			candidates_add(ret, choices[i], NULL);
		kind = fault_arg_kind(w);
	}
	return kind;
}

COMMAND(fault, { .name = "fault",
                 .group = "Break",
                 .synopsis = "fault VERB [WORD...]",
                 .summary = "breaks something on purpose, or mends it",
                 .make_help = fault_help,
                 .min_args = 1,
                 .max_args = 1 + FAULT_MAX_ARGS,
                 .complete = fault_complete,
                 .common_output = true,
                 .opts = fault_options,
                 .run = cmd_fault });
