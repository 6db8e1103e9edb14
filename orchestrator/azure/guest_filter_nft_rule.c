/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule in nft's language: what it matches, and what it does. */
#include <stdio.h>

#include "azure/guest_filter_nft.h"
#include "base/str.h"

/* ---- matches ---- */

static bool read_nft_value(struct guest_filter *f, struct gf_match *m, const char *w)
{
	bool device = m->field == GF_IN || m->field == GF_OUT;

	return gf_value_read(f, m, w, '-') && !(device && (*w == '$' || *w == '@'));
}

static bool is_inverted(struct gf_words *r)
{
	if (gf_words_take(r, "!="))
		return true;
	if (!gf_words_take(r, "=="))
		gf_words_take(r, "eq");
	return false;
}

/* One value, values between commas, or a set in braces. */
static void read_nft_values(struct gf_words *r, struct gf_rule *rule, enum gf_field field)
{
	struct gf_match *m = gf_match_add(r->f, rule, field, is_inverted(r));
	bool set = gf_words_take(r, "{"), read = true;

	while (r->at < r->n && (set ? !streq(gf_words_at(r), "}") : !gf_words_ends(r))) {
		if (set && (gf_words_take(r, "\n") || gf_words_take(r, ",")))
			continue;
		read &= read_nft_value(r->f, m, gf_words_next(r));
		if (!set && !gf_words_take(r, ","))
			break;
	}
	if (set)
		gf_words_take(r, "}");
	if (!read || !m->n)
		m->field = GF_UNREAD;
}

static void match_protocol(struct gf_words *r, struct gf_rule *rule, const char *name)
{
	uint32_t number;

	if (gf_protocol(name, &number))
		gf_value_add(r->f, gf_match_add(r->f, rule, GF_PROTOCOL, false), number, number);
}

static const struct nft_match {
	const char *words[3];
	enum gf_field field;
	const char *protocol; /* it is one of */
} nft_matches[] = {
	{ { "ip", "saddr" }, GF_SOURCE, NULL },
	{ { "ip", "daddr" }, GF_DESTINATION, NULL },
	{ { "ip", "protocol" }, GF_PROTOCOL, NULL },
	{ { "meta", "l4proto" }, GF_PROTOCOL, NULL },
	{ { "l4proto" }, GF_PROTOCOL, NULL },
	{ { "tcp", "sport" }, GF_SOURCE_PORT, "tcp" },
	{ { "tcp", "dport" }, GF_DESTINATION_PORT, "tcp" },
	{ { "tcp", "flags" }, GF_FLAGS, "tcp" },
	{ { "udp", "sport" }, GF_SOURCE_PORT, "udp" },
	{ { "udp", "dport" }, GF_DESTINATION_PORT, "udp" },
	{ { "th", "sport" }, GF_SOURCE_PORT, NULL },
	{ { "th", "dport" }, GF_DESTINATION_PORT, NULL },
	{ { "icmp", "type" }, GF_ICMP, "icmp" },
	{ { "meta", "iifname" }, GF_IN, NULL },
	{ { "meta", "iif" }, GF_IN, NULL },
	{ { "meta", "oifname" }, GF_OUT, NULL },
	{ { "meta", "oif" }, GF_OUT, NULL },
	{ { "iifname" }, GF_IN, NULL },
	{ { "iif" }, GF_IN, NULL },
	{ { "oifname" }, GF_OUT, NULL },
	{ { "oif" }, GF_OUT, NULL },
	{ { "ct", "state" }, GF_STATE, NULL },
};

/* All of the words come next; takes them. */
static bool take_words(struct gf_words *r, const char *const *words)
{
	size_t n = 0;

	for (; words[n]; n++)
		if (r->at + n >= r->n || !streq(r->words[r->at + n].s, words[n]))
			return false;
	r->at += n;
	return n != 0;
}

/* ---- what rules do ---- */

static void read_nft_target(struct gf_words *r, struct gf_rule *rule, enum gf_act act)
{
	rule->act = act;
	gf_words_take(r, "ip");
	if (!gf_words_take(r, "to")) /* "redirect" alone */
		return;
	if (!gf_target(gf_words_at(r), &rule->to, &rule->port))
		rule->act = GF_NOT_READ;
	r->at++;
}

/* Sets what the rule does, by the word that comes next; false: the word is none of these. */
static bool read_act(struct gf_words *r, struct gf_rule *rule)
{
	static const struct {
		const char *word;
		enum gf_act act;
	} acts[] = {
		{ "accept", GF_ACCEPT },
		{ "drop", GF_DROP },
		{ "reject", GF_REJECT },
		{ "return", GF_RETURN },
		{ "jump", GF_JUMP },
		{ "goto", GF_GOTO },
		{ "snat", GF_SNAT },
		{ "dnat", GF_DNAT },
		{ "masquerade", GF_MASQUERADE },
		{ "redirect", GF_REDIRECT },
		{ "queue", GF_NOT_READ },
		{ "notrack", GF_NOT_READ },
		{ "tproxy", GF_NOT_READ },
		{ "dup", GF_NOT_READ },
		{ "continue", GF_GO_ON },
	};

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (!gf_words_take(r, acts[i].word))
			continue;
		rule->act = acts[i].act;
		if (rule->act == GF_JUMP || rule->act == GF_GOTO)
			rule->chain = gf_words_next(r);
		else if (rule->act == GF_SNAT || rule->act == GF_DNAT || rule->act == GF_REDIRECT)
			read_nft_target(r, rule, rule->act);
		return true;
	}
	return false;
}

