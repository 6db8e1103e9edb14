/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/run.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "proof/ask.h"
#include "proof/outage.h"

enum { PAUSE_MIN_MS = 20, PAUSE_MAX_MS = 250 };

struct item {
	const struct check *c;
	bool chosen;
	struct check_state s;
	struct bgp_watch watch;
	struct judgement j; /* of the latest round */
	long looked_ms;     /* when */
	bool unknown;       /* the lab could not say */
	double seconds;
};

struct runner {
	struct lab_client *client;
	const char *lab;
	const struct run_options *o;
	struct item *items;
	size_t n;
	struct run_progress progress;
	struct answers a;
};

bool run_chosen(const struct run_options *o, const struct check *c)
{
	return !o->filter || str_glob(o->filter, c->name);
}

static bool stopped(const struct runner *r)
{
	return r->o->stop && *r->o->stop;
}

static void tell(struct runner *r)
{
	if (r->o->on_progress)
		r->o->on_progress(r->o->ctx, &r->progress);
}

/* ---- a round ---- */

static void judged(struct item *it, struct judgement j)
{
	judgement_free(&it->j);
	it->j = j;
	it->looked_ms = clock_ms();
	it->unknown = false;
}

static void unknown(struct item *it, const char *why)
{
	judged(it, (struct judgement){ false, xstrdup(why && *why ? why : "no answer") });
	it->unknown = true;
}

/* What could not be asked neither holds nor fails to: a check with "not" must not pass by it. */
static void step(struct item *it)
{
	if (!it->unknown || !it->c->inverted)
		check_step(it->c, &it->s, it->j.holds, it->looked_ms);
	else if (it->looked_ms - it->s.started_ms >= it->c->within_ms)
		check_fail(&it->s, it->looked_ms);
}

/* Probes and paths of all open packet checks with this kind of expectation, in one go. */
static void look_at_packets(struct runner *r, struct item **open, size_t n, bool patient)
{
	_cleanup_free_ const struct check **probes = xcalloc(n + 1, sizeof(*probes));
	_cleanup_free_ const struct check **paths = xcalloc(n + 1, sizeof(*paths));
	size_t n_probes = 0, n_paths = 0, at = 0, path_at = 0;

	for (size_t i = 0; i < n; i++) {
		const struct check *c = open[i]->c;

		if (c->kind != CHECK_PACKET || (c->expect == EXPECT_REACH) != patient)
			continue;
		probes[n_probes++] = c;
		if (check_needs_path(c))
			paths[n_paths++] = c;
	}
	if (!n_probes)
		return;
	json_t *got = ask_probes(&r->a, probes, n_probes, patient);
	json_t *ways = got && n_paths ? ask_paths(&r->a, paths, n_paths) : NULL;

	for (size_t i = 0; i < n; i++) {
		const struct check *c = open[i]->c;

		if (c->kind != CHECK_PACKET || (c->expect == EXPECT_REACH) != patient)
			continue;
		const json_t *way = check_needs_path(c) ? json_array_get(ways, path_at++) : NULL;

		if (got && (way || !check_needs_path(c)))
			judged(open[i], judge_packet(c, json_array_get(got, at), way));
		else
			unknown(open[i], r->a.e.msg);
		at++;
	}
	json_decref(got);
	json_decref(ways);
}

static void count_sessions(struct runner *r, const json_t *status)
{
	size_t i;
	json_t *row;

	r->progress.sessions = r->progress.sessions_up = 0;
	json_array_foreach (json_object_get(status, "bgp"), i, row) {
		r->progress.sessions++;
		r->progress.sessions_up +=
		    strieq(json_string_value(json_object_get(row, "state")), "Established");
	}
}

