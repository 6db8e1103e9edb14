#include <errno.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "input/topology.h"
#include "router/proto.h"

static json_t *route_json(const struct rib_route *r)
{
	json_t *hops = json_array();

	for (unsigned i = 0; i < r->n_next_hops; i++)
		json_array_append_new(hops, json_string(IP4_STR(r->next_hops[i])));
	return json_pack("{s:s,s:o}", "prefix", PREFIX_STR(r->prefix), "nextHops", hops);
}

json_t *rib_to_json(const struct model *m, const struct rib *r)
{
	json_t *all = json_array();

	for (size_t i = 0; i < model_n_tables(m) && i < r->n_tables; i++) {
		for (unsigned k = 0; k < 2; k++) {
			json_t *routes = json_array();

			for (size_t n = 0; n < r->tables[i][k].n; n++)
				json_array_append_new(routes,
				                      route_json(&r->tables[i][k].routes[n]));
			json_array_append_new(
			    all, json_pack("{s:s,s:i,s:o,s:b}", model_table_kind(m, i),
			                   model_table_name(m, i), "instance", (int)k, "routes",
			                   routes, "silent", r->tables[i][k].silent));
		}
	}
	return json_pack("{s:o}", "rib", all);
}

static int route_from_json(const json_t *j, struct rib_table *t)
{
	const char *prefix = json_string_value(json_object_get(j, "prefix"));
	const json_t *hops = json_object_get(j, "nextHops");
	ip4 next_hops[RIB_MAX_NEXT_HOPS] = { 0 };
	struct prefix p;
	size_t n = json_array_size(hops);

	if (!prefix || prefix_parse(prefix, &p) < 0 || n > RIB_MAX_NEXT_HOPS)
		return -EPROTO;
	for (size_t i = 0; i < n; i++) {
		const char *hop = json_string_value(json_array_get(hops, i));

		if (!hop || ip4_parse(hop, &next_hops[i]) < 0)
			return -EPROTO;
	}
	rib_set(t, p, next_hops, n);
	return 0;
}

int rib_from_json(const struct model *m, const json_t *j, struct rib **ret, struct err *e)
{
	_cleanup_(rib_free_p) struct rib *r = rib_new(model_n_tables(m));
	size_t i, n;
	json_t *table, *route;

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
		json_array_foreach (json_object_get(table, "routes"), n, route)
			if (route_from_json(route, &r->tables[to][instance == 1]) < 0)
				return err_set(e, EPROTO,
				               "virtual router: route %zu of %s/%d cannot be read",
				               n, name ? name : gateway, (int)instance);
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
		const struct vm *vm =
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

struct model *model_from_request(const json_t *req, struct err *e)
{
	struct findings f = { 0 };
	struct model *m = design_model(json_object_get(req, "design"), &f);

	if (!m)
		err_set(e, EINVAL, "the design is not valid: %s%s%s", f.n ? f.items[0].pointer : "",
		        f.n ? ": " : "", f.n ? f.items[0].message : "no reason was given");
	findings_free(&f);
	return m;
}
