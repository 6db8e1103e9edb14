/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's rules in nft's language: tables, chains and rules, as files have them and as commands
 * add them. */
#include <stdio.h>

#include "azure/guest_filter_nft.h"
#include "base/str.h"

static int read_priority(struct gf_words *r)
{
	static const struct {
		const char *name;
		int priority;
	} names[] = { { "raw", -300 }, { "mangle", -150 }, { "dstnat", -100 },
		      { "filter", 0 }, { "security", 50 }, { "srcnat", 100 } };
	int base = 0, sign = 1;

	for (; !gf_words_ends(r); r->at++) {
		const char *w = gf_words_at(r);
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

static void read_hook(struct gf_words *r, struct gf_chain *c)
{
	static const char *const hooks[GF_HOOKS] = { "prerouting", "input", "forward", "output",
		                                     "postrouting" };
	bool ours = str_starts(c->table, "ip ") || str_starts(c->table, "inet ");

	c->line = r->words[r->at].line;
	for (bool found = false; !gf_words_ends(r);) {
		const char *w = gf_words_next(r);

		if (streq(w, "type"))
			c->translates = streq(gf_words_at(r), "nat");
		if (streq(w, "priority"))
			c->priority = read_priority(r);
		if (!streq(w, "hook"))
			continue;
		for (unsigned i = 0; i < GF_HOOKS; i++)
			if (streq(gf_words_at(r), hooks[i])) {
				c->hook = (enum gf_hook)i;
				c->base = ours;
				found = true;
			}
		if (!found && !r->f->unread && !str_starts(c->table, "bridge") &&
		    !str_starts(c->table, "arp"))
			gf_words_give_up(r); /* ingress */
	}
}

static void read_chain_body(struct gf_words *r, struct gf_chain *c)
{
	while (r->at < r->n && !gf_words_take(r, "}")) {
		if (gf_words_take(r, "\n") || gf_words_take(r, ";"))
			continue;
		size_t at = (size_t)(c - r->f->chains);

		if (streq(gf_words_at(r), "type")) {
			read_hook(r, c);
		} else if (gf_words_take(r, "policy")) {
			c->drops = streq(gf_words_at(r), "drop");
			gf_words_skip(r);
		} else if (streq(gf_words_at(r), "comment")) {
			gf_words_skip(r);
		} else {
			gf_nft_rule_read(r, c);
		}
		c = &r->f->chains[at];
	}
}

/* "inet mine", "ip nat" for a family that is left out. */
static const char *table_name(struct gf_words *r)
{
	static const char *const families[] = { "ip", "ip6", "inet", "arp", "bridge", "netdev" };
	const char *family = "ip";

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (streq(gf_words_at(r), families[i]) && r->at + 1 < r->n) {
			family = gf_words_next(r);
			break;
		}
	return arena_printf(r->f->arena, "%s %s", family, gf_words_next(r));
}

static struct gf_chain *nft_chain(struct gf_words *r, const char *table, const char *name)
{
	struct gf_chain *c = gf_chain_add(r->f, table, name);

	if (!c->file) {
		c->file = r->file;
		c->line = r->at < r->n ? r->words[r->at].line : 1;
	}
	return c;
}

static void read_table_body(struct gf_words *r, const char *table)
{
	while (r->at < r->n && !gf_words_take(r, "}")) {
		if (gf_words_take(r, "\n") || gf_words_take(r, ";"))
			continue;
		if (!gf_words_take(r, "chain")) { /* sets, maps, counters, flags */
			gf_words_skip(r);
			continue;
		}
		struct gf_chain *c = nft_chain(r, table, gf_words_next(r));

		if (gf_words_take(r, "{"))
			read_chain_body(r, c);
	}
}

static void read_added(struct gf_words *r)
{
	bool insert = streq(gf_words_at(r), "insert"), rule = false;

	r->at++;
	if (!streq(gf_words_at(r), "chain") && !(rule = streq(gf_words_at(r), "rule"))) {
		gf_words_skip(r); /* tables, sets, elements */
		return;
	}
	r->at++;
	const char *table = table_name(r);
	struct gf_chain *c = nft_chain(r, table, gf_words_next(r));

	if (!rule && gf_words_take(r, "{"))
		read_chain_body(r, c);
	else if (rule &&
	         (insert || streq(gf_words_at(r), "position") || streq(gf_words_at(r), "index")))
		gf_words_give_up(r);
	else if (rule)
		gf_nft_rule_read(r, c);
}

void guest_filter_read_nft(struct guest_filter *f, const struct config_file *file)
{
	struct gf_words r = { .f = f, .file = file };

	gf_words_split(&r);
	while (r.at < r.n) {
		if (gf_words_take(&r, "\n") || gf_words_take(&r, ";") || gf_words_take(&r, "}"))
			continue;
		if (gf_words_take(&r, "table")) {
			const char *table = table_name(&r);

			if (gf_words_take(&r, "{"))
				read_table_body(&r, table);
		} else if (streq(gf_words_at(&r), "add") || streq(gf_words_at(&r), "create") ||
		           streq(gf_words_at(&r), "insert")) {
			read_added(&r);
		} else if (streq(gf_words_at(&r), "flush")) {
			r.at++;
			if (streq(gf_words_at(&r), "ruleset"))
				f->n = 0;
			gf_words_skip(&r);
		} else if (streq(gf_words_at(&r), "define") || streq(gf_words_at(&r), "destroy")) {
			gf_words_skip(&r);
		} else {
			gf_words_give_up(&r); /* include, delete, replace */
		}
	}
	gf_words_free(&r);
}
