/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules in the packet filter's language. */
#include "plan/filter/rule.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

/* A packet matches a rule when it matches one item of each list; an empty list matches all. */
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

static void add_addresses(struct str *s, const char *word, const struct prefix *v, size_t n)
{
	if (!n)
		return;
	str_printf(s, "ip %s %s", word, open_list(n));
	for (size_t i = 0; i < n; i++)
		str_printf(s, "%s%s", i ? ", " : "", PREFIX_STR(v[i]));
	str_add(s, close_list(n));
}

static void add_protocols(struct str *s, const uint8_t *v, size_t n)
{
	if (!n)
		return;
	str_printf(s, "meta l4proto %s", open_list(n));
	for (size_t i = 0; i < n; i++)
		str_printf(s, "%s%u", i ? ", " : "", v[i]);
	str_add(s, close_list(n));
}

static void append_port_set(struct str *s, const char *word, const struct port_span *v, size_t n)
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
	add_addresses(s, "saddr", w->src, w->n_src);
	add_addresses(s, "daddr", w->dst, w->n_dst);
	add_protocols(s, w->protocols, w->n_protocols);
	append_port_set(s, "sport", w->sport, w->n_sport);
	append_port_set(s, "dport", w->dport, w->n_dport);
	str_printf(s, "%s\n", verdict);
}

/* --- lines without sets ----------------------------------------------------------------------- */

static size_t count_rule_lines(const struct words *w, size_t max)
{
	size_t lists[] = { w->n_src, w->n_dst, w->n_protocols, w->n_sport, w->n_dport }, n = 1;

	for (size_t i = 0; i < ARRAY_LEN(lists) && n <= max; i++)
		n *= lists[i] ? lists[i] : 1;
	return n;
}

/* Takes the next digit off *k, a number whose base changes with each list. */
static size_t take_digit(size_t *k, size_t n)
{
	size_t i = *k % n;

	*k /= n;
	return i;
}

/* The k-th of the combinations of one of each list. */
static struct words nth_combination(const struct words *w, size_t k)
{
	struct words o = { 0 };

