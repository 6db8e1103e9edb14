/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op audit: searches of the whole lab, see lab/client/client.h.
 *
 * Who sends to whom: every appliance, one VM for each subnet and Route Server instance (VMs that
 * share both share their routes), the Internet; everybody to everybody else.  A large lab is
 * sampled this way, and the answer says how many pairs were looked at. */
#include <errno.h>
#include <netinet/in.h>

#include "base/str.h"
#include "checks/check.h"
#include "lab/ops/twowalk.h"
#include "lab/proc/op.h"
#include "probe/probe.h"

enum { MAX_VMS = 40, PROBE_TIMEOUT_MS = 700 };

struct pair {
	struct endpoint from, to;
	bool answered; /* say the kernels' tables */
	bool unwalked; /* packets may fare otherwise, by a node's own packet filter */
};

struct auditor {
	struct lab *l;
	struct kwalk *k;
	bool wanted[CHECK_AUDITS];
	json_t *found[CHECK_AUDITS];
	const char **senders;
	size_t n_senders, cap_senders;
	struct pair *pairs;
	size_t n_pairs, cap_pairs;
};

static void report_pair(struct auditor *a, enum check_audit what, const struct pair *p,
                        char *detail)
{
	if (a->wanted[what])
		json_array_append_new(a->found[what],
		                      json_pack("{s:s, s:s, s:s}", "from", p->from.name, "to",
		                                p->to.name, "detail", detail));
	free(detail);
}

/* ---- who sends ---- */

static void choose_audits(struct auditor *a)
{
	const struct model *m = a->l->model;
	const bool *stopped = lab_stopped(a->l);
	bool *seen = xcalloc(m->n_subnets * 2 + 1, sizeof(*seen));

	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < m->n_vms && a->n_senders < MAX_VMS; i++) {
			const struct node *vm = &m->vms[i];
			if (vm_is_hybrid(vm) || vm->role == VM_ENDPOINT)
				continue;
			size_t class = vm->nics[0]->subnet->idx * 2 + nic_instance(vm->nics[0]);
			bool appliance = !streq(vm->guest.image, "host");

			if ((stopped ? stopped[i] : vm->deallocated) || appliance != (pass == 0) ||
			    (!appliance && seen[class]))
				continue;
			seen[class] |= !appliance;
			VEC_PUSH(a->senders, a->n_senders, a->cap_senders) = vm->name;
		}
	VEC_PUSH(a->senders, a->n_senders, a->cap_senders) = "internet";
	free(seen);
}

/* From the Internet only to what has a public address: all else is closed, as it should be. */
static bool worth_it(const struct lab *l, const char *from, const char *to)
{
	const struct node *vm;

	if (strieq(from, to))
		return false;
	if (!streq(from, "internet"))
		return true;
	vm = model_vm(l->model, to);
	for (size_t i = 0; vm && i < vm->n_nics; i++)
		if (ip4_is_set(vm->nics[i]->public_ip))
			return true;
	return false;
}

static int pair_up(struct auditor *a, struct err *e)
{
	for (size_t i = 0; i < a->n_senders; i++)
		for (size_t j = 0; j < a->n_senders; j++) {
			if (!worth_it(a->l, a->senders[i], a->senders[j]))
				continue;
			struct pair *p = &VEC_PUSH(a->pairs, a->n_pairs, a->cap_pairs);
			int r = endpoint_from(a->l, a->senders[i], &p->from, e);

			if (r == 0)
				r = endpoint_to(a->l, &p->from, a->senders[j], &p->to, e);
			if (r < 0)
				return r;
		}
	return 0;
}

/* ---- what is found ---- */

static void find_loops(struct auditor *a, const struct pair *p, const struct two_ways *w)
{
	if (one_way_verdict(&w->there) == WALK_LOOP)
		report_pair(a, CHECK_LOOPS, p, xstrdup(one_way_reason(&w->there)));
	else if (one_way_kernel_verdict(&w->there) == WALK_LOOP)
		report_pair(a, CHECK_LOOPS, p,
		            xasprintf("in the kernel: %s", w->there.kernel->reason));
	else if (w->has_back && one_way_verdict(&w->back) == WALK_LOOP)
		report_pair(a, CHECK_LOOPS, p,
		            xasprintf("the answer: %s", one_way_reason(&w->back)));
}

/* Dropped by somebody that a route sent it to, or for a route that leads to nobody.  What is
 * dropped by a None route, or has no route at all, is dropped on purpose. */
static void find_blackholes(struct auditor *a, const struct pair *p, const struct two_ways *w)
{
	const struct walk *m = w->there.model;

	if (!m) {
		if (one_way_verdict(&w->there) == WALK_DROPPED)
			report_pair(a, CHECK_BLACKHOLES, p,
			            xasprintf("%s: %s", w->there.sender, w->there.start.reason));
		return;
	}
	if (m->verdict != WALK_DROPPED)
		return;
	const struct eff_route *r = m->hops[m->n - 1].route;
	bool to_nobody = r && (r->n_next_hops || r->type == NH_VIRTUAL_APPLIANCE ||
	                       r->type == NH_VIRTUAL_NETWORK_GATEWAY);

	if (m->n > 1 || to_nobody)
		report_pair(a, CHECK_BLACKHOLES, p, xstrdup(m->reason));
}

