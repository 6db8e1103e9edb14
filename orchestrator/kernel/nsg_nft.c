#include "kernel/nsg_nft.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/nft_elems.h"

static const char *const MAPS[SLOT_MAX] = { "nsg_nic_out", "nsg_subnet_out", "nsg_subnet_in",
	                                    "nsg_nic_in" };

void nsg_state_free(struct nsg_state *s)
{
	free(s->chains);
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

/* Ours are the ones with 16 digits; the skeleton's have words. */
static bool is_chain(const char *name)
{
	return name && str_starts(name, "nsg_") && strlen(name) == 20 &&
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

		if (is_chain(chain))
			copy(VEC_PUSH(s.chains, s.n_chains, s.cap_chains), CHAIN_NAME, chain);
		for (unsigned k = 0; name && k < SLOT_MAX; k++)
			if (streq(name, MAPS[k]))
				parse_map(map, (enum fab_slot)k, &s);
	}
	sort(&s);
	*ret = s;
}

/* --- out ------------------------------------------------------------------------------------- */

static bool has_chain(const struct nsg_state *s, const char *name)
{
	return s->n_chains && bsearch(name, s->chains, s->n_chains, sizeof(*s->chains), by_name);
}

static size_t new_chains(const struct nsg_state *have, const struct fabric *want, struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < want->n_chains; i++) {
		const struct fab_chain *c = &want->chains[i];

		if (has_chain(have, c->name))
			continue;
		n++;
		str_printf(s, "add chain ip " NFT_TABLE " %s\n", c->name);
		for (const char *p = c->rules; *p;) {
			size_t len = strcspn(p, "\n");

			str_printf(s, "add rule ip " NFT_TABLE " %s %.*s\n", c->name, (int)len, p);
			p += len + (p[len] != '\0');
		}
	}
	return n;
}

static size_t old_chains(const struct nsg_state *have, const struct fabric *want, struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < have->n_chains; i++) {
		struct fab_chain key = { 0 };

		memcpy(key.name, have->chains[i], CHAIN_NAME);
		if (want->n_chains && bsearch(&key, want->chains, want->n_chains,
		                              sizeof(*want->chains), fab_chain_cmp))
			continue;
		n++;
		str_printf(s, "flush chain ip " NFT_TABLE " %s\ndelete chain ip " NFT_TABLE " %s\n",
		           key.name, key.name);
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

/* What of a is not in b just so; by key alone when b has another chain for it. */
static size_t elements(struct str *s, const char *verb, const struct fab_bind *a, size_t n_a,
                       const struct fab_bind *b, size_t n_b)
{
	size_t k = 0, n = 0;

	for (size_t i = 0; i < n_a; i++) {
		while (k < n_b && fab_bind_cmp(&b[k], &a[i]) < 0)
			k++;
		if (k < n_b && fab_bind_cmp(&b[k], &a[i]) == 0 && streq(b[k].chain, a[i].chain))
			continue;
		element(s, verb, &a[i]);
		n++;
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
	_cleanup_str_ struct str s = { 0 };
	size_t n = new_chains(have, want, &s);

	n += elements(&s, "delete", have->binds, have->n_binds, want->binds, want->n_binds);
	n += elements(&s, "add", want->binds, want->n_binds, have->binds, have->n_binds);
	n += old_chains(have, want, &s);
	int r = s.n ? nft_run_text(nft, str_get(&s), e) : 0;

	if (r < 0)
		return err_wrap(e, "security groups");
	remember(have, want);
	if (ret_changes)
		*ret_changes = n;
	return 0;
}
