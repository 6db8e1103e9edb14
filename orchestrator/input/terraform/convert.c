/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instances become ARM's resources, by the table of types.c. */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "input/terraform/convert.h"
#include "input/terraform/types.h"

/* obj.a.b = value (stolen), for "a.b". */
static void set_path(json_t *obj, const char *path, json_t *value)
{
	const char *dot;

	while ((dot = strchr(path, '.'))) {
		_cleanup_free_ char *key = xstrndup(path, (size_t)(dot - path));
		json_t *down = json_object_get(obj, key);

		if (!json_is_object(down)) {
			down = json_object();
			json_object_set_new(obj, key, down);
		}
		obj = down;
		path = dot + 1;
	}
	json_object_set_new(obj, path, value);
}

static json_t *value_as_id(json_t *v)
{
	return json_pack("{sO}", "id", v);
}

static json_t *convert_list(json_t *v, json_t *(*each)(json_t *))
{
	json_t *out = json_array(), *x;
	size_t i;

	if (!json_is_array(v)) {
		json_array_append_new(out, each(v));
		return out;
	}
	json_array_foreach (v, i, x)
		json_array_append_new(out, each(x));
	return out;
}

static json_t *copy_value(json_t *v)
{
	return json_incref(v);
}

static json_t *value_as_service(json_t *v)
{
	return json_pack("{sO}", "service", v);
}

/* Reports TF-REF-01 or, with the values that it may have, TF-REF-02: an attribute that is
 * needed is not known. */
static void report_unresolved(struct tf *t, const struct tf_node *n, const char *block, size_t i,
                              const struct tf_attr *a, json_t *candidates)
{
	_cleanup_str_ struct str where = { 0 }, list = { 0 };
	json_t *x;
	size_t k;

	if (block)
		str_printf(&where, "%s[%zu].", block, i);
	str_add(&where, a->tf);
	json_array_foreach (candidates, k, x) {
		_cleanup_free_ char *text = json_dumps(x, JSON_ENCODE_ANY | JSON_COMPACT);

		if (k < 8)
			str_printf(&list, "%s%s", k ? ", " : "", text ? text : "?");
	}
	if (json_array_size(candidates))
		finding_add(
		    t->findings, SEV_WARNING, "TF-REF-02", NULL, n->address,
		    "name one of them in the configuration, or apply and use terraform show -json "
		    "of the state",
		    "%s of %s is known after apply only, and may be any of: %s", str_get(&where),
		    n->address, str_get(&list));
	else
		finding_add(
		    t->findings, SEV_WARNING, "TF-REF-01", NULL, n->address,
		    "the plan holds no local values and no dynamic blocks; refer to the resource "
		    "directly, or use terraform show -json of the state",
		    "%s of %s is known after apply only, and its configuration names no resource "
		    "of this plan",
		    str_get(&where), n->address);
}

static void convert_block(struct tf *t, struct tf_node *n, struct tf_block b, const char *block,
                          size_t i, const struct tf_attr *attrs, json_t *props, json_t *top);

static json_t *convert_blocks(struct tf *t, struct tf_node *n, struct tf_block b,
                              const struct tf_attr *a)
{
	json_t *out = json_array(), *blocks = json_object_get(b.values, a->tf), *x;
	size_t i;

	json_array_foreach (blocks, i, x) {
		json_t *props = json_object(), *name = json_object_get(x, "name");
		json_t *one;

		convert_block(t, n, tf_block_nested(b, a->tf, i), a->tf, i, a->block, props, props);
		if (a->how == TF_BLOCK) {
			json_decref(out);
			return props;
		}
		one = json_pack("{so}", "properties", props);
		if (json_is_string(name))
			json_object_set(one, "name", name);
		else
			json_object_set_new(one, "name", json_sprintf("%s-%zu", a->tf, i));
		json_array_append_new(out, one);
	}
	if (!json_array_size(out)) {
		json_decref(out);
		return NULL;
	}
	return out;
}

