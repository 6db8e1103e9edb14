/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/lab.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "input/topology.h"
#include "lab/client/client.h"
#include "lab/client/client_priv.h"
#include "lab/client/ended.h"
#include "lab/client/paths.h"
#include "web/priv.h"

enum {
	SETTLE_MS = 40,  /* what belongs together comes together */
	SPACE_MS = 250,  /* between two questions to a lab in which much happens */
	ANSWER_MS = 3000 /* a driver that takes longer is told of */
};

static void on_settled(struct timer *t)
{
	struct web_lab *l = container_of(t, struct web_lab, settle);

	web_lab_look(l);
}

struct web_lab *web_lab_add(struct web *w, const char *name)
{
	struct web_lab *l = xcalloc(1, sizeof(*l)), **at = &w->labs;

	*l = (struct web_lab){ .web = w, .name = xstrdup(name), .history = json_array() };
	l->settle.fn = on_settled;
	l->src.fd = -1;
	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	l->next = *at;
	*at = l;
	web_lab_show(l);
	return l;
}

static void forget_design(struct web_lab *l)
{
	json_decref(l->design);
	json_decref(l->checks);
	l->design = l->checks = NULL;
	l->model = model_free(l->model);
}

static void close_events(struct web_lab *l)
{
	loop_del(l->web->loop, &l->src);
	l->events = lab_disconnect(l->events);
	loop_timer_stop(l->web->loop, &l->settle);
	lab_asks_end(&l->web->asks, l, NULL);
	l->asking = false;
}

void web_lab_free(struct web_lab *l)
{
	close_events(l);
	forget_design(l);
	json_decref(l->status);
	json_decref(l->tasks);
	json_decref(l->history);
	json_decref(l->tile);
	free(l->picture);
	free(l->details);
	free(l->seen);
	free(l->why);
	free(l->name);
	free(l);
}

static void set_state(struct web_lab *l, enum web_lab_state state, char *why /* stolen */)
{
	free(l->why);
	l->why = why;
	l->state = state;
	web_lab_show(l);
}

/* ---- the design and the status ---- */

static void take_design(struct web_lab *l, json_t *design)
{
	_cleanup_findings_ struct findings f = { 0 };

	if (json_equal(design, l->design) && l->model)
		return;
	forget_design(l);
	l->design = json_incref(design);
	l->model = design_checked(design, &f);
	if (!l->model) { /* what the driver runs has passed, but perhaps another version's */
		findings_free(&f);
		f = (struct findings){ 0 };
		l->model = design_model(design, &f);
	}
	l->checks = l->web->o.tasks ? l->web->o.tasks(l->name) : NULL;
	if (!l->checks)
		l->checks =
		    json_incref(json_object_get(json_object_get(design, "topology"), "checks"));
	json_decref(l->tasks);
	l->tasks = NULL;
}

static void ask_again(struct web_lab *l, int64_t in_ms)
{
	l->stale = true;
	if (!l->settle.armed)
		loop_timer(l->web->loop, &l->settle, in_ms);
}

static void on_unanswered(struct web_lab *l, const struct err *e)
{
	if (e->code == ETIMEDOUT)
		set_state(l, WEB_LAB_SILENT, xstrdup(e->msg));
	ask_again(l, SPACE_MS);
}

static void take_lab_status(void *ctx, const json_t *answer, const struct err *e)
{
	struct web_lab *l = ctx;

	l->asking = false;
	if (!answer) {
		on_unanswered(l, e);
		return;
	}
	json_decref(l->status);
	l->status = json_incref((json_t *)answer);
	set_state(l, WEB_LAB_RUNS, NULL);
	if (l->stale)
		ask_again(l, SPACE_MS);
}

static void ask_status(struct web_lab *l)
{
	l->asking = true;
	lab_ask(&l->web->asks, l->name, json_pack("{s:s}", "op", "status"), ANSWER_MS,
	        take_lab_status, l);
}

static void take_lab_design(void *ctx, const json_t *answer, const struct err *e)
{
	struct web_lab *l = ctx;
	json_t *design = json_object_get(answer, "design");

	l->asking = false;
	if (!answer) {
		on_unanswered(l, e);
		return;
	}
	if (!json_is_object(design)) { /* an `up` tells when it is there */
		set_state(l, WEB_LAB_BUILT, NULL);
		return;
	}
	l->other_design = false;
	take_design(l, design);
	looks_due(l->web->looks, l);
	ask_status(l);
}

