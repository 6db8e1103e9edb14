/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joins what azurerm keeps in resources of their own and ARM in properties of another:
 * associations, and the parts of a load balancer. */
#include "base/str.h"
#include "input/resources.h"
#include "input/terraform/convert.h"

/* The id of a parent that is known by name: the child's id, PARENT/kind/name, without its last
 * two parts.  New reference. */
static json_t *id_above(const char *id)
{
	const char *end = id + strlen(id);

	for (unsigned i = 0; i < 2 && end > id; i++)
		do
			end--;
		while (end > id && *end != '/');
	return json_stringn(id, (size_t)(end - id));
}

static json_t *find_joined(struct tf *t, struct tf_node *n, json_t *by_id)
{
	json_t *candidates = NULL;
	json_t *id = n->def->parent_id
	                 ? tf_attr(t, n, tf_block(n), n->def->parent_id, false, &candidates)
	                 : id_above(tf_id(t, n));
	json_t *found = resource_find(by_id, json_string_value(id));

	if (!found)
		found = tf_find_inline_subnet(by_id, json_string_value(id));
	if (!found)
		finding_add(
		    t->findings, SEV_WARNING,
		    json_array_size(candidates) ? "TF-REF-02" : "TF-REF-01", NULL, n->address, NULL,
		    "%s joins something to a resource that is not in this file (%s)", n->address,
		    json_is_string(id) && *json_string_value(id) ? json_string_value(id)
		    : n->def->parent_id                          ? n->def->parent_id
		                                                 : n->def->parent_name);
	json_decref(id);
	return found;
}

/* The ipConfiguration of a NIC that `within` names; without a name the first. */
static json_t *ip_configuration(struct tf *t, struct tf_node *n, json_t *props)
{
	json_t *list = json_object_get(props, "ipConfigurations"), *x;
	json_t *name =
	    *n->def->within ? tf_attr(t, n, tf_block(n), n->def->within, false, NULL) : NULL;
	json_t *found = json_array_get(list, 0);
	size_t i;

	json_array_foreach (list, i, x)
		if (json_is_string(name) &&
		    strieq(json_string_value(json_object_get(x, "name")), json_string_value(name)))
			found = x;
	json_decref(name);
	return json_object_get(found, "properties");
}

/* Sets the members of into, but appends to lists. */
static void merge_properties(json_t *into, json_t *from)
{
	const char *key;
	json_t *x;

	json_object_foreach (from, key, x) {
		json_t *have = json_object_get(into, key);

		if (json_is_array(have) && json_is_array(x))
			json_array_extend(have, x);
		else
			json_object_set(into, key, x);
	}
}

void tf_join(struct tf *t, struct tf_node *n, json_t *by_id)
{
	json_t *to = json_object_get(find_joined(t, n, by_id), "properties"), *props;

	if (to && n->def->within)
		to = ip_configuration(t, n, to);
	if (!to)
		return;
	props = json_object();
	tf_convert_attrs(t, n, n->def->attrs, props, props);
	merge_properties(to, props);
	json_decref(props);
}

void tf_fold(struct tf *t, struct tf_node *n, json_t *by_id)
{
	json_t *to = json_object_get(find_joined(t, n, by_id), "properties"), *props, *list;
	const char *id = tf_id(t, n);

	if (!to)
		return;
	list = json_object_get(to, n->def->fold);
	if (!list) {
		list = json_array();
		json_object_set_new(to, n->def->fold, list);
	}
	props = json_object();
	tf_convert_attrs(t, n, n->def->attrs, props, props);
	_cleanup_free_ char *key = resource_key(id);
	json_t *part =
	    json_pack("{ss, ss, so}", "id", id, "name", strrchr(id, '/') + 1, "properties", props);

	json_array_append(list, part);
	json_object_set_new(by_id, key, part);
}
