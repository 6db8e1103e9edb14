/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of objects, and conversions. */
#include "input/hcl/func.h"

static json_t *f_keys(struct hcl_call *c)
{
	json_t *map, *out;
	size_t n;

	if (!func_map(c, 0, &map))
		return hcl_unknown(NULL);
	_cleanup_free_ const char **keys = hcl_sorted_keys(map, &n);

	out = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(out, json_string(keys[i]));
	return out;
}

static json_t *f_values(struct hcl_call *c)
{
	json_t *map, *out;
	size_t n;

	if (!func_map(c, 0, &map))
		return hcl_unknown(NULL);
	_cleanup_free_ const char **keys = hcl_sorted_keys(map, &n);

	out = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append(out, json_object_get(map, keys[i]));
	return out;
}

static json_t *f_lookup(struct hcl_call *c)
{
	const char *key;
	json_t *map, *v;

	if (!func_map(c, 0, &map) || !func_text(c, 1, &key))
		return hcl_unknown(NULL);
	v = hcl_is_handle(map) ? c->ev->attr(c->ev, map, key, c->e)
	                       : json_incref(json_object_get(map, key));
	if (v)
		return v;
	return c->n > 2 ? json_incref(c->args[2]) : func_fail(c, "there is no \"%s\"", key);
}

static json_t *f_merge(struct hcl_call *c)
{
	json_t *out = json_object(), *map;

	for (size_t k = 0; k < c->n; k++) {
		if (json_is_null(c->args[k]))
			continue;
		if (!func_map(c, k, &map)) {
			json_decref(out);
			return hcl_unknown(NULL);
		}
		json_object_update(out, map);
	}
	return out;
}

static json_t *f_zipmap(struct hcl_call *c)
{
	json_t *keys, *values, *x, *out;
	size_t i;

	if (!func_list(c, 0, &keys) || !func_list(c, 1, &values))
		return hcl_unknown(NULL);
	if (json_array_size(keys) != json_array_size(values))
		return func_fail(c, "there are %zu keys and %zu values", json_array_size(keys),
		                 json_array_size(values));
	out = json_object();
	json_array_foreach (keys, i, x) {
		struct str s = { 0 };

		if (hcl_to_text(x, &s))
			json_object_set(out, str_get(&s), json_array_get(values, i));
		str_free_p(&s);
	}
	return out;
}

static json_t *f_transpose(struct hcl_call *c)
{
	json_t *map, *list, *x, *out;
	size_t n, i;

	if (!func_map(c, 0, &map))
		return hcl_unknown(NULL);
	_cleanup_free_ const char **keys = hcl_sorted_keys(map, &n);

	out = json_object();
	for (size_t k = 0; k < n; k++)
		json_array_foreach (json_object_get(map, keys[k]), i, x) {
			const char *key = json_string_value(x);

			if (!key)
				continue;
			list = json_object_get(out, key);
			if (!list) {
				list = json_array();
				json_object_set_new(out, key, list);
			}
			json_array_append_new(list, json_string(keys[k]));
		}
	return out;
}

static json_t *f_matchkeys(struct hcl_call *c)
{
	json_t *values, *keys, *wanted, *x, *y, *out;
	size_t i, k;

	if (!func_list(c, 0, &values) || !func_list(c, 1, &keys) || !func_list(c, 2, &wanted))
		return hcl_unknown(NULL);
	out = json_array();
	json_array_foreach (values, i, x)
		json_array_foreach (wanted, k, y)
			if (hcl_equal(json_array_get(keys, i), y)) {
				json_array_append(out, x);
				break;
			}
	return out;
}

/* --- conversions
 * ----------------------------------------------------------------------------------- */

static json_t *f_tomap(struct hcl_call *c)
{
	json_t *map;

	return func_map(c, 0, &map) ? json_incref(map) : hcl_unknown(NULL);
}

static json_t *f_tostring(struct hcl_call *c)
{
	const char *s;

	if (json_is_null(c->args[0]))
		return json_null();
	return func_text(c, 0, &s) ? json_incref(c->args[0]) : hcl_unknown(NULL);
}

static json_t *f_tonumber(struct hcl_call *c)
{
	json_t *v = hcl_to_number(c->args[0]);

	if (json_is_null(c->args[0]))
		return json_null();
	return v ? v : func_fail(c, "%s is no number", hcl_type_name(c->args[0]));
}

static json_t *f_tobool(struct hcl_call *c)
{
	bool yes;

	if (json_is_null(c->args[0]))
		return json_null();
	return hcl_to_bool(c->args[0], &yes)
	           ? json_boolean(yes)
	           : func_fail(c, "%s is neither true nor false", hcl_type_name(c->args[0]));
}

static json_t *f_same(struct hcl_call *c)
{
	return json_incref(c->args[0]);
}

static json_t *f_type(struct hcl_call *c)
{
	return json_string(hcl_type_name(c->args[0]));
}

const struct hcl_func hcl_map_funcs[] = {
	{ "keys", 1, 1, f_keys, true },
	{ "values", 1, 1, f_values, true },
	{ "lookup", 2, 3, f_lookup, true },
	{ "merge", 0, FUNC_ARGS, f_merge, true },
	{ "zipmap", 2, 2, f_zipmap, true },
	{ "transpose", 1, 1, f_transpose, false },
	{ "matchkeys", 3, 3, f_matchkeys, false },
	{ "tomap", 1, 1, f_tomap, true },
	{ "tostring", 1, 1, f_tostring, false },
	{ "tonumber", 1, 1, f_tonumber, false },
	{ "tobool", 1, 1, f_tobool, false },
	{ "sensitive", 1, 1, f_same, true },
	{ "nonsensitive", 1, 1, f_same, true },
	{ "ephemeralasnull", 1, 1, f_same, true },
	{ "type", 1, 1, f_type, true },
	{ NULL },
};
