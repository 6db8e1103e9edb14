/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The field table as a JSON Schema, draft-07, for editors. */
#include "base/str.h"
#include "input/topology.h"
#include "input/topology_def.h"

static json_t *object_ref(const struct object_def *def, json_t *defs);

static json_t *enum_json(const struct enum_value *v)
{
	json_t *list = json_array();

	for (; v->name; v++)
		if (!v->refused)
			json_array_append_new(list, json_string(v->name));
	return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *word_json(const struct field *fd, enum field_type t)
{
	_cleanup_free_ char *own = fd->pattern ? fd->pattern() : NULL;
	const char *pattern = own ? own : field_type_pattern(t);

	return json_pack("{s:s, s:s*}", "type", "string", "pattern", pattern);
}

static json_t *value_json(const struct field *fd, enum field_type t, json_t *defs);

static json_t *map_json(const struct field *fd, json_t *defs)
{
	json_t *j = json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
	                      value_json(fd, fd->item, defs));

	if (fd->keys == KEYS_NAME)
		json_object_set_new(j, "propertyNames",
		                    json_pack("{s:s}", "pattern", NAME_PATTERN));
	return j;
}

static json_t *choices_json(const struct field *fd, json_t *defs)
{
	json_t *list = json_array();

	for (size_t i = 0; fd->choices[i]; i++)
		json_array_append_new(list, object_ref(fd->choices[i], defs));
	return json_pack("{s:o}", "anyOf", list);
}

static json_t *value_json(const struct field *fd, enum field_type t, json_t *defs)
{
	json_t *j;

	switch (t) {
	case T_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case T_UINT:
		return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
		                 (json_int_t)fd->min, "maximum", (json_int_t)fd->max);
	case T_ENUM:
		return enum_json(fd->values);
	case T_PUBLIC_IP:
		return json_pack("{s:[s,s], s:s}", "type", "boolean", "string", "pattern",
		                 NAME_PATTERN);
	case T_LIST:
		j = json_pack("{s:s, s:o}", "type", "array", "items",
		              value_json(fd, fd->item, defs));
		if (fd->min)
			json_object_set_new(j, "minItems", json_integer(fd->min));
		return j;
	case T_OBJECT:
		return object_ref(fd->object, defs);
	case T_MAP:
		return map_json(fd, defs);
	case T_CHECK:
		return choices_json(fd, defs);
	case T_UNSUPPORTED:
		return json_pack("{s:[s,s,s], s:i, s:i}", "type", "object", "array", "null",
		                 "maxProperties", 0, "maxItems", 0);
	default:
		return word_json(fd, t);
	}
}

static json_t *default_json(const struct field *fd)
{
	if (fd->type == T_BOOL || fd->type == T_PUBLIC_IP)
		return json_boolean(streq(fd->dflt, "true"));
	if (fd->type == T_UINT)
		return json_integer(strtol(fd->dflt, NULL, 10));
	return json_string(fd->dflt);
}

/* "type" cannot stand beside "$ref" in draft-07, so alternatives go into anyOf. */
static json_t *alternative(json_t *a, json_t *b)
{
	return json_pack("{s:[o,o]}", "anyOf", a, b);
}

static json_t *field_json(const struct field *fd, json_t *defs)
{
	json_t *j = value_json(fd, fd->type, defs);
	_cleanup_str_ struct str help = { 0 };

	if (fd->or_list)
		j = alternative(j, json_pack("{s:s, s:o}", "type", "array", "items",
		                             value_json(fd, fd->type, defs)));
	if (fd->nullable)
		j = alternative(j, json_pack("{s:s}", "type", "null"));
	if (json_object_get(j, "$ref"))
		j = json_pack("{s:[o]}", "allOf", j);
	if (fd->type == T_UNSUPPORTED)
		str_printf(&help, "Not emulated by this version (%s).", fd->help);
	else if (fd->help)
		str_add(&help, fd->help);
	if (fd->source)
		str_printf(&help, " Source: %s. Confidence: %s.", fd->source, fd->confidence);
	json_object_set_new(j, "description", json_string(str_get(&help)));
	if (fd->dflt)
		json_object_set_new(j, "default", default_json(fd));
	return j;
}

static json_t *object_json(const struct object_def *def, json_t *defs)
{
	json_t *props = json_object(), *required = json_array();
	json_t *j = json_pack("{s:s, s:s, s:b}", "title", def->title, "type", "object",
	                      "additionalProperties", 0);

	if (def->help)
		json_object_set_new(j, "description", json_string(def->help));
	for (const struct field *fd = def->fields; fd->name; fd++) {
		json_object_set_new(props, fd->name, field_json(fd, defs));
		if (fd->required)
			json_array_append_new(required, json_string(fd->name));
	}
	for (const struct field *fd = schema_common; fd->name; fd++)
		if (!json_object_get(props, fd->name))
			json_object_set_new(props, fd->name, field_json(fd, defs));
	json_object_set_new(j, "properties", props);
	if (json_array_size(required))
		json_object_set(j, "required", required);
	json_decref(required);
	return j;
}

static json_t *object_ref(const struct object_def *def, json_t *defs)
{
	_cleanup_free_ char *ref = xasprintf("#/definitions/%s", def->id);

	if (!json_object_get(defs, def->id)) {
		json_object_set_new(defs, def->id, json_null()); /* being made */
		json_object_set_new(defs, def->id, object_json(def, defs));
	}
	return json_pack("{s:s}", "$ref", ref);
}

json_t *topology_schema(void)
{
	json_t *defs = json_object(), *top = object_json(topology_def(), defs);
	json_t *j = json_pack("{s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#",
	                      "$id", "topology.schema.json");

	json_object_update(j, top);
	json_decref(top);
	json_object_set_new(j, "definitions", defs);
	return j;
}
