/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that people keep and edit: what fits stands on one line, maps of named objects have a line
 * for each. */
#include "base/visible.h"
#include "input/import/priv.h"

enum { WIDTH = 120, INDENT = 2 };

static void write_indent(struct str *s, int depth)
{
	for (int i = 0; i < depth * INDENT; i++)
		str_addc(s, ' ');
}

/* Levels of objects in v; 0 for a scalar. */
static int object_depth(const json_t *v)
{
	int h = 0, d;
	const char *key;
	json_t *x;
	size_t i;

	json_object_foreach ((json_t *)v, key, x)
		if ((d = object_depth(x)) > h)
			h = d;
	json_array_foreach ((json_t *)v, i, x)
		if ((d = object_depth(x)) > h)
			h = d;
	return json_is_object(v) || json_is_array(v) ? h + 1 : 0;
}

/* ARM's id of an imported object: who keeps a topology reads its "source". */
static bool is_arm_id(const json_t *obj, const char *key, const json_t *v)
{
	const char *s = json_string_value(v);

	return streq(key, "id") && s && *s == '/' && json_object_get(obj, "source");
}

static void write_flat(struct str *s, const json_t *v)
{
	const char *key;
	json_t *x;
	size_t i;
	bool first = true;

	if (json_is_object(v) && json_object_size(v)) {
		json_object_foreach ((json_t *)v, key, x) {
			if (is_arm_id(v, key, x))
				continue;
			json_t *k = json_string(key);
			_cleanup_free_ char *name = json_text_visible(k, JSON_ENCODE_ANY);

			str_printf(s, "%s%s: ", first ? "{ " : ", ", name);
			write_flat(s, x);
			first = false;
			json_decref(k);
		}
		str_add(s, " }");
	} else if (json_is_array(v)) {
		str_addc(s, '[');
		json_array_foreach ((json_t *)v, i, x) {
			str_add(s, i ? ", " : "");
			write_flat(s, x);
		}
		str_addc(s, ']');
	} else {
		_cleanup_free_ char *text = json_text_visible(v, JSON_ENCODE_ANY | JSON_COMPACT);

		str_add(s, text ? text : "null");
	}
}

static void write_json_value(struct str *s, const json_t *v, int depth, size_t used);

static void write_members(struct str *s, const json_t *v, int depth)
{
	const char *key;
	json_t *x;
	size_t i, n = 0;

	json_object_foreach ((json_t *)v, key, x) {
		if (is_arm_id(v, key, x))
			continue;
		json_t *k = json_string(key);
		_cleanup_free_ char *name = json_text_visible(k, JSON_ENCODE_ANY);

		str_add(s, n++ ? ",\n" : "\n");
		write_indent(s, depth + 1);
		str_printf(s, "%s: ", name);
		write_json_value(s, x, depth + 1, strlen(name) + 2);
		json_decref(k);
	}
	json_array_foreach ((json_t *)v, i, x) {
		str_add(s, i ? ",\n" : "\n");
		write_indent(s, depth + 1);
		write_json_value(s, x, depth + 1, 0);
	}
}

static void write_json_value(struct str *s, const json_t *v, int depth, size_t used)
{
	/* Three levels of objects do not go on one line. */
	if (object_depth(v) <= 2) {
		_cleanup_str_ struct str line = { 0 };

		write_flat(&line, v);
		if ((size_t)(depth * INDENT) + used + line.n < WIDTH || !object_depth(v)) {
			str_add(s, str_get(&line));
			return;
		}
	}
	str_addc(s, json_is_array(v) ? '[' : '{');
	write_members(s, v, depth);
	str_addc(s, '\n');
	write_indent(s, depth);
	str_addc(s, json_is_array(v) ? ']' : '}');
}

char *import_text(const json_t *topology)
{
	struct str s = { 0 };

	str_addc(&s, '{');
	write_members(&s, topology, 0);
	str_add(&s, "\n}\n");
	return str_take(&s);
}
