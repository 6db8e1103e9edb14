/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab batch: the tests of many designs, here or by a cluster's scheduler. */
#include "cmd/batch.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/args.h"
#include "cmd/design.h"
#include "lab/client/paths.h"

enum { MAX_AT_ONCE = 64, MAX_RETRIES = 100 };

static const struct {
	const char *name;
	int (*run)(struct batch *b);
} engines[] = { { "local", batch_local },
	        { "slurm", batch_slurm },
	        { "kubernetes", batch_kubernetes } };

static void release_batch(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->labs[i].file);
		free(b->labs[i].key);
		free(b->labs[i].digest);
		json_decref(b->labs[i].result);
	}
	free(b->labs);
	free(b->dir);
	free(b->folder);
}

/* --- options --- */

static long cpus(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n > MAX_AT_ONCE ? MAX_AT_ONCE : n;
}

/* The number of this task among its siblings, from 0 on; -1: no scheduler says. */
static long task_number(void)
{
	static const char *const variables[] = { "JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID" };

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *v = getenv(variables[i]);
		char *end;
		long n = v && *v ? strtol(v, &end, 10) : -1;

		if (n >= 0 && *end == '\0')
			return n;
	}
	return -1;
}

/* --shard I/N: each Nth lab from the Ith on; auto: the one of this task. */
static int choose_labs(struct batch *b)
{
	const char *shard = arg_value(b->a, "shard");
	long i = 1, n = 1;
	char *end = NULL;

	b->task = streq(shard, "auto");
	if (b->task) {
		n = (long)b->n;
		i = task_number() + 1;
		if (i < 1 || i > n)
			return ui_usage(b->a,
			                "--shard auto: neither JOB_COMPLETION_INDEX nor "
			                "SLURM_ARRAY_TASK_ID is a number from 0 to %ld",
			                n - 1);
	} else if (shard) {
		i = strtol(shard, &end, 10);
		n = *end == '/' ? strtol(end + 1, &end, 10) : 0;
		if (*end || i < 1 || i > n)
			return ui_usage(b->a, "--shard must be I/N, with I from 1 to N, or auto");
	}
	for (size_t k = 0; k < b->n; k++) {
		b->labs[k].chosen = (long)k % n == i - 1;
		b->chosen += b->labs[k].chosen;
	}
	return EX_DONE;
}

static int read_batch_options(struct batch *b)
{
	const struct cmd_args *a = b->a;
	const char *format = arg_value(a, "format"), *engine = arg_value(a, "engine");
	int fmt = format ? report_format_parse(format) : a->json ? REPORT_JSON : REPORT_HUMAN;

	if (fmt < 0)
		return ui_usage(a, "there is no format %s", format);
	if (a->lab && *a->lab)
		return ui_usage(a, "labs that run side by side cannot all be called %s", a->lab);
	if (a->host && *a->host)
		return ui_usage(a, "batch does not go with -H: run it on that machine");
	if (!arg_number(a, "jobs", 1, MAX_AT_ONCE, cpus(), &b->jobs) ||
	    !arg_number(a, "retries", 0, MAX_RETRIES, 1, &b->retries) ||
	    !arg_duration(a, "within", 0, &b->options.within_ms) ||
	    !design_disk(a, &b->options.disk))
		return EX_WRONG_USAGE;
	b->engine = engine ? engine : "local";
	b->options.a = a;
	b->options.format = (enum report_format)fmt;
	b->options.repeats = 1;
	b->options.options.filter = arg_value(a, "filter");
	b->options.options.stop = &test_interrupted;
	return EX_DONE;
}

/* --- all of it --- */

static int status_of_results(const struct batch *b)
{
	int status = EX_DONE;

	for (size_t i = 0; i < b->n; i++) {
		const struct batch_lab *l = &b->labs[i];
		const json_t *run = json_object_get(l->result, "run");
		bool invalid = json_is_true(json_object_get(l->result, "invalid"));
		int one = !l->chosen                                           ? EX_DONE
		          : invalid                                            ? EX_INVALID_DESIGN
		          : !l->result || json_object_get(run, "error")        ? EX_FAILED
		          : json_integer_value(json_object_get(run, "failed")) ? EX_NOT_HELD
		                                                               : EX_DONE;

		/* A task has done its work when each of its labs has a result. */
		if (b->task && l->chosen)
			one =
			    json_is_true(json_object_get(l->result, "final")) ? EX_DONE : EX_FAILED;
		status = one > status ? one : status;
	}
	return status;
}

/* Takes the results that are there. */
static void take_results(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct batch_lab *l = &b->labs[i];
		json_t *had = l->chosen ? batch_result_read(b, l) : NULL;

		l->known = had;
		if (had)
			batch_took(b, l, had);
	}
}

