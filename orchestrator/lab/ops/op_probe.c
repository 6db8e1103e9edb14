/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op probe: real packets, many at once; see lab/client/client.h.  With "watch": true, for a single
 * probe: a {"progress":{"no","atMs","rttMs"}} for each packet until the client goes away.  With
 * "watch": "losses" of all probes, each with its number as "probe": those that are lost, the first
 * one behind them that is answered, and every tenth. */
#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "lab/ops/endpoint.h"
#include "lab/proc/op.h"
#include "probe/probe.h"

enum {
	FLOW_PACKETS = 10,
	MAX_PROBES = 100000,
	DEFAULT_TIMEOUT_MS = 1000,
	DEFAULT_INTERVAL_MS = 100
};

static int number_of_key(const json_t *o, const char *key, json_int_t min, json_int_t max,
                         json_int_t dflt, json_int_t *ret, struct err *e)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_integer(v))
		return err_set(e, EINVAL, "probe: \"%s\" is not a number", key);
	*ret = v ? json_integer_value(v) : dflt;
	if (*ret < min || *ret > max)
		return err_set(e, EINVAL, "probe: \"%s\" must be %lld to %lld", key, (long long)min,
		               (long long)max);
	return 0;
}

static int numbers(const json_t *o, struct probe *p, struct err *e)
{
	bool ports = p->protocol != PROBE_ICMP;
	json_int_t port = 0, count = 1, interval = 0, timeout = 1;
	int r = number_of_key(o, "port", ports ? 1 : 0, ports ? 65535 : 0,
	                      p->protocol == PROBE_HTTP ? 80 : 0, &port, e);

	if (r == 0)
		r = number_of_key(o, "count", 1, PROBE_MAX_COUNT, 1, &count, e);
	if (r == 0)
		r = number_of_key(o, "intervalMs", 0, 3600000, DEFAULT_INTERVAL_MS, &interval, e);
	if (r == 0)
		r = number_of_key(o, "timeoutMs", 1, 3600000, DEFAULT_TIMEOUT_MS, &timeout, e);
	if (r < 0)
		return r;
	p->port = (uint16_t)port;
	p->count = (unsigned)count;
	p->interval_ms = (unsigned)interval;
	p->timeout_ms = (unsigned)timeout;
	return 0;
}

static int prepare_probe(struct lab *l, const json_t *o, struct probe *p, struct endpoint *from,
                         struct endpoint *to, struct err *e)
{
	const char *f = json_string_value(json_object_get(o, "from"));
	const char *t = json_string_value(json_object_get(o, "to"));
	const char *proto = json_string_value(json_object_get(o, "protocol"));
	int kind = proto ? probe_protocol_parse(proto) : PROBE_ICMP;

	if (!f || !t)
		return err_set(e, EINVAL, "probe: \"from\" and \"to\" are needed");
	if (kind < 0)
		return err_set(e, EINVAL, "probe: unknown protocol \"%s\": icmp, tcp, udp or http",
		               proto);
	p->protocol = (enum probe_protocol)kind;
	int r = numbers(o, p, e);

	if (r == 0)
		r = endpoint_from(l, f, from, e);
	if (r == 0)
		r = endpoint_to(l, from, t, to, e);
	if (r < 0)
		return r;
	p->ns_fd = from->node->netns;
	p->src = from->ip;
	p->dst = to->ip;
	p->echoes = p->protocol == PROBE_TCP && endpoint_echoes(l->model, p->dst, p->port);
	return 0;
}

static json_t *make_probe_result(const struct probe *p, const struct endpoint *from,
                                 const struct endpoint *to)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:b, s:{s:f, s:f, s:f}, s:o}",
	                      "from", from->name, "to", to->name, "address", IP4_STR(p->dst),
	                      "protocol", probe_protocol_str(p->protocol), "port", p->port, "sent",
	                      (int)p->sent, "received", (int)p->received, "ok",
	                      p->sent && p->received == p->sent, "rttMs", "min", p->rtt_min, "avg",
	                      p->rtt_avg, "max", p->rtt_max, "detail", text_json_of(p->detail));

	if (p->protocol == PROBE_ICMP)
		json_object_set_new(o, "port", json_null());
	if (p->refused)
		json_object_set_new(o, "refused", json_true());
	if (ip4_is_set(p->error_from))
		json_object_set_new(o, "errorFrom", json_string(IP4_STR(p->error_from)));
	return o;
}

