/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab test: up, all checks, report, down. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "cmd/address.h"
#include "cmd/captures.h"
#include "cmd/design.h"
#include "cmd/topology.h"
#include "input/topology.h"
#include "lab/client/client_priv.h"
#include "proof/run.h"

struct design { /* one topology, read and understood */
	char *path;
	json_t *design;
	struct model *model;
	json_t *captures; /* what Azure showed of it; NULL: nothing */
	char *invalid;    /* why it cannot be run; NULL: it can */
	double parse_ms;
};

struct session { /* the whole command */
	const struct cmd_args *a;
	enum report_format format;
	struct run_options options;
	long repeats, disk;
	bool keep;
	struct design *designs;
	size_t n_designs, cap_designs;
	struct report_run *runs;
	size_t n_runs, cap_runs;
	bool timed_out;
};

/* Ctrl-C: calls to the driver return at once, and the lab is taken down.  The second Ctrl-C ends
 * vnetlab. */
static volatile int interrupted;
static volatile int client_fd = -1;

static void on_signal(int sig)
{
	interrupted = sig;
	if (client_fd >= 0)
		shutdown(client_fd, SHUT_RDWR);
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal,
		                .sa_flags = (int)(SA_RESTART | SA_RESETHAND) };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

static double now_ms(void)
{
	return (double)clock_us() / 1e3;
}

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
static int read_parts(struct session *s, struct design *d)
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
static int read_design(struct session *s, char *path)
{
	struct design *d = &VEC_PUSH(s->designs, s->n_designs, s->cap_designs);
	double start = now_ms();

	*d = (struct design){ .path = path };
	int status = read_parts(s, d);

	d->parse_ms = now_ms() - start;
	return status;
}

/* False: the command line makes no sense. */
static bool read_designs(struct session *s, int *ret_worst)
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

static bool any_chosen(const struct session *s)
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

/* ---- a run ---- */

static long long count(const json_t *p, const char *key)
{
	return json_integer_value(json_object_get(p, key));
}

static void on_apply(json_t *p, void *ctx)
{
	const char *phase = json_string_value(json_object_get(p, "phase"));

	if (streq(phase, "converge"))
		ui_progress("%s: converging, %lld of %lld sessions up", (const char *)ctx,
		            count(p, "up"), count(p, "of"));
	else if (streq(phase, "start"))
		ui_progress("%s: starting, %lld nodes are not ready yet", (const char *)ctx,
		            count(p, "starting"));
	else
		ui_progress("%s: building, node %lld of %lld", (const char *)ctx, count(p, "done"),
		            count(p, "of"));
}

static void on_checks(void *ctx, const struct run_progress *p)
{
	ui_progress("%s: %u of %u checks held%s%s, %u of %u sessions up", (const char *)ctx,
	            p->held, p->checks, p->doing ? ", " : "", p->doing ? p->doing : "",
	            p->sessions_up, p->sessions);
}

/* Routing may never come to rest in a design that is broken on purpose: the driver does not wait
 * for what checks want to be down, and not for longer than this; then the checks themselves say
 * what is missing. */
enum { WAIT_MS = 30000 };

static int bring_up(const struct session *s, const struct design *d, struct lab_client *c,
                    const char *lab, struct report_run *run, struct err *e)
{
	json_t *req = json_pack("{s:s, s:O, s:s, s:i}", "op", "apply", "design", d->design, "lab",
	                        lab, "waitMs", WAIT_MS);
	json_t *reply = NULL;

	if (s->disk)
		json_object_set_new(req, "diskMiB", json_integer(s->disk));
	int r = lab_call(c, req, on_apply, (void *)lab, &reply, NULL, e);

	if (r < 0)
		return r;
	const json_t *ms = json_object_get(reply, "phases");

	/* building the nodes and starting their daemons */
	run->phase_ms[PHASE_BUILD] = (double)(count(ms, "buildMs") + count(ms, "startMs"));
	run->phase_ms[PHASE_CONVERGE] = (double)count(ms, "convergeMs");
	json_decref(reply);
	return 0;
}

static void take_down(const char *lab, struct report_run *run)
{
	struct err e = { 0 };
	double start = now_ms();
	int r = lab_end(lab, &e);

	run->phase_ms[PHASE_DOWN] = now_ms() - start;
	/* A lab that did not come up has ended by itself. */
	if (r < 0 && r != -ENOENT && !run->error)
		run->error = xasprintf("taking the lab down: %s", e.msg);
}

static int up_and_check(struct session *s, const struct design *d, struct lab_client *c,
                        const char *lab, struct report_run *run, struct err *e)
{
	double start = now_ms();
	int r = bring_up(s, d, c, lab, run, e);

	if (r < 0) {
		run->phase_ms[PHASE_BUILD] = now_ms() - start;
		/* none of the checks was reached */
		for (size_t i = 0; i < d->model->n_checks; i++) {
			struct report_check *k = report_add(run);

			k->name = xstrdup(d->model->checks[i].name);
			k->warning = d->model->checks[i].warning;
			k->skipped = true;
		}
		return r;
	}
	start = now_ms();
	s->options.on_progress = on_checks;
	s->options.ctx = (void *)lab;
	/* Compare before the actions of checks ("do") change the lab. */
	r = captures_check(lab, d->captures, s->options.filter, run, e);
	if (r == 0)
		r = run_checks(c, lab, d->model, &s->options, run, e);
	run->phase_ms[PHASE_CHECKS] = now_ms() - start;
	return r;
}

