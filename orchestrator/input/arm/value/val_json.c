/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values from and to JSON. */
#include <math.h>
#include <stdio.h>

#include "base/utf8.h"
#include "input/arm/value/val.h"

bool val_is_expr(const char *s, size_t n)
{
	return n >= 2 && s[0] == '[' && s[n - 1] == ']' && s[1] != '[';
}

static const struct val *text_of_template(struct arena *a, const char *s, size_t n)
{
	/* "[[x]" is the text "[x]". */
	if (n >= 3 && s[0] == '[' && s[1] == '[' && s[n - 1] == ']')
		return val_strn(a, s + 1, n - 1);
	struct val *v = (struct val *)val_strn(a, s, n);

	v->dynamic = val_is_expr(s, n);
	return v;
}

static const struct val *from_string(struct arena *a, json_t *j, bool text)
{
	const char *s = json_string_value(j);
	size_t n = json_string_length(j);

	return text ? text_of_template(a, s, n) : val_strn(a, s, n);
}

const struct val *val_unescaped(struct arena *a, const struct val *v)
{
	if (v->type == V_STR)
		return v->dynamic || !v->n || v->s[0] != '[' ? v : text_of_template(a, v->s, v->n);
	if (v->type == V_ARR) {
		const struct val **items = arena_array(a, v->n + 1, sizeof(*items));

		for (uint32_t i = 0; i < v->n; i++)
			items[i] = val_unescaped(a, v->items[i]);
		return val_arr(a, items, v->n);
	}
	if (v->type != V_OBJ || !v->n)
		return v;
	struct member *m = arena_array(a, v->n + 1, sizeof(*m));

	for (uint32_t i = 0; i < v->n; i++)
		m[i] = (struct member){ v->members[i].key, val_unescaped(a, v->members[i].v), 0 };
	struct val *copy = (struct val *)val_obj(a, m, v->n);

	if (copy && v->dynamic) /* a key is an expression, or a loop */
		copy->dynamic = true;
	return copy;
}

static const struct val *from_object(struct arena *a, json_t *j, bool text)
{
	size_t n = json_object_size(j), i = 0;
	struct member *m = arena_array(a, n ? n : 1, sizeof(*m));
	const char *key;
	json_t *x;
	bool dynamic = false;

	json_object_foreach (j, key, x) {
		m[i] = (struct member){ arena_strdup(a, key), val_from_json(a, x, text), 0 };
		if (!m[i].v)
			return NULL;
		dynamic |= text && (val_is_expr(key, strlen(key)) || str_starts(key, "[["));
		dynamic |= text && !strcasecmp(key, "copy");
		i++;
	}
	struct val *v = (struct val *)val_obj(a, m, n);

	if (v && dynamic)
		v->dynamic = true;
	return v;
}

const struct val *val_from_json(struct arena *a, json_t *j, bool text)
{
	switch (json_typeof(j)) {
	case JSON_NULL:
		return &val_null;
	case JSON_TRUE:
		return &val_true;
	case JSON_FALSE:
		return &val_false;
	case JSON_INTEGER:
		return val_int(a, json_integer_value(j));
	case JSON_REAL:
		return val_float(a, json_real_value(j));
	case JSON_STRING:
		return from_string(a, j, text);
	case JSON_OBJECT:
		return from_object(a, j, text);
	default:
		break;
	}
	size_t n = json_array_size(j);
	const struct val **items = arena_array(a, n ? n : 1, sizeof(struct val *));

	for (size_t i = 0; i < n; i++) {
		items[i] = val_from_json(a, json_array_get(j, i), text);
		if (!items[i])
			return NULL;
	}
	return val_arr(a, items, n);
}

json_t *val_to_json(const struct val *v, bool drop_null)
{
	if (v->open && !v->n)
		return json_string(v->open);
	switch (v->type) {
	case V_NULL:
		return json_null();
	case V_BOOL:
		return json_boolean(v->b);
	case V_INT:
		return json_integer(v->i);
	case V_FLOAT:
		return isfinite(v->d) ? json_real(v->d) : json_null();
	case V_STR:
		return json_stringn_nocheck(v->s, v->n);
	case V_LAMBDA:
		return json_string("(lambda)");
	default:
		break;
	}
	json_t *j = v->type == V_ARR ? json_array() : json_object();

	for (uint32_t i = 0; i < v->n; i++) {
		if (v->type == V_ARR)
			json_array_append_new(j, val_to_json(v->items[i], drop_null));
		else if (!drop_null || v->members[i].v->type != V_NULL)
			json_object_set_new_nocheck(j, v->members[i].key,
			                            val_to_json(v->members[i].v, drop_null));
	}
	return j;
}

static void add_quoted(const char *s, size_t n, char quote, struct str *out)
{
	str_addc(out, quote);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\n')
			str_add(out, "\\n");
		else if (c == '\t')
			str_add(out, "\\t");
		else if (c == '\r')
			str_add(out, "\\r");
		else if (c < 0x20)
			str_printf(out, "\\u%04x", c);
		else if (c == '\\' || c == (unsigned char)quote)
			str_printf(out, "\\%c", c);
		else
			str_addc(out, (char)c);
	}
	str_addc(out, quote);
}

void val_json_text(const struct val *v, char quote, struct str *out)
{
	if (out->n > VAL_MAX_STRING)
		return;
	if (v->open && !v->n) {
		add_quoted(v->open, strlen(v->open), quote, out);
		return;
	}
	switch (v->type) {
	case V_NULL:
		str_add(out, "null");
		break;
	case V_BOOL:
		str_add(out, v->b ? "true" : "false");
		break;
	case V_INT:
		str_printf(out, "%lld", (long long)v->i);
		break;
	case V_FLOAT: {
		char buf[40];

		snprintf(buf, sizeof(buf), "%.15g", v->d);
		str_add(out, buf);
		if (!strpbrk(buf, ".einf"))
			str_add(out, ".0");
		break;
	}
	case V_STR:
		add_quoted(v->s, v->n, quote, out);
		break;
	case V_LAMBDA:
		str_add(out, "(lambda)");
		break;
	case V_ARR:
		str_addc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				str_addc(out, ',');
			val_json_text(v->items[i], quote, out);
		}
		str_addc(out, ']');
		break;
	default:
		str_addc(out, '{');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				str_addc(out, ',');
			add_quoted(v->members[i].key, strlen(v->members[i].key), quote, out);
			str_addc(out, ':');
			val_json_text(v->members[i].v, quote, out);
		}
		str_addc(out, '}');
	}
}

void val_brief(const struct val *v, size_t max, struct str *out)
{
	_cleanup_str_ struct str s = { 0 };

	if (v->weight > 4096) { /* not worth the walk */
		str_printf(out, "%s of %u %s", val_type_str(v), v->n,
		           v->type == V_STR   ? "bytes"
		           : v->type == V_ARR ? "elements"
		                              : "members");
		return;
	}
	val_json_text(v, '\'', &s);
	if (s.n <= max) {
		str_add(out, str_get(&s));
		return;
	}
	str_addn(out, s.s, utf8_cut(s.s, max - 3));
	str_add(out, "...");
}
