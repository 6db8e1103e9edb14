/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "router/proto.h"

/* Objects of 32,000 routes would cost the driver 40 MB for as long as it keeps them. */
static char *routes_text(const struct rib_table *t)
{
	_cleanup_str_ struct str s = { 0 };
	char buf[PREFIX_STRLEN];

	for (size_t i = 0; i < t->n; i++) {
		if (i)
			str_addc(&s, ',');
		str_add(&s, prefix_str(t->routes[i].prefix, buf));
		for (unsigned k = 0; k < t->routes[i].n_next_hops; k++) {
			str_addc(&s, ' ');
			str_add(&s, ip4_str(t->routes[i].next_hops[k], buf));
		}
	}
	return str_take(&s);
}

json_t *rib_to_json(const struct model *m, const struct rib *r, json_int_t version)
{
	json_t *all = json_array();

	for (size_t i = 0; i < model_n_tables(m) && i < r->n_tables; i++) {
		for (unsigned k = 0; k < 2; k++) {
			_cleanup_free_ char *text = routes_text(&r->tables[i][k]);

			json_array_append_new(
			    all, json_pack("{s:s,s:i,s:s,s:b}", model_table_kind(m, i),
			                   model_table_name(m, i), "instance", (int)k, "routes",
			                   text ? text : "", "silent", r->tables[i][k].silent));
		}
	}
	return json_pack("{s:o,s:I}", "rib", all, "version", version);
}

/* "10.0.0.0/8 10.0.1.4 10.0.1.5", n bytes of it. */
static int route_from_text(const char *text, size_t n, struct rib_table *t)
{
	char word[PREFIX_STRLEN];
	ip4 hops[RIB_MAX_NEXT_HOPS] = { 0 };
	size_t n_hops = 0;
	struct prefix p;

	for (size_t at = 0, len; at < n; at += len + 1) {
		const char *blank = memchr(text + at, ' ', n - at);

		len = blank ? (size_t)(blank - text) - at : n - at;
		if (len >= sizeof(word) || (at && n_hops == RIB_MAX_NEXT_HOPS))
			return -EPROTO;
		memcpy(word, text + at, len);
		word[len] = '\0';
		if (at ? ip4_parse(word, &hops[n_hops++]) < 0 : prefix_parse(word, &p) < 0)
			return -EPROTO;
	}
	if (!n_hops)
		return -EPROTO;
	rib_set(t, p, hops, n_hops);
	return 0;
}

/* 0, or the number of the route that cannot be read, from 1. */
static size_t routes_from_text(const char *text, struct rib_table *t)
{
	size_t k = 0;

	for (; text && *text; text += *text == ',') {
		size_t n = strcspn(text, ",");

		k++;
		if (route_from_text(text, n, t) < 0)
			return k;
		text += n;
	}
	return 0;
}

int rib_from_json(const struct model *m, const json_t *j, struct rib **ret, struct err *e)
{
	_cleanup_(rib_free_p) struct rib *r = rib_new(model_n_tables(m));
	size_t i, bad;
	json_t *table;

	json_array_foreach (json_object_get(j, "rib"), i, table) {
		const char *name = json_string_value(json_object_get(table, "routeServer"));
		const char *gateway = json_string_value(json_object_get(table, "gateway"));
		int to =
		    name ? model_table(m, "routeServer", name) : model_table(m, "gateway", gateway);
		json_int_t instance = json_integer_value(json_object_get(table, "instance"));

		if (to < 0) /* of a design that is just being replaced */
			continue;
		r->tables[to][instance == 1].silent =
		    json_is_true(json_object_get(table, "silent"));
		bad = routes_from_text(json_string_value(json_object_get(table, "routes")),
		                       &r->tables[to][instance == 1]);
		if (bad)
			return err_set(e, EPROTO,
			               "virtual router: route %zu of %s/%d cannot be read", bad - 1,
			               name ? name : gateway, (int)instance);
	}
	*ret = take_ptr(r);
	return 0;
}

bool *stopped_from_json(const struct model *m, const json_t *names)
{
	bool *stopped = xcalloc(m->n_vms, sizeof(*stopped));
	size_t i;
	json_t *name;

	json_array_foreach (names, i, name) {
		const struct node *vm =
		    json_is_string(name) ? model_vm(m, json_string_value(name)) : NULL;

		if (vm)
			stopped[vm->idx] = true;
	}
	return stopped;
}

bool *instances_from_json(const struct model *m, const json_t *names)
{
	bool *list = xcalloc(model_n_tables(m) * 2 + 1, sizeof(*list));
	size_t k;
	json_t *name;

	json_array_foreach (names, k, name) {
		for (size_t i = 0; i < model_n_tables(m) * 2; i++) {
			char full[128];

			snprintf(full, sizeof(full), "%s/%zu", model_table_name(m, i / 2), i % 2);
			if (strieq(json_string_value(name), full))
				list[i] = true;
		}
	}
	return list;
}

void down_from_json(const struct model *m, const json_t *list, bool **p)
{
	bool *down = xcalloc(m->n_backends + 1, sizeof(*down));
	size_t i;
	json_t *x;

	json_array_foreach (list, i, x) {
		const char *name = json_string_value(json_array_get(x, 0));
		json_int_t place = json_integer_value(json_array_get(x, 1));
		const struct load_balancer *lb = name ? model_lb(m, name) : NULL;

		if (lb && place >= 0 && (size_t)place < lb->n_backends)
			down[lb->first_backend + (size_t)place] = true;
	}
	free(*p);
	*p = down;
}
