/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/nsg_nft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "plan/filter/elems.h"

static const char *const MAPS[SLOT_MAX] = { "nsg_nic_out", "nsg_subnet_out", "nsg_subnet_in",
	                                    "nsg_nic_in" };

void nsg_state_free(struct nsg_state *s)
{
	free(s->chains);
	free(s->parts);
	free(s->binds);
	*s = (struct nsg_state){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sort(struct nsg_state *s)
{
	if (s->n_chains)
		qsort(s->chains, s->n_chains, sizeof(*s->chains), by_name);
	if (s->n_binds)
		qsort(s->binds, s->n_binds, sizeof(*s->binds), fab_bind_cmp);
}

const char *nsg_state_chain(const struct nsg_state *s, enum fab_slot slot, const char *port)
{
	struct fab_bind key = { .slot = slot };

	memcpy(key.port, port, strnlen(port, IFNAMSIZ - 1));
	const struct fab_bind *b =
	    s->n_binds ? bsearch(&key, s->binds, s->n_binds, sizeof(key), fab_bind_cmp) : NULL;

	return b ? b->chain : NULL;
}

/* --- in -------------------------------------------------------------------------------------- */

static bool copy(char *to, size_t cap, const char *from)
{
	if (!from || strlen(from) >= cap)
		return false;
	memcpy(to, from, strlen(from) + 1);
	return true;
}

/* Ours are the ones with 16 digits; the skeleton's have words.  A chain that takes more than one
 * transaction has another name until it is whole. */
#define WHOLE "nsg_"
#define PART "nsp_"

static bool is_chain(const char *name, const char *prefix)
{
	return name && str_starts(name, prefix) && strlen(name) == 20 &&
	       strspn(name + 4, "0123456789abcdef") == 16;
}

static void parse_map(const json_t *map, enum fab_slot slot, struct nsg_state *ret)
{
	size_t i;
	json_t *x;

	json_array_foreach (json_object_get(map, "elem"), i, x) {
		struct fab_bind b = { .slot = slot };
		const char *chain = json_string_value(
		    json_object_get(json_object_get(json_array_get(x, 1), "jump"), "target"));

		if (copy(b.port, sizeof(b.port), json_string_value(json_array_get(x, 0))) &&
		    copy(b.chain, sizeof(b.chain), chain))
			VEC_PUSH(ret->binds, ret->n_binds, ret->cap_binds) = b;
	}
}

void nsg_state_parse(const json_t *listed, struct nsg_state *ret)
{
	struct nsg_state s = { 0 };
	size_t i;
	json_t *x;

	json_array_foreach (listed, i, x) {
		const json_t *map = json_object_get(x, "map");
		const char *chain =
		    json_string_value(json_object_get(json_object_get(x, "chain"), "name"));
		const char *name = json_string_value(json_object_get(map, "name"));

		if (is_chain(chain, WHOLE))
			copy(VEC_PUSH(s.chains, s.n_chains, s.cap_chains), CHAIN_NAME, chain);
		else if (is_chain(chain, PART))
			copy(VEC_PUSH(s.parts, s.n_parts, s.cap_parts), CHAIN_NAME, chain);
		for (unsigned k = 0; name && k < SLOT_MAX; k++)
			if (streq(name, MAPS[k]))
				parse_map(map, (enum fab_slot)k, &s);
	}
	sort(&s);
	*ret = s;
}

/* --- out -------------------------------------------------------------------------------------
 *
 * Text goes out when it has become as long as one transaction may be, wherever the kernel's state
 * is a good one. */

enum { MESSAGES = 24 }; /* bytes of messages for a byte of text, at most: a rule with few words */

struct out {
	struct nft *nft;
	struct str s;
	size_t room; /* in bytes of text */
	int r;
	struct err *e;
};

static void out_flush(struct out *o)
{
	if (o->s.n && o->r == 0)
		o->r = nft_run_text(o->nft, str_get(&o->s), o->e);
	str_free_p(&o->s);
	o->s = (struct str){ 0 };
}

static void out_cut(struct out *o, size_t more)
{
	if (o->s.n && o->s.n + more > o->room)
		out_flush(o);
}

static bool has_chain(const struct nsg_state *s, const char *name)
{
	return s->n_chains && bsearch(name, s->chains, s->n_chains, sizeof(*s->chains), by_name);
}

/* cut: a transaction may end between them. */
static void add_rules(struct out *o, const char *chain, const char *rules, bool cut)
{
	for (const char *p = rules; *p;) {
		size_t len = strcspn(p, "\n");

		if (cut)
			out_cut(o, len + 2 * CHAIN_NAME);
		str_printf(&o->s, "add rule ip " NFT_TABLE " %s %.*s\n", chain, (int)len, p);
		p += len + (p[len] != '\0');
	}
}

static size_t lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void new_chain(struct out *o, const struct fab_chain *c)
{
	size_t size = strlen(c->rules) + lines(c->rules) * 2 * CHAIN_NAME;
	char part[CHAIN_NAME];

	out_cut(o, size);
	if (size <= o->room) {
		str_printf(&o->s, "add chain ip " NFT_TABLE " %s\n", c->name);
		add_rules(o, c->name, c->rules, false);
		return;
	}
	snprintf(part, sizeof(part), PART "%s", c->name + strlen(WHOLE));
	str_printf(&o->s, "add chain ip " NFT_TABLE " %s\n", part);
	add_rules(o, part, c->rules, true);
	out_flush(o);
	str_printf(&o->s, "rename chain ip " NFT_TABLE " %s %s\n", part, c->name);
	out_flush(o);
}

static size_t new_chains(struct out *o, const struct nsg_state *have, const struct fabric *want)
{
	size_t n = 0;

	for (size_t i = 0; i < want->n_chains && o->r == 0; i++) {
		if (has_chain(have, want->chains[i].name))
			continue;
		new_chain(o, &want->chains[i]);
		n++;
	}
	return n;
}

static void delete_chain(struct out *o, const char *name)
{
	out_cut(o, 0);
	str_printf(&o->s, "flush chain ip " NFT_TABLE " %s\ndelete chain ip " NFT_TABLE " %s\n",
	           name, name);
}

static size_t old_chains(struct out *o, const struct nsg_state *have, const struct fabric *want)
{
	size_t n = 0;

	for (size_t i = 0; i < have->n_chains; i++) {
		struct fab_chain key = { 0 };

		memcpy(key.name, have->chains[i], CHAIN_NAME);
		if (want->n_chains && bsearch(&key, want->chains, want->n_chains,
		                              sizeof(*want->chains), fab_chain_cmp))
			continue;
		n++;
		delete_chain(o, key.name);
	}
	return n;
}

static void element(struct str *s, const char *verb, const struct fab_bind *b)
{
	str_printf(s, "%s element ip " NFT_TABLE " %s { \"%s\"", verb, MAPS[b->slot], b->port);
	if (streq(verb, "add"))
		str_printf(s, " : jump %s", b->chain);
	str_add(s, " }\n");
}

/* A port changes from one chain to another within a transaction. */
static size_t elements(struct out *o, const struct nsg_state *have, const struct fabric *want)
{
	size_t i = 0, k = 0, n = 0;

	while (i < have->n_binds || k < want->n_binds) {
		const struct fab_bind *a = &have->binds[i], *b = &want->binds[k];
		int c = i == have->n_binds ? 1 : k == want->n_binds ? -1 : fab_bind_cmp(a, b);

		if (c || !streq(a->chain, b->chain)) {
			out_cut(o, 0);
			if (c <= 0)
				element(&o->s, "delete", a);
			if (c >= 0)
				element(&o->s, "add", b);
			n += c ? 1 : 2;
		}
		i += c <= 0;
		k += c >= 0;
	}
	return n;
}

static void remember(struct nsg_state *have, const struct fabric *want)
{
	struct nsg_state s = { 0 };

	for (size_t i = 0; i < want->n_chains; i++)
		memcpy(VEC_PUSH(s.chains, s.n_chains, s.cap_chains), want->chains[i].name,
		       CHAIN_NAME);
	for (size_t i = 0; i < want->n_binds; i++)
		VEC_PUSH(s.binds, s.n_binds, s.cap_binds) = want->binds[i];
	nsg_state_free(have);
	*have = s;
}

int nsg_apply(struct nft *nft, struct nsg_state *have, const struct fabric *want,
              size_t *ret_changes, struct err *e)
{
	struct out o = { .nft = nft, .room = nft_room(nft) / MESSAGES, .e = e };
	size_t n = 0;

	for (size_t i = 0; i < have->n_parts; i++)
		delete_chain(&o, have->parts[i]);
	n += new_chains(&o, have, want);
	n += elements(&o, have, want);
	n += old_chains(&o, have, want);
	out_flush(&o);
	if (o.r < 0)
		return err_wrap(e, "security groups");
	remember(have, want);
	if (ret_changes)
		*ret_changes = n;
	return 0;
}
