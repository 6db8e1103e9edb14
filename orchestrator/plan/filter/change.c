/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transactions that make one filter of another, in nft's language. */
#include <stdio.h>
#include <stdlib.h>

#include "plan/filter/filter.h"

#define IN_TABLE "ip " NFT_TABLE " "

enum { MESSAGES = 24 }; /* bytes of messages for a byte of text, at most: a rule with few words */

/* A transaction ends when its text is as long as one may be, at a place where the filter decides as
 * it should. */
struct out {
	struct str text;
	size_t room; /* in bytes of text */
	struct nft_texts *texts;
};

static void cut_transaction(struct out *o, size_t more)
{
	if (o->text.n && o->text.n + more > o->room)
		nft_texts_add(o->texts, &o->text);
}

/* --- chains of the shape ---------------------------------------------------------------------- */

/* divide: a transaction may end between two of them. */
static void add_rule_lines(struct out *o, const char *chain, const char *rules, bool divide)
{
	for (const char *p = rules; *p;) {
		size_t len = strcspn(p, "\n");

		if (divide)
			cut_transaction(o, len + 2 * CHAIN_NAME);
		str_printf(&o->text, "add rule " IN_TABLE "%s %.*s\n", chain, (int)len, p);
		p += len + (p[len] != '\0');
	}
}

static void add_fixed(struct out *o, const struct filter_fixed *c)
{
	str_printf(&o->text, "add chain " IN_TABLE "%s", c->name);
	if (c->hook)
		str_printf(&o->text, " { %s }", c->hook);
	str_addc(&o->text, '\n');
	add_rule_lines(o, c->name, c->rules, false);
}

static void exchange_rules(struct out *o, const struct filter_fixed *c, unsigned parts)
{
	str_printf(&o->text, "flush chain " IN_TABLE "%s\n", c->name);
	add_rule_lines(o, c->name, parts & c->with_part ? c->rules_with : c->rules, false);
}

#define FOR_CHAINS(shape, c) \
	for (const struct filter_block *const *b_ = (shape)->blocks; *b_; b_++) \
		for (const struct filter_fixed *c = (*b_)->chains; \
		     c < (*b_)->chains + (*b_)->n_chains; c++)

/* Chains that are missing are added before they are deleted: deleting a missing one would fail.
 * "add chain" leaves alone one that exists. */
static void remove_fixed(struct out *o, const struct filter_shape *shape, unsigned parts)
{
	FOR_CHAINS(shape, c)
	if (c->part & parts)
		str_printf(&o->text, "add chain " IN_TABLE "%s\nflush chain " IN_TABLE "%s\n",
		           c->name, c->name);
	FOR_CHAINS(shape, c)
	if (c->part & parts)
		str_printf(&o->text, "delete chain " IN_TABLE "%s\n", c->name);
}

void filter_make_text(const struct filter_shape *shape, struct str *ret)
{
	struct out o = { .room = SIZE_MAX };

	str_add(&o.text, "table ip " NFT_TABLE " {\n");
	for (size_t i = 0; i < shape->n_sets; i++)
		str_printf(&o.text, "	%s %s { %s }\n",
		           shape->sets[i].value == VALUE_NONE ? "set" : "map", shape->sets[i].name,
		           shape->sets[i].type);
	for (const struct filter_block *const *b = shape->blocks; *b; b++)
		str_add(&o.text, (*b)->own_sets);
	str_add(&o.text, "}\n");
	FOR_CHAINS(shape, c)
	if (!c->part)
		add_fixed(&o, c);
	str_add(ret, str_get(&o.text));
	str_free_p(&o.text);
}

static size_t add_parts(struct out *o, const struct filter *have, const struct filter *want)
{
	unsigned come = want->parts & ~have->parts;

	remove_fixed(o, want->shape, have->broken);
	FOR_CHAINS(want->shape, c)
	if (c->part & come)
		add_fixed(o, c);
	FOR_CHAINS(want->shape, c)
	if (c->with_part & come)
		exchange_rules(o, c, have->parts | want->parts);
	return (size_t)__builtin_popcount(come);
}

