/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schema/rows.h"

#include <stdio.h>

#include "base/str.h"

static bool has_objects(const struct field *f)
{
	return f->object && (f->type == T_OBJECT || f->item == T_OBJECT);
}

/* Costs nothing for tables whose rows all say where they show. */
static bool any_silent(const struct object_def *def)
{
	for (const struct field *f = def->fields; f->name; f++) {
		if (f->type == T_UNSUPPORTED || f->nodes)
			continue;
		if (!f->shows || (has_objects(f) && any_silent(f->object)))
			return true;
	}
	return false;
}

static uint64_t hash_schema_text(uint64_t h, const char *s)
{
	return bytes_hash(h, s, strlen(s) + 1);
}

/* A value that is not given, or null, is the same as its default. */
static uint64_t hash_field_value(uint64_t h, const struct field *f, const json_t *v)
{
	char number[32];

	if (!v || json_is_null(v))
		return hash_schema_text(h, f->dflt ? f->dflt : "");
	if (json_is_string(v))
		return hash_schema_text(h, json_string_value(v));
	if (json_is_boolean(v))
		return hash_schema_text(h, json_is_true(v) ? "true" : "false");
	if (json_is_integer(v)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		return hash_schema_text(h, number);
	}
	_cleanup_free_ char *all = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	return hash_schema_text(h, all ? all : "");
}

static uint64_t rows(uint64_t h, const struct object_def *def, json_t *obj);

static uint64_t hash_members(uint64_t h, const struct field *f, json_t *v)
{
	const char *key;
	json_t *x;
	size_t i;

	if (json_is_array(v)) {
		json_array_foreach (v, i, x)
			h = rows(h, f->object, x);
	} else if (f->type == T_MAP) {
		json_object_foreach (v, key, x) {
			if (!f->shows)
				h = hash_schema_text(h, key);
			h = rows(h, f->object, x);
		}
	} else if (v) {
		h = rows(h, f->object, v);
	}
	return h;
}

static uint64_t rows(uint64_t h, const struct object_def *def, json_t *obj)
{
	for (const struct field *f = def->fields; f->name; f++) {
		json_t *v = json_object_get(obj, f->name);

		if (f->type == T_UNSUPPORTED || f->nodes)
			continue;
		if (has_objects(f))
			h = hash_members(h, f, v);
		else if (!f->shows)
			h = hash_field_value(hash_schema_text(h, f->name), f, v);
	}
	return h;
}

uint64_t schema_rows(const struct object_def *def, json_t *obj)
{
	return any_silent(def) ? rows(BYTES_HASH_SEED, def, obj) : BYTES_HASH_SEED;
}

/* "/virtualMachines/nva~1x/nic" -> "virtualMachines", "nva/x" */
static const char *token(const char *p, char *buf, size_t cap)
{
	size_t n = 0;

	for (p += *p == '/'; *p && *p != '/' && n + 1 < cap; p++) {
		if (*p == '~' && (p[1] == '0' || p[1] == '1'))
			buf[n++] = *++p == '0' ? '~' : '/';
		else
			buf[n++] = *p;
	}
	buf[n] = '\0';
	return p;
}

uint64_t schema_rows_of_node(const struct object_def *top, json_t *topology, const char *pointer)
{
	char map[64], name[256];

	token(token(pointer, map, sizeof(map)), name, sizeof(name));
	const struct field *f = schema_field(top, map);

	if (!f || !f->object)
		return BYTES_HASH_SEED;
	return schema_rows(f->object, json_object_get(json_object_get(topology, map), name));
}

uint64_t schema_rows_of_rest(const struct object_def *top, json_t *topology)
{
	return schema_rows(top, topology);
}
