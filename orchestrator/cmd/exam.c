/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab exam: a copy of a design with hidden faults. */
#include "cmd/exam.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "base/tree.h"
#include "cmd/design.h"
#include "cmd/learn.h"
#include "cmd/topology.h"
#include "remote/request.h"

enum { MAX_FAULTS = 10 };

/* ---- the copy ---- */

static void make_parents(const char *path)
{
	_cleanup_free_ char *p = xstrdup(path);

	for (char *s = p + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(p, 0777);
		*s = '/';
	}
}

static int write_exam(const struct exam *x, const char *dir, const char *file, struct err *e)
{
	const json_t *topology = json_object_get(x->design, "topology");
	_cleanup_free_ char *text = json_dumps(topology, JSON_INDENT(2));
	const char *name;
	json_t *content;
	int r = 0;

	if (mkdir(dir, 0777) < 0)
		return err_sys(e, errno, "%s", dir);
	r = write_whole(file, text, strlen(text), e);
	json_object_foreach (json_object_get(x->design, "files"), name, content) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
		const char *s = json_string_value(content);

		if (r < 0 || !s)
			continue;
		make_parents(path);
		r = write_whole(path, s, strlen(s), e);
	}
	if (r < 0)
		tree_remove(dir);
	return r;
}

static int hand_out(const struct exam *x, const char *lab)
{
	const char *given = arg_value(x->a, "dir");
	_cleanup_free_ char *dir = given ? xstrdup(given) : xasprintf("%s-exam", lab);
	_cleanup_free_ char *file = xasprintf("%s/%s.vnetlab.json", dir, lab);
	_cleanup_free_ char *word = NULL; /* to be pasted */
	struct err e = { 0 };

	if (shell_quote(file, &word, &e) < 0 || write_exam(x, dir, file, &e) < 0)
		return ui_error(&e);
	if (x->a->json)
		ui_json(json_pack("{s:s, s:i}", "file", file, "faults",
		                  (int)json_array_size(x->chosen)));
	else
		ui_print("%s is written. Repair it until all of its checks hold:\n"
		         "  vnetlab test %s\n",
		         file, word);
	return EX_DONE;
}

/* The faults of a file: written into a copy, or told. */
static int examine_file(const struct cmd_args *a, const char *set, long count, long seed)
{
	_cleanup_opened_ struct opened o = { 0 };
	_cleanup_(exam_done) struct exam x = { .a = a };

	ui_init(true, 0); /* what the design is warned of is for its author */
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	ui_init(a->quiet, a->verbose);
	if (status != EX_DONE)
		return status;
	json_object_del(o.design, "import");
	status = exam_hide(&x, o.design, set, count, seed);
	if (status != EX_DONE)
		return status;
	return arg_flag(a, "reveal") ? exam_reveal(a, x.chosen) : hand_out(&x, o.lab);
}

static int cmd_exam(const struct cmd_args *a)
{
	const char *set = arg_value(a, "faults") ? arg_value(a, "faults") : "all";
	long seed = 0, count = 1;

	if (a->argc && (arg_flag(a, "running") || arg_value(a, "redeploy")))
		return ui_usage(a, "a running lab has its design: name the lab (-n), and no file");
	if (arg_value(a, "redeploy"))
		return exam_redeploy(a, arg_value(a, "redeploy"));
	if (!arg_value(a, "seed"))
		return ui_usage(a, "--seed N: it decides which faults, and reveals them again");
	if (!arg_number(a, "seed", 0, 1000000000, 0, &seed) ||
	    !arg_number(a, "count", 1, MAX_FAULTS, 1, &count))
		return EX_WRONG_USAGE;
	int status = exam_check_set(a, set);

	if (status != EX_DONE)
		return status;
	return arg_flag(a, "running") ? exam_in_lab(a, set, count, seed)
	                              : examine_file(a, set, count, seed);
}

static char *exam_help(void)
{
	struct str s = { 0 };

	str_add(
	    &s,
	    "Writes a copy of the design, with the files that it names, into a folder (--dir; "
	    "default: NAME-exam), and hides faults in it that break at least one of its checks "
	    "each, by the model. The seed decides which: the same file, set and seed give the same "
	    "faults, and --reveal tells them. So the seed is the trainer's key: keep it, and "
	    "the original file. Work that comes back is judged by vnetlab grade.\n\n"
	    "--running hides them in the lab that runs instead: neither fault list nor plan, up or "
	    "status tells them, and the lab behaves by them. What is suspected is made anew by "
	    "--redeploy, or changed in the design; a machine that is stopped is started. "
	    "vnetlab test -n LAB judges.\n\n"
	    "The faults of --faults, separated by commas (default: all):\n\n");
	for (size_t i = 0; exam_faults[i].name; i++)
		str_printf(&s, "  %-14s%s\n", exam_faults[i].name, exam_faults[i].help);
	str_add(&s, "\n  vnetlab exam hub.vnetlab.json --seed 4711 --count 2 --dir exam\n"
	            "  vnetlab exam hub.vnetlab.json --seed 4711 --count 2 --reveal\n"
	            "  vnetlab grade returned/ --checks hub.vnetlab.json\n\n"
	            "  vnetlab exam --running -n hub --seed 4711\n"
	            "  vnetlab exam -n hub --redeploy routeTables/spoke-rt\n"
	            "  vnetlab exam --running -n hub --seed 4711 --reveal");
	return str_take(&s);
}

static const struct option_def exam_options[] = {
	{ .name = "faults", .arg = "SET", .help = "which sorts of faults, separated by commas" },
	{ .name = "seed", .arg = "N", .help = "decides which faults: the trainer's key" },
	{ .name = "count", .arg = "N", .help = "how many; default: 1" },
	{ .name = "dir", .arg = "DIR", .help = "where the copy is written; it must not exist" },
	{ .name = "reveal", .help = "tell the faults instead" },
	{ .name = "running", .help = "hide them in the lab that runs (-n)" },
	{ .name = "redeploy",
	  .arg = "OBJECT",
	  .help = "the student's: make routeTables/RT or the like anew, as the design has it" },
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(exam, { .name = "exam",
                .group = "Teach",
                .synopsis = "exam [FILE | --running] --seed N [--faults SET] [--reveal]",
                .summary = "hides faults in a copy of a design, or in a running lab",
                .make_help = exam_help,
                .max_args = 1,
                .kinds = { ARG_FILE },
                .common_output = true,
                .opts = exam_options,
                .run = cmd_exam });
