/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/walks_live.h"

#include <errno.h>
#include <netinet/in.h>

#include "lab/ops/endpoint.h"
#include "matrix/agree.h"
#include "matrix/range.h"
#include "probe/probe.h"

enum { MAX_PROBES = 1000000, FIRST_MS = 1000, AGAIN_MS = 3000, INTERVAL_MS = 20 };

/* The outcomes that packets are compared with; as many as probes, in the same order. */
struct expected {
	const struct matrix_end *from;
	const struct matrix_class *to;
	const struct matrix_outcome *o;
	bool listens; /* somebody answers on the port, so that silence says something */
};

struct live {
	struct lab *l;
	const struct matrix *model, *kernel;
	struct probe *probes;
	size_t n, cap;
	struct expected *of;
	size_t n_of, cap_of;
};

static void live_done(struct live *v)
{
	free(v->probes);
	free(v->of);
}

static bool machine_runs_now(const struct lab *l, const struct nic *n)
{
	const bool *stopped = lab_stopped(l);
	size_t i = n ? (size_t)(n->vm - l->model->vms) : SIZE_MAX;

	return i < l->model->n_vms && !(stopped ? stopped[i] : n->vm->deallocated);
}

static enum probe_protocol live_protocol(uint8_t ip_proto)
{
	return ip_proto == IPPROTO_TCP   ? PROBE_TCP
	       : ip_proto == IPPROTO_UDP ? PROBE_UDP
	                                 : PROBE_ICMP;
}

/* A port of the span where the machine listens; else its first one. */
static uint16_t choose_live_port(const struct matrix_flow *f, const struct node *vm,
                                 bool *ret_listens)
{
	enum probe_protocol p = live_protocol(f->ip_proto);

	*ret_listens =
	    p == PROBE_ICMP || (p == PROBE_TCP && vm->role == VM_USER); /* a kernel refuses */
	if (p == PROBE_ICMP)
		return 0;
	for (size_t i = 0; i < vm->n_listen; i++) {
		uint32_t port = vm->listen[i].port;

		if ((vm->listen[i].proto == LISTEN_UDP) == (p == PROBE_UDP) && port >= f->lo &&
		    port <= f->hi) {
			*ret_listens = true;
			return (uint16_t)port;
		}
	}
	return f->lo ? f->lo : f->hi ? 1 : 0;
}

/* True if a packet can be compared: of several ways that differ, the kernel takes one by a hash of
 * the packet's own source port; and a datagram that is delivered on half of its ways is answered
 * all the same. */
static bool is_comparable(const struct live *v, size_t end, ip4 dst, const struct matrix_flow *f,
                          const struct matrix_outcome *o)
{
	const struct matrix_outcome *m = matrix_ask(v->model, end, dst, f->ip_proto, f->lo);

	return o->known && !o->unwalked && !o->outside && o->verdict != MX_PARTLY &&
	       !(m && m->verdict == MX_PARTLY) &&
	       !(o->verdict == MX_BROKEN && f->ip_proto == IPPROTO_UDP);
}

static void add_probes(struct live *v, size_t end, size_t cls, const struct endpoint *from)
{
	const struct matrix_cell *c = matrix_cell(v->kernel, end, cls);
	const struct matrix_end *e = &v->kernel->ends[end];
	const struct matrix_class *to = &v->kernel->classes[cls];
	ip4 dst = cell_address(e, to); /* a public one, too */

	for (size_t i = 0; i < c->n; i++) {
		const struct matrix_flow *f = &c->flows[i];
		const struct matrix_outcome *o = &v->kernel->outcomes[f->outcome];
		bool listens;
		uint16_t port = choose_live_port(f, to->nic->vm, &listens);

		if (!is_comparable(v, end, dst, f, o) || (!port && f->ip_proto != IPPROTO_ICMP))
			continue;
		VEC_PUSH(v->of, v->n_of, v->cap_of) = (struct expected){ e, to, o, listens };
		VEC_PUSH(v->probes, v->n, v->cap) = (struct probe){
			.ns_fd = from->node->netns,
			.src = from->ip,
			.dst = dst,
			.protocol = live_protocol(f->ip_proto),
			.port = port,
			.echoes =
			    f->ip_proto == IPPROTO_TCP && endpoint_echoes(v->l->model, dst, port),
			.count = 1,
			.interval_ms = INTERVAL_MS,
			.timeout_ms = FIRST_MS,
		};
	}
}

