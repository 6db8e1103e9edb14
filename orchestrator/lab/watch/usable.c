/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/usable.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "azure/own_bgp.h"
#include "azure/sessions.h"
#include "azure/subnet.h"
#include "base/json.h"
#include "base/str.h"
#include "kernel/nl.h"
#include "lab/proc/events.h"
#include "lab/proc/launch.h"
#include "lab/proc/process.h"
#include "lab/watch/observe.h"
#include "lab/watch/room.h"

enum { RECENT_MS = 1000, SETTLE_MS = 1000, AGAIN_MS = 100, MOST_AT_ONCE = 16 };

struct question {
	char **argv;
	regex_t usable, unusable, muted;
	bool has_usable, has_unusable, has_muted;
	char *says; /* of muted */
};

struct counts {
	unsigned long usable, unusable;
	const char *muted; /* why sessions bring nothing; NULL: nothing is known against them */
};

struct usable {
	struct driver *d;
	struct lab_node *node;
	struct question *q;
	size_t n;
	bool wanted, running; /* a round: to begin, under way */
	size_t at;            /* the question that is under way */
	struct child child;
	struct source out;
	struct str line; /* what there is of the last one */
	struct timer again;
	int64_t settle_until; /* ms: an answer of "none" is doubted until then */
	struct counts round, last;
	int64_t asked; /* ms: when `last` was complete; 0: never */
};

struct usable_wait {
	struct driver *d;
	void (*fn)(void *ctx);
	void *ctx;
	struct timer timer;
	struct usable_wait *next;
};

/* --- making ----------------------------------------------------------------------------------- */

static bool compile_regex(regex_t *re, const char *text)
{
	return text && regcomp(re, text, REG_EXTENDED) == 0;
}

static void on_question_output(struct source *s, uint32_t events);
static void on_question_exit(struct child *c, int wstatus);
static void on_again(struct timer *t);

struct usable *usable_new(struct driver *d, struct lab_node *n, const struct image_plan *p)
{
	if (!p->n_questions)
		return NULL;
	struct usable *u = xcalloc(1, sizeof(*u));

	u->d = d;
	u->node = n;
	u->n = p->n_questions;
	u->q = xcalloc(u->n, sizeof(*u->q));
	u->out.fd = -1;
	u->out.fn = on_question_output;
	u->child.fn = on_question_exit;
	u->again.fn = on_again;
	for (size_t i = 0; i < u->n; i++) {
		const struct image_question *from = &p->questions[i];
		struct question *q = &u->q[i];

		q->argv = strv_copy(from->argv);
		q->has_usable = compile_regex(&q->usable, from->usable);
		q->has_unusable = compile_regex(&q->unusable, from->unusable);
		q->has_muted = from->says && compile_regex(&q->muted, from->muted);
		q->says = from->says ? xstrdup(from->says) : NULL;
	}
	return u;
}

static void hang_up_question(struct usable *u)
{
	int fd = u->out.fd;

	loop_del(u->d->loop, &u->out);
	close_p(&fd);
	str_free_p(&u->line);
}

struct usable *usable_free(struct usable *u)
{
	if (!u)
		return NULL;
	loop_timer_stop(u->d->loop, &u->again);
	if (u->child.pid) {
		kill(u->child.pid,
		     SIGKILL); /* reaped by the loop, as every child nobody asks for */
		loop_child_forget(u->d->loop, &u->child);
	}
	hang_up_question(u);
	for (size_t i = 0; i < u->n; i++) {
		strv_free(u->q[i].argv);
		if (u->q[i].has_usable)
			regfree(&u->q[i].usable);
		if (u->q[i].has_unusable)
			regfree(&u->q[i].unusable);
		if (u->q[i].has_muted)
			regfree(&u->q[i].muted);
		free(u->q[i].says);
	}
	free(u->q);
	free(u);
	return NULL;
}

/* --- an answer -------------------------------------------------------------------------------- */

