/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab web: a page that follows labs as they run. */
#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/learn.h"
#include "lab/client/paths.h"
#include "web/web.h"

/* The tasks of a lesson are the lesson's, whatever its student has made of them. */
static json_t *tasks_of_lesson(const char *lab)
{
	struct lessons all = { 0 };
	json_t *checks = NULL;

	lessons_find(&all);
	for (size_t i = 0; i < all.n && !checks; i++) {
		_cleanup_free_ char *name = learn_lab(&all.v[i]);

		if (streq(name, lab))
			checks = json_incref(json_object_get(all.v[i].topology, "checks"));
	}
	lessons_free(&all);
	return checks;
}

static void say_address(void *ctx, const char *url)
{
	const struct cmd_args *a = ctx;

	if (a->json) { /* a line, for who waits for it */
		json_t *j = json_pack("{s:s,s:b}", "url", url, "control", arg_flag(a, "control"));
		_cleanup_free_ char *line = json_compact(j);

		json_decref(j);
		ui_print("%s\n", line);
	} else {
		ui_print("%s\n", url);
		ui_note(
		    "Open it in a browser of this machine; who has the address sees the labs%s. "
		    "Ctrl-C ends the page, and the labs stay.",
		    arg_flag(a, "control") ? ", and can break them" : "");
	}
	ui_flush();
}

static int cmd_web(const struct cmd_args *a)
{
	char *only[] = { (char *)a->lab, NULL };
	struct err e = { 0 };
	long port;

	if (!arg_number(a, "port", 0, 65535, WEB_PORT, &port))
		return EX_WRONG_USAGE;
	for (int i = 0; i < a->argc; i++)
		if (lab_name_check(a->argv[i], &e) < 0)
			return ui_usage(a, "%s", e.msg);
	const struct web_options o = {
		.labs = a->argc || !a->lab ? a->argv : only,
		.port = (uint16_t)port,
		.control = arg_flag(a, "control"),
		.checks = !arg_flag(a, "no-checks"),
		.tasks = tasks_of_lesson,
	};
	int r = web_serve(&o, say_address, (void *)a, &e);

	if (r == -EADDRINUSE)
		ui_reason("%s: take another one, or any that is free: --port 0", e.msg);
	return r == -EADDRINUSE ? EX_FAILED : r < 0 ? ui_error(&e) : EX_DONE;
}

static const struct option_def options[] = {
	{ 0, "port", "PORT", "the port of the loopback interface (default 8480; 0: a free one)",
	  false },
	{ 0, "control", NULL, "let the page break things, and mend them: vnetlab fault", false },
	{ 0, "no-checks", NULL, "leave the labs' checks alone, which send packets in them", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    web,
    {
        .name = "web",
        .group = "Look",
        .synopsis = "web [LAB...] [--control]",
        .summary = "a page in the browser that follows labs as they run",
        .help = "Serves a page on the loopback interface, until Ctrl-C, and prints its address: a\n"
                "tile for each lab, and of one the picture with the states of its sessions and "
                "machines,\n"
                "a machine's effective routes with reasons, the way of a packet, what happened, "
                "its\n"
                "checks. Without LAB: all labs of yours, those that come later, too.\n\n"
                "The address has a secret in it: who has it sees the labs. Faults can be done "
                "only with\n"
                "--control. docs/web.md says how to look from another machine.\n\n"
                "  vnetlab web\n  vnetlab web mylab --control",
        .max_args = -1,
        .kinds = { ARG_LAB, ARG_LAB, ARG_LAB },
        .common_output = true,
        .here = true,
        .stream = true,
        .opts = options,
        .run = cmd_web,
    });
