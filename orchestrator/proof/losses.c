/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/losses.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "probe/probe.h"

enum {
	/* The prober tells of every tenth packet that is answered: so long without is not a busy
	 * machine's delay. */
	SILENT_MS = 400,
	STEADY_MS = 200 /* since the last loss */
};

struct one {
	struct outage_count count;
	double answered_ms, lost_ms; /* when the latest of each kind was sent; -1: none */
	long first, last;            /* numbers of packets that count; first -1: none */
};

struct losses {
	struct lab_client *c;
	struct one *v;
	size_t n;
	double zero_ms; /* when the first packet was sent, by clock_ms() */
	double base_ms; /* since then: packets before it do not count */
	bool any;
};

static double now_ms(const struct losses *l)
{
	return (double)clock_us() / 1e3 - l->zero_ms;
}

int losses_start(const char *lab, const struct check *const *checks, size_t n, struct losses **ret,
                 struct err *e)
{
	struct losses *l = xcalloc(1, sizeof(*l));
	json_t *probes = json_array();
	int r = 0;

	l->v = xcalloc(n + 1, sizeof(*l->v));
	l->n = n;
	for (size_t i = 0; i < n; i++) {
		json_t *o = check_packet_json(checks[i]);

		l->v[i].answered_ms = l->v[i].lost_ms = -1;
		l->v[i].first = l->v[i].last = -1;
		json_object_set_new(o, "count", json_integer(PROBE_MAX_COUNT));
		json_object_set_new(o, "intervalMs", json_integer(LOSSES_INTERVAL_MS));
		json_object_set_new(o, "timeoutMs", json_integer(LOSSES_TIMEOUT_MS));
		json_array_append_new(probes, o);
	}
	if (n)
		r = lab_connect(lab, &l->c, e);
	if (n && r >= 0)
		r = lab_send(l->c,
		             json_pack("{s:s, s:O, s:s}", "op", "probe", "probes", probes, "watch",
		                       "losses"),
		             NULL, 0, e);
	json_decref(probes);
	if (r < 0) {
		losses_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

struct losses *losses_free(struct losses *l)
{
	if (!l)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		outage_count_free(&l->v[i].count);
	if (l->c)
		lab_disconnect(l->c);
	free(l->v);
	free(l);
	return NULL;
}

void losses_free_p(struct losses **l)
{
	losses_free(*l);
}

/* The prober does not tell of all: their numbers do. */
static void count_packet(struct one *x, long no, double at, bool answered)
{
	outage_packet(&x->count, at, answered);
	if (x->first < 0 || no < x->first)
		x->first = no;
	if (no > x->last)
		x->last = no;
}

static void take_fate(struct losses *l, const json_t *p)
{
	size_t i = (size_t)json_integer_value(json_object_get(p, "probe"));
	double at = json_real_value(json_object_get(p, "atMs"));
	bool answered = !json_is_null(json_object_get(p, "rttMs"));
	double zero = (double)clock_us() / 1e3 - at;

	if (i >= l->n)
		return;
	/* The one that came soonest was under way for the shortest time. */
	if (answered && (!l->any || zero < l->zero_ms))
		l->zero_ms = zero;
	l->any |= answered;
	double *latest = answered ? &l->v[i].answered_ms : &l->v[i].lost_ms;

	if (at > *latest)
		*latest = at;
	if (at >= l->base_ms)
		count_packet(&l->v[i], (long)json_integer_value(json_object_get(p, "no")), at,
		             answered);
}

static int take_loss_line(struct losses *l, struct err *e)
{
	json_t *line;
	int r = lab_recv(l->c, &line, e);

	if (r < 0)
		return r;
	const json_t *p = json_object_get(line, "progress");
	const char *error =
	    json_string_value(json_object_get(json_object_get(line, "error"), "message"));

	if (p)
		take_fate(l, p);
	r = error ? err_set(e, EIO, "%s", error)
	    : p   ? 0
	          : err_set(e, EIO, "the packets have ended: a failure takes too long");
	json_decref(line);
	return r;
}

int losses_take(struct losses *l, long until_ms, struct err *e)
{
	struct pollfd p = { l->c ? lab_client_fd(l->c) : -1, POLLIN, 0 };
	bool some = false;

	for (;;) {
		long left = some ? 0 : until_ms - clock_ms();
		int r = l->c ? lab_client_poll(l->c, &p, 1, left < 0 ? 0 : (int)left, e)
		             : poll(NULL, 0, left < 0 ? 0 : (int)left);

		if (r == -EINTR || r == 0 || !l->c)
			return 0;
		if (r > 0)
			r = take_loss_line(l, e);
		if (r < 0)
			return r;
		some = true;
	}
}

void losses_begin(struct losses *l)
{
	l->base_ms = l->any ? now_ms(l) : 0;
	for (size_t i = 0; i < l->n; i++) {
		outage_count_free(&l->v[i].count);
		l->v[i].first = l->v[i].last = -1;
	}
}

bool losses_flow(const struct losses *l, size_t i)
{
	const struct one *x = &l->v[i];

	return x->answered_ms >= 0 && now_ms(l) - x->answered_ms < SILENT_MS &&
	       (x->lost_ms < 0 || x->answered_ms - x->lost_ms >= STEADY_MS);
}

bool losses_all_flow(const struct losses *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!losses_flow(l, i))
			return false;
	return true;
}

struct outage losses_of(const struct losses *l, size_t i)
{
	const struct one *x = &l->v[i];
	struct outage o = outage_result(&x->count);

	o.sent = x->first < 0 ? 0 : (unsigned)(x->last - x->first + 1);
	return o;
}
