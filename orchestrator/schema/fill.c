/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of good form, copied into structs. */
#include <stdlib.h>

#include "base/str.h"
#include "schema/schema.h"

static bool fill_text(const struct field *fd, const char *s, struct arena *a, void *to)
{
	const struct enum_value *v;
	struct prefix p;
	long ms;

	switch (fd->type) {
	case T_BOOL:
		*(bool *)to = streq(s, "true");
		return true;
	case T_UINT:
		*(uint32_t *)to = (uint32_t)strtoul(s, NULL, 10);
		return true;
	case T_DURATION:
		if (str_duration(s, &ms) < 0)
			return false;
		*(uint32_t *)to = (uint32_t)ms;
		return true;
	case T_ENUM:
		v = schema_enum_find(fd->values, s);
		if (!v || v->refused)
			return false;
		if (fd->as_bool)
			*(bool *)to = v->value;
		else
			*(int *)to = v->value;
		return true;
	case T_IP:
		return !ip4_parse(s, to);
	case T_PREFIX:
		if (prefix_parse(s, &p) < 0)
			return false;
		*(struct prefix *)to = p;
		return true;
	default:
		*(const char **)to = arena_strdup(a, s);
		return schema_word_valid(fd->type, s);
	}
}

static bool fill_value(const struct field *fd, json_t *v, struct arena *a, void *to)
{
	switch (fd->type) {
	case T_BOOL:
		*(bool *)to = json_is_true(v);
		return json_is_boolean(v);
	case T_UINT:
		if (!json_is_integer(v) || json_integer_value(v) < (json_int_t)fd->min ||
		    json_integer_value(v) > (json_int_t)fd->max)
			return false;
		*(uint32_t *)to = (uint32_t)json_integer_value(v);
		return true;
	default:
		return json_is_string(v) && fill_text(fd, json_string_value(v), a, to);
	}
}

bool schema_fill(const struct object_def *def, json_t *obj, struct arena *a, void *out)
{
	bool ok = true;

	for (const struct field *fd = def->fields; fd->name; fd++) {
		bool fills = fd->at && !fd->ref && fd->type != T_SUBNET;
		json_t *v = fills || fd->required ? json_object_get(obj, fd->name) : NULL;

		if (fd->required && !v)
			ok = false;
		if (!fills)
			continue;
		void *to = (char *)out + fd->at - 1;

		if (v && !(json_is_null(v) && fd->nullable))
			ok &= fill_value(fd, v, a, to);
		else if (fd->dflt)
			fill_text(fd, fd->dflt, a, to);
	}
	return ok;
}
