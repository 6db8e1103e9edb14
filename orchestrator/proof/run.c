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
	void *memory;                                   /* the sort's */
	size_t questions[CHECK_QUESTIONS], n_questions; /* of this round; NO_QUESTION: none */
	struct judgement j;                             /* of the latest round */
	long looked_ms;                                 /* when */
	bool unknown;                                   /* the lab could not say */
	double seconds;
};

#define NO_QUESTION SIZE_MAX

struct runner {
	struct lab_client *client;
	const char *lab;
	const struct run_options *o;
	struct item *items;
	size_t n;
	struct run_progress progress;
	struct round round;
};

bool run_chosen(const struct run_options *o, const struct check *c)
{
	return !o->filter || str_glob(o->filter, c->name);
}

static bool is_action(const struct check *c)
{
	return !c->sort->ask;
}

static bool is_interrupted(const struct runner *r)
{
	return r->o->stop && *r->o->stop;
}

static void report_progress(struct runner *r)
{
	if (r->o->on_progress)
		r->o->on_progress(r->o->ctx, &r->progress);
}

/* ---- a round ---- */

static void set_judgement(struct item *it, struct judgement j, long looked_ms)
{
	judgement_free(&it->j);
	it->j = j;
	it->looked_ms = looked_ms;
	it->unknown = false;
}

static void set_unknown(struct item *it, const char *why, long looked_ms)
{
	struct judgement j = { false, xstrdup(why && *why ? why : "no answer") };

	set_judgement(it, j, looked_ms);
	it->unknown = true;
}

/* A check whose question could not be asked neither holds nor fails: else one with "not" would
 * pass. */
static void advance_check(struct item *it)
{
	if (!it->unknown || !it->c->inverted)
		check_step(it->c, &it->s, it->j.holds, it->looked_ms);
	else if (it->looked_ms - it->s.started_ms >= (long)it->c->within_ms)
		check_fail(&it->s, it->looked_ms);
}

static void count_sessions(struct runner *r, const json_t *status)
{
	size_t i;
	json_t *row;

	if (!status)
		return;
	r->progress.sessions = r->progress.sessions_up = 0;
	json_array_foreach (json_object_get(status, "bgp"), i, row) {
		r->progress.sessions++;
		r->progress.sessions_up +=
		    strieq(json_string_value(json_object_get(row, "state")), "Established");
	}
}

static void ask_for(struct runner *r, struct item *it)
{
	struct check_question q[CHECK_QUESTIONS] = { { 0 } };

	it->n_questions = it->c->sort->ask(it->c, q);
	for (size_t i = 0; i < it->n_questions; i++)
		it->questions[i] = q[i].request ? round_add(&r->round, q[i]) : NO_QUESTION;
}

static void judge_item(struct runner *r, struct item *it)
{
	struct check_answers answers = { { NULL } };
	long looked_ms = clock_ms();
	const char *why;

	for (size_t i = 0; i < it->n_questions; i++) {
		if (it->questions[i] == NO_QUESTION)
			continue;
		looked_ms = round_answered_ms(&r->round, it->questions[i]);
		answers.a[i] = round_answer(&r->round, it->questions[i], &why);
		if (answers.a[i])
			continue;
		set_unknown(it, why, looked_ms);
		return;
	}
	set_judgement(it, it->c->sort->judge(it->c, &answers, it->memory), looked_ms);
}

static void look_at_all(struct runner *r, struct item **open, size_t n)
{
	const struct check_question status = { .request = json_pack("{s:s}", "op", "status") };
	size_t sessions = round_add(&r->round, status);
	const char *why;

	for (size_t i = 0; i < n; i++)
		ask_for(r, open[i]);
	round_send(&r->round, r->client);
	for (size_t i = 0; i < n; i++)
		judge_item(r, open[i]);
	count_sessions(r, round_answer(&r->round, sessions, &why));
	round_clear(&r->round);
}

/* ---- a check is over ---- */

/* Adds what a person needs next: the hop that dropped the packet, or the session that is not up. */
static void explain_failure(struct runner *r, const struct item *it, struct str *out)
{
	const struct check_sort *sort = it->c->sort;
	struct check_question q = { 0 };
	const char *why;

	str_add(out, it->j.text);
	if (it->c->inverted)
		str_add(out, "\nthis must not become true");
	if (!sort->ask_why || !sort->ask_why(it->c, &q))
		return;
	size_t number = round_add(&r->round, q);

	round_send(&r->round, r->client);
	sort->explain(it->c, round_answer(&r->round, number, &why), out);
	round_clear(&r->round);
}

