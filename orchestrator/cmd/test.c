/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab test: up, all checks, report, down. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/address.h"
#include "cmd/design.h"
#include "cmd/test.h"
#include "cmd/topology.h"
#include "input/topology.h"

/* ---- designs ---- */

/* For the report: the errors, as people read them. */
static char *errors_text(const struct findings *f)
{
	_cleanup_str_ struct str b = { 0 };

	str_add(&b, "the design is invalid");
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];

		if (x->severity == SEV_ERROR)
			str_printf(&b, "\n%s at %s: %s", x->rule,
			           x->source ? x->source : x->pointer, x->message);
	}
	return str_take(&b);
}

/* Loads one design; the others run even if it is invalid. */
static int read_parts(struct test_session *s, struct test_design *d)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };

	d->design = design_load(s->a, d->path, &f, &e);
	if (!d->design && !f.n) {
		d->invalid = xstrdup(e.msg);
		return ui_error(&e);
	}
	if (d->design) {
		d->model = design_checked(d->design, &f);
		design_check_images(d->design, &f);
		d->captures =
		    json_incref(json_object_get(json_object_get(d->design, "import"), "captures"));
		json_object_del(d->design, "import"); /* of no use to the driver */
	}
	bool bad = !d->model || f.errors;

	if (s->a->argc > 1 && (bad || (f.n && s->a->verbose)))
		ui_reason("%s:", address_name(d->path));
	if (bad || s->a->verbose)
		ui_findings(&f);
	else /* always print what the design may do to this machine */
		ui_findings_of(&f, "IMAGE-03");
	if (bad) {
		d->invalid = errors_text(&f);
		return EX_INVALID_DESIGN;
	}
	return EX_DONE;
}

/* EX_DONE, or what was printed. */
static int read_design(struct test_session *s, char *path)
{
	struct test_design *d = &VEC_PUSH(s->designs, s->n_designs, s->cap_designs);
	double start = test_now_ms();

	*d = (struct test_design){ .path = path };
	int status = read_parts(s, d);

	d->parse_ms = test_now_ms() - start;
	return status;
}

/* False: the command line makes no sense. */
static bool read_designs(struct test_session *s, int *ret_worst)
{
	int worst = EX_DONE;

	for (int i = 0; i < s->a->argc || i == 0; i++) {
		char *path = NULL;
		int status = EX_DONE;

		if (topology_path(s->a, s->a->argc ? s->a->argv[i] : NULL, &path, &status) < 0) {
			*ret_worst = status;
			return false;
		}
		status = read_design(s, path);
		if (status > worst)
			worst = status;
	}
	*ret_worst = worst;
	return true;
}

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

/* ---- reports ---- */

static int write_reports(const struct test_session *s, const char *dir)
{
	struct err e = { 0 };

	if (mkdir(dir, 0777) < 0 && errno != EEXIST) {
		err_sys(&e, errno, "--report %s", dir);
		return ui_error(&e);
	}
	for (int i = 0; i < REPORT_MAX; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, report_file_names[i]);
		FILE *f = fopen(path, "we");

		if (f) {
			report_write(f, (enum report_format)i, s->runs, s->n_runs, false);
			if (i == REPORT_HUMAN)
				report_summary(f, s->runs, s->n_runs, false);
		}
		if (!f || ferror(f) | (fclose(f) != 0)) {
			err_sys(&e, errno, "%s", path);
			return ui_error(&e);
		}
	}
	return EX_DONE;
}

static int status_of(const struct test_session *s)
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
	for (size_t i = 0; i < s->n_designs; i++) {
		model_free(s->designs[i].model);
		json_decref(s->designs[i].design);
		json_decref(s->designs[i].captures);
		free(s->designs[i].path);
		free(s->designs[i].invalid);
	}
	for (size_t i = 0; i < s->n_runs; i++)
		report_run_free(&s->runs[i]);
	free(s->designs);
	free(s->runs);
}

