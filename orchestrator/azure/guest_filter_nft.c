/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's rules in nft's language: tables, chains and rules, as files have them and as commands
 * add them.  A word that is not known makes its rule one that is not read. */
#include <stdio.h>

#include "azure/guest_filter.h"
#include "base/str.h"

struct nft_word {
	const char *s; /* "\n" and ";" end a rule */
	unsigned line;
};

struct nft_reader {
	struct guest_filter *f;
	const struct config_file *file;
	struct nft_word *words;
	size_t n, cap, at;
	const char **lines; /* their text, from line 1 on */
	size_t n_lines, cap_lines;
};

/* ---- words ---- */

static void add_nft_word(struct nft_reader *r, const char *s, size_t n, unsigned line)
{
	VEC_PUSH(r->words, r->n, r->cap) =
	    (struct nft_word){ arena_printf(r->f->arena, "%.*s", (int)n, s), line };
}

static void split_nft(struct nft_reader *r)
{
	unsigned line = 1;

	for (const char *at = r->file->content; *at;) {
		size_t n = strcspn(at, " \t\r\n#;{},\"");

		if (n) {
			add_nft_word(r, at, n, line);
		} else if (*at == '#') {
			n = strcspn(at, "\n");
		} else if (*at == '"') {
			n = strcspn(at + 1, "\"\n");
			add_nft_word(r, at + 1, n, line);
			n += 1 + (at[n + 1] == '"');
		} else if (at[0] == '\\' && at[1] == '\n') {
			n = 2;
		} else {
			n = 1;
			if (!strchr(" \t\r", *at))
				add_nft_word(r, at, 1, line);
		}
		for (size_t i = 0; i < n; i++)
			line += at[i] == '\n';
		at += n;
	}
	for (const char *at = r->file->content; *at;) {
		size_t n = strcspn(at, "\n"), gap = strspn(at, " \t");

		VEC_PUSH(r->lines, r->n_lines, r->cap_lines) =
		    gap < n ? arena_printf(r->f->arena, "%.*s", (int)(n - gap), at + gap) : "";
		at += n + (at[n] == '\n');
	}
}

static const char *get_nft_word(const struct nft_reader *r)
{
	return r->at < r->n ? r->words[r->at].s : "";
}

static bool take_nft_word(struct nft_reader *r, const char *w)
{
	bool is = streq(get_nft_word(r), w);

	r->at += is;
	return is;
}

static bool at_end(const struct nft_reader *r)
{
	const char *w = get_nft_word(r);

	return r->at >= r->n || streq(w, "\n") || streq(w, ";") || streq(w, "}");
}

static const char *read_next_word(struct nft_reader *r)
{
	const char *w = get_nft_word(r);

	r->at += r->at < r->n;
	return w;
}

/* Past what stands in braces, the opening one of which comes next. */
static void skip_braces(struct nft_reader *r)
{
	unsigned depth = 0;

	do {
		const char *w = read_next_word(r);

		depth += streq(w, "{");
		depth -= streq(w, "}") && depth;
	} while (depth && r->at < r->n);
}

static void skip_nft_statement(struct nft_reader *r)
{
	while (!at_end(r))
		if (streq(get_nft_word(r), "{"))
			skip_braces(r);
		else
			r->at++;
}

static void place_nft_rule(struct nft_reader *r, struct gf_rule *rule)
{
	rule->file = r->file;
	rule->line = r->at < r->n ? r->words[r->at].line : 1;
	rule->text = rule->line <= r->n_lines ? r->lines[rule->line - 1] : "";
}

static void give_up_reading(struct nft_reader *r)
{
	if (!r->f->unread) {
		r->f->unread = arena_alloc(r->f->arena, sizeof(*r->f->unread));
		place_nft_rule(r, r->f->unread);
	}
	skip_nft_statement(r);
}

/* ---- matches ---- */

static bool read_nft_value(struct guest_filter *f, struct gf_match *m, const char *w)
{
	bool device = m->field == GF_IN || m->field == GF_OUT;

	return gf_value_read(f, m, w, '-') && !(device && (*w == '$' || *w == '@'));
}

static bool is_inverted(struct nft_reader *r)
{
	if (take_nft_word(r, "!="))
		return true;
	if (!take_nft_word(r, "=="))
		take_nft_word(r, "eq");
	return false;
}

/* One value, values between commas, or a set in braces. */
static void read_nft_values(struct nft_reader *r, struct gf_rule *rule, enum gf_field field)
{
	struct gf_match *m = gf_match_add(r->f, rule, field, is_inverted(r));
	bool set = take_nft_word(r, "{"), read = true;

	while (r->at < r->n && (set ? !streq(get_nft_word(r), "}") : !at_end(r))) {
		if (set && (take_nft_word(r, "\n") || take_nft_word(r, ",")))
			continue;
		read &= read_nft_value(r->f, m, read_next_word(r));
		if (!set && !take_nft_word(r, ","))
			break;
	}
	if (set)
		take_nft_word(r, "}");
	if (!read || !m->n)
		m->field = GF_UNREAD;
}