static json_t *convert_value(struct tf *t, struct tf_node *n, const struct tf_attr *a, json_t *v)
{
	json_t *parsed;

	switch (a->how) {
	case TF_LIST:
		return convert_list(v, copy_value);
	case TF_NOT:
		return json_boolean(!json_is_true(v));
	case TF_ENABLED:
		return json_string(json_is_true(v) ? "Enabled" : "Disabled");
	case TF_ID:
		return value_as_id(v);
	case TF_IDS:
		return convert_list(v, value_as_id);
	case TF_SERVICES:
		return convert_list(v, value_as_service);
	case TF_JSON:
		parsed = json_is_string(v) ? json_loads(json_string_value(v), 0, NULL) : NULL;
		return parsed ? parsed : json_incref(v);
	case TF_FRONTEND: {
		json_t *lb = tf_attr(t, n, tf_block(n), n->def->parent_id, false, NULL);
		json_t *id = json_is_string(lb) && json_is_string(v)
		                 ? json_sprintf("%s/frontendIPConfigurations/%s",
		                                json_string_value(lb), json_string_value(v))
		                 : json_null();

		json_decref(lb);
		return json_pack("{so}", "id", id);
	}
	case TF_COPY:
	case TF_BLOCKS:
	case TF_BLOCK:
		break;
	}
	return json_incref(v);
}

static void convert_block(struct tf *t, struct tf_node *n, struct tf_block b, const char *block,
                          size_t i, const struct tf_attr *attrs, json_t *props, json_t *top)
{
	for (const struct tf_attr *a = attrs; a->tf; a++) {
		bool list = a->how == TF_LIST || a->how == TF_IDS || a->how == TF_SERVICES;
		json_t *to = *a->arm == '^' ? top : props, *candidates = NULL, *v;
		const char *path = *a->arm == '^' ? a->arm + 1 : a->arm;

		if (a->block) {
			v = convert_blocks(t, n, b, a);
			if (v)
				set_path(to, path, v);
			continue;
		}
		v = tf_attr(t, n, b, a->tf, list, &candidates);
		if (v)
			set_path(to, path, convert_value(t, n, a, v));
		/* Azure may choose an address, but a link must be known. */
		else if (candidates &&
		         (a->how == TF_ID || a->how == TF_IDS || a->how == TF_LIST ||
		          json_array_size(candidates) > 1 || streq(a->tf, "peer_ip") ||
		          streq(a->tf, "next_hop_in_ip_address")))
			report_unresolved(t, n, block, i, a, candidates);
		json_decref(v);
	}
}

void tf_convert_attrs(struct tf *t, struct tf_node *n, const struct tf_attr *attrs, json_t *props,
                      json_t *top)
{
	convert_block(t, n, tf_block(n), NULL, 0, attrs, props, top);
}

/* "Hub/NVA" for .../virtualNetworks/Hub/subnets/NVA */
static json_t *arm_name(const char *id)
{
	_cleanup_str_ struct str name = { 0 };
	const char *p = strstr(id, "/providers/");

	/* provider/type/name[/type/name...] */
	p = p ? p + strlen("/providers/") : id;
	for (unsigned k = 0; p && *p; k++) {
		size_t len = strcspn(p, "/");

		if (k >= 2 && k % 2 == 0) {
			if (name.n)
				str_addc(&name, '/');
			str_addn(&name, p, len);
		}
		p += len + (p[len] == '/');
	}
	/* No ARM type: azurerm_storage_account/logs. */
	return json_string(name.n ? str_get(&name) : strrchr(id, '/') ? strrchr(id, '/') + 1 : id);
}

json_t *tf_resource(struct tf *t, const struct tf_node *n, const char *id, const char *type,
                    json_t *props)
{
	json_t *r = json_pack("{ss, ss, so, so}", "id", id, "type", type, "name", arm_name(id),
	                      "properties", props);
	json_t *location = json_object_get(n->values, "location");
	json_t *tags = json_object_get(n->values, "tags");

	if (json_is_string(location))
		json_object_set(r, "location", location);
	if (json_is_object(tags) && json_object_size(tags))
		json_object_set(r, "tags", tags);
	json_object_set_new(r, "source",
	                    json_sprintf("%s#%s", n->place ? n->place : t->file, n->address));
	return r;
}
