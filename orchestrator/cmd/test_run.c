/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of vnetlab test, in a process of its own: a lab comes up, is checked, and is taken down;
 * or one that runs is checked. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/format.h"
#include "base/str.h"
#include "cmd/address.h"
#include "cmd/captures.h"
#include "cmd/test.h"
#include "lab/client/alive.h"
#include "lab/client/client_priv.h"
#include "lab/client/holder.h"
#include "lab/client/job.h"
#include "proof/evidence.h"
#include "proof/failures.h"
#include "proof/pool.h"

/* Ctrl-C: calls to the driver return at once, and the lab is taken down.  The second Ctrl-C ends
 * vnetlab. */
volatile int test_interrupted;
static volatile int client_fd = -1;

static void on_test_signal(int sig)
{
	test_interrupted = sig;
	if (client_fd >= 0)
		shutdown(client_fd, SHUT_RDWR);
}

void test_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_test_signal,
		                .sa_flags = (int)(SA_RESTART | SA_RESETHAND) };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

PRINTF(1, 2) static void progress(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	pool_say("progress", text);
	free(text);
}

PRINTF(1, 2) static void note(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	pool_say("note", text);
	free(text);
}

static long long count(const json_t *p, const char *key)
{
	return json_integer_value(json_object_get(p, key));
}

static void on_apply(json_t *p, void *ctx)
{
	const char *phase = json_string_value(json_object_get(p, "phase"));

	if (streq(phase, "converge"))
		progress("%s: converging, %lld of %lld sessions up", (const char *)ctx,
		         count(p, "up"), count(p, "of"));
	else if (streq(phase, "start"))
		progress("%s: starting, %lld nodes are not ready yet", (const char *)ctx,
		         count(p, "starting"));
	else
		progress("%s: building, node %lld of %lld", (const char *)ctx, count(p, "done"),
		         count(p, "of"));
}

static void on_checks(void *ctx, const struct run_progress *p)
{
	progress("%s: %u of %u checks held%s%s, %u of %u sessions up", (const char *)ctx, p->held,
	         p->checks, p->doing ? ", " : "", p->doing ? p->doing : "", p->sessions_up,
	         p->sessions);
}

/* Routing may never come to rest in a design that is broken on purpose: the driver does not wait
 * for what checks want to be down, and not for longer than this; then the checks themselves say
 * what is missing. */
enum { WAIT_MS = 30000 };

static int bring_up(const struct test_session *s, const struct test_design *d, struct lab_client *c,
                    const char *lab, struct report_run *run, struct err *e)
{
	json_t *req = json_pack("{s:s, s:O, s:s, s:i}", "op", "apply", "design", d->design, "lab",
	                        lab, "waitMs", WAIT_MS);
	json_t *reply = NULL;

	if (s->disk)
		json_object_set_new(req, "diskMiB", json_integer(s->disk));
	if (!s->keep) /* whatever becomes of us, the lab does not stay */
		json_object_set_new(req, "endsWithMe", json_true());
	int r = lab_call(c, req, on_apply, (void *)lab, &reply, NULL, e);

	if (r < 0)
		return r;
	const json_t *ms = json_object_get(reply, "phases");

	/* building the nodes and starting their daemons */
	run->phase_ms[PHASE_BUILD] = (double)(count(ms, "buildMs") + count(ms, "startMs"));
	run->phase_ms[PHASE_CONVERGE] = (double)count(ms, "convergeMs");
	const json_t *w;
	size_t i;

	json_array_foreach (json_object_get(reply, "warnings"), i, w)
		note("%s: warning: %s", lab, json_string_value(w));
	json_decref(reply);
	return 0;
}

static void take_down(const char *lab, struct report_run *run)
{
	struct err e = { 0 };
	double start = test_now_ms();
	int r = lab_end(lab, &e);

	run->phase_ms[PHASE_DOWN] = test_now_ms() - start;
	/* A lab that did not come up has ended by itself. */
	if (r < 0 && r != -ENOENT && !run->error)
		run->error = xasprintf("taking the lab down: %s", e.msg);
}

static void on_failure(void *ctx, const char *text)
{
	(void)ctx;
	progress("%s", text);
}

static int take_lab_away(const struct test_session *s, const struct test_design *d,
                         struct lab_client *c, const char *lab, struct report_run *run,
                         struct err *e)
{
	const struct failures_options o = { .pairs = s->pairs,
		                            .which = s->which,
		                            .filter = s->options.filter,
		                            .away_ms = s->away_ms,
		                            .on_progress = on_failure,
		                            .stop = &test_interrupted };

