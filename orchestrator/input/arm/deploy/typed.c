/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/deploy/typed.h"

#include "input/arm/deploy/param.h"

enum { TYPED_DEPTH = 8 }; /* types may name themselves */

struct typed {
	struct deployment *d;
	struct examples *x;
	struct str *out;
};

static bool is_nullable(const struct val *decl)
{
	const struct val *v = val_get(decl, "nullable");

	return v && v->type == V_BOOL && v->b;
}

static void add_json_string(const struct typed *t, const char *s)
{
	val_json_text(val_str(t->d->a->arena, s), '"', t->out);
}

static void add_typed(const struct typed *t, const char *name, const struct val *decl, int depth);

static void add_typed_members(const struct typed *t, const struct val *properties, int depth)
{
	bool any = false;

	for (uint32_t i = 0; properties && properties->type == V_OBJ && i < properties->n; i++) {
		const struct member *m = &properties->members[i];

		if (is_nullable(m->v) || is_nullable(param_declaration(t->d, m->v)))
			continue;
		str_add(t->out, any ? ", " : "");
		add_json_string(t, m->key);
		str_add(t->out, ": ");
		add_typed(t, m->key, m->v, depth + 1);
		any = true;
	}
}

/* The first form of a declaration that has several. */
static const struct val *form_of(const struct typed *t, const struct val *decl)
{
	const struct val *forms = val_path(decl, "discriminator.mapping");

	return forms && forms->type == V_OBJ && forms->n
	           ? param_declaration(t->d, forms->members[0].v)
	           : decl;
}

/* A text, a number, a switch: as if it were a parameter of its own. */
static void add_scalar(const struct typed *t, const char *name, const char *type,
                       const struct val *decl)
{
	const char *text = val_get_str(val_get(decl, "metadata"), "description");
	const struct val *v = param_stand_in(t->d, name, type, decl);
	_cleanup_str_ struct str example = { 0 };

	if (v)
		val_json_text(v, '"', t->out);
	else if (!param_example(t->x, param_carries(name, type, text), name, type, decl, &example))
		str_add(t->out, "null");
	else if (strieq(type, "string"))
		add_json_string(t, str_get(&example));
	else
		str_add(t->out, str_get(&example));
}

static void add_array(const struct typed *t, const char *name, const struct val *decl, int depth)
{
	const char *text = val_get_str(val_get(decl, "metadata"), "description");

	if (param_example(t->x, param_carries(name, "array", text), name, "array", decl, t->out))
		return;
	str_addc(t->out, '[');
	if (val_get(decl, "items"))
		add_typed(t, name, val_get(decl, "items"), depth + 1);
	str_addc(t->out, ']');
}

static void add_typed(const struct typed *t, const char *name, const struct val *decl, int depth)
{
	const struct val *to = param_declaration(t->d, decl), *list = val_get(to, "allowedValues");
	const char *type = param_type(t->d, to);

	if (depth > TYPED_DEPTH) {
		str_add(t->out, "null");
	} else if (list && list->type == V_ARR && list->n && !strieq(type, "array")) {
		val_json_text(list->items[0], '"', t->out);
	} else if (strieq(type, "array")) {
		add_array(t, name, to, depth);
	} else if (strieq(type, "object") || strieq(type, "secureObject")) {
		str_addc(t->out, '{');
		add_typed_members(t, val_get(form_of(t, to), "properties"), depth);
		str_addc(t->out, '}');
	} else {
		add_scalar(t, name, type, to);
	}
}

bool typed_example(struct deployment *d, struct examples *x, const char *name,
                   const struct val *decl, struct str *out)
{
	const struct typed t = { d, x, out };
	const struct val *to = param_declaration(d, decl);

	if (!val_get(to, "items") && !val_get(form_of(&t, to), "properties"))
		return false;
	add_typed(&t, name, to, 0);
	return true;
}
