/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On which ports every rule that a walk met decides as it did. */
#include <netinet/in.h>

#include "azure/firewall.h"
#include "azure/guest_filter.h"
#include "azure/lb.h"
#include "matrix/priv.h"

struct span {
	uint16_t port, lo, hi;
};

/* One span of a rule, of which the port is, or is not. */
static void narrow_by_span(struct span *s, uint16_t lo, uint16_t hi)
{
	if (s->port >= lo && s->port <= hi) {
		s->lo = lo > s->lo ? lo : s->lo;
		s->hi = hi < s->hi ? hi : s->hi;
	} else if (s->port < lo) {
		s->hi = lo <= s->hi ? (uint16_t)(lo - 1) : s->hi;
	} else {
		s->lo = hi >= s->lo ? (uint16_t)(hi + 1) : s->lo;
	}
}

static bool covers(const struct prefix *v, size_t n, bool any, ip4 a)
{
	for (size_t i = 0; !any && i < n; i++)
		any = prefix_has(v[i], a);
	return any;
}

/* Rules behind the one that decides were not asked, and those for other addresses are for no port.
 */
static void narrow_by_rules(struct span *s, const struct nsg_rules *rules,
                            const struct walk_packet *p, bool answer)
{
	const struct nsg_rule *end = nsg_match(rules, p);

	for (const struct nsg_rule *x = rules->rules; x <= end; x++) {
		const struct nsg_side *side = answer ? &x->rule->src : &x->rule->dst;

		if ((x->rule->protocol && x->rule->protocol != p->ip_proto) ||
		    !covers(x->src, x->n_src, x->any_src, p->src) ||
		    !covers(x->dst, x->n_dst, x->any_dst, p->dst))
			continue;
		for (size_t i = 0; i < side->n_ports; i++)
			narrow_by_span(s, side->ports[i].lo, side->ports[i].hi);
	}
}

static void narrow_by_groups(struct run *r, struct span *s, const struct nic *n, bool out,
                             const struct walk_packet *p, bool answer)
{
	enum nsg_direction d = out ? NSG_OUT : NSG_IN;
	const struct nsg *g[2];
	unsigned k = nsg_of_nic(n, d, g);

	for (unsigned i = 0; i < k; i++)
		narrow_by_rules(s, nsg_compile(r->x->m, g[i], d, run_table(r, n)), p, answer);
}

static void narrow_by_balancer(struct span *s, const struct load_balancer *lb,
                               const struct walk_packet *p)
{
	for (size_t i = 0; i < lb->n_rules; i++)
		if (lb->rules[i].protocol == p->ip_proto)
			narrow_by_span(s, (uint16_t)lb->rules[i].frontend_port,
			               (uint16_t)lb->rules[i].frontend_port);
}

static const struct load_balancer *balancer_named(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_load_balancers; i++)
		if (m->load_balancers[i].name == name)
			return &m->load_balancers[i];
	return NULL;
}

/* All rules of a node's own packet filter, whichever the packet comes to. */
static void narrow_by_match(struct span *s, const struct gf_match *x, bool answer)
{
	if (x->field != GF_ANY_PORT && x->field != (answer ? GF_SOURCE_PORT : GF_DESTINATION_PORT))
		return;
	for (size_t i = 0; i < x->n; i++)
		narrow_by_span(s, (uint16_t)x->values[i].lo, (uint16_t)x->values[i].hi);
}

static void narrow_by_filter(struct span *s, const struct node *vm, bool answer)
{
	const struct guest_filter *f = vm->guest.filter;

	for (size_t i = 0; f && i < f->n; i++)
		for (size_t k = 0; k < f->chains[i].n; k++)
			for (size_t j = 0; j < f->chains[i].rules[k].n; j++)
				narrow_by_match(s, &f->chains[i].rules[k].matches[j], answer);
}

/* Narrows the span to the ports about which the node of hop `at` decides as it did about this
 * packet. */
static void narrow_by_hop(struct run *r, struct span *s, const struct walk *w, size_t at,
                          bool answer)
{
	const struct walk_hop *h = &w->hops[at];
	const struct walk_packet *p = &h->came;
	const struct load_balancer *lb = h->nic ? NULL : balancer_named(r->x->m, h->node);
	const struct firewall *fw = h->nic ? vm_firewall(h->nic->vm) : NULL;

	if ((answer ? p->sport : p->dport) != s->port)
		return;
	if (lb && !answer)
		narrow_by_balancer(s, lb, p);
	if (h->nic)
		narrow_by_filter(s, h->nic->vm, answer);
	if (fw) {
		narrow_by_rules(s, &fw->nat, p, answer);
		narrow_by_rules(s, &fw->network, p, answer);
	}
}

void run_narrow(struct run *r, const struct walk *w, uint16_t port, bool answer, uint16_t *lo,
                uint16_t *hi)
{
	struct span s = { port, *lo, *hi };

	for (size_t i = 0; i < w->n_flows; i++) {
		const struct walk_flow *f = &w->flows[i];

		if ((answer ? f->p.sport : f->p.dport) == port)
			narrow_by_groups(r, &s, f->nic, f->out, &f->p, answer);
	}
	if (w->denied_at && (answer ? w->arrived.sport : w->arrived.dport) == port)
		narrow_by_groups(r, &s, w->denied_at, w->denied_out, &w->arrived, answer);
	for (size_t i = 0; i < w->n; i++)
		narrow_by_hop(r, &s, w, i, answer);
	*lo = s.lo;
	*hi = s.hi;
}