static void look_at(struct runner *r, struct item *it, const bool audits[AUDIT_MAX])
{
	const char *why = NULL;
	const json_t *got;

	switch (it->c->kind) {
	case CHECK_BGP:
		got = ask_status(&r->a, &why);
		if (got)
			judged(it, judge_bgp(it->c, got, &it->watch));
		break;
	case CHECK_ROUTES:
	case CHECK_LEARNED:
	case CHECK_ADVERTISED:
		got = ask_table(&r->a, it->c, &why);
		if (got)
			judged(it, it->c->kind == CHECK_ROUTES ? judge_routes(it->c, got)
			                                       : judge_learned(it->c, got));
		break;
	case CHECK_AUDIT:
		got = ask_audit(&r->a, audits, &why);
		if (got)
			judged(it, judge_audit(it->c, got));
		break;
	default:
		return; /* packets were asked together */
	}
	if (!got)
		unknown(it, why);
}

static void look_at_all(struct runner *r, struct item **open, size_t n)
{
	bool audits[AUDIT_MAX] = { false };
	const char *why;

	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < AUDIT_MAX; k++)
			audits[k] |= open[i]->c->kind == CHECK_AUDIT && open[i]->c->audits[k];
	for (size_t i = 0; i < n; i++)
		look_at(r, open[i], audits);
	look_at_packets(r, open, n, true);
	look_at_packets(r, open, n, false);
	const json_t *status = ask_status(&r->a, &why);

	if (status)
		count_sessions(r, status);
	answers_done(&r->a);
}

/* ---- a check is over ---- */

/* What a person needs next: the hop that dropped it, or the session that is not up. */
static void explain(struct runner *r, const struct item *it, struct str *out)
{
	const struct check *c = it->c;

	str_add(out, it->j.text);
	if (c->inverted)
		str_add(out, "\nthis must not become true");
	if (c->kind != CHECK_PACKET || r->a.lost)
		return;
	json_t *paths = ask_paths(&r->a, &c, 1);

	if (paths)
		explain_path(json_array_get(paths, 0), out);
	json_decref(paths);
}

static void over(struct runner *r, struct item *it)
{
	it->seconds = (double)it->s.held_ms / 1000.0;
	r->progress.over++;
	if (it->s.ok) {
		r->progress.held++;
		return;
	}
	_cleanup_str_ struct str text = { 0 };

	explain(r, it, &text);
	judged(it, (struct judgement){ false, str_take(&text) });
}

/* ---- a group of checks, until each is over ---- */

static size_t still_open(struct runner *r, size_t from, size_t to, struct item **ret)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		if (r->items[i].chosen && !r->items[i].s.over)
			ret[n++] = &r->items[i];
	return n;
}

static long pause_ms(struct item *const *open, size_t n, long now, long pause)
{
	for (size_t i = 0; i < n; i++) {
		long left = check_deadline(open[i]->c, &open[i]->s) - now;

		if (left >= 0 && left < pause)
			pause = left;
	}
	return pause < 1 ? 1 : pause;
}

static int run_group(struct runner *r, size_t from, size_t to)
{
	_cleanup_free_ struct item **open = xcalloc(to - from + 1, sizeof(struct item *));
	long pause = PAUSE_MIN_MS, start = clock_ms();

	for (size_t i = from; i < to; i++)
		check_start(&r->items[i].s, start);
	for (;;) {
		size_t n = still_open(r, from, to, open);

		if (!n)
			return 0;
		if (stopped(r))
			return -EINTR;
		look_at_all(r, open, n);
		if (r->a.lost)
			return r->a.lost;
		for (size_t i = 0; i < n; i++) {
			step(open[i]);
			if (open[i]->s.over)
				over(r, open[i]);
		}
		tell(r);
		n = still_open(r, from, to, open);
		if (!n)
			return 0;
		/* Nothing tells us when a packet would arrive: look again, ever less often. */
		poll(NULL, 0, (int)pause_ms(open, n, clock_ms(), pause));
		pause = pause * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause * 2;
	}
}

/* ---- actions ---- */

struct action {
	struct runner *r;
	const char *words; /* "fault stop NVA_1" */
};