/* EX_DONE: the options make sense. */
static int options(struct test_session *s)
{
	const struct cmd_args *a = s->a;
	const char *format = arg_value(a, "format");
	int fmt = format ? report_format_parse(format) : a->json ? REPORT_JSON : REPORT_HUMAN;

	if (fmt < 0)
		return ui_usage(a, "--format must be human, tap, junit or json");
	if (!arg_number(a, "repeat", 1, 100000, 1, &s->repeats) || !design_disk(a, &s->disk))
		return EX_WRONG_USAGE;
	s->format = (enum report_format)fmt;
	s->keep = arg_flag(a, "keep");
	s->options.filter = arg_value(a, "filter");
	s->options.stop = &test_interrupted;
	if (s->keep && s->repeats > 1)
		return ui_usage(a, "--keep leaves a lab running, so there is no --repeat with it");
	if (a->lab && a->argc > 1 && s->keep)
		return ui_usage(a, "several labs cannot all be kept under the name %s", a->lab);
	return EX_DONE;
}

static int cmd_test(const struct cmd_args *a)
{
	_cleanup_(session_done) struct test_session s = { .a = a };
	const char *dir = arg_value(a, "report");
	int status = options(&s), read = EX_DONE;

	if (status != EX_DONE)
		return status;
	if (!read_designs(&s, &read))
		return read;
	if (read == EX_DONE && s.options.filter && !any_chosen(&s))
		return ui_usage(a, "no check matches --filter '%s'", s.options.filter);
	test_catch_signals();
	for (size_t i = 0; i < s.n_designs && !test_interrupted; i++) {
		if (s.designs[i].invalid)
			test_report_invalid(&s, &s.designs[i]);
		for (long k = 1; k <= s.repeats && !test_interrupted && !s.designs[i].invalid; k++)
			test_run(&s, &s.designs[i], (unsigned)k);
	}
	if (!s.keep && status_of(&s) == EX_NOT_HELD)
		ui_note("to look inside: --keep leaves the lab running");
	if (s.format == REPORT_HUMAN)
		report_summary(stdout, s.runs, s.n_runs, ui_color(STDOUT_FILENO));
	else
		report_write(stdout, s.format, s.runs, s.n_runs, false);
	status = dir ? write_reports(&s, dir) : EX_DONE;
	if (test_interrupted)
		return 128 + test_interrupted;
	if (status == EX_DONE)
		status = read;
	return status != EX_DONE ? status : status_of(&s);
}

static const struct option_def test_options[] = {
	{ .name = "format",
	  .arg = "human|tap|junit|json",
	  .help = "of the report on standard output; default: human" },
	{ .name = "report", .arg = "DIR", .help = "also write the report, in every format, there" },
	{ .name = "keep", .help = "leave the lab running" },
	{ .name = "repeat", .arg = "N", .help = "bring it up, check and take it down N times" },
	{ .name = "filter", .arg = "GLOB", .help = "only checks whose name matches" },
	DISK_OPTION,
	PRIVILEGED_OPTION,
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(test,
        { .name = "test",
          .group = "Prove",
          .synopsis = "test [FILE...]",
          .summary = "brings a design up, runs its checks, and takes it down",
          .help = "Each check of the topology is tried until it holds, or its time "
                  "(\"within\", default 15s) is over. One that fails says what was seen "
                  "instead, and the hop, route or session to look at.\n\n"
                  "A template, a plan or an export will do as well (see vnetlab help import): "
                  "its checks stand in NAME.checks.json beside it. Tables of Azure's that are "
                  "saved in a folder with an export (effective, learned, advertised routes) "
                  "are compared with the lab, row by row.\n\n"
                  "Exit status 0 when all checks held, 1 when one did not, 3 when a design "
                  "is invalid (the others are run all the same), 5 when a lab did not come "
                  "up.\n\n"
                  "  vnetlab test route-server.vnetlab.json\n"
                  "  vnetlab test --format junit --report out topologies/*/*.vnetlab.json\n"
                  "  vnetlab test --repeat 50 --filter 'the backend*' seed.vnetlab.json",
          .max_args = -1,
          .kinds = { ARG_FILE, ARG_FILE, ARG_FILE },
          .common_output = true,
          .opts = test_options,
          .run = cmd_test });
