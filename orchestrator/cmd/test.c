/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab test: up, all checks, report, down. */
#include "cmd/test.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "checks/failures.h"
#include "cmd/design.h"
#include "proof/pool.h"

enum { MAX_AT_ONCE = 64, AWAY_MS = 5000 };

static bool any_chosen(const struct test_session *s)
{
	for (size_t i = 0; i < s->n_designs; i++)
		if (json_array_size(s->designs[i].captures))
			return true;
	for (size_t i = 0; i < s->n_designs; i++)
		for (size_t k = 0; s->designs[i].model && k < s->designs[i].model->n_checks; k++)
			if (run_chosen(&s->options, &s->designs[i].model->checks[k]))
				return true;
	return false;
}

static bool any_fails(const struct test_session *s)
{
	bool some = false;

	for (size_t i = 0; i < s->n_designs && !some; i++) {
		struct failures all = { 0 };

		if (!s->designs[i].model)
			continue;
		failures_of(s->designs[i].model, s->pairs, &all);
		for (size_t k = 0; k < all.n; k++)
			some |= !s->which || str_glob(s->which, all.v[k].name);
		failures_free(&all);
	}
	return some;
}

/* ---- the jobs ---- */

static void add_job(struct test_session *s, const struct test_design *d, unsigned repeat)
{
	size_t n = s->n_runs;

	VEC_PUSH(s->jobs, n, s->cap_jobs) =
	    (struct test_job){ .design = d, .repeat = repeat, .over = d->invalid };
	struct report_run *run = &VEC_PUSH(s->runs, s->n_runs, s->cap_runs);

	*run = test_run_new(s, &s->jobs[s->n_runs - 1]);
	run->error = xstrdup(d->invalid ? d->invalid : "not reached");
}

static void add_jobs(struct test_session *s)
{
	for (size_t i = 0; i < s->n_designs; i++) {
		const struct test_design *d = &s->designs[i];
		long n = d->invalid ? 1 : s->repeats;

		for (long k = 1; k <= n; k++)
			add_job(s, d, (unsigned)k);
	}
}

static void say_run(const struct test_session *s, const struct report_run *run)
{
	ui_progress_end();
	if (s->format == REPORT_HUMAN) {
		report_write(stdout, REPORT_HUMAN, run, 1, ui_color(STDOUT_FILENO));
		fflush(stdout);
	} else if (!report_ok(run)) {
		ui_reason("%s: %s", run->lab, run->error ? run->error : "not all checks held");
	}
}

static json_t *run_job(void *ctx, size_t number)
{
	const struct test_session *s = ctx;
	struct report_run run = test_run_new(s, &s->jobs[number]);
	bool timed_out = false;

	test_run(s, &s->jobs[number], &run, &timed_out);
	json_t *j = json_pack("{s:o, s:b}", "run", report_json(&run), "timedOut", timed_out);

	report_run_free(&run);
	return j;
}

static void place_budget(const struct test_design *d, const json_t *failure, struct report_check *c)
{
	const char *of = json_string_value(json_object_get(failure, "budgetKey")), *key;
	json_t *v;
	size_t i = 0;

	json_object_foreach (json_object_get(d->model->topology, "whenFails"), key, v) {
		if (of && streq(key, of)) {
			c->line = d->budgets_at[i].line;
			c->column = d->budgets_at[i].column;
		}
		i++;
	}
}

/* The process that ran them does not know where the file has its checks, and budgets. */
static void place_checks(const struct test_design *d, struct report_run *run)
{
	const json_t *failures = json_object_get(run->failures, "failures");
	size_t n = 0;

	for (size_t k = 0; d->budgets_at && k < run->n; k++)
		if (run->checks[k].failure)
			place_budget(d, json_array_get(failures, n++), &run->checks[k]);
	for (size_t i = 0; d->at && i < d->model->n_checks; i++)
		for (size_t k = 0; k < run->n; k++)
			if (streq(run->checks[k].name, d->model->checks[i].name)) {
				run->checks[k].line = d->at[i].line;
				run->checks[k].column = d->at[i].column;
			}
}