static int act(void *ctx, struct err *e)
{
	const struct action *x = ctx;
	_cleanup_free_ char *copy = xstrdup(x->words);
	json_t *argv = json_array(), *reply = NULL;
	char *save = NULL, *word;

	/* the first word is "fault" itself: the loader has looked */
	strtok_r(copy, " \t", &save);
	for (word = strtok_r(NULL, " \t", &save); word; word = strtok_r(NULL, " \t", &save))
		json_array_append_new(argv, json_string(word));
	int r = lab_call(x->r->client, json_pack("{s:s, s:o}", "op", "fault", "argv", argv), NULL,
	                 NULL, &reply, NULL, e);

	json_decref(reply);
	return r < 0 ? err_wrap(e, "%s", x->words) : 0;
}

static int run_action(struct runner *r, struct item *it)
{
	struct action x = { r, it->c->subject };
	struct outage o = { 0 };
	struct err e = { 0 };
	long start = clock_ms();
	int rc;

	r->progress.doing = it->c->subject;
	tell(r);
	if (it->c->from)
		rc = outage_measure(r->lab, it->c, act, &x, r->o->stop, &o, &e);
	else
		rc = act(&x, &e);
	r->progress.doing = NULL;
	it->s.over = true;
	it->s.ok = rc >= 0;
	it->seconds = (double)(clock_ms() - start) / 1000.0;
	r->progress.over++;
	if (rc < 0) {
		unknown(it, e.msg);
		return rc == -ECONNRESET || rc == -EPIPE ? rc : 0;
	}
	judged(it, judge_outage(it->c, &o));
	it->s.ok = it->j.holds;
	r->progress.held += it->s.ok;
	tell(r);
	return 0;
}

/* ---- all of it ---- */

/* An action is of use when a chosen check comes behind it, or it is one itself. */
static void choose(struct runner *r)
{
	bool behind = false;

	for (size_t i = r->n; i-- > 0;) {
		struct item *it = &r->items[i];

		it->chosen = run_chosen(r->o, it->c) || (it->c->kind == CHECK_DO && behind);
		behind |= it->chosen;
		r->progress.checks += it->chosen;
	}
}

static int run_all(struct runner *r)
{
	for (size_t i = 0; i < r->n;) {
		size_t end = i;
		int rc = 0;

		if (r->items[i].c->kind == CHECK_DO) {
			if (r->items[i].chosen)
				rc = run_action(r, &r->items[i]);
			end = i + 1;
		} else {
			while (end < r->n && r->items[end].c->kind != CHECK_DO)
				end++;
			rc = run_group(r, i, end);
		}
		if (rc < 0)
			return rc;
		if (stopped(r))
			return -EINTR;
		i = end;
	}
	return 0;
}

static void report(const struct runner *r, struct report_run *rep)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct item *it = &r->items[i];
		struct report_check *k = report_add(rep);

		k->name = xstrdup(it->c->name);
		k->warning = it->c->warning;
		k->action = it->c->kind == CHECK_DO;
		k->skipped = !it->s.over;
		k->ok = it->s.over && it->s.ok;
		k->seconds = it->seconds;
		k->hint = it->c->hint ? xstrdup(it->c->hint) : NULL;
		k->detail = it->s.over && it->j.text ? xstrdup(it->j.text) : NULL;
	}
}

int run_checks(struct lab_client *c, const char *lab, const struct check_list *l,
               const struct run_options *o, struct report_run *rep, struct err *e)
{
	struct runner r = { .client = c,
		            .lab = lab,
		            .o = o,
		            .items = xcalloc(l->n + 1, sizeof(*r.items)),
		            .n = l->n,
		            .a = { .c = c } };

	for (size_t i = 0; i < l->n; i++)
		r.items[i].c = &l->items[i];
	choose(&r);
	int rc = run_all(&r);

	report(&r, rep);
	if (rc == -EINTR)
		err_set(e, EINTR, "interrupted");
	else if (rc < 0)
		err_set(e, -rc, "the lab's driver is gone: %s", r.a.e.msg);
	for (size_t i = 0; i < r.n; i++)
		judgement_free(&r.items[i].j);
	answers_done(&r.a);
	free(r.items);
	return rc;
}