/* Returns how often a line counts: as its last group says, if that is a number. */
static unsigned long times_counted(const regex_t *re, const char *line)
{
	regmatch_t m[10];
	size_t last = re->re_nsub;

	if (regexec(re, line, ARRAY_LEN(m), m, 0) != 0)
		return 0;
	if (!last || last >= ARRAY_LEN(m) || m[last].rm_so < 0)
		return 1;
	_cleanup_free_ char *group =
	    xstrndup(line + m[last].rm_so, (size_t)(m[last].rm_eo - m[last].rm_so));
	char *end;
	unsigned long n = strtoul(group, &end, 10);

	return *group && !*end ? n : 1;
}

static void count_line(struct usable *u, const char *line)
{
	const struct question *q = &u->q[u->at];

	if (q->has_usable)
		u->round.usable += times_counted(&q->usable, line);
	if (q->has_unusable)
		u->round.unusable += times_counted(&q->unusable, line);
	if (q->has_muted && regexec(&q->muted, line, 0, NULL, 0) == 0)
		u->round.muted = q->says;
}

static bool read_question_output(struct usable *u)
{
	char buf[16384];
	ssize_t n = read(u->out.fd, buf, sizeof(buf));

	if (n <= 0)
		return false;
	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] != '\n') {
			str_addc(&u->line, buf[i]);
			continue;
		}
		count_line(u, str_get(&u->line));
		str_free_p(&u->line);
	}
	return true;
}

static void on_question_output(struct source *s, uint32_t events)
{
	struct usable *u = container_of(s, struct usable, out);

	(void)events;
	if (!read_question_output(u) && errno != EAGAIN) {
		int fd = s->fd;

		loop_del(u->d->loop, s);
		close(fd);
	}
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool can_answer(const struct usable *u)
{
	const struct lab_node *n = u->node;

	if (n->stopped || n->frozen)
		return false;
	for (size_t i = 0; i < n->n_procs; i++)
		if (n->procs[i]->frozen ||
		    (n->procs[i]->state != PROC_RUNNING && n->procs[i]->state != PROC_DONE))
			return false;
	return true;
}

static int start_question(struct usable *u)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	struct launch l = { .argv = ARGV(u->q[u->at].argv),
		            .envp = DAEMON_ENV,
		            .netns = u->node->netns,
		            .box = u->node->box,
		            .pidns = u->d->pidns,
		            .caps = u->node->caps,
		            .fds = { -1, p[1], -1 },
		            .nofile = &u->d->nofile };
	int r = launch(&l, &u->child.pid, NULL);

	close(p[1]);
	if (r == 0)
		loop_child(u->d->loop, &u->child);
	else
		u->child.pid = 0;
	if (r == 0)
		r = loop_add(u->d->loop, &u->out, p[0], EPOLLIN, NULL);
	if (r < 0)
		close(p[0]);
	return r;
}

static void look_again(struct driver *d);

static bool none_usable(const struct counts *c)
{
	return c->unusable && !c->usable;
}

static void note_usable_change(struct usable *u, bool was)
{
	bool is = none_usable(&u->last);

	if (is && !was)
		event_add(u->d->events, "routes", u->node->name,
		          "of %lu received from the Route Server none is valid", u->last.unusable);
	if (was && !is && u->last.usable)
		event_add(u->d->events, "routes", u->node->name,
		          "those received from the Route Server are valid");
}

/* good: all questions were answered. */
static void round_over(struct usable *u, bool good)
{
	bool was = u->asked && none_usable(&u->last);
	const char *was_muted = u->last.muted;

	u->running = false;
	if (good && none_usable(&u->round) && clock_ms() < u->settle_until) {
		u->wanted = true;
		loop_timer(u->d->loop, &u->again, AGAIN_MS);
		return;
	}
	u->settle_until = 0;
	if (good) {
		u->last = u->round;
		u->asked = clock_ms();
		note_usable_change(u, was);
		if (u->last.muted && !was_muted)
			event_add(u->d->events, "routes", u->node->name, "%s", u->last.muted);
	}
	look_again(u->d);
}

