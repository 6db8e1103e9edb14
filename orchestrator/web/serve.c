/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of vnetlab web: what it is made of, how it begins and ends. */
#include <errno.h>

#include "base/str.h"
#include "lab/client/client.h"
#include "lab/client/ended.h"
#include "web/priv.h"

enum {
	ROUND_MS = 500,
	ALIVE_ROUNDS = 30, /* so often a page hears from us, come what may */
	LABS_MAX = 200
};

static size_t count_labs(const struct web *w)
{
	size_t n = 0;

	for (const struct web_lab *l = w->labs; l; l = l->next)
		n++;
	return n;
}

/* ---- which labs run ---- */

/* Follows those that run; without names all that there are. */
static void find_labs(struct web *w)
{
	char **names = NULL;
	size_t n = 0;

	if (lab_list(&names, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct web_lab *l = web_lab_named(w, names[i]);

		if (!l && !w->o.labs[0] && count_labs(w) < LABS_MAX)
			l = web_lab_add(w, names[i]);
		if (l)
			web_lab_follow(l);
		free(names[i]);
	}
	free(names);
}

/* Tells the page how a lab ended: that is written down when the last of it has gone. */
static void tell_how_ended(struct web_lab *l)
{
	if (l->state != WEB_LAB_AWAY || l->why)
		return;
	l->why = ended_of(l->name);
	if (l->why)
		web_lab_show(l);
}

static void on_round(struct timer *t)
{
	struct web *w = container_of(t, struct web, rounds);

	find_labs(w);
	for (struct web_lab *l = w->labs; l; l = l->next)
		tell_how_ended(l);
	if (++w->n_rounds % ALIVE_ROUNDS == 0)
		stream_alive(w);
	loop_timer(w->loop, &w->rounds, ROUND_MS);
}

/* ---- beginning and end ---- */

static int set_up_web(struct web *w, struct err *e)
{
	int r = web_token_make(&w->gate.token, e);

	if (r == 0)
		r = loop_new(&w->loop, e);
	if (r < 0)
		return r;
	w->asks.loop = w->loop;
	w->looks = w->o.checks ? looks_new(w) : NULL;
	r = http_start(
	    w->loop, &(struct http_options){ .port = w->o.port, .on_request = web_call, .ctx = w },
	    &w->http, e);
	if (r < 0)
		return r;
	w->gate.port = http_port(w->http);
	w->gate.control = w->o.control;
	for (char *const *name = w->o.labs; *name; name++)
		if (!web_lab_named(w, *name))
			web_lab_add(w, *name);
	on_round(&w->rounds);
	return 0;
}

static void tear_down_web(struct web *w)
{
	struct err e = { 0 };

	err_set(&e, ENOENT, "vnetlab web ends");
	if (w->loop) {
		lab_asks_end(&w->asks, NULL, &e);
		loop_timer_stop(w->loop, &w->rounds);
	}
	w->http = http_stop(w->http);
	w->looks = looks_free(w->looks);
	while (w->labs) {
		struct web_lab *l = w->labs;

		w->labs = l->next;
		web_lab_free(l);
	}
	explicit_bzero(&w->gate.token, sizeof(w->gate.token));
	loop_free(w->loop);
}

int web_serve(const struct web_options *o, void (*ready)(void *ctx, const char *url), void *ctx,
              struct err *e)
{
	struct web w = { .o = *o, .rounds = { .fn = on_round } };
	int r = set_up_web(&w, e);

	if (r == 0) {
		_cleanup_free_ char *url =
		    xasprintf("http://127.0.0.1:%u/%s/", w.gate.port, w.gate.token.text);

		ready(ctx, url);
		r = loop_run(w.loop, e);
	}
	tear_down_web(&w);
	return r;
}
