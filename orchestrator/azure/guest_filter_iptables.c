/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's rules as iptables-restore takes them. */
#include <ctype.h>
#include <stdio.h>

#include "azure/guest_filter.h"
#include "base/str.h"

enum { MAX_WORDS = 128 };

struct ipt_reader {
	struct guest_filter *f;
	const struct config_file *file;
	unsigned line;
	const char *text; /* of the line */
	char table[48];   /* "iptables nat" */
};

/* ---- tables and chains ---- */

static const struct {
	const char *table, *chain;
	enum gf_hook hook;
	int priority;
	bool translates;
} built_in[] = {
	{ "raw", "PREROUTING", GF_PREROUTING, -300, false },
	{ "raw", "OUTPUT", GF_OUTPUT, -300, false },
	{ "mangle", "PREROUTING", GF_PREROUTING, -150, false },
	{ "mangle", "INPUT", GF_INPUT, -150, false },
	{ "mangle", "FORWARD", GF_FORWARD, -150, false },
	{ "mangle", "OUTPUT", GF_OUTPUT, -150, false },
	{ "mangle", "POSTROUTING", GF_POSTROUTING, -150, false },
	{ "nat", "PREROUTING", GF_PREROUTING, -100, true },
	{ "nat", "INPUT", GF_INPUT, 100, true },
	{ "nat", "OUTPUT", GF_OUTPUT, -100, true },
	{ "nat", "POSTROUTING", GF_POSTROUTING, 100, true },
	{ "filter", "INPUT", GF_INPUT, 0, false },
	{ "filter", "FORWARD", GF_FORWARD, 0, false },
	{ "filter", "OUTPUT", GF_OUTPUT, 0, false },
};

static struct gf_chain *chain_of(struct ipt_reader *r, const char *name)
{
	struct gf_chain *c = gf_chain_add(r->f, r->table, name);

	if (c->file)
		return c;
	c->file = r->file;
	c->line = r->line;
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		if (streq(r->table + strlen("iptables "), built_in[i].table) &&
		    streq(name, built_in[i].chain)) {
			c->base = true;
			c->hook = built_in[i].hook;
			c->priority = built_in[i].priority;
			c->translates = built_in[i].translates;
		}
	return c;
}

static void place_rule(struct ipt_reader *r, struct gf_rule *rule)
{
	rule->file = r->file;
	rule->line = r->line;
	rule->text = r->text;
}

/* ---- matches ---- */

/* Options of a match, with one word behind; what is a list has commas. */
static const struct ipt_match {
	const char *brief, *full;
	enum gf_field field;
} ipt_matches[] = {
	{ "-s", "--source", GF_SOURCE },
	{ "--src", "--src", GF_SOURCE },
	{ "-d", "--destination", GF_DESTINATION },
	{ "--dst", "--dst", GF_DESTINATION },
	{ "--src-range", "--src-range", GF_SOURCE },
	{ "--dst-range", "--dst-range", GF_DESTINATION },
	{ "-p", "--protocol", GF_PROTOCOL },
	{ "--sport", "--source-port", GF_SOURCE_PORT },
	{ "--sports", "--source-ports", GF_SOURCE_PORT },
	{ "--dport", "--destination-port", GF_DESTINATION_PORT },
	{ "--dports", "--destination-ports", GF_DESTINATION_PORT },
	{ "--ports", "--ports", GF_ANY_PORT },
	{ "-i", "--in-interface", GF_IN },
	{ "-o", "--out-interface", GF_OUT },
	{ "--state", "--ctstate", GF_STATE },
	{ "--icmp-type", "--icmp-type", GF_ICMP },
	{ "--src-type", "--src-type", GF_OWN_SOURCE },
	{ "--dst-type", "--dst-type", GF_OWN_DESTINATION },
};

static bool read_value(struct guest_filter *f, struct gf_match *m, const char *w)
{
	if (m->field == GF_OWN_SOURCE || m->field == GF_OWN_DESTINATION)
		return streq(w, "LOCAL");
	if ((m->field == GF_PROTOCOL && (strieq(w, "all") || streq(w, "0"))) ||
	    (m->field == GF_ICMP && streq(w, "any"))) {
		gf_value_add(f, m, 0, UINT8_MAX);
		return true;
	}
	return gf_value_read(f, m, w, ':');
}

static void read_values(struct ipt_reader *r, struct gf_rule *rule, enum gf_field field,
                        bool inverted, const char *words)
{
	struct gf_match *m = gf_match_add(r->f, rule, field, inverted);
	_cleanup_free_ char *copy = xstrdup(words);
	char *rest;

	for (char *w = strtok_r(copy, ",", &rest); w; w = strtok_r(NULL, ",", &rest))
		if (!read_value(r->f, m, w))
			m->field = GF_UNREAD;
}