/* An invalid design has its result already, and so has what comes behind a failure with
 * --fail-fast. */
static bool job_wanted(void *ctx, size_t number)
{
	struct test_session *s = ctx;

	if (s->jobs[number].design->invalid) {
		s->failed = true;
		if (s->format == REPORT_HUMAN) /* in other formats the findings were enough */
			say_run(s, &s->runs[number]);
		return false;
	}
	return !(s->failed && s->stops_early);
}

static void job_said(void *ctx, size_t number, const char *kind, const char *text)
{
	(void)ctx;
	(void)number;
	if (streq(kind, "progress"))
		ui_progress("%s", text);
	else
		ui_note("%s", text);
}

static void job_done(void *ctx, size_t number, const json_t *result, const char *how)
{
	struct test_session *s = ctx;
	struct report_run *run = &s->runs[number], was = *run;

	*run = test_run_new(s, &s->jobs[number]);
	if (result) {
		struct report_run got;

		report_from_json(json_object_get(result, "run"), &got);
		run->error = got.error;
		run->checks = got.checks;
		run->n = got.n;
		run->failures = got.failures;
		memcpy(run->phase_ms, got.phase_ms, sizeof(run->phase_ms));
		place_checks(s->jobs[number].design, run);
		free(got.lab);
		free(got.file);
	} else {
		run->error = xstrdup(how);
	}
	s->timed_out |= json_is_true(json_object_get(result, "timedOut"));
	s->failed |= !report_ok(run);
	s->jobs[number].over = true;
	report_run_free(&was);
	say_run(s, run);
	(void)test_reports_write(s); /* what prevents it is reported in the end */
}

/* Why what is not over was not run. */
static void explain_not_run(struct test_session *s)
{
	for (size_t i = 0; i < s->n_runs; i++) {
		const struct test_design *d = s->jobs[i].design;

		if (s->jobs[i].over)
			continue;
		free(s->runs[i].error);
		s->runs[i].error =
		    test_interrupted ? xstrdup("interrupted before it was run") : NULL;
		for (size_t k = 0; k < d->model->n_checks; k++) {
			struct report_check *c = report_add(&s->runs[i]);

			c->name = xstrdup(d->model->checks[k].name);
			c->skipped = true;
		}
	}
}

static int run_jobs(struct test_session *s)
{
	const struct pool p = { .n = s->n_runs,
		                .at_once = (size_t)s->at_once,
		                .order = s->order,
		                .ctx = s,
		                .run = run_job,
		                .wanted = job_wanted,
		                .said = job_said,
		                .done = job_done,
		                .stop = &test_interrupted };
	struct err e = { 0 };
	int r = pool_run(&p, &e);

	ui_progress_end();
	explain_not_run(s);
	return r < 0 ? ui_error(&e) : EX_DONE;
}

/* ---- all of it ---- */

static int choose_status(const struct test_session *s)
{
	int status = EX_DONE;

	for (size_t i = 0; i < s->n_runs; i++) {
		if (s->runs[i].error)
			return s->timed_out ? EX_TIMED_OUT : EX_FAILED;
		if (!report_ok(&s->runs[i]))
			status = EX_NOT_HELD;
	}
	return status;
}

static void session_done(struct test_session *s)
{
	test_designs_free(s);
	for (size_t i = 0; i < s->n_runs; i++) {
		report_run_free(&s->runs[i]);
		free(s->jobs[i].folder);
	}
	free(s->jobs);
	free(s->order);
	free(s->runs);
}

