/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of functions: arguments, and the few functions that decide themselves what is evaluated. */
#include "input/hcl/func.h"

static const struct hcl_func *const func_tables[] = {
	hcl_text_funcs, hcl_list_funcs, hcl_map_funcs,  hcl_number_funcs, hcl_net_funcs,
	hcl_code_funcs, hcl_file_funcs, hcl_time_funcs, hcl_regex_funcs,
};

enum { NAMES_MAX = 256 };

const struct hcl_func *hcl_func_find(const char *name, const char **ret_near)
{
	const char *names[NAMES_MAX] = { "try", "can", "templatefile" };
	size_t n = 3;

	if (str_starts(name, "core::"))
		name += strlen("core::");
	for (size_t t = 0; t < ARRAY_LEN(func_tables); t++)
		for (const struct hcl_func *f = func_tables[t]; f->name; f++) {
			if (streq(f->name, name))
				return f;
			if (n < NAMES_MAX)
				names[n++] = f->name;
		}
	*ret_near = str_nearest(name, names, n);
	return NULL;
}

/* --- those that decide themselves
 * ------------------------------------------------------------------ */

static json_t *eval_try(struct hcl_eval *ev, const struct hcl_expr *e, bool can)
{
	for (size_t i = 0; i < e->n_items; i++) {
		size_t errors = ev->errors;

		ev->quiet++;
		json_t *v = hcl_eval(ev, e->items[i]);

		ev->quiet--;
		bool ok = ev->errors == errors;

		if (can) {
			json_decref(v);
			ev->errors = errors;
			return json_boolean(ok);
		}
		if (ok)
			return v;
		json_decref(v);
		ev->errors = errors;
	}
	return hcl_fail(ev, e->place, can ? "HCL-FUNC-01" : "HCL-FUNC-02", NULL,
	                "%s(): no argument can be evaluated", e->name);
}

/* The file's own names are the members of an object, and nothing else. */
static json_t *render_template_file(struct hcl_eval *ev, const struct hcl_expr *e, const char *path,
                                    json_t *vars)
{
	_cleanup_str_ struct str text = { 0 };
	size_t n = json_object_size(vars), k = 0;
	struct hcl_vars *chain = xcalloc(n + 1, sizeof(*chain));
	const struct hcl_vars *before = ev->vars;
	bool only = ev->only_vars;
	const char *key;
	json_t *x, *v;

	if (!ev->file(ev, path, &text)) {
		free(chain);
		return hcl_fail(ev, e->place, "HCL-FILE-01", NULL, "%s(\"%s\"): %s", e->name, path,
		                str_get(&text));
	}
	const struct hcl_expr *template =
	    hcl_parse_template(ev->tree, path, str_get(&text), text.n);

	json_object_foreach (vars, key, x) {
		chain[k] = (struct hcl_vars){ k ? &chain[k - 1] : NULL, key, x };
		k++;
	}
	ev->vars = k ? &chain[k - 1] : NULL;
	ev->only_vars = true;
	v = hcl_eval(ev, template);
	ev->only_vars = only;
	ev->vars = before;
	free(chain);
	return v;
}

static json_t *eval_templatefile(struct hcl_eval *ev, const struct hcl_expr *e)
{
	if (e->n_items != 2)
		return hcl_fail(ev, e->place, "HCL-FUNC-01", NULL,
		                "templatefile() takes a path and an object");
	json_t *path = hcl_eval(ev, e->items[0]), *vars = hcl_open(ev, hcl_eval(ev, e->items[1]));
	json_t *v;

	if (hcl_is_unknown(path) || hcl_is_unknown(vars))
		v = hcl_unknown("the text of a template");
	else if (!json_is_string(path) || !json_is_object(vars))
		v = hcl_fail(ev, e->place, "HCL-FUNC-02", NULL,
		             "templatefile() takes a path and an object");
	else
		v = render_template_file(ev, e, json_string_value(path), vars);
	json_decref(path);
	json_decref(vars);
	return v;
}

/* --- calls ---------------------------------------------------------------------------------------
 */

static bool push_arg(struct hcl_call *c, json_t *v /* stolen */)
{
	if (c->n == FUNC_ARGS) {
		json_decref(v);
		return false;
	}
	/* lookup() asks a resource for one part: it is not asked for all. */
	c->args[c->n++] = streq(c->name, "lookup") ? v : hcl_open(c->ev, v);
	return true;
}

static bool push_args(struct hcl_call *c)
{
	bool all = true;
	json_t *x;
	size_t i;

	for (size_t k = 0; k < c->e->n_items; k++) {
		json_t *v = hcl_eval(c->ev, c->e->items[k]);

		if (!c->e->spread || k + 1 < c->e->n_items || hcl_is_unknown(v)) {
			all = push_arg(c, v) && all;
			continue;
		}
		json_array_foreach (v, i, x)
			all = push_arg(c, json_incref(x)) && all;
		json_decref(v);
	}
	return all;
}

/* The unknown value that makes the call's unknown, or NULL. */
static const json_t *unknown_arg(const struct hcl_call *c, bool bears)
{
	for (size_t i = 0; i < c->n; i++)
		if (hcl_is_unknown(c->args[i]) || (!bears && hcl_has_unknown(c->args[i])))
			return c->args[i];
	return NULL;
}

/* Counts what a call copies or looks at as work: a list that doubles itself ends the evaluation
 * before it takes memory.  False: that is too much. */
static bool pay_for(struct hcl_call *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->ev->steps += json_array_size(c->args[i]) + json_object_size(c->args[i]) +
		                json_string_length(c->args[i]) / 64;
	return c->ev->steps <= HCL_EVAL_STEPS;
}

static json_t *call_func(struct hcl_call *c, const struct hcl_func *f)
{
	bool all = push_args(c);

	if (!pay_for(c))
		return hcl_exhausted(c->ev, c->e->place);
	const json_t *unknown = unknown_arg(c, f->bears);

	if (!all)
		return func_fail(c, "it has more than %d arguments", FUNC_ARGS);
	if (unknown) {
		const char *of = hcl_unknown_of(unknown);

		return hcl_unknown(of ? of : "what is made of it");
	}
	if (c->n < f->min || c->n > f->max)
		return func_fail(c, "it has %zu arguments, and takes %u%s", c->n, f->min,
		                 f->max > f->min ? " or more" : "");
	if (!f->bears)
		for (size_t i = 0; i < c->n; i++)
			c->args[i] = hcl_open_deep(c->ev, c->args[i], 8);
	return f->fn(c);
}

json_t *hcl_eval_call(struct hcl_eval *ev, const struct hcl_expr *e)
{
	struct hcl_call c = { .ev = ev, .e = e, .name = e->name };
	const char *near = NULL;

	if (streq(e->name, "try") || streq(e->name, "can"))
		return eval_try(ev, e, *e->name == 'c');
	if (streq(e->name, "templatefile"))
		return eval_templatefile(ev, e);
	const struct hcl_func *f = hcl_func_find(e->name, &near);

	if (!f) {
		_cleanup_free_ char *hint = near ? xasprintf("did you mean %s()?", near) : NULL;

		return hcl_fail(ev, e->place, "HCL-FUNC-01", hint, "there is no function %s()",
		                e->name);
	}
	json_t *v = call_func(&c, f);

	for (size_t i = 0; i < c.n; i++)
		json_decref(c.args[i]);
	return v;
}

const struct hcl_sorts hcl_all_sorts = { hcl_eval_binary, hcl_eval_for, hcl_eval_splat,
	                                 hcl_eval_call };
