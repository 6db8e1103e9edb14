/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables: what is given, and what the design says itself. */
#include <stdio.h>

#include "input/tfsource/source.h"

/* --- what is given to the root
 * ------------------------------------------------------------------------ */

static json_t *no_name(struct hcl_eval *ev, const char *name, const struct hcl_expr *at)
{
	(void)ev;
	(void)name;
	(void)at;
	return NULL;
}

/* "PLEASE ENTER ADDRESS PREFIX": nobody has. */
static bool is_placeholder(const json_t *v)
{
	static const char *const begins[] = { "PLEASE ENTER", "<",       "ENTER YOUR", "CHANGE_ME",
		                              "CHANGEME",     "REPLACE", "YOUR_",      "TODO" };
	const char *s = json_string_value(v);

	for (size_t i = 0; s && i < ARRAY_LEN(begins); i++)
		if (strncasecmp(s, begins[i], strlen(begins[i])) == 0)
			return true;
	return json_is_array(v) && json_array_size(v) && is_placeholder(json_array_get(v, 0));
}

/* Values of a file stand for themselves: no names, no functions of the design. */
static void take_value(struct source *s, const struct hcl_attr *a)
{
	json_t *v = tfs_eval(s, a->expr, s->modules[0], NULL);

	if (!is_placeholder(v)) {
		json_object_set_new(s->given, a->name, v);
		return;
	}
	hcl_report(s->findings, SEV_INFO, "TF-VAR-05", a->place, NULL,
	           "the value of \"%s\" is a placeholder: it counts as not given", a->name);
	json_decref(v);
}

static void take_tfvars(struct source *s, const char *path, const char *text, size_t n)
{
	struct hcl_body *b = hcl_parse_body(&s->tree, path, text, n);
	json_t *(*names)(struct hcl_eval *, const char *, const struct hcl_expr *) = s->ev.name;

	s->ev.name = no_name;
	for (size_t i = 0; i < b->n_attrs; i++)
		take_value(s, &b->attrs[i]);
	s->ev.name = names;
}

static void take_tfvars_file(struct source *s, const char *path)
{
	_cleanup_str_ struct str text = { 0 };

	if (!tfs_read(s, path, &text))
		return;
	tfs_know_file(s, path);
	take_tfvars(s, path, str_get(&text), text.n);
}

/* "[1, 2]" and "true" are what they are, unless the variable is a string. */
static json_t *parse_given(struct source *s, const struct hcl_block *b, const char *text)
{
	const struct hcl_expr *type = hcl_attr_find(b->body, "type");
	const struct hcl_expr *e = type && type->sort == HCL_NAME && streq(type->name, "string")
	                               ? NULL
	                               : hcl_parse_value(&s->tree, text);
	json_t *v;

	if (!e)
		return json_string(text);
	json_t *(*names)(struct hcl_eval *, const char *, const struct hcl_expr *) = s->ev.name;

	s->ev.name = no_name;
	s->ev.quiet++;
	v = tfs_eval(s, e, s->modules[0], NULL);
	s->ev.quiet--;
	s->ev.name = names;
	if (!hcl_is_unknown(v))
		return v;
	json_decref(v);
	return json_string(text);
}

static void take_parameter(struct source *s, const char *p)
{
	const char *eq = strchr(p, '=');
	size_t n = strlen(p);
	_cleanup_str_ struct str text = { 0 };

	if (n > 7 && streq(p + n - 7, ".tfvars")) {
		FILE *f = fopen(p, "re"); /* named by who runs this, not by the design */
		char buf[4096];
		size_t k;

		while (f && (k = fread(buf, 1, sizeof(buf), f)) > 0 && text.n < (16u << 20))
			str_addn(&text, buf, k);
		if (f)
			fclose(f);
		if (f)
			take_tfvars(s, p, str_get(&text), text.n);
		else
			finding_add_source(s->findings, SEV_ERROR, "TF-VAR-03", NULL, p, NULL,
			                   "file %s of variables cannot be read", p);
		return;
	}
	_cleanup_free_ char *name = eq ? xstrndup(p, (size_t)(eq - p)) : xstrdup(p);
	const struct hcl_block *b = tfs_find_variable(s->modules[0]->code, name);

	if (!eq || !b) {
		const char *names[256];
		size_t k = 0;
		const struct tfs_code *c = s->modules[0]->code;

		for (size_t i = 0; i < c->n_variables && k < ARRAY_LEN(names); i++)
			names[k++] = c->variables[i]->labels[0];
		const char *near = str_nearest(name, names, k);
		_cleanup_free_ char *hint = !eq    ? xstrdup("-p NAME=VALUE, or -p FILE.tfvars")
		                            : near ? xasprintf("did you mean \"%s\"?", near)
		                                   : NULL;

		finding_add_source(s->findings, SEV_ERROR, "TF-VAR-03", NULL, "-p", hint,
		                   eq ? "the design has no variable \"%s\""
		                      : "\"%s\" gives no variable a value",
		                   name);
		return;
	}
	json_object_set_new(s->given, name, parse_given(s, b, eq + 1));
}

void tfs_take_given(struct source *s)
{
	json_t *names = tfs_files(&s->ev, ".", "*.auto.tfvars"), *x;
	size_t i;

	take_tfvars_file(s, "terraform.tfvars");
	json_array_foreach (names, i, x)
		take_tfvars_file(s, json_string_value(x));
	json_decref(names);
	for (size_t k = 0; s->params && s->params[k]; k++)
		take_parameter(s, s->params[k]);
}

/* --- values
 * ------------------------------------------------------------------------------------------- */

struct wanted {
	struct tfs_module *module;
	const struct hcl_block *block;
};

static json_t *make_variable(struct source *s, void *ctx)
{
	const struct wanted *w = ctx;
	const struct hcl_body *b = w->block->body;
	const char *name = w->block->labels[0];
	const struct hcl_expr *type = hcl_attr_find(b, "type"), *e = hcl_attr_find(b, "default");
	const struct hcl_expr *argument =
	    w->module->call ? hcl_attr_find(w->module->call->body, name) : NULL;
	json_t *given = w->module->parent ? NULL : json_object_get(s->given, name), *v = NULL;

	if (argument) {
		struct tfs_node within = { .module = w->module->parent,
			                   .key = w->module->key,
			                   .value = w->module->value };

		v = tfs_eval(s, argument, w->module->parent, &within);
	} else if (given) {
		v = json_incref(given);
	}
	/* null where null is not wanted is the default. */
	const struct hcl_expr *nullable = hcl_attr_find(b, "nullable");

	if (v && json_is_null(v) && e && nullable && nullable->sort == HCL_LITERAL &&
	    json_is_false(nullable->value)) {
		json_decref(v);
		v = NULL;
	}
	if (!v && e)
		v = tfs_eval(s, e, w->module, NULL);
	if (!v && w->module->call)
		v = hcl_fail(&s->ev, w->module->call->place, "TF-VAR-04", NULL,
		             "the module needs a value for its variable \"%s\"", name);
	if (!v)
		v = tfs_absent(s, w->block);
	struct tfs_module *before = s->module;

	s->module = w->module;
	v = tfs_convert(s, type, v);
	s->module = before;
	return v;
}

json_t *tfs_variable(struct source *s, struct tfs_module *m, const char *name,
                     const struct hcl_expr *at)
{
	struct wanted w = { m, tfs_find_variable(m->code, name) };
	_cleanup_free_ char *key = xasprintf("var.%s", name);

	return w.block ? tfs_once(s, m->known, m->busy, key, at->place, make_variable, &w) : NULL;
}