/* Options that do not go together. */
static int contradictions(const struct test_session *s)
{
	const struct cmd_args *a = s->a;
	bool named = a->lab && *a->lab;

	if (s->keep && s->repeats > 1)
		return ui_usage(a, "--keep leaves a lab running, so there is no --repeat with it");
	if (named && a->argc > 1 && s->keep)
		return ui_usage(a, "several labs cannot all be kept under the name %s", a->lab);
	if (named && s->at_once > 1 && (a->argc > 1 || s->repeats > 1))
		return ui_usage(a, "labs that run side by side cannot all be called %s", a->lab);
	return EX_DONE;
}

/* EX_DONE: the options make sense. */
static int check_test_options(struct test_session *s)
{
	const struct cmd_args *a = s->a;
	const char *format = arg_value(a, "format");
	int fmt = format ? report_format_parse(format) : a->json ? REPORT_JSON : REPORT_HUMAN;

	if (fmt < 0)
		return ui_usage(a, "there is no format %s", format);
	if (!arg_number(a, "repeat", 1, 100000, 1, &s->repeats) ||
	    !arg_number(a, "jobs", 1, MAX_AT_ONCE, 1, &s->at_once) ||
	    !arg_duration(a, "within", 0, &s->within_ms) ||
	    !arg_duration(a, "away", AWAY_MS, &s->away_ms) || !design_disk(a, &s->disk))
		return EX_WRONG_USAGE;
	s->failures = arg_value(a, "failures");
	s->pairs = s->failures && streq(arg_value(a, "failures"), "2");
	s->which = arg_value(a, "which");
	if (!s->failures && (s->which || arg_value(a, "away")))
		return ui_usage(a, "--which and --away say something about --failures");
	s->format = (enum report_format)fmt;
	s->keep = arg_flag(a, "keep");
	s->stops_early = arg_flag(a, "fail-fast") && !arg_flag(a, "keep-going");
	s->dir = arg_value(a, "report");
	s->options.filter = arg_value(a, "filter");
	s->options.stop = &test_interrupted;
	return contradictions(s);
}

/* Runs what was read, and prints the report. */
static int run_and_report(struct test_session *s, int read)
{
	add_jobs(s);
	test_order_jobs(s);
	int status = test_reports_prepare(s);

	if (status != EX_DONE)
		return status;
	test_catch_signals();
	status = run_jobs(s);
	if (!s->keep && !s->designs[0].running && choose_status(s) == EX_NOT_HELD)
		ui_note("to look inside: --keep leaves the lab running");
	if (s->format == REPORT_HUMAN)
		report_summary(stdout, s->runs, s->n_runs, ui_color(STDOUT_FILENO));
	else if (s->format == REPORT_HTML)
		test_write_page(s, stdout);
	else
		report_write(stdout, s->format, s->runs, s->n_runs, false);
	int written = test_reports_write(s);

	if (test_interrupted)
		return 128 + test_interrupted;
	if (status == EX_DONE)
		status = written != EX_DONE ? written : read;
	return status != EX_DONE ? status : choose_status(s);
}

static int cmd_test(const struct cmd_args *a)
{
	_cleanup_(session_done) struct test_session s = { .a = a };
	int status = check_test_options(&s), read = EX_DONE;

	if (status != EX_DONE)
		return status;
	if (!test_read_designs(&s, &read))
		return read;
	if (read == EX_DONE && s.options.filter && !any_chosen(&s))
		return ui_usage(a, "no check matches --filter '%s'", s.options.filter);
	if (read == EX_DONE && s.failures && !any_fails(&s))
		return ui_usage(a, "nothing%s%s can fail in this design", s.which ? " called " : "",
		                s.which ? s.which : "");
	return run_and_report(&s, read);
}