/* Statements that change nothing here; false: the word is none of these. */
static bool skip_idle(struct gf_words *r)
{
	static const char *const pairs[][5] = {
		{ "prefix" },
		{ "level" },
		{ "group" },
		{ "flags", "all" },
		{ "packets" },
		{ "bytes" },
		{ "comment" },
		{ "meta", "mark", "set" },
		{ "mark", "set" },
		{ "ct", "mark", "set" },
		{ "option", "maxseg", "size", "set" },
		{ "mtu" },
	};
	static const char *const alone[][3] = {
		{ "counter" }, { "log" }, { "tcp", "option" }, { "rt" }
	};

	for (size_t i = 0; i < ARRAY_LEN(alone); i++)
		if (streq(gf_words_at(r), "tcp")
		        ? r->at + 1 < r->n && streq(r->words[r->at + 1].s, "option") &&
		              gf_words_take(r, "tcp")
		        : take_words(r, alone[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (take_words(r, pairs[i])) {
			if (!gf_words_ends(r) && !streq(pairs[i][0], "mtu") &&
			    !streq(gf_words_at(r), "rt"))
				r->at++;
			return true;
		}
	return false;
}

/* "vmap { established : accept, invalid : drop }" is a rule for each. */
static void read_vmap(struct gf_words *r, struct gf_chain *c, size_t at, enum gf_field field)
{
	gf_words_take(r, "{");
	for (bool first = true; r->at < r->n && !gf_words_take(r, "}");) {
		if (gf_words_take(r, "\n") || gf_words_take(r, ","))
			continue;
		struct gf_rule *rule = first ? &c->rules[at] : gf_rule_add(r->f, c);
		struct gf_rule like = c->rules[at];

		if (!first) {
			*rule = (struct gf_rule){ .file = like.file,
				                  .line = like.line,
				                  .text = like.text };
			for (size_t i = 0; i + 1 < like.n; i++)
				*gf_match_add(r->f, rule, like.matches[i].field, false) =
				    like.matches[i];
		}
		struct gf_match *m = gf_match_add(r->f, rule, field, false);
		const char *key = gf_words_next(r), *colon = strchr(key, ':');
		bool read = read_nft_value(
		    r->f, m,
		    colon ? arena_printf(r->f->arena, "%.*s", (int)(colon - key), key) : key);

		if (colon && colon[1])
			r->words[--r->at].s = colon + 1;
		else if (!colon)
			gf_words_take(r, ":");
		if (!read)
			m->field = GF_UNREAD;
		if (!read_act(r, rule)) {
			rule->act = GF_NOT_READ;
			r->at++;
		}
		first = false;
	}
}

static bool read_nft_match(struct gf_words *r, struct gf_chain *c, size_t at)
{
	static const char *const four[] = { "meta", "nfproto", "ipv4", NULL };
	static const char *const own[] = { "fib", "daddr", "type", "local", NULL };
	struct gf_rule *rule = &c->rules[at];

	if (take_words(r, four))
		return true;
	if (take_words(r, own)) {
		gf_match_add(r->f, rule, GF_OWN_DESTINATION, false);
		return true;
	}
	if (streq(gf_words_at(r), "ip6") || streq(gf_words_at(r), "icmpv6") ||
	    streq(gf_words_at(r), "ipv6-icmp")) {
		gf_match_add(r->f, rule, GF_NEVER, false);
		gf_words_skip(r);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(nft_matches); i++) {
		const struct nft_match *m = &nft_matches[i];

		if (!take_words(r, m->words))
			continue;
		if (m->protocol)
			match_protocol(r, rule, m->protocol);
		if (gf_words_take(r, "vmap"))
			read_vmap(r, c, at, m->field);
		else
			read_nft_values(r, rule, m->field);
		return true;
	}
	return false;
}

void gf_nft_rule_read(struct gf_words *r, struct gf_chain *c)
{
	size_t at = c->n;

	gf_words_place(r, gf_rule_add(r->f, c));
	while (!gf_words_ends(r)) {
		if (skip_idle(r) || read_nft_match(r, c, at))
			continue;
		if (read_act(r, &c->rules[at])) {
			gf_words_skip(r); /* "with icmp type ...", and comments */
			break;
		}
		gf_match_add(r->f, &c->rules[at], GF_UNREAD, false);
		if (streq(gf_words_at(r), "{"))
			gf_words_skip_braces(r);
		else
			r->at++;
	}
}
