/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/elems.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

void nft_elems_add(struct nft_elems *v, unsigned set, const char *port, uint32_t key, uint8_t len,
                   uint32_t value)
{
	struct nft_elem *x = &VEC_PUSH(v->items, v->n, v->cap);

	x->set = set;
	x->key = key;
	x->len = len;
	x->value = value;
	if (port)
		memcpy(x->port, port, strnlen(port, IFNAMSIZ - 1));
}

void nft_elems_add_from(struct nft_elems *v, unsigned set, const char *port, ip4 from,
                        struct prefix p)
{
	nft_elems_add(v, set, port, p.addr, p.len, 0);
	v->items[v->n - 1].from = from;
}

void nft_elems_add_number(struct nft_elems *v, unsigned set, uint32_t number, ip4 ip,
                          uint32_t value)
{
	nft_elems_add(v, set, NULL, ip, 0, value);
	v->items[v->n - 1].from = number;
}

static int key_cmp(const struct nft_elem *a, const struct nft_elem *b)
{
	if (a->set != b->set)
		return a->set < b->set ? -1 : 1;
	int r = strcmp(a->port, b->port);

	if (r)
		return r;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (int)a->len - (int)b->len;
}

static int by_key(const void *a, const void *b)
{
	return key_cmp(a, b);
}

void nft_elems_sort(struct nft_elems *v)
{
	size_t n = 0;

	if (v->n)
		qsort(v->items, v->n, sizeof(*v->items), by_key);
	for (size_t i = 0; i < v->n; i++)
		if (!i || key_cmp(&v->items[i], &v->items[n - 1]))
			v->items[n++] = v->items[i];
	v->n = n;
}

void nft_elems_free(struct nft_elems *v)
{
	free(v->items);
	memset(v, 0, sizeof(*v));
}

/* --- out ------------------------------------------------------------------------------------ */

static json_t *prefix_json(const struct nft_elem *x)
{
	if (x->len == 32)
		return json_string(IP4_STR(x->key));
	return json_pack("{s:{s:s,s:i}}", "prefix", "addr", IP4_STR(x->key), "len", x->len);
}

static json_t *key_json(const struct nft_set *set, const struct nft_elem *x)
{
	switch (set->key) {
	case KEY_PORT:
		return json_string(x->port);
	case KEY_IP:
		return json_string(IP4_STR(x->key));
	case KEY_PORT_IP:
		return json_pack("{s:[s,s]}", "concat", x->port, IP4_STR(x->key));
	case KEY_PORT_NUMBER:
		return json_pack("{s:[s,I]}", "concat", x->port, (json_int_t)x->key);
	case KEY_PORT_PREFIX:
		return json_pack("{s:[s,o]}", "concat", x->port, prefix_json(x));
	case KEY_PORT_IP_PREFIX:
		return json_pack("{s:[s,s,o]}", "concat", x->port, IP4_STR(x->from),
		                 prefix_json(x));
	case KEY_NUMBER:
		return json_integer(x->key);
	case KEY_NUMBER_IP:
		return json_pack("{s:[I,s]}", "concat", (json_int_t)x->from, IP4_STR(x->key));
	case KEY_PORT_SERVICE:
		return json_pack("{s:[s,i,i]}", "concat", x->port, (int)(x->key >> 16),
		                 (int)(x->key & 0xffff));
	}
	return NULL;
}

static json_t *elem_json(const struct nft_set *set, const struct nft_elem *x, bool adding)
{
	json_t *key = key_json(set, x);

	if (!adding || set->value == VALUE_NONE)
		return key;
	if (set->value == VALUE_IP)
		return json_pack("[o,s]", key, IP4_STR(x->value));
	return json_pack("[o,I]", key, (json_int_t)x->value);
}

/* --- differences --------------------------------------------------------------------------- */

/* A transaction that is being put together. */
struct batch {
	const struct nft_set *sets;
	size_t n_sets, n, most;
	json_t **gone, **come; /* by set */
	json_t *transactions;
};

static void add_commands(const struct batch *b, json_t *commands, const char *verb, json_t **elems)
{
	for (size_t s = 0; s < b->n_sets; s++) {
		if (!elems[s])
			continue;
		json_array_append_new(commands,
		                      json_pack("{s:{s:{s:s,s:s,s:s,s:o}}}", verb, "element",
		                                "family", "ip", "table", NFT_TABLE, "name",
		                                b->sets[s].name, "elem", elems[s]));
		elems[s] = NULL;
	}
}

static void batch_end(struct batch *b)
{
	if (!b->n)
		return;
	json_t *commands = json_array();

	add_commands(b, commands, "delete", b->gone);
	add_commands(b, commands, "add", b->come);
	json_array_append_new(b->transactions, commands);
	b->n = 0;
}

static void batch_add(struct batch *b, bool adding, const struct nft_elem *x)
{
	json_t **elems = adding ? b->come : b->gone;

	if (!elems[x->set])
		elems[x->set] = json_array();
	json_array_append_new(elems[x->set], elem_json(&b->sets[x->set], x, adding));
	b->n++;
}

/* Merges the two; *n counts.  Without a batch it only counts. */
static void merge(struct batch *b, const struct nft_elems *have, const struct nft_elems *want,
                  bool gone, bool come, size_t *n)
{
	size_t i = 0, k = 0;

	while (i < have->n || k < want->n) {
		int c = i == have->n   ? 1
		        : k == want->n ? -1
		                       : key_cmp(&have->items[i], &want->items[k]);
		bool same = c == 0 && have->items[i].value == want->items[k].value;

		if (!same && (c < 0 ? gone : come)) {
			++*n;
			if (b && c <= 0)
				batch_add(b, false, &have->items[i]);
			if (b && c >= 0)
				batch_add(b, true, &want->items[k]);
			if (b && b->n >= b->most)
				batch_end(b);
		}
		i += c <= 0;
		k += c >= 0;
	}
}

