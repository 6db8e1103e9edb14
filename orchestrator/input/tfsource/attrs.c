/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the language: what they stand for, and the parts of it. */
#include "input/tfsource/names.h"

json_t *tfs_attr(struct source *s, struct tfs_node *n, const char *name, const struct hcl_expr *at)
{
	json_t *v = tfs_given_attr(s, n, name);

	(void)at;
	if (v && !json_is_null(v))
		return v;
	if (!v && tfs_has_block(n->block->body, name)) {
		json_t *list = tfs_blocks(s, n, name);

		v = tfs_part_list(s, n, name, list);
		json_decref(list);
		return v;
	}
	json_t *set = n->data ? tfs_data(s, n, name) : tfs_default(s, n, name);

	if (!set)
		set = tfs_computed(s, n, name);
	/* null stays null where nothing else is known: it is what the design says. */
	if (v && hcl_is_unknown(set)) {
		json_decref(set);
		return v;
	}
	json_decref(v);
	return set;
}

static json_t *path_part(const struct source *s, size_t module, const char *name)
{
	if (streq(name, "module"))
		return json_string(s->modules[module]->code->folder);
	return streq(name, "root") || streq(name, "cwd") ? json_string(".") : NULL;
}

static json_t *part_attr(struct source *s, const json_t *handle, const char *name)
{
	json_t *v = json_object_get(json_array_get(s->parts, hcl_handle_number(handle)), name);

	return v ? json_incref(v) : hcl_unknown(name);
}

static json_t *each_part(const struct source *s, const char *name)
{
	const struct tfs_node *n = s->node;

	if (!n || !n->key)
		return NULL;
	if (streq(name, "key"))
		return json_incref(n->key);
	if (streq(name, "value"))
		return json_incref(n->value ? n->value : n->key);
	return streq(name, "index") ? json_incref(n->key) : NULL;
}

/* --- names that are not there
 * -------------------------------------------------------------------------- */

struct names {
	const char *all[512];
	size_t n;
};

static void add_attribute_name(struct names *x, const char *name)
{
	if (x->n < ARRAY_LEN(x->all))
		x->all[x->n++] = name;
}

static json_t *fail_name(struct source *s, const struct hcl_expr *at, const struct names *x,
                         const char *what, const char *name)
{
	const char *near = str_nearest(name, x->all, x->n);
	_cleanup_free_ char *hint = near ? xasprintf("did you mean \"%s\"?", near) : NULL;

	return hcl_fail(&s->ev, at->place, "HCL-REF-01", hint, "there is no %s \"%s\"", what, name);
}

static json_t *missing_name(struct source *s, const json_t *handle, const char *name,
                            const struct hcl_expr *at)
{
	const struct tfs_code *c = s->modules[hcl_handle_number(handle)]->code;
	const char *type = hcl_handle_name(handle);
	int kind = hcl_handle_kind(handle);
	struct names x = { .n = 0 };
	_cleanup_free_ char *what = NULL;

	if (kind == TFS_VAR) {
		for (size_t i = 0; i < c->n_variables; i++)
			add_attribute_name(&x, c->variables[i]->labels[0]);
		return fail_name(s, at, &x, "variable", name);
	}
	if (kind == TFS_LOCAL) {
		for (size_t i = 0; i < c->n_locals; i++)
			add_attribute_name(&x, c->locals[i]->name);
		return fail_name(s, at, &x, "local value", name);
	}
	if (kind == TFS_MODULES) {
		for (size_t i = 0; i < c->n_modules; i++)
			add_attribute_name(&x, c->modules[i]->labels[0]);
		return fail_name(s, at, &x, "module", name);
	}
	if (kind == TFS_MODULE) {
		for (size_t i = 0; i < c->n_outputs; i++)
			add_attribute_name(&x, c->outputs[i]->labels[0]);
		return fail_name(s, at, &x, "output of the module", name);
	}
	if (kind != TFS_TYPE && kind != TFS_DATATYPE)
		return NULL;
	for (size_t i = 0; i < c->n_resources; i++)
		if (streq(c->resources[i]->labels[0], type))
			add_attribute_name(&x, c->resources[i]->labels[1]);
	what = xasprintf("%s %s", kind == TFS_TYPE ? "resource" : "data source", type);
	return fail_name(s, at, &x, what, name);
}

