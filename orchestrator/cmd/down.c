/* SPDX-License-Identifier: GPL-2.0-or-later */
/* down: ends labs. */
#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/cmd.h"
#include "lab/client/client_priv.h"
#include "lab/client/ended.h"

/* Finds the labs to end: those named, -n, all, or the only one. */
static int chosen(const struct cmd_args *a, char ***ret, size_t *ret_n, int *ret_status)
{
	struct err e = { 0 };
	char **names = NULL;
	size_t n = 0;

	if (a->argc && arg_flag(a, "all")) {
		*ret_status = ui_usage(a, "either names or --all");
		return -EINVAL;
	}
	if (a->argc || (a->lab && *a->lab && !arg_flag(a, "all"))) {
		n = a->argc ? (size_t)a->argc : 1;
		names = xcalloc(n, sizeof(*names));
		for (size_t i = 0; i < n; i++)
			names[i] = xstrdup(a->argc ? a->argv[i] : a->lab);
	} else {
		if (lab_list(&names, &n, &e) < 0) {
			*ret_status = ui_error(&e);
			return -e.code;
		}
		if (n > 1 && !arg_flag(a, "all")) {
			_cleanup_str_ struct str list = { 0 };

			for (size_t i = 0; i < n; i++)
				str_printf(&list, "%s%s", i ? ", " : "", names[i]);
			*ret_status =
			    ui_usage(a, "several labs run: %s; name one, or --all", str_get(&list));
			for (size_t i = 0; i < n; i++)
				free(names[i]);
			free(names);
			return -ENOTUNIQ;
		}
	}
	*ret = names;
	*ret_n = n;
	return 0;
}

static void none_runs(void)
{
	_cleanup_free_ char *how = ended_all(true);

	ui_note("no lab runs%s%s", how ? "; " : "", how ? how : "");
}

static int cmd_down(const struct cmd_args *a)
{
	char **names = NULL;
	size_t n = 0;
	int status = EX_DONE;
	json_t *ended = json_array();

	if (chosen(a, &names, &n, &status) < 0) {
		json_decref(ended);
		return status;
	}
	for (size_t i = 0; i < n; i++) {
		struct err e = { 0 };

		if (lab_end(names[i], &e) < 0) {
			status = ui_error(&e);
		} else {
			json_array_append_new(ended, json_string(names[i]));
			if (!a->json)
				ui_print("%s ended\n", names[i]);
		}
		free(names[i]);
	}
	free(names);
	if (a->json)
		ui_json(json_pack("{s:O}", "ended", ended));
	else if (!n)
		none_runs();
	json_decref(ended);
	return status;
}

static const struct option_def down_options[] = {
	{ 0, "all", NULL, "all labs of this user", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(down,
        {
            .name = "down",
            .group = "Labs",
            .synopsis = "down [LAB...] [--all]",
            .summary = "ends labs",
            .help = "Nothing of a lab is left: no process, namespace, link or mount. Works when\n"
                    "the topology file is gone, and when the lab does not answer any more.",
            .max_args = -1,
            .kinds = { ARG_LAB },
            .common_output = true,
            .opts = down_options,
            .run = cmd_down,
        });