json_t *nft_elems_diff(const struct nft_set *sets, size_t n_sets, const struct nft_elems *have,
                       const struct nft_elems *want, size_t most, size_t *ret_changes)
{
	struct batch b = { sets, n_sets, .most = SIZE_MAX, .transactions = json_array() };
	size_t n = 0, count = 0;

	merge(NULL, have, want, true, true, &count);
	b.gone = xcalloc(n_sets, sizeof(json_t *));
	b.come = xcalloc(n_sets, sizeof(json_t *));
	if (count <= most) {
		merge(&b, have, want, true, true, &n);
	} else {
		b.most = most;
		merge(&b, have, want, true, false, &n);
		merge(&b, have, want, false, true, &n);
	}
	batch_end(&b);
	free(b.gone);
	free(b.come);
	if (ret_changes)
		*ret_changes = n;
	return b.transactions;
}

size_t nft_elems_most(size_t room)
{
	enum { ELEM_BYTES = 256 }; /* the longest has half of that, twice when its value changes */

	return room / ELEM_BYTES;
}

json_t *nft_elems_list(void)
{
	return json_pack("[{s:{s:{s:s,s:s}}}]", "list", "table", "family", "ip", "name", NFT_TABLE);
}

bool nft_has_chain(const json_t *listed, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach (listed, i, item) {
		const char *is =
		    json_string_value(json_object_get(json_object_get(item, "chain"), "name"));

		if (is && streq(is, name))
			return true;
	}
	return false;
}

/* --- in ------------------------------------------------------------------------------------- */

static bool get_ip(const json_t *j, uint32_t *ret)
{
	return json_is_string(j) && ip4_parse(json_string_value(j), ret) == 0;
}

static bool get_number(const json_t *j, uint32_t *ret)
{
	*ret = (uint32_t)json_integer_value(j);
	return json_is_integer(j);
}

static bool get_port(const json_t *j, char *ret)
{
	if (!json_is_string(j) || json_string_length(j) >= IFNAMSIZ)
		return false;
	memcpy(ret, json_string_value(j), json_string_length(j) + 1);
	return true;
}

static bool get_prefix(const json_t *j, struct nft_elem *x)
{
	const json_t *p = json_object_get(j, "prefix");

	x->len = p ? (uint8_t)json_integer_value(json_object_get(p, "len")) : 32;
	return get_ip(p ? json_object_get(p, "addr") : j, &x->key);
}

static bool get_service(const json_t *proto, const json_t *port, uint32_t *ret)
{
	uint32_t number = 0, service = 0;

	if (!get_number(proto, &number) || !get_number(port, &service))
		return false;
	*ret = number << 16 | service;
	return true;
}

static bool get_key(enum nft_key kind, const json_t *j, struct nft_elem *x)
{
	const json_t *parts = json_object_get(j, "concat");
	const json_t *second = json_array_get(parts, 1);

	switch (kind) {
	case KEY_PORT:
		return get_port(j, x->port);
	case KEY_IP:
		return get_ip(j, &x->key);
	case KEY_PORT_IP:
		return get_port(json_array_get(parts, 0), x->port) && get_ip(second, &x->key);
	case KEY_PORT_NUMBER:
		return get_port(json_array_get(parts, 0), x->port) && get_number(second, &x->key);
	case KEY_PORT_PREFIX:
		return get_port(json_array_get(parts, 0), x->port) && get_prefix(second, x);
	case KEY_PORT_IP_PREFIX:
		return get_port(json_array_get(parts, 0), x->port) && get_ip(second, &x->from) &&
		       get_prefix(json_array_get(parts, 2), x);
	case KEY_NUMBER:
		return get_number(j, &x->key);
	case KEY_NUMBER_IP:
		return get_number(json_array_get(parts, 0), &x->from) && get_ip(second, &x->key);
	case KEY_PORT_SERVICE:
		return get_port(json_array_get(parts, 0), x->port) &&
		       get_service(second, json_array_get(parts, 2), &x->key);
	}
	return false;
}

static bool get_elem(const struct nft_set *set, const json_t *j, struct nft_elem *x)
{
	if (set->value == VALUE_NONE)
		return get_key(set->key, j, x);
	const json_t *value = json_array_get(j, 1);

	return get_key(set->key, json_array_get(j, 0), x) &&
	       (set->value == VALUE_IP ? get_ip(value, &x->value) : get_number(value, &x->value));
}

int nft_elems_parse(const struct nft_set *sets, size_t n_sets, const json_t *listed,
                    struct nft_elems *ret, struct err *e)
{
	struct nft_elems v = { 0 };
	size_t i, k;
	json_t *item, *j;

	json_array_foreach (listed, i, item) {
		json_t *obj = json_object_get(item, "set");

		if (!obj)
			obj = json_object_get(item, "map");
		const char *name = json_string_value(json_object_get(obj, "name"));
		unsigned s = 0;

		while (name && s < n_sets && strcmp(sets[s].name, name) != 0)
			s++;
		if (!name || s == n_sets)
			continue; /* the skeleton's own */
		json_array_foreach (json_object_get(obj, "elem"), k, j) {
			struct nft_elem x = { .set = s };

			if (!get_elem(&sets[s], j, &x)) {
				nft_elems_free(&v);
				return err_set(e, EPROTO,
				               "nftables: element %zu of %s is not of its type", k,
				               name);
			}
			VEC_PUSH(v.items, v.n, v.cap) = x;
		}
	}
	nft_elems_sort(&v);
	*ret = v;
	return 0;
}