/* The nodes between the ends, joined; backwards for the way back. */
static char *audit_pair(const struct walk *w, bool backwards)
{
	_cleanup_str_ struct str s = { 0 };

	for (size_t i = 1; i + 1 < w->n; i++) {
		const struct walk_hop *h = &w->hops[backwards ? w->n - 1 - i : i];

		if (h->nic)
			str_printf(&s, "%s%s", s.n ? ", " : "", h->node);
	}
	return str_take(&s);
}

static void find_asymmetry(struct auditor *a, const struct pair *p, const struct two_ways *w)
{
	const struct walk *there = w->there.kernel, *back = w->back.kernel;

	if (!there || !back || there->verdict != WALK_DELIVERED || back->verdict != WALK_DELIVERED)
		return;
	_cleanup_free_ char *x = audit_pair(there, false), *y = audit_pair(back, true);

	if (!streq(x, y))
		report_pair(a, CHECK_ASYMMETRY, p,
		            xasprintf("there via %s, back via %s: what keeps state on one of them "
		                      "sees half of it",
		                      *x ? x : "nobody", *y ? y : "nobody"));
}

static void find_disagreement(struct auditor *a, const struct pair *p, const struct two_ways *w)
{
	const struct one_way *o = !w->there.agree ? &w->there : &w->back;

	if (two_ways_agree(w))
		return;
	report_pair(a, CHECK_ORACLES, p,
	            xasprintf("%s: the model says %s (%s), the kernel's tables say %s (%s)",
	                      o == &w->there ? "there" : "back", verdict_str(o->model->verdict),
	                      o->model->reason, verdict_str(o->kernel->verdict),
	                      o->kernel->reason));
}

static void look_at_pair(struct auditor *a, struct pair *p)
{
	struct walk_packet pk = { .src = p->from.ip, .dst = p->to.ip, .ip_proto = IPPROTO_ICMP };
	struct two_ways w;

	two_ways(a->k, &p->from, &p->to, pk, &w);
	p->answered = two_ways_answered(&w);
	p->unwalked = two_ways_unwalked(&w);
	find_loops(a, p, &w);
	find_blackholes(a, p, &w);
	find_asymmetry(a, p, &w);
	find_disagreement(a, p, &w);
	two_ways_done(&w);
}

/* The third oracle: packets. */
static int send_packets(struct auditor *a, struct err *e)
{
	_cleanup_free_ struct probe *probes = xcalloc(a->n_pairs, sizeof(*probes));

	for (size_t i = 0; i < a->n_pairs; i++)
		probes[i] = (struct probe){ .ns_fd = a->pairs[i].from.node->netns,
			                    .src = a->pairs[i].from.ip,
			                    .dst = a->pairs[i].to.ip,
			                    .protocol = PROBE_ICMP,
			                    .count = 1,
			                    .timeout_ms = PROBE_TIMEOUT_MS };
	int r = probe_run(probes, a->n_pairs, e);

	for (size_t i = 0; r == 0 && i < a->n_pairs; i++)
		if (!a->pairs[i].unwalked && a->pairs[i].answered != (probes[i].received > 0))
			report_pair(
			    a, CHECK_ORACLES, &a->pairs[i],
			    xasprintf("the tables say that a ping is %sanswered, but it got: %s",
			              a->pairs[i].answered ? "" : "not ", probes[i].detail));
	return r;
}

static void auditor_done(struct auditor *a)
{
	for (size_t i = 0; i < a->n_pairs; i++) {
		endpoint_done(&a->pairs[i].from);
		endpoint_done(&a->pairs[i].to);
	}
	free(a->pairs);
	free(a->senders);
	for (int i = 0; i < CHECK_AUDITS; i++)
		json_decref(a->found[i]);
	kwalk_close(a->k);
}

static int op_audit(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	_cleanup_(auditor_done) struct auditor a = { .l = l };
	const json_t *list = json_object_get(r->body, "audits");
	size_t i;
	json_t *v;
	int rc = kwalk_open(l, &a.k, e);

	json_array_foreach (list, i, v)
		for (int k = 0; k < CHECK_AUDITS; k++)
			a.wanted[k] |= strieq(json_string_value(v), check_audit_name(k));
	for (int k = 0; k < CHECK_AUDITS; k++)
		a.found[k] = json_array();
	choose_audits(&a);
	if (rc == 0)
		rc = pair_up(&a, e);
	if (rc < 0)
		return rc;
	for (i = 0; i < a.n_pairs; i++)
		look_at_pair(&a, &a.pairs[i]);
	if (a.wanted[CHECK_ORACLES])
		rc = send_packets(&a, e);
	if (rc < 0)
		return rc;
	json_t *o = json_pack("{s:i}", "pairs", (int)a.n_pairs);

	for (int k = 0; k < CHECK_AUDITS; k++)
		if (k != CHECK_FLAPS) /* op sessions has the log */
			json_object_set(o, check_audit_name(k), a.found[k]);
	*ret_reply = o;
	return 0;
}

LAB_OP(audit, { .name = "audit", .kind = OP_WORKER, .run = op_audit });