static bool read_flags(struct ipt_reader *r, struct gf_rule *rule, bool inverted, const char *mask,
                       const char *set)
{
	struct gf_match *m = gf_match_add(r->f, rule, GF_FLAGS, inverted);
	const char *both[] = { mask, set };
	uint32_t bits[2] = { 0 }, bit;

	for (size_t i = 0; i < 2; i++) {
		_cleanup_free_ char *copy = xstrdup(both[i]);
		char *rest;

		for (char *w = strtok_r(copy, ",", &rest); w; w = strtok_r(NULL, ",", &rest)) {
			if (!gf_flag(w, &bit))
				m->field = GF_UNREAD;
			else
				bits[i] |= bit;
		}
	}
	gf_value_add(r->f, m, bits[0], bits[1]);
	return true;
}

/* Reads the match at w[0] into rule; returns how many words it has, 0 if it is none that is read.
 */
static size_t read_match(struct ipt_reader *r, struct gf_rule *rule, bool inverted, char **w,
                         size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(ipt_matches) && n > 1; i++)
		if (streq(w[0], ipt_matches[i].brief) || streq(w[0], ipt_matches[i].full)) {
			read_values(r, rule, ipt_matches[i].field, inverted, w[1]);
			return 2;
		}
	if (streq(w[0], "--syn")) {
		read_flags(r, rule, inverted, "SYN,RST,ACK,FIN", "SYN");
		return 1;
	}
	if (streq(w[0], "--tcp-flags") && n > 2) {
		read_flags(r, rule, inverted, w[1], w[2]);
		return 3;
	}
	return 0;
}

/* ---- targets ---- */

static const struct {
	const char *name;
	enum gf_act act;
} ipt_targets[] = {
	{ "ACCEPT", GF_ACCEPT },   { "DROP", GF_DROP },
	{ "REJECT", GF_REJECT },   { "RETURN", GF_RETURN },
	{ "LOG", GF_GO_ON },       { "NFLOG", GF_GO_ON },
	{ "TCPMSS", GF_GO_ON },    { "MARK", GF_GO_ON },
	{ "CONNMARK", GF_GO_ON },  { "CHECKSUM", GF_GO_ON },
	{ "DSCP", GF_GO_ON },      { "TOS", GF_GO_ON },
	{ "SNAT", GF_SNAT },       { "MASQUERADE", GF_MASQUERADE },
	{ "DNAT", GF_DNAT },       { "REDIRECT", GF_REDIRECT },
	{ "NETMAP", GF_NOT_READ }, { "TPROXY", GF_NOT_READ },
	{ "QUEUE", GF_NOT_READ },  { "NFQUEUE", GF_NOT_READ },
	{ "CT", GF_NOT_READ },     { "NOTRACK", GF_NOT_READ },
};

static void read_jump_target(struct ipt_reader *r, struct gf_rule *rule, const char *name,
                             bool leaves)
{
	for (size_t i = 0; i < ARRAY_LEN(ipt_targets); i++)
		if (streq(name, ipt_targets[i].name)) {
			rule->act = ipt_targets[i].act;
			return;
		}
	rule->act = leaves ? GF_GOTO : GF_JUMP;
	rule->chain = arena_strdup(r->f->arena, name);
}

/* Options that change nothing here, with one word behind. */
static bool is_idle(const char *w)
{
	static const char *const idle[] = {
		"-m",           "--match",     "--comment",     "--reject-with",
		"--log-prefix", "--log-level", "--set-mark",    "--set-xmark",
		"--set-mss",    "--set-dscp",  "--nflog-group", "--nflog-prefix",
		"-c",           NULL
	};

	for (size_t i = 0; idle[i]; i++)
		if (streq(w, idle[i]))
			return true;
	return false;
}