	return failures_run(c, lab, d->model, &o, run, e);
}

static int check_lab(const struct test_session *s, const struct test_design *d,
                     struct lab_client *c, const char *lab, struct report_run *run, struct err *e)
{
	struct run_options o = s->options;
	double start = test_now_ms();

	o.on_progress = on_checks;
	o.ctx = (void *)lab;
	/* Compare before the actions of checks ("do") change the lab. */
	int r = s->failures ? failures_whole(c, lab, e) : 0;

	if (r == 0)
		r = captures_check(lab, d->captures, o.filter, run, e);

	o.whole = s->failures;
	if (r == 0)
		r = run_checks(c, lab, d->model, &o, run, e);
	if (r == 0 && s->failures && !test_interrupted)
		r = take_lab_away(s, d, c, lab, run, e);
	run->phase_ms[PHASE_CHECKS] = test_now_ms() - start;
	return r;
}

static void add_skipped_checks(const struct test_design *d, struct report_run *run)
{
	for (size_t i = 0; d->model && i < d->model->n_checks; i++) {
		struct report_check *k = report_add(run);

		k->name = xstrdup(d->model->checks[i].name);
		k->warning = d->model->checks[i].warning;
		k->skipped = true;
	}
}

/* Checks of --checks that name what the design has not. */
static void add_absent_checks(const struct test_design *d, struct report_run *run)
{
	for (size_t i = 0; i < d->n_absent; i++) {
		const struct report_check *x = &d->absent[i];

		*report_add(run) =
		    (struct report_check){ .name = xstrdup(x->name),
			                   .warning = x->warning,
			                   .detail = xstrdup(x->detail),
			                   .hint = x->hint ? xstrdup(x->hint) : NULL };
	}
}

static int up_and_check(const struct test_session *s, const struct test_design *d,
                        struct lab_client *c, const char *lab, struct report_run *run,
                        struct err *e)
{
	double start = test_now_ms();
	int r = bring_up(s, d, c, lab, run, e);

	if (r == 0)
		return check_lab(s, d, c, lab, run, e);
	run->phase_ms[PHASE_BUILD] = test_now_ms() - start;
	add_skipped_checks(d, run); /* none was reached */
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

struct report_run test_run_new(const struct test_session *s, const struct test_job *job)
{
	const struct test_design *d = job->design;
	const char *lab = s->a->lab && *s->a->lab ? s->a->lab : NULL;

	if (!lab && d->model)
		lab = d->model->name;
	if (!lab)
		lab = json_string_value(
		    json_object_get(json_object_get(d->design, "topology"), "name"));
	struct report_run run = {
		.lab = xstrdup(lab ? lab : address_name(d->path)),
		.file = xstrdup(address_name(d->path)),
		.repeat = job->repeat,
		.repeats = d->invalid ? 1 : (unsigned)s->repeats,
	};

	run.phase_ms[PHASE_PARSE] = d->parse_ms;
	return run;
}

/* --- a lab of our own --------------------------------------------------------------------------
 */

/* A lab of the name that a killed test left is ended.  False: it is somebody's. */
static bool end_abandoned(const char *lab)
{
	struct err e = { 0 };

	if (lab_held_by(lab) != HOLDER_GONE)
		return false;
	note("lab %s was left by a test that was killed; it is ended first", lab);
	return lab_end(lab, &e) == 0 || e.code == ENOENT;
}

static int taken(const char *lab, struct err *e)
{
	if (lab_held_by(lab) == HOLDER_LIVES)
		return err_set(e, EEXIST,
		               "another test has a lab named %s: give this one another name with "
		               "-n",
		               lab);
	return err_set(e, EEXIST,
	               "a lab named %s runs already: end it with vnetlab down %s, give this one "
	               "another name with -n, or check the one that runs: vnetlab test -n %s, "
	               "without a file",
	               lab, lab, lab);
}

/* Names that cannot collide: that of the design, with the job's id behind it, and a number when a
 * lab of that name runs.  One that was asked for is as it is. */
static char *name_of_try(const struct test_session *s, const struct test_design *d, unsigned number)
{
	_cleanup_free_ char *tag = job_tag(getenv);

	if (s->a->lab && *s->a->lab)
		return xstrdup(s->a->lab);
	_cleanup_free_ char *base =
	    tag && !s->keep ? job_lab_name(d->model->name, tag) : xstrdup(d->model->name);
	_cleanup_free_ char *suffix = xasprintf("x-%u", number);

	return number < 2 ? take_ptr(base) : job_lab_name(base, suffix);
}

static int start_lab(const struct test_session *s, const struct test_design *d,
                     struct lab_client **ret, char **ret_lab, struct err *e)
{
	enum { NAMES = 100 };
	bool named = s->keep || (s->a->lab && *s->a->lab);