static int add_all_probes(struct live *v, struct err *e)
{
	const struct matrix *x = v->kernel;

	for (size_t i = 0; i < x->n_ends; i++) {
		_cleanup_endpoint_ struct endpoint from = { 0 };

		if (x->ends[i].kind != END_NIC || !machine_runs_now(v->l, x->ends[i].nic))
			continue;
		int r = endpoint_from(v->l, x->ends[i].name, &from, e);

		if (r < 0)
			return r;
		for (size_t k = 0; k < x->n_classes; k++) {
			const struct matrix_class *to = &x->classes[k];

			if (to->kind == CLASS_NIC && machine_runs_now(v->l, to->nic) &&
			    to->nic->vm != x->ends[i].nic->vm)
				add_probes(v, i, k, &from);
		}
		if (v->n > MAX_PROBES)
			return err_set(e, E2BIG, "at most %d packets at once", MAX_PROBES);
	}
	return 0;
}

static bool packets_agree(const struct probe *p, const struct expected *x)
{
	bool answered = p->received == p->sent && p->sent;

	if (x->o->verdict == MX_DELIVERED)
		return answered || p->refused || !x->listens;
	/* a refusal is one packet there and one back: of a connection that breaks later, it may be
	 */
	if (x->o->verdict == MX_BROKEN && p->protocol == PROBE_TCP)
		return !(answered && p->echoes);
	/* the error carries the packet, so that its sender knows it, whoever translated the answer
	 */
	if (x->o->returning && p->protocol == PROBE_UDP)
		return !answered;
	return !answered && !p->refused;
}

/* Sends probes again that were lost, or late, as happens on a busy machine. */
static int probe_again(struct live *v, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (packets_agree(&v->probes[i], &v->of[i]))
			continue;
		v->probes[n] = v->probes[i];
		v->probes[n].timeout_ms = AGAIN_MS;
		v->of[n++] = v->of[i];
	}
	v->n = n;
	return n ? probe_run(v->probes, n, e) : 0;
}

static void report_probe(const struct probe *p, const struct expected *x, json_t *differ)
{
	bool came = p->received == p->sent || p->refused;
	_cleanup_free_ char *reason = xasprintf("%s %s",
	                                        p->protocol == PROBE_ICMP  ? "a ping"
	                                        : p->protocol == PROBE_UDP ? "a datagram"
	                                                                   : "a connection",
	                                        p->refused ? "is refused by who is there"
	                                        : came     ? "is answered"
	                                                   : "is not answered");

	if (packets_agree(p, x) || json_array_size(differ) >= DISAGREEMENTS_MOST)
		return;
	json_array_append_new(
	    differ, json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:{s:s, s:n, s:s, s:s}}",
	                      "between", "packets", "from", x->from->name, "to", x->to->name,
	                      "address", IP4_STR(p->dst), "protocol",
	                      flow_protocol_str(probe_ip_protocol(p->protocol)), "port", p->port,
	                      "model", matrix_side_json(x->o), "kernel", "verdict",
	                      came ? "delivered" : "dropped", "node", "way", "", "reason", reason));
}

int walks_live(struct lab *l, const struct matrix *model, const struct matrix *kernel,
               json_t *differ, size_t *ret_sent, struct err *e)
{
	_cleanup_(live_done) struct live v = { .l = l, .model = model, .kernel = kernel };
	int r = add_all_probes(&v, e);

	*ret_sent = v.n;
	if (r == 0 && v.n)
		r = probe_run(v.probes, v.n, e);
	if (r == 0)
		r = probe_again(&v, e);
	for (size_t i = 0; r == 0 && i < v.n; i++)
		report_probe(&v.probes[i], &v.of[i], differ);
	return r;
}
