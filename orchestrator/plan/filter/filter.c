/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/filter.h"

#include <stdlib.h>

int filter_chain_cmp(const void *a, const void *b)
{
	const struct filter_chain *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void filter_free(struct filter *f)
{
	nft_elems_free(&f->elems);
	free(f->chains);
	free(f->unfinished);
	arena_free(f->arena);
	*f = (struct filter){ .shape = f->shape };
}

uint64_t filter_add_chain(struct filter *f, const char *prefix, const char *rules)
{
	uint64_t number = str_hash(rules, 1);
	struct filter_chain *c = &VEC_PUSH(f->chains, f->n_chains, f->cap_chains);

	if (!f->arena)
		f->arena = arena_new();
	nft_chain_name(prefix, number, c->name);
	c->rules = arena_strdup(f->arena, rules);
	return number;
}

void filter_sort(struct filter *f)
{
	size_t n = 0;

	nft_elems_sort(&f->elems);
	if (f->n_chains)
		qsort(f->chains, f->n_chains, sizeof(*f->chains), filter_chain_cmp);
	for (size_t i = 0; i < f->n_chains; i++)
		if (!n || filter_chain_cmp(&f->chains[n - 1], &f->chains[i]))
			f->chains[n++] = f->chains[i];
	f->n_chains = n;
}

bool filter_has_chain(const struct filter *f, const char *name)
{
	struct filter_chain key = { 0 };

	memcpy(key.name, name, strnlen(name, CHAIN_NAME - 1));
	return f->n_chains && bsearch(&key, f->chains, f->n_chains, sizeof(key), filter_chain_cmp);
}

uint64_t filter_hash(const struct filter *f)
{
	uint64_t h = bytes_hash(BYTES_HASH_SEED, &f->parts, sizeof(f->parts));

	for (size_t i = 0; i < f->n_chains; i++)
		h = bytes_hash(h, f->chains[i].name, CHAIN_NAME);
	for (size_t i = 0; i < f->elems.n; i++) {
		const struct nft_elem *x = &f->elems.items[i];

		h = bytes_hash(h, &x->set, sizeof(x->set));
		h = bytes_hash(h, x->port, sizeof(x->port));
		h = bytes_hash(h, &x->from, sizeof(x->from));
		h = bytes_hash(h, &x->key, sizeof(x->key));
		h = bytes_hash(h, &x->len, sizeof(x->len));
		h = bytes_hash(h, &x->value, sizeof(x->value));
	}
	return h;
}

/* --- what a kernel has ------------------------------------------------------------------------ */

static const char *name_in_listing(const json_t *item, const char *kind)
{
	const json_t *x = json_object_get(item, kind);
	const char *table = json_string_value(json_object_get(x, "table"));

	return table && !streq(table, NFT_TABLE) ? NULL
	                                         : json_string_value(json_object_get(x, "name"));
}

/* "nsg_" and 16 digits. */
static bool has_number(const char *name)
{
	size_t n = strcspn(name, "_");
	uint64_t number;

	return name[n] && strlen(name) < CHAIN_NAME && nft_chain_number("_", name + n, &number);
}

static bool has_fixed(const json_t *listed, const char *chain)
{
	json_t *item;
	size_t i;

	json_array_foreach (listed, i, item) {
		const char *name = name_in_listing(item, "chain");

		if (name && streq(name, chain))
			return true;
	}
	return false;
}

static void parse_listed_parts(const json_t *listed, struct filter *f)
{
	unsigned some = 0, lacks = 0;

	for (const struct filter_block *const *b = f->shape->blocks; *b; b++) {
		for (size_t i = 0; i < (*b)->n_chains; i++) {
			const struct filter_fixed *c = &(*b)->chains[i];

			if (has_fixed(listed, c->name))
				some |= c->part;
			else if (c->part)
				lacks |= c->part;
			else
				f->shapeless = true;
		}
	}
	f->parts = some & ~lacks;
	f->broken = some & lacks;
}

int filter_parse(const json_t *listed, struct filter *ret, struct err *e)
{
	struct filter f = { .shape = ret->shape };
	json_t *item;
	size_t i;
	int r = nft_elems_parse(f.shape->sets, f.shape->n_sets, listed, &f.elems, e);

	if (r < 0)
		return r;
	json_array_foreach (listed, i, item) {
		const char *name = name_in_listing(item, "chain");

		if (!name || !has_number(name))
			continue;
		struct filter_chain *c =
		    str_starts(name, FILTER_UNFINISHED)
		        ? &VEC_PUSH(f.unfinished, f.n_unfinished, f.cap_unfinished)
		        : &VEC_PUSH(f.chains, f.n_chains, f.cap_chains);

		memcpy(c->name, name, strlen(name));
	}
	parse_listed_parts(listed, &f);
	filter_sort(&f);
	*ret = f;
	return 0;
}