static void read_rule_words(struct ipt_reader *r, struct gf_rule *rule, char **w, size_t n)
{
	bool inverted = false;

	for (size_t i = 0, took; i < n; i += took) {
		const char *value = i + 1 < n ? w[i + 1] : "";

		took = 2;
		if (streq(w[i], "!")) {
			inverted = true;
			took = 1;
			continue;
		}
		if (streq(w[i], "-j") || streq(w[i], "--jump") || streq(w[i], "-g") ||
		    streq(w[i], "--goto")) {
			read_jump_target(r, rule, value, w[i][1] == 'g' || streq(w[i], "--goto"));
		} else if (str_starts(w[i], "--to-")) {
			bool ports = streq(w[i], "--to-ports");
			_cleanup_free_ char *to = ports ? xasprintf(":%s", value) : xstrdup(value);

			if (!gf_target(to, &rule->to, &rule->port))
				rule->act = GF_NOT_READ;
		} else if (is_idle(w[i])) {
			took = streq(w[i], "-c") ? 3 : 2;
		} else if (str_starts(w[i], "--log-") || str_starts(w[i], "--clamp") ||
		           str_starts(w[i], "--random") || streq(w[i], "--persistent") ||
		           str_starts(w[i], "--save") || str_starts(w[i], "--restore")) {
			took = 1;
		} else {
			took = read_match(r, rule, inverted, w + i, n - i);
			if (!took) {
				gf_match_add(r->f, rule, GF_UNREAD, false);
				took = 1;
			}
		}
		inverted = false;
	}
	if (!rule->act && !rule->chain)
		rule->act = GF_GO_ON;
}

/* ---- lines ---- */

/* Words of a line, those in quotes as one; they are written over the line. */
static size_t split_line(char *line, char **w)
{
	const char *at = line;
	char *to = line;
	size_t n = 0;

	while (n < MAX_WORDS) {
		char quote = '\0';

		at += strspn(at, " \t\r");
		if (!*at)
			break;
		w[n++] = to;
		for (; *at && (quote || !strchr(" \t\r", *at)); at++) {
			if (quote && *at == quote)
				quote = '\0';
			else if (!quote && (*at == '"' || *at == '\''))
				quote = *at;
			else
				*to++ = quote == '"' && *at == '\\' && at[1] ? *++at : *at;
		}
		at += *at != '\0';
		*to++ = '\0';
	}
	return n;
}

static void insert_first(struct gf_chain *c, size_t at)
{
	struct gf_rule last = c->rules[c->n - 1];

	for (size_t i = c->n - 1; i > at; i--)
		c->rules[i] = c->rules[i - 1];
	c->rules[at] = last;
}

static void read_rule_line(struct ipt_reader *r, char **w, size_t n)
{
	struct gf_chain *c = chain_of(r, w[1]);
	bool insert = streq(w[0], "-I") || streq(w[0], "--insert");
	bool numbered = insert && n > 2 && isdigit((unsigned char)*w[2]);
	unsigned long at = numbered ? strtoul(w[2], NULL, 10) : 1;
	struct gf_rule *rule = gf_rule_add(r->f, c);

	place_rule(r, rule);
	read_rule_words(r, rule, w + 2 + numbered, n - 2 - numbered);
	if (insert && at && at <= c->n)
		insert_first(c, at - 1);
}

static void read_table_line(struct ipt_reader *r, char **w, size_t n)
{
	if (*w[0] == '*') {
		snprintf(r->table, sizeof(r->table), "iptables %.32s", w[0] + 1);
	} else if (*w[0] == ':') {
		struct gf_chain *c = chain_of(r, w[0] + 1);

		c->drops = n > 1 && streq(w[1], "DROP");
	} else if (n > 2 && (streq(w[0], "-P") || streq(w[0], "--policy"))) {
		chain_of(r, w[1])->drops = streq(w[2], "DROP");
	} else if (n > 1 && (streq(w[0], "-N") || streq(w[0], "--new-chain"))) {
		chain_of(r, w[1]);
	} else if (n > 1 && (streq(w[0], "-A") || streq(w[0], "--append") || streq(w[0], "-I") ||
	                     streq(w[0], "--insert"))) {
		read_rule_line(r, w, n);
	} else if (!streq(w[0], "COMMIT") && !streq(w[0], "-F") && !streq(w[0], "-X") &&
	           !streq(w[0], "-Z") && !r->f->unread) {
		r->f->unread = arena_alloc(r->f->arena, sizeof(*r->f->unread));
		place_rule(r, r->f->unread);
	}
}

void guest_filter_read_iptables(struct guest_filter *f, const struct config_file *file)
{
	struct ipt_reader r = { .f = f, .file = file, .table = "iptables filter" };
	_cleanup_free_ char *text = xstrdup(file->content);
	char *words[MAX_WORDS], *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *start = line + strspn(line, " \t");

		r.line++;
		/* counters, as iptables-save -c has them */
		if (*start == '[' && strchr(start, ']'))
			start = strchr(start, ']') + 1;
		if (!*start || *start == '#')
			continue;
		r.text = arena_printf(f->arena, "%.*s", (int)strcspn(start, "\r"), start);
		size_t n = split_line(start, words);

		if (n)
			read_table_line(&r, words, n);
	}
}
