/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as a template has them: JSON, with expressions as strings in it. */
#include "input/bicep/lower.h"

json_t *json_of_string(const char *s)
{
	size_t n = strlen(s);

	/* A text that begins as an expression does is none: the bracket is escaped. */
	return n > 1 && *s == '[' && s[n - 1] == ']' ? json_sprintf("[%s", s) : json_string(s);
}

void json_expression(const json_t *v, struct str *out)
{
	const char *key;
	json_t *x;
	size_t i;
	bool any = false;

	switch (json_typeof(v)) {
	case JSON_NULL:
		str_add(out, "null()");
		return;
	case JSON_TRUE:
		str_add(out, "true()");
		return;
	case JSON_FALSE:
		str_add(out, "false()");
		return;
	case JSON_INTEGER:
		str_printf(out, "%lld", (long long)json_integer_value(v));
		return;
	case JSON_REAL:
		str_printf(out, "json('%.17g')", json_real_value(v));
		return;
	case JSON_STRING:
		bicep_quote(json_string_value(v), json_string_length(v), out);
		return;
	case JSON_ARRAY:
		str_add(out, "createArray(");
		json_array_foreach (v, i, x) {
			str_add(out, i ? ", " : "");
			json_expression(x, out);
		}
		str_addc(out, ')');
		return;
	case JSON_OBJECT:
		str_add(out, "createObject(");
		json_object_foreach ((json_t *)v, key, x) {
			str_add(out, any ? ", " : "");
			any = true;
			bicep_quote(key, strlen(key), out);
			str_add(out, ", ");
			json_expression(x, out);
		}
		str_addc(out, ')');
	}
}

/* Has an object names that are computed, or a list or an object elements of others? */
static bool is_computed(const struct bx *x)
{
	for (size_t i = 0; i < x->n_items; i++)
		if (x->items[i]->sort == BX_SPREAD || (x->sort == BX_OBJECT && x->items[i]->by) ||
		    (x->sort == BX_OBJECT && streq(x->items[i]->name, "copy")))
			return true;
	return false;
}

/* Values of files are in the template as they are, but for what looks like an expression. */
static json_t *escaped(const json_t *v)
{
	json_t *out, *x;
	const char *key;
	size_t i;

	if (json_is_string(v))
		return json_of_string(json_string_value(v));
	if (!json_is_array(v) && !json_is_object(v))
		return json_incref((json_t *)v);
	out = json_is_array(v) ? json_array() : json_object();
	json_array_foreach (v, i, x)
		json_array_append_new(out, escaped(x));
	json_object_foreach ((json_t *)v, key, x)
		json_object_set_new(out, key, escaped(x));
	return out;
}

static json_t *members(struct blow *l, const struct bx *x)
{
	bool list = x->sort == BX_ARRAY;
	json_t *out = list ? json_array() : json_object();

	for (size_t i = 0; i < x->n_items; i++) {
		const struct bx *item = x->items[i];
		_cleanup_free_ char *number = list ? xasprintf("%zu", i) : NULL;

		if (item->sort == BX_RESOURCE)
			continue;
		size_t n = bicep_enter(l, list ? number : item->name);

		bicep_put_place(l, &item->place);
		if (list)
			json_array_append_new(out, bicep_value(l, item));
		else
			json_object_set_new(out, item->name, bicep_value(l, item->of));
		bicep_leave(l, n);
	}
	return out;
}

json_t *bicep_value(struct blow *l, const struct bx *x)
{
	_cleanup_str_ struct str s = { 0 };
	bool loads = false;
	json_t *v, *copy;

	switch (x->sort) {
	case BX_NULL:
		return json_null();
	case BX_BOOL:
		return json_boolean(x->number);
	case BX_INT:
		return json_integer(x->number);
	case BX_STRING:
		v = json_of_string(x->name);
		return v ? v : json_string("");
	case BX_ARRAY:
	case BX_OBJECT:
		if (!is_computed(x))
			return members(l, x);
		break;
	case BX_CALL:
		v = x->of ? NULL : bicep_loaded(l, x, &loads);
		if (!loads)
			break;
		copy = v ? escaped(v) : json_null();
		json_decref(v);
		return copy;
	default:
		break;
	}
	l->text(l, x, &s);
	return bicep_expression(l, NULL, str_get(&s));
}
