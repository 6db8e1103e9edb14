/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of variables: string, list(string), object({ name = string, size = optional(number, 2) }).
 */
#include "input/tfsource/source.h"

static const char *name_type_expr(const struct hcl_expr *t)
{
	return t->sort == HCL_NAME || t->sort == HCL_CALL ? t->name : "";
}

static json_t *convert_scalar(const char *type, json_t *v)
{
	json_t *out = NULL;
	bool yes;

	if (streq(type, "string") && !json_is_string(v)) {
		struct str text = { 0 };

		if (hcl_to_text(v, &text))
			out = json_stringn(str_get(&text), text.n);
		str_free_p(&text);
	} else if (streq(type, "number")) {
		out = hcl_to_number(v);
	} else if (streq(type, "bool") && hcl_to_bool(v, &yes)) {
		out = json_boolean(yes);
	}
	if (!out)
		return v;
	json_decref(v);
	return out;
}

static json_t *convert_elements(struct source *s, const struct hcl_expr *of, json_t *v)
{
	json_t *out = json_is_array(v) ? json_array() : json_object(), *x;
	const char *key;
	size_t i;

	json_array_foreach (v, i, x)
		json_array_append_new(out, tfs_convert(s, of, json_incref(x)));
	json_object_foreach (v, key, x)
		json_object_set_new(out, key, tfs_convert(s, of, json_incref(x)));
	json_decref(v);
	return out;
}

/* Drops attributes that the type does not name, and adds those that may be left out, as null or
 * their default. */
static json_t *convert_object(struct source *s, const struct hcl_expr *shape, json_t *v)
{
	json_t *out = json_object();

	for (size_t i = 0; i + 1 < shape->n_items; i += 2) {
		const char *name = json_string_value(shape->items[i]->value);
		const struct hcl_expr *type = shape->items[i + 1];
		bool optional = type->sort == HCL_CALL && streq(type->name, "optional");
		json_t *x = name ? json_object_get(v, name) : NULL;

		if (!name)
			continue;
		if (!x && hcl_is_handle(v)) {
			x = s->ev.attr(&s->ev, v, name, type);
		} else if (x && !(optional && json_is_null(x) && type->n_items > 1)) {
			json_incref(x);
		} else if (optional && type->n_items > 1) {
			x = tfs_eval(s, type->items[1], s->module, NULL);
		} else {
			x = json_null();
		}
		json_object_set_new(
		    out, name,
		    tfs_convert(s, optional ? type->items[0] : type, x ? x : json_null()));
	}
	json_decref(v);
	return out;
}

json_t *tfs_convert(struct source *s, const struct hcl_expr *type, json_t *v)
{
	const char *name = type ? name_type_expr(type) : "";
	const struct hcl_expr *of = type && type->n_items ? type->items[0] : NULL;

	if (!type || json_is_null(v) || hcl_is_unknown(v))
		return v;
	if (type->sort == HCL_NAME && !streq(name, "any") &&
	    !(streq(name, "list") || streq(name, "map") || streq(name, "set")))
		return convert_scalar(name, v);
	if (!of || type->sort != HCL_CALL)
		return v;
	if (streq(name, "object") && of->sort == HCL_OBJECT && json_is_object(v))
		return convert_object(s, of, v);
	if (hcl_is_handle(v))
		return v;
	if ((streq(name, "list") && json_is_array(v)) || (streq(name, "map") && json_is_object(v)))
		return convert_elements(s, of, v);
	if (streq(name, "set") && json_is_array(v)) {
		json_t *list = convert_elements(s, of, v), *set = hcl_set_of(list);

		json_decref(list);
		return set;
	}
	return v;
}

const char *tfs_type_word(const struct hcl_expr *t)
{
	if (t && (t->sort == HCL_NAME || t->sort == HCL_CALL))
		return t->name;
	/* "string", as it was written once */
	return t && t->sort == HCL_LITERAL && json_is_string(t->value) ? json_string_value(t->value)
	                                                               : "string";
}

const struct hcl_expr *tfs_type_bare(const struct hcl_expr *t)
{
	return t->sort == HCL_CALL && streq(t->name, "optional") && t->n_items ? t->items[0] : t;
}

const struct hcl_block *tfs_find_variable(const struct tfs_code *c, const char *name)
{
	for (size_t i = 0; i < c->n_variables; i++)
		if (streq(c->variables[i]->labels[0], name))
			return c->variables[i];
	return NULL;
}

const char *tfs_variable_text(const struct hcl_block *b)
{
	const struct hcl_expr *e = hcl_attr_find(b->body, "description");

	return e && e->sort == HCL_LITERAL ? json_string_value(e->value) : NULL;
}