static size_t remove_parts(struct out *o, const struct filter *have, const struct filter *want)
{
	unsigned go = have->parts & ~want->parts;

	FOR_CHAINS(want->shape, c)
	if (c->with_part & go)
		exchange_rules(o, c, want->parts);
	remove_fixed(o, want->shape, go);
	return (size_t)__builtin_popcount(go);
}

/* --- chains that are named by what they say --------------------------------------------------- */

static size_t text_size(const char *rules)
{
	size_t n = 0;

	for (const char *p = rules; *p; p++)
		n += *p == '\n' ? 2 * CHAIN_NAME : 1;
	return n;
}

/* Until the chain is whole it has another name. */
static void add_named_chain(struct out *o, const struct filter_chain *c)
{
	size_t size = text_size(c->rules);
	char part[CHAIN_NAME];

	cut_transaction(o, size);
	if (size <= o->room) {
		str_printf(&o->text, "add chain " IN_TABLE "%s\n", c->name);
		add_rule_lines(o, c->name, c->rules, false);
		return;
	}
	snprintf(part, sizeof(part), FILTER_UNFINISHED "%s", strchr(c->name, '_') + 1);
	str_printf(&o->text, "add chain " IN_TABLE "%s\n", part);
	add_rule_lines(o, part, c->rules, true);
	nft_texts_add(o->texts, &o->text);
	str_printf(&o->text, "rename chain " IN_TABLE "%s %s\n", part, c->name);
	nft_texts_add(o->texts, &o->text);
}

static size_t add_new_chains(struct out *o, const struct filter *have, const struct filter *want)
{
	size_t n = 0;

	for (size_t i = 0; i < want->n_chains; i++) {
		if (filter_has_chain(have, want->chains[i].name))
			continue;
		add_named_chain(o, &want->chains[i]);
		n++;
	}
	return n;
}

static void delete_chain(struct out *o, const char *name)
{
	cut_transaction(o, 0);
	str_printf(&o->text, "flush chain " IN_TABLE "%s\ndelete chain " IN_TABLE "%s\n", name,
	           name);
}

/* Deletes backwards: chains that lead to others go first. */
static size_t delete_old_chains(struct out *o, const struct filter *have, const struct filter *want)
{
	size_t n = 0;

	for (size_t i = have->n_chains; i--;) {
		if (filter_has_chain(want, have->chains[i].name))
			continue;
		delete_chain(o, have->chains[i].name);
		n++;
	}
	return n;
}

/* --- steps ------------------------------------------------------------------------------------ */

size_t filter_prepare(const struct filter *have, const struct filter *want, size_t room,
                      struct nft_texts *ret)
{
	struct out o = { .room = room / MESSAGES, .texts = ret };
	size_t n = 0;

	for (size_t i = 0; i < have->n_unfinished; i++)
		delete_chain(&o, have->unfinished[i].name);
	n += add_parts(&o, have, want);
	n += add_new_chains(&o, have, want);
	nft_texts_add(ret, &o.text);
	return n;
}

size_t filter_exchange(const struct filter *have, const struct filter *want, size_t room,
                       struct nft_texts *ret)
{
	struct out o = { .room = room / MESSAGES, .texts = ret };
	size_t n = nft_elems_diff(want->shape->sets, want->shape->n_sets, &have->elems,
	                          &want->elems, nft_elems_most(room), ret);

	n += delete_old_chains(&o, have, want);
	nft_texts_add(ret, &o.text);
	return n;
}

size_t filter_settle(const struct filter *have, const struct filter *want, size_t room,
                     struct nft_texts *ret)
{
	struct out o = { .room = room / MESSAGES, .texts = ret };
	size_t n = remove_parts(&o, have, want);

	nft_texts_add(ret, &o.text);
	return n;
}