void web_lab_look(struct web_lab *l)
{
	/* A lab that nobody looks at is asked once. */
	if (!l->events || l->asking || (!l->web->streams && l->status)) {
		l->stale = true;
		return;
	}
	int64_t now = clock_ms();

	if (now - l->asked < SPACE_MS && l->asked) {
		ask_again(l, SPACE_MS - (now - l->asked));
		return;
	}
	l->stale = false;
	l->asked = now;
	if (!l->other_design) {
		ask_status(l);
		return;
	}
	l->asking = true;
	lab_ask(&l->web->asks, l->name, json_pack("{s:s}", "op", "design"), ANSWER_MS,
	        take_lab_design, l);
}

/* ---- events ---- */

/* History of the page itself: that a lab ended, or is back. */
static void note_event(struct web_lab *l, json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));

	json_array_append(l->history, event);
	while (json_array_size(l->history) > WEB_HISTORY)
		json_array_remove(l->history, 0);
	stream_send(l->web, l, "event", event);
	l->other_design |= streq(kind, "apply") || streq(kind, "lab");
}

static void note_own(struct web_lab *l, const char *detail)
{
	struct timespec ts;
	char at[TIME_ISO_MAX];

	clock_gettime(CLOCK_REALTIME, &ts);
	json_t *event = json_pack("{s:s,s:s,s:s,s:s,s:s}", "time", time_iso(&ts, at), "lab",
	                          l->name, "kind", "page", "subject", l->name, "detail", detail);

	note_event(l, event);
	json_decref(event);
}

static void lose_lab(struct web_lab *l)
{
	close_events(l);
	looks_forget(l->web->looks, l);
	set_state(l, WEB_LAB_AWAY, NULL);
	note_own(l, "the lab has ended, or its driver");
}

static bool is_closed(int fd)
{
	char c;
	ssize_t k = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return k == 0 || (k < 0 && errno != EAGAIN && errno != EINTR);
}

static void on_driver_event(struct source *s, uint32_t events)
{
	struct web_lab *l = container_of(s, struct web_lab, src);

	(void)events;
	if (is_closed(s->fd)) {
		lose_lab(l);
		return;
	}
	do { /* a driver writes whole lines */
		struct err e = { 0 };
		json_t *j = NULL, *line;

		if (lab_recv(l->events, &j, &e) < 0) {
			lose_lab(l);
			return;
		}
		line = json_object_get(j, "line");
		if (line) {
			const char *time = json_string_value(json_object_get(line, "time"));

			free(l->seen);
			l->seen = time ? xstrdup(time) : NULL;
			note_event(l, line);
		}
		json_decref(j);
	} while (lab_client_pending(l->events));
	looks_due(l->web->looks, l);
	ask_again(l, SETTLE_MS);
}

/* Never waits for a driver that is about to come, or to go: the next round sees it. */
static int connect_lab(const char *name, struct lab_client **ret, struct err *e)
{
	_cleanup_close_ int run = -1, fd = -1;
	int r = run_dir_open(false, &run, NULL, e);

	if (r == 0)
		r = lab_socket_connect(run, name, &fd, e);
	if (r == 0)
		*ret = lab_client_new(name, take_fd(fd));
	return r;
}

void web_lab_follow(struct web_lab *l)
{
	struct err e = { 0 };
	bool was_there = l->seen;

	if (l->events || connect_lab(l->name, &l->events, &e) < 0)
		return;
	l->src.fn = on_driver_event;
	if (lab_send(l->events,
	             json_pack("{s:s,s:b,s:s*}", "op", "events", "follow", 1, "since", l->seen),
	             NULL, 0, &e) < 0 ||
	    loop_add(l->web->loop, &l->src, lab_client_fd(l->events), EPOLLIN, &e) < 0) {
		close_events(l);
		return;
	}
	l->other_design = true;
	l->asked = 0;
	json_decref(l->status);
	l->status = NULL;
	set_state(l, WEB_LAB_BUILT, NULL);
	if (was_there)
		note_own(l, "the lab is back");
	web_lab_look(l);
}