static int print_reports(const struct batch *b)
{
	struct err e = { 0 };
	size_t n;
	struct report_run *runs = batch_runs(b, &n);
	bool color = ui_color(STDOUT_FILENO);

	ui_progress_end();
	if (b->options.format == REPORT_HUMAN)
		report_summary(stdout, runs, n, color);
	else if (b->options.format != REPORT_JSON) /* that was printed as it came */
		report_write(stdout, b->options.format, runs, n, false);
	batch_runs_free(runs, n);
	/* A task's reports would be those of one lab, over everybody's. */
	if (!b->task && batch_reports_write(b, &e) < 0)
		return ui_error(&e);
	return EX_DONE;
}

static int run_engine(struct batch *b)
{
	if (arg_flag(b->a, "merge")) {
		take_results(b);
		return EX_DONE;
	}
	int status = batch_look(b);

	for (size_t i = 0; i < ARRAY_LEN(engines) && status == EX_DONE && !test_interrupted; i++)
		if (streq(engines[i].name, b->engine))
			return b->done < b->chosen ? engines[i].run(b) : EX_DONE;
	return status;
}

static bool is_engine(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		if (streq(engines[i].name, name))
			return true;
	return false;
}

/* Labs are there, and where they are. */
static int run_batch(struct batch *b)
{
	struct err e = { 0 };
	int status = read_batch_options(b);

	if (status == EX_DONE && !is_engine(b->engine))
		status = ui_usage(b->a, "--engine must be local, slurm or kubernetes");
	if (status == EX_DONE)
		status = choose_labs(b);
	if (status != EX_DONE)
		return status;
	/* A task finds it there, and the list of another one would not be this one's. */
	if (!b->task && batch_folder_make(b, &e) < 0)
		return ui_error(&e);
	b->began_ms = b->written_ms = test_now_ms();
	test_catch_signals();
	status = run_engine(b);
	if (status == EX_PENDING) /* others will run it */
		return EX_DONE;
	int printed = print_reports(b);

	if (test_interrupted)
		return 128 + test_interrupted;
	if (status == EX_DONE)
		status = printed;
	return status != EX_DONE ? status : status_of_results(b);
}

/* --dir, absolute; it need not be there. */
static char *choose_batch_folder(const struct cmd_args *a, const char *here)
{
	const char *dir = arg_value(a, "dir");

	dir = dir ? dir : "batch";
	return *dir == '/' ? xstrdup(dir) : xasprintf("%s/%s", here, dir);
}

static const char *look_up_nothing(const char *name)
{
	(void)name;
	return NULL;
}

/* Options of both, of the same command: those that were given to a win. */
static void merge_options(const struct cmd_args *a, struct cmd_args *mine, const char ***ret_values,
                          const char *const ***ret_lists)
{
	size_t n = 0;

	while (a->opts[n].name)
		n++;
	*ret_values = xcalloc(n + 1, sizeof(**ret_values));
	*ret_lists = xcalloc(n + 1, sizeof(**ret_lists));
	for (size_t i = 0; i < n; i++) {
		(*ret_values)[i] = a->values[i] ? a->values[i] : mine->values[i];
		(*ret_lists)[i] = a->values[i] ? a->lists[i] : mine->lists[i];
	}
	mine->values = *ret_values;
	mine->lists = *ret_lists;
}

/* Without FILES: what batch.json says, with its options before ours. */
static int resume(const struct cmd_args *a, const char *dir)
{
	_cleanup_args_ struct args args = { 0 };
	_cleanup_(release_batch) struct batch b = { .dir = xstrdup(dir) };
	struct err e = { 0 };
	json_t *j = NULL, *x;
	char **words = NULL;
	size_t n = 0, cap = 0, i;
	int r = batch_folder_read(dir, &j, &e);

	if (r == -ENOENT)
		return ui_usage(a, "which FILES? (%s is no folder of a batch to go on with)", dir);
	if (r < 0)
		return ui_error(&e);
	json_array_foreach (json_object_get(j, "options"), i, x)
		VEC_PUSH(words, n, cap) = (char *)json_string_value(x);
	VEC_PUSH(words, n, cap) = NULL;
	r = args_parse(command_find("batch"), words, look_up_nothing, &args, &e);
	/* what is of this command alone */
	struct cmd_args mine = args.a;

	mine.json = a->json;
	mine.quiet = a->quiet;
	mine.verbose = a->verbose;
	if (r == 0 && chdir(json_string_value(json_object_get(j, "folder"))) < 0)
		r = err_sys(&e, errno, "%s", json_string_value(json_object_get(j, "folder")));
	json_array_foreach (json_object_get(j, "files"), i, x)
		batch_add(&b, json_string_value(x));
	_cleanup_free_ const char **values = NULL;
	_cleanup_free_ const char *const **lists = NULL;

	if (r == 0)
		merge_options(a, &mine, &values, &lists);
	b.folder = xstrdup(json_string_value(json_object_get(j, "folder")));
	b.a = &mine;
	int status = r < 0 ? ui_error(&e) : run_batch(&b);

	json_decref(j);
	free(words);
	return status;
}

