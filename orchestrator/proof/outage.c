/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/outage.h"
#include "base/clock.h"
#include "probe/probe.h"

#include <errno.h>
#include <poll.h>

enum {
	INTERVAL_MS = 20,
	TIMEOUT_MS = 300,
	STEADY = 25,     /* answered in a row: they flow */
	START_MS = 1000, /* how long they may take to flow at all before the action */
	DEFAULT_RECOVER_MS = 15000,
};

void outage_count_free(struct outage_count *n)
{
	free(n->packets);
	*n = (struct outage_count){ 0 };
}

void outage_packet(struct outage_count *n, double at_ms, bool answered)
{
	VEC_PUSH(n->packets, n->n, n->cap) = (struct outage_packet){ at_ms, answered };
	n->in_a_row = answered ? n->in_a_row + 1 : 0;
}

/* From the first lost packet to the first answered one behind the last lost. */
struct outage outage_result(const struct outage_count *n)
{
	struct outage o = { .sent = (unsigned)n->n };
	double first = 0, last = 0, back = -1;

	for (size_t i = 0; i < n->n; i++) {
		double at = n->packets[i].at_ms;

		if (n->packets[i].answered)
			continue;
		if (!o.lost || at < first)
			first = at;
		if (!o.lost || at > last)
			last = at;
		o.lost++;
	}
	for (size_t i = 0; o.lost && i < n->n; i++) {
		double at = n->packets[i].at_ms;

		if (n->packets[i].answered && at > last && (back < 0 || at < back))
			back = at;
	}
	o.recovered = !o.lost || back >= 0;
	o.gap_ms = !o.lost ? 0 : (back >= 0 ? back : last) - first;
	return o;
}

/* Takes the next packet's fate off the stream.  1: one was taken, 0: none by until_ms. */
static int take_packet_fate(struct lab_client *c, struct outage_count *n, long until_ms,
                            double base_ms, double *ret_at, struct err *e)
{
	struct pollfd p = { lab_client_fd(c), POLLIN, 0 };
	long left = until_ms - clock_ms();
	json_t *line;

	if (left < 0)
		left = 0;
	int r = lab_client_poll(c, &p, 1, (int)left, e);

	if (r == -EINTR)
		return 0;
	if (r <= 0)
		return r;
	r = lab_recv(c, &line, e);
	if (r < 0)
		return r;
	const json_t *pr = json_object_get(line, "progress");
	double at = json_real_value(json_object_get(pr, "atMs"));
	bool answered = !json_is_null(json_object_get(pr, "rttMs"));
	const char *error =
	    json_string_value(json_object_get(json_object_get(line, "error"), "message"));

	if (error)
		r = err_set(e, EIO, "%s", error);
	else if (pr && at >= base_ms)
		outage_packet(n, at, answered);
	json_decref(line);
	*ret_at = at;
	return r < 0 ? r : 1;
}

static int start_outage_packets(struct lab_client *w, const struct check *c, struct err *e)
{
	json_t *o = check_packet_json(c);

	json_object_set_new(o, "count", json_integer(PROBE_MAX_COUNT));
	json_object_set_new(o, "intervalMs", json_integer(INTERVAL_MS));
	json_object_set_new(o, "timeoutMs", json_integer(TIMEOUT_MS));
	return lab_send(w, json_pack("{s:s, s:[o], s:b}", "op", "probe", "probes", o, "watch", 1),
	                NULL, 0, e);
}

static int watch_packets(struct lab_client *w, const struct check *c,
                         int (*act)(void *, struct err *), void *ctx, const volatile int *stop,
                         struct outage *ret, struct err *e)
{
	_cleanup_(outage_count_free) struct outage_count n = { 0 };
	double at = 0, base = 0;
	long start = clock_ms(), limit = c->recover_ms ? c->recover_ms : DEFAULT_RECOVER_MS;
	int r = start_outage_packets(w, c, e);

	/* They need not flow before: an action may be what makes them. */
	while (r >= 0 && n.in_a_row < STEADY && clock_ms() < start + START_MS && !(stop && *stop))
		r = take_packet_fate(w, &n, start + START_MS, 0, &at, e);
	if (r < 0)
		return r;
	base = at;
	outage_count_free(&n);
	start = clock_ms();
	r = act(ctx, e);
	while (r >= 0 && !(stop && *stop)) {
		long t = clock_ms() - start;

		if (t >= OUTAGE_LEAST_MS && n.in_a_row >= STEADY)
			break;
		if (t >= limit + OUTAGE_LEAST_MS)
			break;
		r = take_packet_fate(
		    w, &n,
		    start + (t < OUTAGE_LEAST_MS ? OUTAGE_LEAST_MS : limit + OUTAGE_LEAST_MS), base,
		    &at, e);
	}
	*ret = outage_result(&n);
	return r < 0 ? r : 0;
}

int outage_measure(const char *lab, const struct check *c, int (*act)(void *ctx, struct err *e),
                   void *ctx, const volatile int *stop, struct outage *ret, struct err *e)
{
	struct lab_client *w = NULL;
	int r = lab_connect(lab, &w, e);

	if (r < 0)
		return r;
	r = watch_packets(w, c, act, ctx, stop, ret, e);
	lab_disconnect(w);
	return r;
}
