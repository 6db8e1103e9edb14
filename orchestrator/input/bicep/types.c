/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as templates have them.  Microsoft Learn, "Definitions in ARM templates". */
#include "input/bicep/lower.h"

static json_t *object_type(struct blow *l, const struct bx *x)
{
	json_t *properties = json_object(), *out = json_pack("{s:s}", "type", "object");

	for (size_t i = 0; i < x->n_items; i++) {
		const struct bx *item = x->items[i];
		json_t *one = bicep_type(l, item->type);

		if (streq(item->name, "*"))
			json_object_set_new(out, "additionalProperties", one);
		else
			json_object_set_new(properties, item->name, one);
	}
	if (json_object_size(properties))
		json_object_set_new(out, "properties", properties);
	else
		json_decref(properties);
	return out;
}

static const char *literal_type(const struct bx *x)
{
	return x->sort == BX_INT || x->sort == BX_MINUS ? "int"
	       : x->sort == BX_BOOL                     ? "bool"
	       : x->sort == BX_ARRAY                    ? "array"
	       : x->sort == BX_OBJECT                   ? "object"
	                                                : "string";
}

/* 'a' | 'b' | null, and unions of names, of which the first says what they are. */
static json_t *union_type(struct blow *l, const struct bx *x)
{
	json_t *allowed = json_array(), *out = NULL;
	bool nullable = false, literal = true;

	for (size_t i = 0; i < x->n_items; i++) {
		const struct bx *item = x->items[i];
		bool null =
		    item->sort == BX_NULL || (item->sort == BX_NAME && streq(item->name, "null"));

		nullable = nullable || null;
		if (null)
			continue;
		literal = literal && (item->sort == BX_STRING || item->sort == BX_INT);
		if (!literal) {
			if (!out)
				out = bicep_type(l, item);
			continue;
		}
		json_array_append_new(allowed, item->sort == BX_INT ? json_integer(item->number)
		                                                    : json_of_string(item->name));
	}
	if (!out || literal) {
		json_decref(out);
		out = json_pack("{s:s, s:O}", "type", literal_type(x->items[0]), "allowedValues",
		                allowed);
	}
	if (nullable)
		json_object_set_new(out, "nullable", json_true());
	json_decref(allowed);
	return out;
}

/* A type that a declaration names becomes a definition. */
static json_t *named_type(struct blow *l, const struct bx *x)
{
	static const char *const plain[][2] = {
		{ "string", "string" }, { "int", "int" },     { "bool", "bool" },
		{ "object", "object" }, { "array", "array" }, { "any", "object" },
	};
	const struct bicep_decl *d = NULL;

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (!x->of && streq(x->name, plain[i][0]))
			return json_pack("{s:s}", "type", plain[i][1]);
	if (!x->of)
		d = blow_find(l, x->name);
	if (!d || d->sort != BS_TYPE) {
		const char *foreign = blow_foreign_type(l, x);

		if (foreign)
			return json_pack("{s:s}", "type", foreign);
		d = blow_imported(l, x);
	}
	if (!d || d->sort != BS_TYPE || !d->type) {
		if (!x->of)
			bicep_report(l, SEV_ERROR, "BICEP-TYPE-01", x->place, NULL,
			             "there is no type \"%s\"", x->name);
		return json_pack("{s:s}", "type", "object");
	}
	const char *key = arena_printf(l->b->arena, "%s#%s", d->file->name, d->name);
	const char *name = json_string_value(json_object_get(l->pulled, key));
	json_t *all = json_object_get(l->template, "definitions");

	if (!name) {
		struct bicep_file *mine = l->file;

		name = d->file == l->main ? d->name
		                          : arena_printf(l->b->arena, "_%zu.%s",
		                                         json_object_size(l->pulled), d->name);
		json_object_set_new(l->pulled, key, json_string(name));
		name = json_string_value(json_object_get(l->pulled, key));
		l->file = d->file;
		json_object_set_new(all, name, bicep_type(l, d->type));
		l->file = mine;
	}
	return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s", name));
}

json_t *bicep_type(struct blow *l, const struct bx *x)
{
	json_t *of;

	switch (x->sort) {
	case BX_LIST:
		return json_pack("{s:s, s:o}", "type", "array", "items", bicep_type(l, x->of));
	case BX_NULLABLE:
		of = bicep_type(l, x->of);
		json_object_set_new(of, "nullable", json_true());
		return of;
	case BX_UNION:
		return union_type(l, x);
	case BX_OBJECT:
		return object_type(l, x);
	case BX_NAME:
		return named_type(l, x);
	case BX_MEMBER:
		if (x->of->sort == BX_NAME && !streq(x->of->name, "object"))
			return named_type(l, x);
		return json_pack("{s:s}", "type", "object");
	case BX_STRING:
		return json_pack("{s:s, s:[o]}", "type", "string", "allowedValues",
		                 json_of_string(x->name));
	case BX_INT:
		return json_pack("{s:s, s:[I]}", "type", "int", "allowedValues",
		                 (json_int_t)x->number);
	default:
		return json_pack("{s:s}", "type", literal_type(x));
	}
}