static const struct option_def test_options[] = {
	{ .name = "format",
	  .arg = "human|tap|junit|json|html|markdown|sarif|github",
	  .help = "of the report on standard output; default: human" },
	{ .name = "report",
	  .arg = "DIR",
	  .help = "also write the report, in every format, there; and what explains a failure" },
	{ .letter = 'j', .name = "jobs", .arg = "N", .help = "bring up to N labs up side by side" },
	{ .name = "checks", .arg = "FILE", .help = "these checks instead of the design's own" },
	{ .name = "within",
	  .arg = "DURATION",
	  .help = "no check has longer than this, whatever its own \"within\"" },
	{ .name = "filter", .arg = "GLOB", .help = "only checks whose name matches" },
	{ .name = "failures",
	  .arg = "1|2",
	  .dflt = "1",
	  .help = "then take away each thing that can fail, one (or two) at a time" },
	{ .name = "which",
	  .arg = "GLOB",
	  .help = "with --failures: only what is called so, as NVA_1 or 'vpngw/*'" },
	{ .name = "away",
	  .arg = "TIME",
	  .help =
	      "with --failures: how long each is away, while something is broken; default: 5s" },
	{ .name = "keep", .help = "leave the lab running" },
	{ .name = "repeat", .arg = "N", .help = "bring it up, check and take it down N times" },
	{ .name = "fail-fast", .help = "start no other run when one has failed" },
	{ .name = "keep-going", .help = "run all whatever fails: the default, before --fail-fast" },
	DISK_OPTION,
	PRIVILEGED_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(test,
        { .name = "test",
          .group = "Prove",
          .synopsis = "test [FILE...]",
          .summary = "brings designs up, runs their checks, and takes them down",
          .help = "Each check of the topology is tried until it holds, or its time "
                  "(\"within\", default 15s) is over. One that fails says what was seen "
                  "instead, and the hop, route or session to look at.\n\n"
                  "With -n LAB and without a file: the checks of the lab that runs, which stays. "
                  "Change the file, up, test. --checks FILE takes the checks of another file, "
                  "an object as \"checks\" is, or one that has it: a trainer's, for labs of "
                  "others. A check that names what the design has not has failed.\n\n"
                  "Of several files an invalid one costs only itself. The report is written "
                  "whatever happens: anew after each run, with what was not reached. When one "
                  "fails, DIR/LAB of --report DIR keeps the daemons' logs, the events, status, "
                  "tables and a picture of the lab, and of packets that did not arrive the way "
                  "and captures.\n\n"
                  "--failures then takes away each appliance, Route Server instance, gateway, "
                  "circuit, tunnel and link in turn, while packets of all checks flow 10 ms "
                  "apart; --failures=2 each pair, too. It says what is lost, for how long, what "
                  "stays broken and why, and undoes each before the next. \"whenFails\" of the "
                  "design says how long packets may be lost: {\"NVA_1\": \"1s\", \"*\": \"5s\"}. "
                  "Checks behind a \"do\" are not run then.\n\n"
                  "A lab is called as its design; in a job of Slurm or a CI server, and in a pod, "
                  "with the job's id behind it, and with a number where a lab of that name runs. "
                  "It ends with the command, also when that is killed.\n\n"
                  "A template, a plan or an export will do as well (see vnetlab help import): "
                  "its checks stand in NAME.checks.json beside it. Tables of Azure's that are "
                  "saved in a folder with an export (effective, learned, advertised routes) "
                  "are compared with the lab, row by row.\n\n"
                  "Exit status 0 when all checks held, 1 when one did not, 3 when a design "
                  "is invalid (the others are run all the same), 5 when a lab did not come "
                  "up.\n\n"
                  "  vnetlab test route-server.vnetlab.json\n"
                  "  vnetlab test -j 2 --format junit --report out topologies/*/*.vnetlab.json\n"
                  "  vnetlab test -n student1 --checks exercise3.checks.json\n"
                  "  vnetlab test --failures hub.vnetlab.json\n"
                  "  vnetlab test --repeat 50 --filter 'the backend*' seed.vnetlab.json",
          .max_args = -1,
          .kinds = { ARG_FILE, ARG_FILE, ARG_FILE },
          .common_output = true,
          .opts = test_options,
          .run = cmd_test });