static int cmd_batch(const struct cmd_args *a)
{
	_cleanup_(release_batch) struct batch b = { .a = a };
	char here[PATH_MAX];
	struct err e = { 0 };

	if (!getcwd(here, sizeof(here))) {
		err_sys(&e, errno, "this folder");
		return ui_error(&e);
	}
	b.folder = xstrdup(here);
	b.dir = choose_batch_folder(a, here);
	if (!a->argc)
		return resume(a, b.dir);
	if (streq(arg_value(a, "shard"), "auto"))
		return ui_usage(a, "--shard auto takes the FILES from the batch of --dir");
	for (int i = 0; i < a->argc; i++)
		batch_add(&b, a->argv[i]);
	return run_batch(&b);
}

static const struct option_def batch_options[] = {
	{ .name = "dir",
	  .arg = "DIR",
	  .help = "results and reports are there, and it is gone on with what is (default batch)" },
	{ .letter = 'j',
	  .name = "jobs",
	  .arg = "N",
	  .help = "labs side by side (default: as many as processors; Slurm: as it likes)" },
	{ .name = "engine",
	  .arg = "local|slurm|kubernetes",
	  .help = "who runs the labs; default: local" },
	{ .name = "shard",
	  .arg = "I/N",
	  .help = "only each Nth lab from the Ith on; auto: the one of this task" },
	{ .name = "retries",
	  .arg = "N",
	  .help = "how often a lab that did not come up is tried again (default 1)" },
	{ .name = "merge", .help = "run nothing: the reports of what is there" },
	{ .name = "format",
	  .arg = "human|tap|junit|json|html|markdown|sarif|github",
	  .help = "of the report on standard output; default: human" },
	{ .name = "image", .arg = "IMAGE", .help = "of --engine kubernetes: the container image" },
	{ .name = "claim",
	  .arg = "NAME",
	  .help = "and the claim of the volume that has this folder" },
	{ .name = "checks", .arg = "FILE", .help = "these checks instead of the designs' own" },
	{ .name = "within",
	  .arg = "DURATION",
	  .help = "no check has longer than this, whatever its own \"within\"" },
	{ .name = "filter", .arg = "GLOB", .help = "only checks whose name matches" },
	DISK_OPTION,
	PRIVILEGED_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(
    batch,
    { .name = "batch",
      .group = "Prove",
      .synopsis = "batch [FILE...]",
      .summary = "tests many designs, here or on a cluster, and merges their reports",
      .help =
          "Each FILE is brought up, checked and taken down as vnetlab test does, in a process of "
          "its own. Its result is a file in DIR (--dir) as soon as it is known; the merged "
          "reports (text, TAP, JUnit, JSON, HTML) are beside it. The same command again, or "
          "batch --dir DIR without files, goes on where it was stopped: what has a verdict and "
          "has not changed since is not run again.\n\n"
          "A lab that did not come up, or whose machine died, is tried again (--retries); a "
          "check that did not hold is a verdict.\n\n"
          "--engine slurm runs each lab as a task of a job array: DIR and the designs must be "
          "on a file system that all nodes have, and vnetlab in the same place. Memory and "
          "time are those of vnetlab plan --resources; sbatch's own variables (SBATCH_PARTITION) "
          "hold. Tasks whose node dies are queued again. --engine kubernetes writes an Indexed "
          "Job to DIR/kubernetes, for kubectl apply -k.\n\n"
          "--shard I/N runs a part: for a matrix of CI jobs, whose folders --merge puts "
          "together.\n\n"
          "Exit status: that of the worst lab, as of vnetlab test.\n\n"
          "  vnetlab batch -j 4 students/*/lab.vnetlab.json --checks exercise3.json\n"
          "  vnetlab batch --engine slurm --dir /shared/night designs/*.vnetlab.json\n"
          "  vnetlab batch --dir /shared/night --merge --format junit",
      .max_args = -1,
      .kinds = { ARG_FILE, ARG_FILE, ARG_FILE },
      .common_output = true,
      .here = true,
      .opts = batch_options,
      .run = cmd_batch });