/* A lab whose `up` failed is gone, or about to go. */
static bool still_runs(const char *lab)
{
	struct lab_client *c = NULL;
	json_t *answer = NULL;
	struct err e = { 0 };
	bool runs = lab_connect(lab, &c, &e) >= 0 && lab_call(c, json_pack("{ss}", "op", "hello"),
	                                                      NULL, NULL, &answer, NULL, &e) >= 0;

	json_decref(answer);
	lab_disconnect(c);
	return runs;
}

static void say_run(const struct session *s, const struct report_run *run)
{
	if (s->format == REPORT_HUMAN) {
		report_write(stdout, REPORT_HUMAN, run, 1, ui_color(STDOUT_FILENO));
		fflush(stdout);
	} else if (!report_ok(run)) {
		ui_reason("%s: %s", run->lab, run->error ? run->error : "not all checks held");
	}
}

static void not_run(struct session *s, const struct design *d)
{
	const char *name =
	    json_string_value(json_object_get(json_object_get(d->design, "topology"), "name"));
	struct report_run *run = &VEC_PUSH(s->runs, s->n_runs, s->cap_runs);

	*run = (struct report_run){ .lab = xstrdup(name ? name : address_name(d->path)),
		                    .file = xstrdup(address_name(d->path)),
		                    .repeat = 1,
		                    .repeats = 1,
		                    .error = xstrdup(d->invalid) };
	run->phase_ms[PHASE_PARSE] = d->parse_ms;
	if (s->format == REPORT_HUMAN) /* in other formats the findings were enough */
		say_run(s, run);
}

static void one_run(struct session *s, const struct design *d, unsigned repeat)
{
	const char *lab = s->a->lab ? s->a->lab : d->model->name;
	struct report_run *run = &VEC_PUSH(s->runs, s->n_runs, s->cap_runs);
	struct lab_client *c = NULL;
	struct err e = { 0 };

	*run = (struct report_run){ .lab = xstrdup(lab),
		                    .file = xstrdup(address_name(d->path)),
		                    .repeat = repeat,
		                    .repeats = (unsigned)s->repeats };
	run->phase_ms[PHASE_PARSE] = d->parse_ms;
	ui_progress("%s: starting", lab);
	int r = lab_spawn(lab, arg_flag(s->a, "privileged-lab"), &c, &e);

	if (r < 0) {
		if (r == -EEXIST)
			run->error =
			    xasprintf("a lab named %s runs already: end it with vnetlab down %s, "
			              "or give this one another name with -n",
			              lab, lab);
		else
			run->error = xstrdup(e.msg);
	} else {
		client_fd = lab_client_fd(c);
		r = interrupted ? -EINTR : up_and_check(s, d, c, lab, run, &e);
		client_fd = -1;
		s->timed_out |= r == -ETIMEDOUT;
		if (r < 0)
			run->error = xstrdup(interrupted ? "interrupted" : e.msg);
		if (!s->keep || interrupted)
			take_down(lab, run);
		lab_disconnect(c);
	}
	ui_progress_end();
	if (s->keep && !interrupted && r != -EEXIST && still_runs(lab))
		ui_note("lab %s still runs; end it with: vnetlab down %s", lab, lab);
	say_run(s, run);
}

/* ---- reports ---- */

static int write_reports(const struct session *s, const char *dir)
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

static int status_of(const struct session *s)
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

static void session_done(struct session *s)
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
static int options(struct session *s)
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
	s->options.stop = &interrupted;
	if (s->keep && s->repeats > 1)
		return ui_usage(a, "--keep leaves a lab running, so there is no --repeat with it");
	if (a->lab && a->argc > 1 && s->keep)
		return ui_usage(a, "several labs cannot all be kept under the name %s", a->lab);
	return EX_DONE;
}

static int cmd_test(const struct cmd_args *a)
{
	_cleanup_(session_done) struct session s = { .a = a };
	const char *dir = arg_value(a, "report");
	int status = options(&s), read = EX_DONE;

	if (status != EX_DONE)
		return status;
	if (!read_designs(&s, &read))
		return read;
	if (read == EX_DONE && s.options.filter && !any_chosen(&s))
		return ui_usage(a, "no check matches --filter '%s'", s.options.filter);
	catch_signals();
	for (size_t i = 0; i < s.n_designs && !interrupted; i++) {
		if (s.designs[i].invalid)
			not_run(&s, &s.designs[i]);
		for (long k = 1; k <= s.repeats && !interrupted && !s.designs[i].invalid; k++)
			one_run(&s, &s.designs[i], (unsigned)k);
	}
	if (!s.keep && status_of(&s) == EX_NOT_HELD)
		ui_note("to look inside: --keep leaves the lab running");
	if (s.format == REPORT_HUMAN)
		report_summary(stdout, s.runs, s.n_runs, ui_color(STDOUT_FILENO));
	else
		report_write(stdout, s.format, s.runs, s.n_runs, false);
	status = dir ? write_reports(&s, dir) : EX_DONE;
	if (interrupted)
		return 128 + interrupted;
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