static json_t *part_of_handle(struct source *s, const json_t *handle, const char *name,
                              const struct hcl_expr *at)
{
	size_t k = hcl_handle_number(handle);
	const char *type = hcl_handle_name(handle);

	switch ((enum tfs_handle)hcl_handle_kind(handle)) {
	case TFS_VAR:
		return tfs_variable(s, s->modules[k], name, at);
	case TFS_LOCAL:
		return tfs_local(s, s->modules[k], name, at);
	case TFS_DATA:
		return hcl_handle(TFS_DATATYPE, k, name);
	case TFS_TYPE:
		return tfs_resource(s, s->modules[k], false, type, name, at);
	case TFS_DATATYPE:
		return tfs_resource(s, s->modules[k], true, type, name, at);
	case TFS_MODULES:
		return tfs_modules(s, s->modules[k], name, at);
	case TFS_MODULE:
		return tfs_output(s, s->modules[k], name, at);
	case TFS_NODE:
		return tfs_attr(s, s->nodes[k], name, at);
	case TFS_PART:
		return part_attr(s, handle, name);
	case TFS_PATH:
		return path_part(s, k, name);
	case TFS_TERRAFORM:
		return streq(name, "workspace") ? json_string("default") : NULL;
	case TFS_EACH:
	case TFS_COUNT:
		return each_part(s, name);
	}
	return NULL;
}

json_t *tfs_handle_attr(struct hcl_eval *ev, const json_t *handle, const char *name,
                        const struct hcl_expr *at)
{
	struct source *s = ev->ctx;
	json_t *v = part_of_handle(s, handle, name, at);

	return v ? v : missing_name(s, handle, name, at);
}

/* --- whole objects
 * ---------------------------------------------------------------------------------------- */

static json_t *whole_module(struct source *s, struct tfs_module *m)
{
	json_t *out = json_object();

	for (size_t i = 0; i < m->code->n_outputs; i++) {
		const char *name = m->code->outputs[i]->labels[0];
		const struct hcl_expr at = { .place = m->code->outputs[i]->place };
		json_t *v = tfs_output(s, m, name, &at);

		if (v)
			json_object_set_new(out, name, v);
	}
	return out;
}

static json_t *whole_node(struct source *s, struct tfs_node *n)
{
	const struct hcl_expr at = { .place = n->block->place };
	json_t *out = tfs_values(s, n);
	static const char *const more[] = { "id", "location" };

	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		if (!json_object_get(out, more[i]))
			json_object_set_new(out, more[i], tfs_attr(s, n, more[i], &at));
	return out;
}

json_t *tfs_handle_whole(struct hcl_eval *ev, const json_t *handle)
{
	struct source *s = ev->ctx;
	size_t k = hcl_handle_number(handle);

	switch ((enum tfs_handle)hcl_handle_kind(handle)) {
	case TFS_MODULE:
		return whole_module(s, s->modules[k]);
	case TFS_NODE:
		return whole_node(s, s->nodes[k]);
	case TFS_PART:
		return json_incref(json_array_get(s->parts, k));
	default:
		return json_object();
	}
}

/* --- names
 * -------------------------------------------------------------------------------------------------
 */

json_t *tfs_name(struct hcl_eval *ev, const char *name, const struct hcl_expr *at)
{
	static const struct {
		const char *name;
		enum tfs_handle kind;
	} known[] = {
		{ "var", TFS_VAR },        { "local", TFS_LOCAL }, { "data", TFS_DATA },
		{ "module", TFS_MODULES }, { "path", TFS_PATH },   { "terraform", TFS_TERRAFORM },
		{ "each", TFS_EACH },      { "count", TFS_COUNT },
	};
	const struct source *s = ev->ctx;
	const struct tfs_code *c = s->module->code;

	(void)at;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (streq(name, known[i].name))
			return hcl_handle(known[i].kind, s->module->number, NULL);
	for (size_t i = 0; i < c->n_resources; i++)
		if (streq(c->resources[i]->labels[0], name) &&
		    streq(c->resources[i]->type, "resource"))
			return hcl_handle(TFS_TYPE, s->module->number, name);
	return NULL;
}
