/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters, variables, functions, outputs. */
#include "input/bicep/lower.h"

/* The declarations that are seen at the top of a file. */
struct top {
	struct bicep_file *file;
	const struct bbind *binds;
	const struct bicep_decl *within;
	json_t *needs;
	bool runtime;
	char *pointer;
};

static struct top enter_top(struct blow *l, struct bicep_file *f, const char *list,
                            const char *name)
{
	struct top mine = { l->file,  l->binds,   l->within,
		            l->needs, l->runtime, xstrdup(str_get(&l->pointer)) };

	l->file = f;
	l->binds = NULL;
	l->within = NULL;
	l->runtime = false;
	bicep_leave(l, 0);
	if (f != l->main) /* its places are not told by this template */
		return mine;
	bicep_enter(l, list);
	bicep_enter(l, name);
	return mine;
}

static void leave_top(struct blow *l, struct top *mine)
{
	l->file = mine->file;
	l->binds = mine->binds;
	l->within = mine->within;
	l->needs = mine->needs;
	bicep_leave(l, 0);
	str_add(&l->pointer, mine->pointer);
	free(mine->pointer);
}

/* Describes a variable that was declared: {"name", "needs", "text"}, the last one if only what is
 * deployed gives its value. */
static json_t *known_variable(struct blow *l, const struct bicep_decl *d, const char *key)
{
	json_t *info = json_object_get(l->pulled, key), *needs, *value;
	bool own = d->file == l->main;
	struct top mine;

	if (info)
		return info;
	needs = json_object();
	info = json_pack("{s:o, s:b, s:O}", "name",
	                 own ? json_string(d->name)
	                     : json_sprintf("_%zu.%s", json_object_size(l->pulled), d->name),
	                 "busy", 1, "needs", needs);
	json_object_set_new(l->pulled, key, info);
	mine = enter_top(l, d->file, "variables", d->name);
	l->needs = needs;
	bicep_put_place(l, &d->place);
	value = d->value ? bicep_value(l, d->value) : json_null();
	if (l->runtime && d->value) {
		_cleanup_str_ struct str text = { 0 };

		l->text(l, d->value, &text);
		json_object_set_new(info, "text", json_string(str_get(&text)));
		json_decref(value);
	} else {
		json_object_set_new(json_object_get(l->template, "variables"),
		                    json_string_value(json_object_get(info, "name")), value);
	}
	leave_top(l, &mine);
	json_decref(needs);
	json_object_del(info, "busy");
	return info;
}

const char *declare_variable(struct blow *l, const struct bicep_decl *d, struct str *inlined)
{
	const char *key = arena_printf(l->b->arena, "%s#%s", d->file->name, d->name);
	bool runtime = l->runtime;
	json_t *info = known_variable(l, d, key), *text = json_object_get(info, "text");

	l->runtime = runtime || text;
	if (json_object_get(info, "busy")) {
		bicep_report(l, SEV_ERROR, "BICEP-CIRCLE-01", d->place, NULL,
		             "the value of \"%s\" depends on itself", d->name);
		str_add(inlined, "null()");
		return NULL;
	}
	if (l->needs)
		json_object_update(l->needs, json_object_get(info, "needs"));
	if (!text)
		return json_string_value(json_object_get(info, "name"));
	str_add(inlined, json_string_value(text));
	return NULL;
}

/* --- functions ---------------------------------------------------------------------------------
 */

static json_t *function_members(struct blow *l)
{
	json_t *list = json_object_get(l->template, "functions");

	if (!json_array_size(list))
		json_array_append_new(list,
		                      json_pack("{s:s, s:{}}", "namespace", "__bicep", "members"));
	return json_object_get(json_array_get(list, 0), "members");
}

static json_t *function_body(struct blow *l, const struct bicep_decl *d)
{
	json_t *params = json_array(), *type = bicep_type(l, d->type), *value;
	struct bbind *room = arena_array(l->b->arena, d->n_args + 1, sizeof(*room));

	for (size_t i = 0; i < d->n_args; i++) {
		json_t *one = d->arg_types[i] ? bicep_type(l, d->arg_types[i]) : json_object();

		json_object_set_new(one, "name", json_string(d->args[i]));
		json_array_append_new(params, one);
		room[i] = (struct bbind){ i ? &room[i - 1] : NULL, d->args[i],
			                  arena_printf(l->b->arena, "parameters('%s')", d->args[i]),
			                  NULL };
	}
	l->binds = d->n_args ? &room[d->n_args - 1] : NULL;
	value = d->value ? bicep_value(l, d->value) : json_null();
	json_object_set_new(type, "value", value);
	return json_pack("{s:o, s:o}", "parameters", params, "output", type);
}