	if (w->n_src) {
		o.src = &w->src[take_digit(&k, w->n_src)];
		o.n_src = 1;
	}
	if (w->n_dst) {
		o.dst = &w->dst[take_digit(&k, w->n_dst)];
		o.n_dst = 1;
	}
	if (w->n_protocols) {
		o.protocols[0] = w->protocols[take_digit(&k, w->n_protocols)];
		o.n_protocols = 1;
	}
	if (w->n_sport) {
		o.sport = &w->sport[take_digit(&k, w->n_sport)];
		o.n_sport = 1;
	}
	if (w->n_dport) {
		o.dport = &w->dport[take_digit(&k, w->n_dport)];
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

/* Fills *w with what the rule matches; the caller frees sport and dport. False: the rule matches no
 * packet. */
static bool words_of(const struct nsg_rule *r, struct words *w)
{
	const struct security_rule *x = r->rule;
	bool named = x->src.n_ports || x->dst.n_ports;

	*w = (struct words){ .src = r->src,
		             .dst = r->dst,
		             .n_src = r->any_src ? 0 : r->n_src,
		             .n_dst = r->any_dst ? 0 : r->n_dst };
	if ((!r->any_src && !r->n_src) || (!r->any_dst && !r->n_dst))
		return false;
	set_protocols(w, x, named);
	if (named && (!x->protocol || x->protocol == IPPROTO_TCP || x->protocol == IPPROTO_UDP)) {
		w->sport = merged_ports(&x->src, &w->n_sport);
		w->dport = merged_ports(&x->dst, &w->n_dport);
	}
	return true;
}

static void add_combinations(const struct words *w, size_t n, const char *verdict, struct str *s)
{
	for (size_t k = 0; k < n; k++) {
		struct words one = nth_combination(w, k);

		add_line(&one, verdict, s);
	}
}

/* --- rules as chains -------------------------------------------------------------------------- */

enum {
	FEW_LINES = 8,         /* a rule with so many combinations is as many lines */
	LONG_LIST = 64,        /* a longer list becomes sets */
	SET_ITEMS = 512,       /* of so many items */
	CHUNK_RULES = 32,      /* a chain has so many rules on average */
	MOST_CHUNK_RULES = 256 /* and so many at most */
};

/* Lists in the order in which they are asked.  dnat to a port wants the protocol in its line. */
enum list { LIST_SRC, LIST_DST, LIST_SPORT, LIST_DPORT, LIST_PROTOCOL, LISTS };
/* Names sort as filter.h asks for: a list's chain leads to those of the lists behind it. */
static const char *const LIST_PREFIX[LISTS] = { "any5_", "any4_", "any3_", "any2_", "any1_" };
#define CHUNK_PREFIX "fw6_"
/* A chain of lists that is jumped to cannot return for the one that jumped, so it notes what is
 * allowed. */
#define NOTE_ALLOWED "meta priority set " NSG_ALLOWED " return"

static size_t list_size(const struct words *w, enum list l)
{
	const size_t sizes[LISTS] = { w->n_src, w->n_dst, w->n_sport, w->n_dport, w->n_protocols };

	return sizes[l];
}

/* Moves one list. */
static void move_list(struct words *from, enum list l, struct words *to)
{
	switch (l) {
	case LIST_SRC:
		to->src = from->src, to->n_src = from->n_src, from->n_src = 0;
		break;
	case LIST_DST:
		to->dst = from->dst, to->n_dst = from->n_dst, from->n_dst = 0;
		break;
	case LIST_SPORT:
		to->sport = from->sport, to->n_sport = from->n_sport, from->n_sport = 0;
		break;
	case LIST_DPORT:
		to->dport = from->dport, to->n_dport = from->n_dport, from->n_dport = 0;
		break;
	default:
		memcpy(to->protocols, from->protocols, sizeof(to->protocols));
		to->n_protocols = from->n_protocols, from->n_protocols = 0;
	}
}

/* Lines with sets, for a list of addresses or ports that is long. */
static void add_long_list(const struct words *w, const char *next, struct str *s)
{
	size_t most = w->n_src + w->n_dst + w->n_sport + w->n_dport;

	for (size_t at = 0; at < most; at += SET_ITEMS) {
		size_t n = most - at < SET_ITEMS ? most - at : SET_ITEMS;
		const struct words some = {
			.src = w->n_src ? w->src + at : NULL,
			.dst = w->n_dst ? w->dst + at : NULL,
			.sport = w->n_sport ? w->sport + at : NULL,
			.dport = w->n_dport ? w->dport + at : NULL,
			.n_src = w->n_src ? n : 0,
			.n_dst = w->n_dst ? n : 0,
			.n_sport = w->n_sport ? n : 0,
			.n_dport = w->n_dport ? n : 0,
		};

		add_line(&some, next, s);
	}
}

/* A chain that goes on to `next`, by a line for each combination of some lists of which l is the
 * first, or with sets for one long list.  next becomes what leads to it. */
static void add_lists(struct filter *f, const struct words *w, enum list l, char next[64])
{
	_cleanup_str_ struct str s = { 0 };
	size_t n = count_rule_lines(w, LONG_LIST);
	char name[CHAIN_NAME];

	if (n > LONG_LIST)
		add_long_list(w, next, &s);
	else
		add_combinations(w, n, next, &s);
	snprintf(
	    next, 64, "goto %s",
	    nft_chain_name(LIST_PREFIX[l], filter_add_chain(f, LIST_PREFIX[l], str_get(&s)), name));
}

/* From the last list to the first, as many in one chain as are a few lines.  What has one item is
 * in the rule's own line; so are the first lists when they are a few lines. */
static void add_list_chains(struct filter *f, const struct words *w, const char *verdict,
                            struct str *ret)
{
	struct words own = *w, group = { 0 };
	enum list first = LISTS;
	size_t lines = 1;
	char next[64], jump[64];

	snprintf(next, sizeof(next), "%s", verdict);
	if (str_starts(verdict, "dnat ")) {
		memcpy(group.protocols, w->protocols, sizeof(group.protocols));
		group.n_protocols = w->n_protocols;
		lines = w->n_protocols > 1 ? w->n_protocols : 1;
		own.n_protocols = w->n_protocols == 1;
		first = LIST_PROTOCOL;
	}
	for (unsigned l = LISTS; l--;) {
		size_t n = list_size(&own, (enum list)l);

		if (n < 2)
			continue;
		if (first != LISTS && lines * n > FEW_LINES) {
			add_lists(f, &group, first, next);
			group = (struct words){ 0 };
			lines = 1;
		}
		move_list(&own, (enum list)l, &group);
		first = (enum list)l;
		lines *= n;
	}
	if (lines > FEW_LINES)
		add_lists(f, &group, first, next);
	else
		for (unsigned l = first; l < LISTS; l++)
			if (list_size(&group, (enum list)l))
				move_list(&group, (enum list)l, &own);
	/* A packet that does not match meets the rule behind: so it is "jump", not "goto". */
	snprintf(jump, sizeof(jump), "jump %s", next + strlen("goto "));
	add_combinations(&own, lines > FEW_LINES ? 1 : lines, jump, ret);
}

static void end_chunk(struct filter_rules *rules)
{
	char name[CHAIN_NAME];

	if (rules->chunk.n)
		str_printf(&rules->all, "jump %s\n",
		           nft_chain_name(CHUNK_PREFIX,
		                          filter_add_chain(rules->filter, CHUNK_PREFIX,
		                                           str_get(&rules->chunk)),
		                          name));
	str_free_p(&rules->chunk);
	rules->chunk = (struct str){ 0 };
	rules->n = 0;
}

/* The lines of a rule, and chains for its lists.  False: it matches no packet. */
static bool compile_nsg_rule(struct filter *f, const struct nsg_rule *r, const char *verdict,
                             struct str *ret)
{
	struct words w;

	if (!words_of(r, &w))
		return false;
	size_t n = count_rule_lines(&w, FEW_LINES);

	if (n <= FEW_LINES) {
		add_combinations(&w, n, verdict, ret);
	} else if (streq(verdict, "return")) {
		add_list_chains(f, &w, NOTE_ALLOWED, ret);
		str_add(ret, "meta priority " NSG_ALLOWED " goto " NSG_ALLOW "\n");
	} else {
		add_list_chains(f, &w, verdict, ret);
	}
	free(w.sport);
	free(w.dport);
	return true;
}

uint64_t nsg_rules_chain(const struct nsg_rules *r, const char *prefix, struct filter *f)
{
	_cleanup_str_ struct str s = { 0 };

	for (size_t i = 0; i < r->n; i++)
		compile_nsg_rule(f, &r->rules[i], r->rules[i].rule->deny ? "drop" : "return", &s);
	return filter_add_chain(f, prefix, str_get(&s));
}

void filter_rules_add(struct filter_rules *rules, const struct nsg_rule *r, const char *verdict)
{
	size_t at = rules->chunk.n;

	if (!compile_nsg_rule(rules->filter, r, verdict, &rules->chunk))
		return;
	rules->n++;
	/* The last rule of a chunk alone decides whether the chunk ends. */
	if (rules->n == MOST_CHUNK_RULES ||
	    str_hash(str_get(&rules->chunk) + at, 2) % CHUNK_RULES == 0)
		end_chunk(rules);
}

uint64_t filter_rules_end(struct filter_rules *rules, const char *prefix)
{
	end_chunk(rules);
	uint64_t number = filter_add_chain(rules->filter, prefix, str_get(&rules->all));

	str_free_p(&rules->all);
	rules->all = (struct str){ 0 };
	return number;
}
