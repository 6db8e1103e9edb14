/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/elems.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nft_elems_add(struct nft_elems *v, unsigned set, const char *port, uint32_t key, uint8_t len,
                   uint64_t value)
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

static int compare_elem_keys(const struct nft_elem *a, const struct nft_elem *b)
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

static int order_by_key(const void *a, const void *b)
{
	return compare_elem_keys(a, b);
}

void nft_elems_sort(struct nft_elems *v)
{
	size_t n = 0;

	if (v->n)
		qsort(v->items, v->n, sizeof(*v->items), order_by_key);
	for (size_t i = 0; i < v->n; i++)
		if (!i || compare_elem_keys(&v->items[i], &v->items[n - 1]))
			v->items[n++] = v->items[i];
	v->n = n;
}

void nft_elems_free(struct nft_elems *v)
{
	free(v->items);
	memset(v, 0, sizeof(*v));
}

const struct nft_elem *nft_elems_get(const struct nft_elems *v, unsigned set, const char *port,
                                     uint32_t key)
{
	struct nft_elem x = { .set = set, .key = key };

	memcpy(x.port, port, strnlen(port, IFNAMSIZ - 1));
	return v->n ? bsearch(&x, v->items, v->n, sizeof(x), order_by_key) : NULL;
}

/* --- names and texts -------------------------------------------------------------------------- */

const char *nft_chain_name(const char *prefix, uint64_t number, char buf[CHAIN_NAME])
{
	snprintf(buf, CHAIN_NAME, "%s%016llx", prefix, (unsigned long long)number);
	return buf;
}

bool nft_chain_number(const char *prefix, const char *name, uint64_t *ret)
{
	if (!name || !str_starts(name, prefix))
		return false;
	name += strlen(prefix);
	if (strlen(name) != 16 || strspn(name, "0123456789abcdef") != 16)
		return false;
	*ret = strtoull(name, NULL, 16);
	return true;
}

void nft_texts_add(struct nft_texts *v, struct str *text)
{
	if (text->n)
		VEC_PUSH(v->items, v->n, v->cap) = str_take(text);
	*text = (struct str){ 0 };
}

void nft_texts_free(struct nft_texts *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->items[i]);
	free(v->items);
	*v = (struct nft_texts){ 0 };
}

/* --- out ------------------------------------------------------------------------------------ */

static void append_elem_key(enum nft_key key, const struct nft_elem *x, struct str *s)
{
	const struct prefix p = { x->key, x->len };

	switch (key) {
	case KEY_PORT:
		str_printf(s, "\"%s\"", x->port);
		break;
	case KEY_IP:
		str_add(s, IP4_STR(x->key));
		break;
	case KEY_PREFIX:
		str_add(s, PREFIX_STR(p));
		break;
	case KEY_PORT_IP:
		str_printf(s, "\"%s\" . %s", x->port, IP4_STR(x->key));
		break;
	case KEY_PORT_NUMBER:
		str_printf(s, "\"%s\" . %u", x->port, x->key);
		break;
	case KEY_PORT_PREFIX:
		str_printf(s, "\"%s\" . %s", x->port, PREFIX_STR(p));
		break;
	case KEY_PORT_IP_PREFIX:
		str_printf(s, "\"%s\" . %s . %s", x->port, IP4_STR(x->from), PREFIX_STR(p));
		break;
	case KEY_NUMBER:
		str_printf(s, "%u", x->key);
		break;
	case KEY_NUMBER_IP:
		str_printf(s, "%u . %s", x->from, IP4_STR(x->key));
		break;
	case KEY_PORT_SERVICE:
		str_printf(s, "\"%s\" . %u . %u", x->port, x->key >> 16, x->key & 0xffff);
		break;
	case KEY_IP_SERVICE:
		str_printf(s, "%s . %u . %u", IP4_STR(x->from), x->key >> 16, x->key & 0xffff);
		break;
	}
}

static void value_text(const struct nft_set *set, const struct nft_elem *x, struct str *s)
{
	char chain[CHAIN_NAME];

	switch (set->value) {
	case VALUE_NONE:
		break;
	case VALUE_NUMBER:
		str_printf(s, " : %u", (uint32_t)x->value);
		break;
	case VALUE_IP:
		str_printf(s, " : %s", IP4_STR((ip4)x->value));
		break;
	case VALUE_CHAIN:
		str_printf(s, " : jump %s", nft_chain_name(set->prefix, x->value, chain));
		break;
	}
}

/* --- differences --------------------------------------------------------------------------- */

/* A transaction that is being put together. */
struct batch {
	const struct nft_set *sets;
	size_t n_sets, n, most;
	struct str *gone, *come; /* by set */
	struct nft_texts *transactions;
};

static void add_element_commands(const struct batch *b, const char *verb, struct str *elems,
                                 struct str *to)
{
	for (size_t i = 0; i < b->n_sets; i++) {
		if (elems[i].n)
			str_printf(to, "%s element ip " NFT_TABLE " %s { %s }\n", verb,
			           b->sets[i].name, elems[i].s);
		str_free_p(&elems[i]);
		elems[i] = (struct str){ 0 };
	}
}

static void end_batch(struct batch *b)
{
	struct str text = { 0 };

	if (!b->n)
		return;
	add_element_commands(b, "delete", b->gone, &text);
	add_element_commands(b, "add", b->come, &text);
	nft_texts_add(b->transactions, &text);
	b->n = 0;
}

