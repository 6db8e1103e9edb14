/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of vnetlab test: a lab comes up, is checked, and is taken down. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/str.h"
#include "cmd/address.h"
#include "cmd/captures.h"
#include "cmd/test.h"
#include "lab/client/client_priv.h"

/* Ctrl-C: calls to the driver return at once, and the lab is taken down.  The second Ctrl-C ends
 * vnetlab. */
volatile int test_interrupted;
static volatile int client_fd = -1;

static void on_signal(int sig)
{
	test_interrupted = sig;
	if (client_fd >= 0)
		shutdown(client_fd, SHUT_RDWR);
}

void test_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal,
		                .sa_flags = (int)(SA_RESTART | SA_RESETHAND) };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

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

static int bring_up(const struct test_session *s, const struct test_design *d, struct lab_client *c,
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
	const json_t *w;
	size_t i;

	json_array_foreach (json_object_get(reply, "warnings"), i, w)
		ui_note("%s: warning: %s", lab, json_string_value(w));
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

static int up_and_check(struct test_session *s, const struct test_design *d, struct lab_client *c,
                        const char *lab, struct report_run *run, struct err *e)
{
	double start = test_now_ms();
	int r = bring_up(s, d, c, lab, run, e);

	if (r < 0) {
		run->phase_ms[PHASE_BUILD] = test_now_ms() - start;
		/* none of the checks was reached */
		for (size_t i = 0; i < d->model->n_checks; i++) {
			struct report_check *k = report_add(run);

			k->name = xstrdup(d->model->checks[i].name);
			k->warning = d->model->checks[i].warning;
			k->skipped = true;
		}
		return r;
	}
	start = test_now_ms();
	s->options.on_progress = on_checks;
	s->options.ctx = (void *)lab;
	/* Compare before the actions of checks ("do") change the lab. */
	r = captures_check(lab, d->captures, s->options.filter, run, e);
	if (r == 0)
		r = run_checks(c, lab, d->model, &s->options, run, e);
	run->phase_ms[PHASE_CHECKS] = test_now_ms() - start;
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

static void say_run(const struct test_session *s, const struct report_run *run)
{
	if (s->format == REPORT_HUMAN) {
		report_write(stdout, REPORT_HUMAN, run, 1, ui_color(STDOUT_FILENO));
		fflush(stdout);
	} else if (!report_ok(run)) {
		ui_reason("%s: %s", run->lab, run->error ? run->error : "not all checks held");
	}
}

void test_report_invalid(struct test_session *s, const struct test_design *d)
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

void test_run(struct test_session *s, const struct test_design *d, unsigned repeat)
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
		r = test_interrupted ? -EINTR : up_and_check(s, d, c, lab, run, &e);
		client_fd = -1;
		s->timed_out |= r == -ETIMEDOUT;
		if (r < 0)
			run->error = xstrdup(test_interrupted ? "interrupted" : e.msg);
		if (!s->keep || test_interrupted)
			take_down(lab, run);
		lab_disconnect(c);
	}
	ui_progress_end();
	if (s->keep && !test_interrupted && r != -EEXIST && still_runs(lab))
		ui_note("lab %s still runs; end it with: vnetlab down %s", lab, lab);
	say_run(s, run);
}