const char *declare_function(struct blow *l, const struct bicep_decl *d)
{
	const char *key = arena_printf(l->b->arena, "%s#%s", d->file->name, d->name);
	const char *name = json_string_value(json_object_get(l->pulled, key));
	struct top mine;

	if (name)
		return name;
	json_object_set_new(l->pulled, key,
	                    d->file == l->main
	                        ? json_string(d->name)
	                        : json_sprintf("_%zu_%s", json_object_size(l->pulled), d->name));
	name = json_string_value(json_object_get(l->pulled, key));
	mine = enter_top(l, d->file, "functions", d->name);
	l->needs = NULL;
	json_object_set_new(function_members(l), name, function_body(l, d));
	l->runtime = mine.runtime;
	leave_top(l, &mine);
	return name;
}

/* --- parameters and outputs --------------------------------------------------------------------
 */

static void add_decorators(struct blow *l, const struct bicep_decl *d, json_t *out)
{
	static const char *const plain[][2] = {
		{ "allowed", "allowedValues" }, { "minLength", "minLength" },
		{ "maxLength", "maxLength" },   { "minValue", "minValue" },
		{ "maxValue", "maxValue" },     { "metadata", "metadata" }
	};
	const char *type = json_string_value(json_object_get(out, "type"));
	const struct bx *x;

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if ((x = bicep_decorator(d, plain[i][0])) && x->n_items)
			json_object_set_new(out, plain[i][1], bicep_value(l, x->items[0]));
	if ((x = bicep_decorator(d, "description")) && x->n_items) {
		json_t *metadata = json_object_get(out, "metadata");

		if (!json_is_object(metadata))
			json_object_set_new(out, "metadata", json_object());
		metadata = json_object_get(out, "metadata");
		json_object_set_new(metadata, "description", bicep_value(l, x->items[0]));
	}
	if (bicep_decorator(d, "secure"))
		json_object_set_new(
		    out, "type",
		    json_string(streq(type, "object") ? "secureObject" : "securestring"));
}

/* A parameter or an output: room names the template's part, value_key what its value is called
 * there. */
static void declare_typed(struct blow *l, const struct bicep_decl *d, const char *room,
                          const char *value_key)
{
	struct top mine = enter_top(l, l->main, room, d->name);
	json_t *out;

	l->needs = NULL;
	bicep_put_place(l, &d->place);
	out = d->type ? bicep_type(l, d->type) : json_pack("{s:s}", "type", "object");
	add_decorators(l, d, out);
	if (d->value) {
		size_t n = bicep_enter(l, value_key);

		json_object_set_new(out, value_key, bicep_value(l, d->value));
		bicep_leave(l, n);
	}
	json_object_set_new(json_object_get(l->template, room), d->name, out);
	leave_top(l, &mine);
}

/* Declares what a parameter file gives as an output of the template that the file becomes. */
static void declare_given(struct blow *l, const struct bicep_decl *d)
{
	_cleanup_str_ struct str inlined = { 0 };
	const char *name = declare_variable(l, d, &inlined);

	json_object_set_new(json_object_get(l->template, "outputs"), d->name,
	                    json_pack("{s:s, s:o}", "type", "object", "value",
	                              json_sprintf("[variables('%s')]", name ? name : "")));
}

void declare_all(struct blow *l)
{
	_cleanup_str_ struct str ignored = { 0 };

	for (size_t i = 0; i < l->main->n_decls; i++) {
		const struct bicep_decl *d = l->main->decls[i];

		switch (d->sort) {
		case BS_PARAM:
			if (l->b->params_file)
				declare_given(l, d);
			else
				declare_typed(l, d, "parameters", "defaultValue");
			break;
		case BS_VAR:
			declare_variable(l, d, &ignored);
			break;
		case BS_FUNC:
			declare_function(l, d);
			break;
		case BS_OUTPUT:
			declare_typed(l, d, "outputs", "value");
			break;
		case BS_TYPE: {
			const struct bx name = { .sort = BX_NAME,
				                 .name = d->name,
				                 .place = d->place };

			json_decref(bicep_type(l, &name));
			break;
		}
		default:
			break;
		}
	}
}
