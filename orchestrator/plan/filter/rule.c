/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules in the packet filter's language. */
#include "plan/filter/rule.h"

#include <netinet/in.h>
#include <stdlib.h>

/* What a packet has to be for a rule: one of each list; an empty list asks for nothing. */
struct words {
	const struct prefix *src, *dst;
	struct port_span *sport, *dport;
	size_t n_src, n_dst, n_sport, n_dport, n_protocols;
	uint8_t protocols[2];
};

static const char *open_list(size_t n)
{
	return n == 1 ? "" : "{ ";
}

static const char *close_list(size_t n)
{
	return n == 1 ? " " : " } ";
}

static void addresses(struct str *s, const char *word, const struct prefix *v, size_t n)
{
	if (!n)
		return;
	str_printf(s, "ip %s %s", word, open_list(n));
	for (size_t i = 0; i < n; i++)
		str_printf(s, "%s%s", i ? ", " : "", PREFIX_STR(v[i]));
	str_add(s, close_list(n));
}

static void protocols(struct str *s, const uint8_t *v, size_t n)
{
	if (!n)
		return;
	str_printf(s, "meta l4proto %s", open_list(n));
	for (size_t i = 0; i < n; i++)
		str_printf(s, "%s%u", i ? ", " : "", v[i]);
	str_add(s, close_list(n));
}

static void ports(struct str *s, const char *word, const struct port_span *v, size_t n)
{
	if (!n)
		return;
	str_printf(s, "th %s %s", word, open_list(n));
	for (size_t i = 0; i < n; i++)
		str_printf(s, v[i].lo == v[i].hi ? "%s%u" : "%s%u-%u", i ? ", " : "", v[i].lo,
		           v[i].hi);
	str_add(s, close_list(n));
}

static void add_line(const struct words *w, const char *verdict, struct str *s)
{
	addresses(s, "saddr", w->src, w->n_src);
	addresses(s, "daddr", w->dst, w->n_dst);
	protocols(s, w->protocols, w->n_protocols);
	ports(s, "sport", w->sport, w->n_sport);
	ports(s, "dport", w->dport, w->n_dport);
	str_printf(s, "%s\n", verdict);
}

/* --- lines without sets ----------------------------------------------------------------------- */

static size_t lines_of(const struct words *w, size_t max)
{
	size_t lists[] = { w->n_src, w->n_dst, w->n_protocols, w->n_sport, w->n_dport }, n = 1;

	for (size_t i = 0; i < ARRAY_LEN(lists) && n <= max; i++)
		n *= lists[i] ? lists[i] : 1;
	return n;
}

/* Takes the next digit off *k, a number whose base changes with each list. */
static size_t digit(size_t *k, size_t n)
{
	size_t i = *k % n;

	*k /= n;
	return i;
}

/* The k-th of the combinations of one of each list. */
static struct words combination(const struct words *w, size_t k)
{
	struct words o = { 0 };

	if (w->n_src) {
		o.src = &w->src[digit(&k, w->n_src)];
		o.n_src = 1;
	}
	if (w->n_dst) {
		o.dst = &w->dst[digit(&k, w->n_dst)];
		o.n_dst = 1;
	}
	if (w->n_protocols) {
		o.protocols[0] = w->protocols[digit(&k, w->n_protocols)];
		o.n_protocols = 1;
	}
	if (w->n_sport) {
		o.sport = &w->sport[digit(&k, w->n_sport)];
		o.n_sport = 1;
	}
	if (w->n_dport) {
		o.dport = &w->dport[digit(&k, w->n_dport)];
		o.n_dport = 1;
	}
	return o;
}

/* --- a rule ----------------------------------------------------------------------------------- */

static int by_port(const void *pa, const void *pb)
{
	const struct port_span *a = pa, *b = pb;

	return (int)a->lo - (int)b->lo;
}

/* Merged: a set of the filter holds no overlaps.  The caller frees. */
static struct port_span *merged_ports(const struct nsg_side *side, size_t *ret_n)
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
	*ret_n = n;
	return v;
}

/* See ports_match() in azure/nsg.c for what ports mean without a protocol. */
static void set_protocols(struct words *w, const struct security_rule *x, bool named)
{
	if (x->protocol) {
		w->protocols[w->n_protocols++] = (uint8_t)x->protocol;
	} else if (named) {
		w->protocols[w->n_protocols++] = IPPROTO_TCP;
		w->protocols[w->n_protocols++] = IPPROTO_UDP;
	}
}

void nsg_rule_text(const struct nsg_rule *r, const char *verdict, size_t lines, struct str *ret)
{
	const struct security_rule *x = r->rule;
	bool named = x->src.n_ports || x->dst.n_ports;
	_cleanup_free_ struct port_span *sport = NULL, *dport = NULL;
	struct words w = { .src = r->src,
		           .dst = r->dst,
		           .n_src = r->any_src ? 0 : r->n_src,
		           .n_dst = r->any_dst ? 0 : r->n_dst };

	if ((!r->any_src && !r->n_src) || (!r->any_dst && !r->n_dst))
		return;
	set_protocols(&w, x, named);
	if (named && (!x->protocol || x->protocol == IPPROTO_TCP || x->protocol == IPPROTO_UDP)) {
		w.sport = sport = merged_ports(&x->src, &w.n_sport);
		w.dport = dport = merged_ports(&x->dst, &w.n_dport);
	}
	size_t n = lines_of(&w, lines);

	if (n > lines) {
		add_line(&w, verdict, ret);
		return;
	}
	for (size_t k = 0; k < n; k++) {
		struct words one = combination(&w, k);

		add_line(&one, verdict, ret);
	}
}

void nsg_rules_text(const struct nsg_rules *r, size_t lines, struct str *ret)
{
	for (size_t i = 0; i < r->n; i++)
		nsg_rule_text(&r->rules[i], r->rules[i].rule->deny ? "drop" : "return", lines, ret);
}