struct watch { /* of one probe */
	struct request *r;
	bool losses;   /* else every packet is told */
	int number;    /* of the probe */
	unsigned next; /* the packet behind the last one that was answered */
};

/* Notes that packet `no` is answered: packets in front of it that are not may be lost. */
static bool is_news(struct watch *w, unsigned no, bool answered)
{
	enum { SIGN_OF_LIFE = 10 };
	bool behind_gap = answered && no != w->next;

	if (answered && no >= w->next)
		w->next = no + 1;
	return !w->losses || !answered || behind_gap || no % SIGN_OF_LIFE == 0;
}

static int tell_shot(void *ctx, const struct probe *p, unsigned no, double at_ms, double rtt_ms)
{
	struct watch *w = ctx;

	(void)p;
	if (!is_news(w, no, rtt_ms >= 0))
		return 0;
	json_t *o = json_pack("{s:i, s:f}", "no", (int)no, "atMs", at_ms);

	json_object_set_new(o, "rttMs", rtt_ms < 0 ? json_null() : json_real(rtt_ms));
	if (w->losses)
		json_object_set_new(o, "probe", json_integer(w->number));
	return op_progress(w->r, o);
}

struct batch {
	struct probe *probes;
	struct endpoint *from, *to;
	size_t n;
	struct watch *watches; /* NULL: nobody does */
};

static void watch_probes(struct batch *b, struct request *r, const json_t *watch)
{
	bool losses = json_is_string(watch);
	size_t n = losses ? b->n : 1;

	if (!losses && !json_is_true(watch))
		return;
	b->watches = xcalloc(n, sizeof(*b->watches));
	for (size_t i = 0; i < n; i++) {
		b->watches[i] = (struct watch){ .r = r, .losses = losses, .number = (int)i };
		b->probes[i].on_shot = tell_shot;
		b->probes[i].ctx = &b->watches[i];
		/* A node that is away for a while remembers flows otherwise when it comes back. */
		b->probes[i].flow_packets = losses ? FLOW_PACKETS : 0;
	}
}

static void finish_probe_batch(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		endpoint_done(&b->from[i]);
		endpoint_done(&b->to[i]);
	}
	free(b->from);
	free(b->to);
	free(b->probes);
	free(b->watches);
}

static int op_probe(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	const json_t *list = json_object_get(r->body, "probes");
	size_t n = json_array_size(list), i;
	json_t *o;

	if (!n || n > MAX_PROBES)
		return err_set(e, EINVAL, "probe: \"probes\" must list 1 to %d probes", MAX_PROBES);
	_cleanup_(finish_probe_batch) struct batch b = { xcalloc(n, sizeof(*b.probes)),
		                                         xcalloc(n, sizeof(*b.from)),
		                                         xcalloc(n, sizeof(*b.to)), n, NULL };

	json_array_foreach (list, i, o) {
		int rc = prepare_probe(l, o, &b.probes[i], &b.from[i], &b.to[i], e);

		if (rc < 0)
			return rc;
	}
	watch_probes(&b, r, json_object_get(r->body, "watch"));
	int rc = probe_run(b.probes, n, e);

	if (rc < 0)
		return rc;
	json_t *results = json_array();

	for (i = 0; i < n; i++)
		json_array_append_new(results,
		                      make_probe_result(&b.probes[i], &b.from[i], &b.to[i]));
	*ret_reply = json_pack("{s:o}", "results", results);
	return 0;
}

LAB_OP(probe, { .name = "probe", .kind = OP_WORKER, .run = op_probe });