static void add_to_batch(struct batch *b, bool adding, const struct nft_elem *x)
{
	struct str *s = adding ? &b->come[x->set] : &b->gone[x->set];

	if (s->n)
		str_add(s, ", ");
	append_elem_key(b->sets[x->set].key, x, s);
	if (adding)
		value_text(&b->sets[x->set], x, s);
	b->n++;
}

/* Merges the two; *n counts.  Without a batch it only counts. */
static void merge_elems(struct batch *b, const struct nft_elems *have, const struct nft_elems *want,
                        bool gone, bool come, size_t *n)
{
	size_t i = 0, k = 0;

	while (i < have->n || k < want->n) {
		int c = i == have->n   ? 1
		        : k == want->n ? -1
		                       : compare_elem_keys(&have->items[i], &want->items[k]);
		bool same = c == 0 && have->items[i].value == want->items[k].value;

		if (!same && (c < 0 ? gone : come)) {
			++*n;
			if (b && c <= 0)
				add_to_batch(b, false, &have->items[i]);
			if (b && c >= 0)
				add_to_batch(b, true, &want->items[k]);
			if (b && b->n >= b->most)
				end_batch(b);
		}
		i += c <= 0;
		k += c >= 0;
	}
}

size_t nft_elems_diff(const struct nft_set *sets, size_t n_sets, const struct nft_elems *have,
                      const struct nft_elems *want, size_t most, struct nft_texts *ret)
{
	struct batch b = { sets, n_sets, .most = SIZE_MAX, .transactions = ret };
	size_t n = 0, count = 0;

	merge_elems(NULL, have, want, true, true, &count);
	if (!ret || !count)
		return count;
	b.gone = xcalloc(n_sets, sizeof(*b.gone));
	b.come = xcalloc(n_sets, sizeof(*b.come));
	if (count <= most) {
		merge_elems(&b, have, want, true, true, &n);
	} else {
		b.most = most;
		merge_elems(&b, have, want, true, false, &n);
		merge_elems(&b, have, want, false, true, &n);
	}
	end_batch(&b);
	free(b.gone);
	free(b.come);
	return count;
}

size_t nft_elems_most(size_t room)
{
	enum { ELEM_BYTES = 256 }; /* the longest has half of that, twice when its value changes */

	return room / ELEM_BYTES;
}

/* --- in ------------------------------------------------------------------------------------- */

static bool read_elem_ip(const json_t *j, uint32_t *ret)
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
	return read_elem_ip(p ? json_object_get(p, "addr") : j, &x->key);
}

static bool get_service(const json_t *proto, const json_t *port, uint32_t *ret)
{
	uint32_t number = 0, service = 0;

	if (!get_number(proto, &number) || !get_number(port, &service))
		return false;
	*ret = number << 16 | service;
	return true;
}

static bool read_elem_key(enum nft_key kind, const json_t *j, struct nft_elem *x)
{
	const json_t *parts = json_object_get(j, "concat");
	const json_t *second = json_array_get(parts, 1);

	switch (kind) {
	case KEY_PORT:
		return get_port(j, x->port);
	case KEY_IP:
		return read_elem_ip(j, &x->key);
	case KEY_PREFIX:
		return get_prefix(j, x);
	case KEY_PORT_IP:
		return get_port(json_array_get(parts, 0), x->port) && read_elem_ip(second, &x->key);
	case KEY_PORT_NUMBER:
		return get_port(json_array_get(parts, 0), x->port) && get_number(second, &x->key);
	case KEY_PORT_PREFIX:
		return get_port(json_array_get(parts, 0), x->port) && get_prefix(second, x);
	case KEY_PORT_IP_PREFIX:
		return get_port(json_array_get(parts, 0), x->port) &&
		       read_elem_ip(second, &x->from) && get_prefix(json_array_get(parts, 2), x);
	case KEY_NUMBER:
		return get_number(j, &x->key);
	case KEY_NUMBER_IP:
		return get_number(json_array_get(parts, 0), &x->from) &&
		       read_elem_ip(second, &x->key);
	case KEY_PORT_SERVICE:
		return get_port(json_array_get(parts, 0), x->port) &&
		       get_service(second, json_array_get(parts, 2), &x->key);
	case KEY_IP_SERVICE:
		return read_elem_ip(json_array_get(parts, 0), &x->from) &&
		       get_service(second, json_array_get(parts, 2), &x->key);
	}
	return false;
}

static bool get_chain(const struct nft_set *set, const json_t *j, uint64_t *ret)
{
	return nft_chain_number(
	    set->prefix, json_string_value(json_object_get(json_object_get(j, "jump"), "target")),
	    ret);
}

static bool get_value(const struct nft_set *set, const json_t *j, uint64_t *ret)
{
	uint32_t value = 0;

	if (set->value == VALUE_CHAIN)
		return get_chain(set, j, ret);
	if (!(set->value == VALUE_IP ? read_elem_ip(j, &value) : get_number(j, &value)))
		return false;
	*ret = value;
	return true;
}

static bool get_elem(const struct nft_set *set, const json_t *j, struct nft_elem *x)
{
	if (set->value == VALUE_NONE)
		return read_elem_key(set->key, j, x);
	return read_elem_key(set->key, json_array_get(j, 0), x) &&
	       get_value(set, json_array_get(j, 1), &x->value);
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
		const char *name = json_string_value(json_object_get(obj, "name")),
		           *table = json_string_value(json_object_get(obj, "table"));
		unsigned s = 0;

		if (table && !streq(table, NFT_TABLE))
			continue;

		while (name && s < n_sets && strcmp(sets[s].name, name) != 0)
			s++;
		if (!name || s == n_sets)
			continue; /* one that the filter itself fills */
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
