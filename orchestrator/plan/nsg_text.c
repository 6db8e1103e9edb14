/* Security rules in the packet filter's language. */
#include "plan/nsg_text.h"

#include <netinet/in.h>
#include <stdlib.h>

static void addresses(struct str *s, const char *word, const struct prefix *v, size_t n, bool any)
{
	if (any)
		return;
	/* A set is an object of its own in the kernel: one is not made for one. */
	str_printf(s, n == 1 ? "ip %s " : "ip %s { ", word);
	for (size_t i = 0; i < n; i++)
		str_printf(s, "%s%s", i ? ", " : "", PREFIX_STR(v[i]));
	str_add(s, n == 1 ? " " : " } ");
}

static int by_port(const void *pa, const void *pb)
{
	const struct port_span *a = pa, *b = pb;

	return (int)a->lo - (int)b->lo;
}

/* Merged: a set of the filter holds no overlaps. */
static void ports(struct str *s, const char *word, const struct nsg_side *side)
{
	struct port_span *v = xcalloc(side->n_ports + 1, sizeof(*v));
	size_t n = 0;

	if (side->n_ports) {
		memcpy(v, side->ports, side->n_ports * sizeof(*v));
		qsort(v, side->n_ports, sizeof(*v), by_port);
	}
	for (size_t i = 0; i < side->n_ports; i++) {
		if (n && v[i].lo <= v[n - 1].hi + 1u) {
			if (v[i].hi > v[n - 1].hi)
				v[n - 1].hi = v[i].hi;
		} else {
			v[n++] = v[i];
		}
	}
	if (n)
		str_printf(s, n == 1 ? "th %s " : "th %s { ", word);
	for (size_t i = 0; i < n; i++)
		str_printf(s, v[i].lo == v[i].hi ? "%s%u" : "%s%u-%u", i ? ", " : "", v[i].lo,
		           v[i].hi);
	if (n)
		str_add(s, n == 1 ? " " : " } ");
	free(v);
}

/* See ports_match() in azure/nsg.c for what ports mean without a protocol. */
bool nsg_rule_text(const struct nsg_rule *r, struct str *s)
{
	const struct security_rule *x = r->rule;
	bool named = x->src.n_ports || x->dst.n_ports;

	if ((!r->any_src && !r->n_src) || (!r->any_dst && !r->n_dst))
		return false;
	addresses(s, "saddr", r->src, r->n_src, r->any_src);
	addresses(s, "daddr", r->dst, r->n_dst, r->any_dst);
	if (x->protocol)
		str_printf(s, "meta l4proto %u ", x->protocol);
	else if (named)
		str_add(s, "meta l4proto { 6, 17 } ");
	if (named && (!x->protocol || x->protocol == IPPROTO_TCP || x->protocol == IPPROTO_UDP)) {
		ports(s, "sport", &x->src);
		ports(s, "dport", &x->dst);
	}
	return true;
}

void nsg_rules_text(const struct nsg_rules *r, struct str *ret)
{
	for (size_t i = 0; i < r->n; i++)
		if (nsg_rule_text(&r->rules[i], ret))
			str_add(ret, r->rules[i].rule->deny ? "drop\n" : "return\n");
}
