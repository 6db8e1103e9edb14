/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab grade: the work of a class, judged by one file of checks. */
#include "cmd/grade.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/design.h"
#include "cmd/remote.h"
#include "cmd/topology.h"
#include "lab/client/job.h"
#include "proof/foretell.h"
#include "proof/pool.h"
#include "proof/resources.h"
#include "report/table.h"

enum {
	MAX_AT_ONCE = 64,
	LABS_PER_CPU = 4, /* labs wait most of their time */
	LIMIT_MS = 120000,
	FAILS_WITHIN_MS = 1500,
	MEMORY_MIB = 1024,
	MEMORY_MOST_MIB = 1 << 20
};

struct grading { /* the whole command */
	const struct cmd_args *a;
	struct test_session options; /* what vnetlab test takes, of all labs */
	struct grades g;
	const char *format;
	long jobs, limit_ms, memory_mib;
	size_t done;
};

/* ---- in a process of the student's own ---- */

static json_t *row_of(enum grade_state state, const char *reason, const struct report_run *run)
{
	return json_pack("{s:i, s:o, s:o}", "state", (int)state, "reason",
	                 reason ? text_json_of(reason) : json_null(), "run",
	                 run ? report_json(run) : json_null());
}

/* Why nobody can read it; NULL: it can be read.  Opening a pipe would wait for whoever writes. */
static char *why_unreadable(const char *file)
{
	struct stat st;

	if (stat(file, &st) < 0)
		return xasprintf("%s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return xasprintf("%s is neither a file nor a folder", file);
	return NULL;
}

static void read_work(const struct grading *x, const char *file, struct test_design *d)
{
	char *path = NULL;
	int status;

	*d = (struct test_design){ .invalid = why_unreadable(file) };
	if (d->invalid) {
		d->path = xstrdup(file);
		return;
	}
	if (topology_path(x->a, file, &path, &status) < 0) {
		d->path = xstrdup(file);
		d->invalid = xasprintf("%s names no one topology", file);
		return;
	}
	d->path = path;
	(void)test_read_file(&x->options, d);
}

/* By the model alone. */
static json_t *foretell_work(const struct grading *x, const struct test_design *d)
{
	const struct test_job job = { .design = d, .repeat = 1 };
	struct report_run run = test_run_new(&x->options, &job);
	struct foretelling *f = foretell(d->model);

	for (size_t i = 0; i < d->model->n_checks; i++)
		if (f[i].v != FORETOLD_UNKNOWN || x->a->verbose) {
			const struct check *c = &d->model->checks[i];

			*report_add(&run) =
			    (struct report_check){ .name = xstrdup(c->name),
				                   .ok = f[i].v == FORETOLD_HOLDS,
				                   .skipped = f[i].v == FORETOLD_UNKNOWN,
				                   .detail = xstrdup(f[i].text),
				                   .hint = c->hint ? xstrdup(c->hint) : NULL };
		}
	foretellings_free(f, d->model->n_checks);
	json_t *row = row_of(GRADE_GRADED, NULL, &run);

	report_run_free(&run);
	return row;
}

/* Waits for a check that the model says cannot hold less than for one that may hold yet. */
static void hasten_checks(const struct test_design *d)
{
	struct foretelling *f = foretell(d->model);

	for (size_t i = 0; i < d->model->n_checks; i++) {
		struct check *c = &d->model->checks[i];

		if (f[i].v == FORETOLD_FAILS && !c->inverted && c->within_ms > FAILS_WITHIN_MS)
			c->within_ms = FAILS_WITHIN_MS;
	}
	foretellings_free(f, d->model->n_checks);
}

/* Students call their labs alike: each gets a name that no other one waits for. */
static void name_lab(struct test_design *d, size_t number)
{
	_cleanup_free_ char *tag = xasprintf("s-%zu", number + 1);
	_cleanup_free_ char *name = job_lab_name(d->model->name, tag);

	d->model->name = arena_strdup(d->model->arena, name);
}

static json_t *judge_work(const struct grading *x, const struct test_design *d)
{
	hasten_checks(d);
	struct test_session s = x->options;
	const struct test_job job = { .design = d, .repeat = 1 };
	struct report_run run = test_run_new(&s, &job);
	bool timed_out = false;

	test_run(&s, &job, &run, &timed_out);
	json_t *row = row_of(run.error ? GRADE_BROKEN : GRADE_GRADED, run.error, &run);

	report_run_free(&run);
	return row;
}

/* Each process of the lab inherits it; the whole lab is estimated. */
static void limit_memory(long mib)
{
#ifdef __SANITIZE_ADDRESS__ /* gcc's; its shadow memory is larger than any limit */
	(void)mib;
#else
	const struct rlimit memory = { (rlim_t)mib << 20, (rlim_t)mib << 20 };

	setrlimit(RLIMIT_DATA, &memory);
#endif
}

static json_t *grade_one(void *ctx, size_t number)
{
	const struct grading *x = ctx;
	struct test_design d;

	pool_silence(); /* what is wrong with a design is in its row */
	limit_memory(x->memory_mib);
	read_work(x, x->g.v[number].file, &d);
	if (d.invalid)
		return row_of(GRADE_INVALID, d.invalid, NULL);
	if (arg_flag(x->a, "model"))
		return foretell_work(x, &d);
	struct resources needs = resources_of(d.model);

	if (needs.memory_mib > x->memory_mib) {
		_cleanup_free_ char *why =
		    xasprintf("its lab needs %ld MiB, and may have %ld (--memory)",
		              needs.memory_mib, x->memory_mib);

		return row_of(GRADE_TOO_BIG, why, NULL);
	}
	name_lab(&d, number);
	return judge_work(x, &d);
}

/* ---- in the caller's ---- */

static void print_grading(const struct grading *x)
{
	ui_progress("%zu of %zu graded", x->done, x->g.n);
}

static bool grade_starts(void *ctx, size_t number)
{
	struct grading *x = ctx;

	x->g.v[number].seconds = test_now_ms() / 1e3;
	print_grading(x);
	return true;
}

static void grade_said(void *ctx, size_t number, const char *kind, const char *text)
{
	const struct grading *x = ctx;

	if (!streq(kind, "progress") && x->a->verbose)
		ui_note("%s: %s", x->g.v[number].student, text);
}

static void take_grade_row(struct grading *x, struct grade *row, const json_t *result,
                           const char *how)
{
	const char *reason = json_string_value(json_object_get(result, "reason"));
	const json_t *run = json_object_get(result, "run");

	row->state = result ? (enum grade_state)json_integer_value(json_object_get(result, "state"))
	                    : GRADE_BROKEN;
	if (json_is_object(run))
		report_from_json(run, &row->run);
	if (how && streq(how, POOL_TOO_LONG) && !test_interrupted) {
		row->state = GRADE_TIMED_OUT;
		row->reason = xasprintf("its %g s were over (--limit)", (double)x->limit_ms / 1e3);
	} else if (test_interrupted && row->state == GRADE_BROKEN) {
		row->state = GRADE_NOT_RUN;
		row->reason = xstrdup("interrupted");
	} else if (reason || how) {
		row->reason = xstrdup(reason ? reason : how);
	}
}

static void graded(void *ctx, size_t number, const json_t *result, const char *how)
{
	struct grading *x = ctx;
	struct grade *row = &x->g.v[number];

	row->seconds = test_now_ms() / 1e3 - row->seconds;
	take_grade_row(x, row, result, how);
	x->done++;
	print_grading(x);
}

static int grade_all(struct grading *x)
{
	const struct pool p = { .n = x->g.n,
		                .at_once = (size_t)x->jobs,
		                .limit_ms = x->limit_ms,
		                .ctx = x,
		                .run = grade_one,
		                .wanted = grade_starts,
		                .said = grade_said,
		                .done = graded,
		                .stop = &test_interrupted };
	struct err e = { 0 };

	test_catch_signals();
	int r = pool_run(&p, &e);

	ui_progress_end();
	return r < 0 ? ui_error(&e) : EX_DONE;
}

/* ---- what is printed ---- */

static void print_row(const struct grades *g, const struct grade *x)
{
	if (x->reason)
		ui_print("\n%s: %s\n", x->student, x->reason);
	for (size_t i = 0; i < g->n_tasks; i++) {
		const struct report_check *c = grade_check(x, &g->tasks[i]);

		if (!c || c->ok)
			continue;
		const char *why = c->detail ? c->detail : "";

		ui_print("\n%s: %s (%u): %.*s\n", x->student, c->name, g->tasks[i].points,
		         (int)strcspn(why, "\n"), why);
		if (c->hint)
			ui_print("    %s\n", c->hint);
	}
}

static void print_grades(const struct grades *g)
{
	_cleanup_table_ struct table *t = table_new("Student", "Points", "Of", "State", "Failed");

	table_right(t, 1);
	table_right(t, 2);
	for (size_t i = 0; i < g->n; i++) {
		const struct grade *x = &g->v[i];
		unsigned failed = 0;

		for (size_t k = 0; k < g->n_tasks; k++) {
			const struct report_check *c = grade_check(x, &g->tasks[k]);

			failed += c && !c->ok;
		}
		table_row(t, x->student, "", "", grade_state_str(x->state), "");
		table_cell(t, 1, "%u", grade_sum(g, x));
		table_cell(t, 2, "%u", grades_most(g));
		table_cell(t, 4, "%u", failed);
	}
	table_print(t, stdout);
	for (size_t i = 0; i < g->n; i++)
		print_row(g, &g->v[i]);
}

static void print_in_format(const struct grading *x)
{
	if (streq(x->format, "json")) {
		ui_json(grades_json(&x->g));
	} else if (streq(x->format, "csv")) {
		_cleanup_free_ char *csv = grades_csv(&x->g);

		fputs(csv, stdout);
	} else {
		print_grades(&x->g);
	}
}

/* ---- all of it ---- */

static long labs_at_once(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n * LABS_PER_CPU > MAX_AT_ONCE ? MAX_AT_ONCE : n * LABS_PER_CPU;
}

static int grade_options(struct grading *x)
{
	const struct cmd_args *a = x->a;
	const char *format = arg_value(a, "format");

	x->format = format ? format : a->json ? "json" : "table";
	if (!streq(x->format, "table") && !streq(x->format, "json") && !streq(x->format, "csv"))
		return ui_usage(a, "--format must be table, csv or json");
	if (!arg_value(a, "checks"))
		return ui_usage(a, "by which checks? --checks FILE");
	if (a->lab && *a->lab)
		return ui_usage(a, "labs that run side by side cannot all be called %s", a->lab);
	if (a->host && *a->host)
		return ui_usage(a, "grade does not go with -H: run it on that machine");
	if (!arg_number(a, "jobs", 1, MAX_AT_ONCE, labs_at_once(), &x->jobs) ||
	    !arg_number(a, "memory", 16, MEMORY_MOST_MIB, MEMORY_MIB, &x->memory_mib) ||
	    !arg_duration(a, "limit", LIMIT_MS, &x->limit_ms) ||
	    !arg_duration(a, "within", 0, &x->options.within_ms) ||
	    !design_disk(a, &x->options.disk))
		return EX_WRONG_USAGE;
	x->options.a = a;
	x->options.repeats = 1;
	x->options.options.filter = NULL;
	x->options.options.stop = &test_interrupted;
	return EX_DONE;
}

static int status_of_grades(const struct grades *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].state != GRADE_GRADED || grade_sum(g, &g->v[i]) < grades_most(g))
			return EX_NOT_HELD;
	return EX_DONE;
}