static void match_protocol(struct nft_reader *r, struct gf_rule *rule, const char *name)
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
static bool take_words(struct nft_reader *r, const char *const *words)
{
	size_t n = 0;

	for (; words[n]; n++)
		if (r->at + n >= r->n || !streq(r->words[r->at + n].s, words[n]))
			return false;
	r->at += n;
	return n != 0;
}

/* ---- what rules do ---- */

static void read_nft_target(struct nft_reader *r, struct gf_rule *rule, enum gf_act act)
{
	rule->act = act;
	take_nft_word(r, "ip");
	if (!take_nft_word(r, "to")) /* "redirect" alone */
		return;
	if (!gf_target(get_nft_word(r), &rule->to, &rule->port))
		rule->act = GF_NOT_READ;
	r->at++;
}

/* Sets what the rule does, by the word that comes next; false: the word is none of these. */
static bool read_act(struct nft_reader *r, struct gf_rule *rule)
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
		if (!take_nft_word(r, acts[i].word))
			continue;
		rule->act = acts[i].act;
		if (rule->act == GF_JUMP || rule->act == GF_GOTO)
			rule->chain = read_next_word(r);
		else if (rule->act == GF_SNAT || rule->act == GF_DNAT || rule->act == GF_REDIRECT)
			read_nft_target(r, rule, rule->act);
		return true;
	}
	return false;
}

