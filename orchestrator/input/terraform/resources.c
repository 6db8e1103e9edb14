/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/terraform/terraform.h"

#include "base/str.h"
#include "input/resources.h"
#include "input/terraform/convert.h"

static void put_converted_resource(json_t *list, json_t *by_id, json_t *resource /* stolen */)
{
	_cleanup_free_ char *key = resource_key(json_string_value(json_object_get(resource, "id")));

	json_array_append(list, resource);
	json_object_set_new(by_id, key, resource);
}

/* Keeps properties that the lab lacks under ARM's names: findings report them by these, from
 * wherever a design comes. */
static void keep_lacking(const struct tf_node *n, json_t *props)
{
	const char *key;
	json_t *v;

	json_object_foreach (n->values, key, v) {
		const char *name = tf_lacking(n->def, key);

		if (name && !json_object_get(props, name))
			json_object_set(props, name, v);
	}
}

static void convert_node(struct tf *t, struct tf_node *n, json_t *list, json_t *by_id)
{
	json_t *props = json_object(), *top = json_object(), *r;
	const char *id = tf_id(t, n);

	tf_convert_attrs(t, n, n->def->attrs, props, top);
	keep_lacking(n, props);
	r = tf_resource(t, n, id, n->def->arm, props);
	json_object_update_missing(r, top);
	json_decref(top);
	put_converted_resource(list, by_id, r);
	if (n->def->also) {
		_cleanup_free_ char *type = xasprintf("%s/%s", n->def->arm, n->def->also);
		_cleanup_free_ char *child = xasprintf("%s/%s/ipconfig", id, n->def->also);

		props = json_object();
		tf_convert_attrs(t, n, n->def->also_attrs, props, props);
		put_converted_resource(list, by_id, tf_resource(t, n, child, type, props));
	}
}

/* azapi_resource holds ARM's own words, as an object or as a string of JSON. Its type and
 * parent are attributes of the plan. */
static void convert_azapi(struct tf *t, struct tf_node *n, json_t *list, json_t *by_id)
{
	const char *type = json_string_value(json_object_get(n->values, "type"));
	json_t *body = json_object_get(n->values, "body"), *parsed = NULL, *props, *r;

	if (!type)
		return;
	_cleanup_free_ char *t_name = xstrndup(type, strcspn(type, "@"));

	if (json_is_string(body))
		body = parsed = json_loads(json_string_value(body), 0, NULL);
	props = json_deep_copy(json_object_get(body, "properties"));
	r = tf_resource(t, n, tf_id(t, n), t_name, props ? props : json_object());
	json_object_update_missing(r, body);
	json_decref(parsed);
	put_converted_resource(list, by_id, r);
}

/* An address of a pool, which itself is a part of the load balancer. */
static bool is_part_of_part(const struct tf_type *def)
{
	const char *of = def->fold && def->parent_id ? tf_type_of_ids(def->parent_id) : NULL;

	return of && streq(strrchr(def->arm, '/') + 1, of);
}

json_t *terraform_resources(json_t *doc, const char *file, struct findings *f)
{
	_cleanup_(arena_free_p) struct arena *arena = arena_new();
	struct tf t = { .arena = arena,
		        .file = file,
		        .doc = doc,
		        .findings = f,
		        .kept = json_array(),
		        .id = tf_id };
	json_t *list = json_array(), *by_id = json_object();

	tf_load(&t);
	for (size_t i = 0; i < t.n_nodes; i++) {
		struct tf_node *n = &t.nodes[i];

		/* A data source reads what exists already, which the design may refer to. */
		if (n->data && (!n->def || resource_find(by_id, tf_id(&t, n))))
			continue;
		if (streq(n->type, "azapi_resource"))
			convert_azapi(&t, n, list, by_id);
		else if (n->def && !n->def->joins && !n->def->fold)
			convert_node(&t, n, list, by_id);
		else if (!n->def && str_starts(n->type, "azurerm_")) /* the import reports it */
			put_converted_resource(
			    list, by_id, tf_resource(&t, n, tf_id(&t, n), n->type, json_object()));
	}
	for (int part_of_part = 0; part_of_part < 2; part_of_part++)
		for (size_t i = 0; i < t.n_nodes; i++) {
			struct tf_node *n = &t.nodes[i];

			if (n->data || !n->def || is_part_of_part(n->def) != part_of_part)
				continue;
			if (n->def->fold)
				tf_fold(&t, n, by_id);
			else if (n->def->joins)
				tf_join(&t, n, by_id);
		}
	tf_addresses(&t, list);
	for (size_t i = 0; i < t.n_nodes; i++)
		free(t.nodes[i].id);
	free(t.nodes);
	free(t.modules);
	json_decref(t.kept);
	json_decref(by_id);
	return list;
}