static void on_question_exit(struct child *c, int wstatus)
{
	struct usable *u = container_of(c, struct usable, child);

	while (u->out.fd >= 0 && read_question_output(u))
		;
	hang_up_question(u);
	u->child.pid = 0;
	/* Some are of use: how many are not matters no more. */
	for (u->at++; u->at < u->n && u->round.usable && !u->q[u->at].has_muted;)
		u->at++;
	if (wstatus != 0 || u->at >= u->n)
		round_over(u, wstatus == 0);
	else if (start_question(u) < 0)
		round_over(u, false);
}

static void begin_round(struct usable *u)
{
	u->wanted = false;
	if (!can_answer(u))
		return;
	u->running = true;
	u->round = (struct counts){ 0 };
	u->at = 0;
	if (start_question(u) < 0)
		u->running = false;
}

static void on_again(struct timer *t)
{
	struct usable *u = container_of(t, struct usable, again);

	look_again(u->d);
}

static void waiter_done(struct usable_wait *w)
{
	struct usable_wait **p = &w->d->watch->usable;
	void (*fn)(void *) = w->fn;
	void *ctx = w->ctx;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	loop_timer_stop(w->d->loop, &w->timer);
	free(w);
	if (fn)
		fn(ctx);
}

/* Begins what may begin; when nothing is left to ask, those who wait are told. */
static void look_again(struct driver *d)
{
	size_t running = 0, open = 0;

	for (size_t i = 0; i < d->lab.n_nodes; i++)
		running += d->lab.nodes[i]->usable && d->lab.nodes[i]->usable->running;
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		struct usable *u = d->lab.nodes[i]->usable;

		if (!u)
			continue;
		if (u->wanted && !u->again.armed && running < MOST_AT_ONCE) {
			begin_round(u);
			running += u->running;
		}
		open += u->wanted || u->running;
	}
	while (!open && d->watch->usable)
		waiter_done(d->watch->usable);
}

static void end_usable_wait(struct timer *t)
{
	waiter_done(container_of(t, struct usable_wait, timer));
}

/* --- who is asked ----------------------------------------------------------------------------- */

/* A connection by which the VM has been sent routes; NULL: none. */
static const struct bgp_connection *brings_routes(const struct driver *d, const struct node *vm)
{
	const struct model *m = d->lab.model;

	for (size_t i = 0; m && i < m->n_route_servers; i++)
		for (size_t k = 0; k < m->route_servers[i].n_conns; k++) {
			const struct bgp_connection *c = &m->route_servers[i].conns[k];

			if (!c->nic || c->nic->vm != vm)
				continue;
			for (unsigned inst = 0; inst < 2; inst++) {
				const struct observed *o = observed_session(d, c, inst);

				if (o && o->known && o->s.advertised &&
				    streq(o->s.state, "Established"))
					return c;
			}
		}
	return NULL;
}

void usable_ask(struct driver *d, enum usable_when when, unsigned timeout_ms, void (*fn)(void *ctx),
                void *ctx)
{
	struct usable_wait *w = xcalloc(1, sizeof(*w));
	int64_t now = clock_ms();

	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		struct usable *u = d->lab.nodes[i]->usable;

		if (!u || u->running || u->wanted || !brings_routes(d, u->node->vm) ||
		    (when == USABLE_RECENT && u->asked && now - u->asked < RECENT_MS))
			continue;
		u->wanted = true;
		u->settle_until = when == USABLE_NOW ? now + SETTLE_MS : 0;
	}
	*w = (struct usable_wait){ .d = d, .fn = fn, .ctx = ctx, .next = d->watch->usable };
	w->timer.fn = end_usable_wait;
	d->watch->usable = w;
	loop_timer(d->loop, &w->timer, timeout_ms);
	look_again(d);
}

void usable_ask_cancel(struct driver *d, void *ctx)
{
	for (struct usable_wait *w = d->watch->usable; w; w = w->next)
		if (w->ctx == ctx)
			w->fn = NULL;
}