/* Statements that change nothing here; false: the word is none of these. */
static bool skip_idle(struct nft_reader *r)
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
		if (streq(get_nft_word(r), "tcp")
		        ? r->at + 1 < r->n && streq(r->words[r->at + 1].s, "option") &&
		              take_nft_word(r, "tcp")
		        : take_words(r, alone[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (take_words(r, pairs[i])) {
			if (!at_end(r) && !streq(pairs[i][0], "mtu") &&
			    !streq(get_nft_word(r), "rt"))
				r->at++;
			return true;
		}
	return false;
}

/* "vmap { established : accept, invalid : drop }" is a rule for each. */
static void read_vmap(struct nft_reader *r, struct gf_chain *c, size_t at, enum gf_field field)
{
	take_nft_word(r, "{");
	for (bool first = true; r->at < r->n && !take_nft_word(r, "}");) {
		if (take_nft_word(r, "\n") || take_nft_word(r, ","))
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
		const char *key = read_next_word(r), *colon = strchr(key, ':');
		bool read = read_nft_value(
		    r->f, m,
		    colon ? arena_printf(r->f->arena, "%.*s", (int)(colon - key), key) : key);

		if (colon && colon[1])
			r->words[--r->at].s = colon + 1;
		else if (!colon)
			take_nft_word(r, ":");
		if (!read)
			m->field = GF_UNREAD;
		if (!read_act(r, rule)) {
			rule->act = GF_NOT_READ;
			r->at++;
		}
		first = false;
	}
}

static bool read_nft_match(struct nft_reader *r, struct gf_chain *c, size_t at)
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
	if (streq(get_nft_word(r), "ip6") || streq(get_nft_word(r), "icmpv6") ||
	    streq(get_nft_word(r), "ipv6-icmp")) {
		gf_match_add(r->f, rule, GF_NEVER, false);
		skip_nft_statement(r);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(nft_matches); i++) {
		const struct nft_match *m = &nft_matches[i];

		if (!take_words(r, m->words))
			continue;
		if (m->protocol)
			match_protocol(r, rule, m->protocol);
		if (take_nft_word(r, "vmap"))
			read_vmap(r, c, at, m->field);
		else
			read_nft_values(r, rule, m->field);
		return true;
	}
	return false;
}

static void read_nft_rule(struct nft_reader *r, struct gf_chain *c)
{
	size_t at = c->n;

	place_nft_rule(r, gf_rule_add(r->f, c));
	while (!at_end(r)) {
		if (skip_idle(r) || read_nft_match(r, c, at))
			continue;
		if (read_act(r, &c->rules[at])) {
			skip_nft_statement(r); /* "with icmp type ...", and comments */
			break;
		}
		gf_match_add(r->f, &c->rules[at], GF_UNREAD, false);
		if (streq(get_nft_word(r), "{"))
			skip_braces(r);
		else
			r->at++;
	}
}

/* ---- chains and tables ---- */

static int read_priority(struct nft_reader *r)
{
	static const struct {
		const char *name;
		int priority;
	} names[] = { { "raw", -300 }, { "mangle", -150 }, { "dstnat", -100 },
		      { "filter", 0 }, { "security", 50 }, { "srcnat", 100 } };
	int base = 0, sign = 1;

	for (; !at_end(r); r->at++) {
		const char *w = get_nft_word(r);
		bool named = false;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (streq(w, names[i].name)) {
				base = names[i].priority;
				named = true;
			}
		if (streq(w, "-") || streq(w, "+"))
			sign = *w == '-' ? -1 : 1;
		else if (!named)
			base += sign * (int)strtol(w, NULL, 10);
	}
	return base;
}

static void read_hook(struct nft_reader *r, struct gf_chain *c)
{
	static const char *const hooks[GF_HOOKS] = { "prerouting", "input", "forward", "output",
		                                     "postrouting" };
	bool ours = str_starts(c->table, "ip ") || str_starts(c->table, "inet ");

	c->line = r->words[r->at].line;
	for (bool found = false; !at_end(r);) {
		const char *w = read_next_word(r);

		if (streq(w, "type"))
			c->translates = streq(get_nft_word(r), "nat");
		if (streq(w, "priority"))
			c->priority = read_priority(r);
		if (!streq(w, "hook"))
			continue;
		for (unsigned i = 0; i < GF_HOOKS; i++)
			if (streq(get_nft_word(r), hooks[i])) {
				c->hook = (enum gf_hook)i;
				c->base = ours;
				found = true;
			}
		if (!found && !r->f->unread && !str_starts(c->table, "bridge") &&
		    !str_starts(c->table, "arp"))
			give_up_reading(r); /* ingress */
	}
}

static void read_chain_body(struct nft_reader *r, struct gf_chain *c)
{
	while (r->at < r->n && !take_nft_word(r, "}")) {
		if (take_nft_word(r, "\n") || take_nft_word(r, ";"))
			continue;
		size_t at = (size_t)(c - r->f->chains);

		if (streq(get_nft_word(r), "type")) {
			read_hook(r, c);
		} else if (take_nft_word(r, "policy")) {
			c->drops = streq(get_nft_word(r), "drop");
			skip_nft_statement(r);
		} else if (streq(get_nft_word(r), "comment")) {
			skip_nft_statement(r);
		} else {
			read_nft_rule(r, c);
		}
		c = &r->f->chains[at];
	}
}

/* "inet mine", "ip nat" for a family that is left out. */
static const char *table_name(struct nft_reader *r)
{
	static const char *const families[] = { "ip", "ip6", "inet", "arp", "bridge", "netdev" };
	const char *family = "ip";

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (streq(get_nft_word(r), families[i]) && r->at + 1 < r->n) {
			family = read_next_word(r);
			break;
		}
	return arena_printf(r->f->arena, "%s %s", family, read_next_word(r));
}

static struct gf_chain *nft_chain(struct nft_reader *r, const char *table, const char *name)
{
	struct gf_chain *c = gf_chain_add(r->f, table, name);

	if (!c->file) {
		c->file = r->file;
		c->line = r->at < r->n ? r->words[r->at].line : 1;
	}
	return c;
}

static void read_table_body(struct nft_reader *r, const char *table)
{
	while (r->at < r->n && !take_nft_word(r, "}")) {
		if (take_nft_word(r, "\n") || take_nft_word(r, ";"))
			continue;
		if (!take_nft_word(r, "chain")) { /* sets, maps, counters, flags */
			skip_nft_statement(r);
			continue;
		}
		struct gf_chain *c = nft_chain(r, table, read_next_word(r));

		if (take_nft_word(r, "{"))
			read_chain_body(r, c);
	}
}

static void read_added(struct nft_reader *r)
{
	bool insert = streq(get_nft_word(r), "insert"), rule = false;

	r->at++;
	if (!streq(get_nft_word(r), "chain") && !(rule = streq(get_nft_word(r), "rule"))) {
		skip_nft_statement(r); /* tables, sets, elements */
		return;
	}
	r->at++;
	const char *table = table_name(r);
	struct gf_chain *c = nft_chain(r, table, read_next_word(r));

	if (!rule && take_nft_word(r, "{"))
		read_chain_body(r, c);
	else if (rule &&
	         (insert || streq(get_nft_word(r), "position") || streq(get_nft_word(r), "index")))
		give_up_reading(r);
	else if (rule)
		read_nft_rule(r, c);
}

void guest_filter_read_nft(struct guest_filter *f, const struct config_file *file)
{
	struct nft_reader r = { .f = f, .file = file };

	split_nft(&r);
	while (r.at < r.n) {
		if (take_nft_word(&r, "\n") || take_nft_word(&r, ";") || take_nft_word(&r, "}"))
			continue;
		if (take_nft_word(&r, "table")) {
			const char *table = table_name(&r);

			if (take_nft_word(&r, "{"))
				read_table_body(&r, table);
		} else if (streq(get_nft_word(&r), "add") || streq(get_nft_word(&r), "create") ||
		           streq(get_nft_word(&r), "insert")) {
			read_added(&r);
		} else if (streq(get_nft_word(&r), "flush")) {
			r.at++;
			if (streq(get_nft_word(&r), "ruleset"))
				f->n = 0;
			skip_nft_statement(&r);
		} else if (streq(get_nft_word(&r), "define") ||
		           streq(get_nft_word(&r), "destroy")) {
			skip_nft_statement(&r);
		} else {
			give_up_reading(&r); /* include, delete, replace */
		}
	}
	free(r.words);
	free((void *)r.lines);
}