static void grading_done(struct grading *x)
{
	grades_free(&x->g);
}

static int cmd_grade(const struct cmd_args *a)
{
	_cleanup_(grading_done) struct grading x = { .a = a };
	int status = grade_options(&x);
	struct err e = { 0 };

	if (status == EX_DONE)
		status = grade_read_checks(&x.g, arg_value(a, "checks"));
	for (int i = 0; i < a->argc && status == EX_DONE; i++)
		if (grade_add_files(&x.g, a->argv[i], arg_value(a, "checks"), &e) < 0)
			status = ui_error(&e);
	if (status == EX_DONE)
		status = grade_all(&x);
	if (status != EX_DONE)
		return status;
	print_in_format(&x);
	return test_interrupted ? 128 + test_interrupted : status_of_grades(&x.g);
}

static const struct option_def grade_options_table[] = {
	{ .name = "checks",
	  .arg = "FILE",
	  .help = "what is asked: \"checks\", with their \"points\"" },
	{ .letter = 'j',
	  .name = "jobs",
	  .arg = "N",
	  .help = "labs side by side; default: four for each processor" },
	{ .name = "format", .arg = "table|csv|json", .help = "of what is printed; default: table" },
	{ .name = "limit",
	  .arg = "DURATION",
	  .help = "what one student's lab may take; default: 2m" },
	{ .name = "memory",
	  .arg = "MIB",
	  .help = "what each process, and by estimate the whole lab, may have; default: 1024" },
	{ .name = "model",
	  .help = "by the model alone, without labs; what it cannot say has no points" },
	{ .name = "within",
	  .arg = "DURATION",
	  .help = "no check has longer than this, whatever its own \"within\"" },
	DISK_OPTION,
	PRIVILEGED_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(
    grade,
    { .name = "grade",
      .group = "Teach",
      .synopsis = "grade DIR... --checks FILE [-j N]",
      .summary = "judges the work of a class by one file of checks",
      .help = "Each NAME.vnetlab.json of the folder, and each folder in it that has a design, is "
              "a student's. Its lab comes up, the checks of FILE run instead of its own, and "
              "it ends; -j of them side by side. A check is worth its \"points\" (1). "
              "What each one failed, and why, is printed with the points.\n\n"
              "A file that is broken is a row with its reason, and so is one whose time "
              "(--limit) is over, or that wants too much memory (--memory). A check that names "
              "what the design has not has failed. Labs are confined as any: see "
              "docs/security.md.\n\n"
              "Exit status 0 when everybody has all points, 1 when not, 3 when FILE is "
              "wrong.\n\n"
              "  vnetlab grade class/ --checks exercise3.checks.json\n"
              "  vnetlab grade class/ --checks exercise3.checks.json --format csv >points.csv",
      .min_args = 1,
      .max_args = -1,
      .kinds = { ARG_FILE, ARG_FILE, ARG_FILE },
      .common_output = true,
      .opts = grade_options_table,
      .run = cmd_grade });