static void finish_check(struct runner *r, struct item *it)
{
	it->seconds = (double)it->s.held_ms / 1000.0;
	r->progress.over++;
	if (it->s.ok) {
		r->progress.held++;
		return;
	}
	_cleanup_str_ struct str text = { 0 };

	explain_failure(r, it, &text);
	set_judgement(it, (struct judgement){ false, str_take(&text) }, it->looked_ms);
}

/* ---- a group of checks, until each is over ---- */

static size_t list_open_items(struct runner *r, size_t from, size_t to, struct item **ret)
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
		size_t n = list_open_items(r, from, to, open);

		if (!n)
			return 0;
		if (is_interrupted(r))
			return -EINTR;
		look_at_all(r, open, n);
		if (r->round.lost)
			return r->round.lost;
		for (size_t i = 0; i < n; i++) {
			advance_check(open[i]);
			if (open[i]->s.over)
				finish_check(r, open[i]);
		}
		report_progress(r);
		n = list_open_items(r, from, to, open);
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

static int do_fault(void *ctx, struct err *e)
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
	report_progress(r);
	if (it->c->from)
		rc = outage_measure(r->lab, it->c, do_fault, &x, r->o->stop, &o, &e);
	else
		rc = do_fault(&x, &e);
	r->progress.doing = NULL;
	it->s.over = true;
	it->s.ok = rc >= 0;
	it->seconds = (double)(clock_ms() - start) / 1000.0;
	r->progress.over++;
	if (rc < 0) {
		set_unknown(it, e.msg, clock_ms());
		return rc == -ECONNRESET || rc == -EPIPE ? rc : 0;
	}
	set_judgement(it, it->c->sort->judge_outage(it->c, &o), clock_ms());
	it->s.ok = it->j.holds;
	r->progress.held += it->s.ok;
	report_progress(r);
	return 0;
}

/* ---- all of it ---- */

/* An action is of use when a chosen check comes behind it, or it is one itself. */
static void choose_items(struct runner *r)
{
	bool behind = false;

	for (size_t i = r->n; i-- > 0;) {
		struct item *it = &r->items[i];

		it->chosen = run_chosen(r->o, it->c) || (is_action(it->c) && behind);
		behind |= it->chosen;
		r->progress.checks += it->chosen;
	}
	for (size_t i = 0, done = 0; r->o->whole && i < r->n; i++) {
		done |= is_action(r->items[i].c);
		r->progress.checks -= done && r->items[i].chosen;
		r->items[i].chosen &= !done;
	}
}

static int run_all(struct runner *r)
{
	for (size_t i = 0; i < r->n;) {
		size_t end = i;
		int rc = 0;

		if (is_action(r->items[i].c)) {
			if (r->items[i].chosen)
				rc = run_action(r, &r->items[i]);
			end = i + 1;
		} else {
			while (end < r->n && !is_action(r->items[end].c))
				end++;
			rc = run_group(r, i, end);
		}
		if (rc < 0)
			return rc;
		if (is_interrupted(r))
			return -EINTR;
		i = end;
	}
	return 0;
}

static void report_results(const struct runner *r, struct report_run *rep)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct item *it = &r->items[i];
		struct report_check *k = report_add(rep);

		k->name = xstrdup(it->c->name);
		k->warning = it->c->warning;
		k->action = is_action(it->c);
		k->skipped = !it->s.over;
		k->ok = it->s.over && it->s.ok;
		k->seconds = it->seconds;
		k->hint = it->c->hint ? xstrdup(it->c->hint) : NULL;
		k->detail = it->s.over && it->j.text ? xstrdup(it->j.text) : NULL;
	}
}

int run_checks(struct lab_client *c, const char *lab, const struct model *m,
               const struct run_options *o, struct report_run *rep, struct err *e)
{
	struct runner r = { .client = c,
		            .lab = lab,
		            .o = o,
		            .items = xcalloc(m->n_checks + 1, sizeof(*r.items)),
		            .n = m->n_checks };

	for (size_t i = 0; i < r.n; i++)
		r.items[i] =
		    (struct item){ .c = &m->checks[i],
			           .memory = xcalloc(1, m->checks[i].sort->memory_size + 1) };
	choose_items(&r);
	int rc = run_all(&r);

	report_results(&r, rep);
	if (rc == -EINTR)
		err_set(e, EINTR, "interrupted");
	else if (rc < 0)
		err_set(e, -rc, "the lab's driver is gone: %s", r.round.e.msg);
	for (size_t i = 0; i < r.n; i++) {
		judgement_free(&r.items[i].j);
		free(r.items[i].memory);
	}
	round_clear(&r.round);
	free(r.items);
	return rc;
}
