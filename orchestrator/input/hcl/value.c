/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/hcl/value.h"

#include <math.h>
#include <stdio.h>

#define UNKNOWN "\x01unknown"
#define HANDLE "\x01handle"

json_t *hcl_unknown(const char *what)
{
	json_t *text = json_string(what ? what : "a value");

	return json_pack("{s:o}", UNKNOWN, text ? text : json_string("a value"));
}

bool hcl_is_unknown(const json_t *v)
{
	return json_is_object(v) && json_object_get(v, UNKNOWN);
}

const char *hcl_unknown_of(const json_t *v)
{
	return json_string_value(json_object_get(v, UNKNOWN));
}

bool hcl_has_unknown(const json_t *v)
{
	const char *key;
	json_t *x;
	size_t i;

	if (hcl_is_unknown(v))
		return true;
	json_array_foreach ((json_t *)v, i, x)
		if (hcl_has_unknown(x))
			return true;
	json_object_foreach ((json_t *)v, key, x)
		if (hcl_has_unknown(x))
			return true;
	return false;
}

json_t *hcl_handle(int kind, size_t number, const char *name)
{
	return json_pack("{s:[i, I, s]}", HANDLE, kind, (json_int_t)number, name ? name : "");
}

bool hcl_is_handle(const json_t *v)
{
	return json_is_object(v) && json_object_get(v, HANDLE);
}

static const json_t *handle_part(const json_t *v, size_t i)
{
	return json_array_get(json_object_get(v, HANDLE), i);
}

int hcl_handle_kind(const json_t *v)
{
	return (int)json_integer_value(handle_part(v, 0));
}

size_t hcl_handle_number(const json_t *v)
{
	return (size_t)json_integer_value(handle_part(v, 1));
}

const char *hcl_handle_name(const json_t *v)
{
	return json_string_value(handle_part(v, 2));
}

const char *hcl_type_name(const json_t *v)
{
	if (!v || json_is_null(v))
		return "null";
	if (json_is_string(v))
		return "a string";
	if (json_is_number(v))
		return "a number";
	if (json_is_boolean(v))
		return "a bool";
	return json_is_array(v) ? "a list" : "an object";
}

json_t *hcl_number(double v)
{
	if (floor(v) == v && fabs(v) < 9e18)
		return json_integer((json_int_t)v);
	return json_real(v);
}

bool hcl_to_text(const json_t *v, struct str *ret)
{
	if (json_is_string(v))
		str_addn(ret, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		str_printf(ret, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		str_printf(ret, "%.15g", json_real_value(v));
	else if (json_is_boolean(v))
		str_add(ret, json_is_true(v) ? "true" : "false");
	else
		return false;
	return true;
}

json_t *hcl_to_number(const json_t *v)
{
	const char *s = json_string_value(v);
	char *end;

	if (json_is_number(v))
		return json_incref((json_t *)v);
	if (!s || !*s || strspn(s, "+-0123456789.eE") != strlen(s))
		return NULL;
	long long whole = strtoll(s, &end, 10);

	if (!*end && strlen(s) < 19)
		return json_integer(whole);
	double d = strtod(s, &end);

	return *end || !isfinite(d) ? NULL : hcl_number(d);
}

bool hcl_to_bool(const json_t *v, bool *ret)
{
	const char *s = json_string_value(v);

	if (json_is_boolean(v))
		*ret = json_is_true(v);
	else if (streq(s, "true") || streq(s, "1"))
		*ret = true;
	else if (streq(s, "false") || streq(s, "0"))
		*ret = false;
	else
		return false;
	return true;
}

bool hcl_equal(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *x;
	size_t i;

	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (json_is_array(a) && json_is_array(b)) {
		if (json_array_size(a) != json_array_size(b))
			return false;
		json_array_foreach ((json_t *)a, i, x)
			if (!hcl_equal(x, json_array_get(b, i)))
				return false;
		return true;
	}
	if (json_is_object(a) && json_is_object(b)) {
		if (json_object_size(a) != json_object_size(b))
			return false;
		json_object_foreach ((json_t *)a, key, x)
			if (!json_object_get(b, key) || !hcl_equal(x, json_object_get(b, key)))
				return false;
		return true;
	}
	return json_equal(a, b);
}

/* --- order --------------------------------------------------------------------------------------
 */

struct sortable {
	char *text;
	json_t *value;
};

static int compare_sortables(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;

	if (json_is_number(x->value) && json_is_number(y->value)) {
		double p = json_number_value(x->value), q = json_number_value(y->value);

		return (p > q) - (p < q);
	}
	return strcmp(x->text, y->text);
}

/* By the text of strings; objects by the bytes of their members in the order of their names. */
json_t *hcl_set_of(const json_t *list)
{
	size_t n = json_array_size(list), i;
	struct sortable *all = xcalloc(n + 1, sizeof(*all));
	json_t *out = json_array(), *x;

	json_array_foreach ((json_t *)list, i, x) {
		struct str s = { 0 };

		if (hcl_to_text(x, &s)) {
			all[i].text = str_take(&s);
		} else {
			char *text = json_dumps(x, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);

			all[i].text = text ? text : xstrdup("");
		}
		all[i].value = x;
	}
	qsort(all, n, sizeof(*all), compare_sortables);
	for (i = 0; i < n; i++) {
		if (!i || !hcl_equal(all[i].value, all[i - 1].value))
			json_array_append(out, all[i].value);
	}
	for (i = 0; i < n; i++)
		free(all[i].text);
	free(all);
	return out;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **hcl_sorted_keys(const json_t *map, size_t *ret_n)
{
	size_t n = 0;
	const char **keys = xcalloc(json_object_size(map) + 1, sizeof(*keys)), *key;
	json_t *x;

	json_object_foreach ((json_t *)map, key, x)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	*ret_n = n;
	return keys;
}