	for (unsigned number = 1;; number++) {
		_cleanup_free_ char *lab = name_of_try(s, d, number);

		progress("%s: starting", lab);
		int r = lab_spawn(lab, arg_flag(s->a, "privileged-lab"), ret, e);

		if (r == -EEXIST && end_abandoned(lab))
			r = lab_spawn(lab, arg_flag(s->a, "privileged-lab"), ret, e);
		if (r == -EEXIST && !named && number < NAMES)
			continue;
		if (r == -EEXIST)
			return taken(lab, e);
		if (r == 0 && number > 1)
			note("a lab named %s runs already; this one is called %s", d->model->name,
			     lab);
		if (r == 0)
			*ret_lab = take_ptr(lab);
		return r;
	}
}

static void keep_evidence(const struct test_job *job, const char *lab, const struct report_run *run)
{
	struct err e = { 0 };

	if (!job->folder || report_ok(run))
		return;
	progress("%s: keeping logs, tables and packets in %s", lab, job->folder);
	if (evidence_keep(lab, job->design->model, run, job->folder, &e) < 0)
		note("not all of lab %s could be kept: %s", lab, e.msg);
	else
		note("%s failed: its logs, events, tables, picture and packets are in %s", run->lab,
		     job->folder);
}

static int run_own_lab(const struct test_session *s, const struct test_job *job,
                       struct report_run *run, struct err *e)
{
	_cleanup_free_ char *lab = NULL;
	_cleanup_close_ int hold = -1;
	struct lab_client *c = NULL;
	int r = start_lab(s, job->design, &c, &lab, e);

	if (r < 0) {
		add_skipped_checks(job->design, run);
		return r;
	}
	if (!s->keep)
		(void)lab_hold(lab, &hold, NULL); /* without it, the driver still ends with us */
	client_fd = lab_client_fd(c);
	r = test_interrupted ? err_set(e, EINTR, "interrupted")
	                     : up_and_check(s, job->design, c, lab, run, e);
	client_fd = -1;
	if (r < 0 && !test_interrupted)
		run->error = xstrdup(e->msg);
	if (!test_interrupted && (r == 0 || still_runs(lab)))
		keep_evidence(job, lab, run);
	if (!s->keep || test_interrupted)
		take_down(lab, run);
	lab_disconnect(c);
	if (s->keep && !test_interrupted && still_runs(lab))
		note("lab %s still runs; end it with: vnetlab down %s", lab, lab);
	return r;
}

/* --- a lab that runs ---------------------------------------------------------------------------
 */

static size_t count_faults(struct lab_client *c)
{
	json_t *reply = NULL;
	struct err e = { 0 };
	size_t n = 0;

	if (lab_call(c, json_pack("{s:s, s:[s]}", "op", "fault", "argv", "list"), NULL, NULL,
	             &reply, NULL, &e) == 0)
		n = json_array_size(json_object_get(reply, "faults"));
	json_decref(reply);
	return n;
}

static int run_running_lab(const struct test_session *s, const struct test_job *job,
                           struct report_run *run, struct err *e)
{
	struct lab_client *c = NULL;
	const char *lab = run->lab;
	int r = lab_connect(lab, &c, e);

	if (r < 0) {
		add_skipped_checks(job->design, run);
		return r;
	}
	size_t before = count_faults(c);

	client_fd = lab_client_fd(c);
	r = test_interrupted ? err_set(e, EINTR, "interrupted")
	                     : check_lab(s, job->design, c, lab, run, e);
	client_fd = -1;
	if (r == 0 && count_faults(c) > before)
		note("the checks have left faults in lab %s; vnetlab fault clear -n %s mends them",
		     lab, lab);
	if (r == 0)
		keep_evidence(job, lab, run);
	lab_disconnect(c);
	return r;
}

static void note_busy(const char *lab)
{
	note("lab %s is busy: it builds, or works for somebody else; waiting for it", lab);
}

void test_run(const struct test_session *s, const struct test_job *job, struct report_run *run,
              bool *ret_timed_out)
{
	struct err e = { 0 };

	alive_on_busy = note_busy;
	add_absent_checks(job->design, run);
	int r =
	    job->design->running ? run_running_lab(s, job, run, &e) : run_own_lab(s, job, run, &e);

	*ret_timed_out = r == -ETIMEDOUT;
	if (r < 0 && !run->error)
		run->error = xstrdup(test_interrupted ? "interrupted" : e.msg);
}