/* --- what there is to say --------------------------------------------------------------------- */

json_t *usable_json(const struct lab_node *n)
{
	const struct usable *u = n->usable;

	if (!u || !u->asked)
		return json_null();
	return json_pack("{s:I,s:I}", "usable", (json_int_t)u->last.usable, "unusable",
	                 (json_int_t)u->last.unusable);
}

const char *usable_muted(const struct lab_node *n)
{
	return n && n->usable && n->usable->asked ? n->usable->last.muted : NULL;
}

static bool kernel_has_route(const struct lab_node *n, ip4 to)
{
	const struct nl_query q = { .dst = to };
	struct nl *nl = NULL;
	struct nl_route got;

	if (nl_open(n->netns, &nl, NULL) < 0)
		return true;
	int r = nl_route_get(nl, &q, &got, NULL);

	nl_close(nl);
	return r == 0 && got.type == RTN_UNICAST;
}

/* The question that finds what is of no use, for a terminal. */
static char *make_shown_command(const struct usable *u)
{
	struct str s = { 0 };
	size_t i = 0;

	while (i + 1 < u->n && !u->q[i].has_unusable)
		i++;
	str_printf(&s, "vnetlab exec %s --", u->node->name);
	for (char **a = u->q[i].argv; *a; a++)
		str_printf(&s, strpbrk(*a, " &|[]$") ? " '%s'" : " %s", *a);
	return str_take(&s);
}

static void say_unusable(const struct usable *u, const struct bgp_connection *c, json_t *list)
{
	const char *who = u->node->name;
	const struct route_server *rs = c->rs;
	_cleanup_free_ char *ask = make_shown_command(u), *why = NULL;
	ip4 gateway = subnet_gateway(c->nic->subnet->prefix);
	unsigned long n = u->last.unusable;
	struct own_neighbor own;

	if (connection_recursive(c))
		why = xasprintf("nothing but these routes leads it to the Route Server, so that "
		                "their next hop resolves through themselves; add to the routes of "
		                "%s: { \"prefix\": \"%s\", \"via\": \"%s\" }",
		                who, PREFIX_STR(rs->subnet->prefix), IP4_STR(gateway));
	else if (own_bgp_neighbor(c->nic->vm, rs->instance[0], &own) &&
	         own_neighbor_too_far(c->nic->vm, &own))
		why = xasprintf("%s names the Route Server without ebgp-multihop, and the daemon "
		                "takes routes only from who is on a link then",
		                own.file->path);
	else if (!kernel_has_route(u->node, rs->instance[0]) ||
	         !kernel_has_route(u->node, rs->instance[1]))
		why =
		    xasprintf("its kernel has no route to the Route Server; add one: vnetlab exec "
		              "%s -- ip route add %s via %s",
		              who, PREFIX_STR(rs->subnet->prefix), IP4_STR(gateway));
	else
		why =
		    xasprintf("its kernel has a route to the Route Server that its daemons have "
		              "missed, or that their configuration does not let them use; vnetlab "
		              "fault kill %s starts them anew",
		              who);
	text_append(list, xasprintf("%s received %lu route%s from Route Server %s, %s valid: %s "
	                            "(%s looks closer)",
	                            who, n, n == 1 ? "" : "s", rs->name,
	                            n == 1 ? "which is not" : "none of which is", why, ask));
}

void usable_say(const struct driver *d, json_t *list)
{
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct usable *u = d->lab.nodes[i]->usable;
		const struct bgp_connection *c =
		    u && u->asked && none_usable(&u->last) ? brings_routes(d, u->node->vm) : NULL;

		if (c)
			say_unusable(u, c, list);
	}
}

void usable_say_muted(const struct driver *d, json_t *list)
{
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];

		if (usable_muted(n) && brings_routes(d, n->vm))
			text_append(list, xasprintf("%s: %s", n->name, usable_muted(n)));
	}
}
