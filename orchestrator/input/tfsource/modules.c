/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules: their instances, and what they give back. */
#include "input/tfsource/source.h"

struct tfs_module *tfs_add_module(struct source *s, struct tfs_module *parent,
                                  const struct tfs_code *code, const struct hcl_block *call,
                                  json_t *key, json_t *value)
{
	struct tfs_module *m = arena_alloc(s->arena, sizeof(*m));
	_cleanup_free_ char *index = tfs_index(key);

	m->address = parent ? arena_printf(s->arena, "%s%smodule.%s%s", parent->address,
	                                   *parent->address ? "." : "", call->labels[0], index)
	                    : "";
	m->parent = parent;
	m->code = code;
	m->call = call;
	m->number = s->n_modules;
	m->depth = parent ? parent->depth + 1 : 0;
	m->key = key ? json_incref(key) : NULL;
	m->value = value ? json_incref(value) : NULL;
	m->known = json_object();
	m->busy = json_object();
	VEC_PUSH(s->modules, s->n_modules, s->cap_modules) = m;
	return m;
}

struct called {
	struct tfs_module *module;
	const struct hcl_block *call;
	const struct tfs_code *code;
};

static json_t *make_instance(struct source *s, json_t *key, json_t *value, void *ctx)
{
	const struct called *c = ctx;

	return hcl_handle(TFS_MODULE,
	                  tfs_add_module(s, c->module, c->code, c->call, key, value)->number, NULL);
}

static json_t *make_modules(struct source *s, void *ctx)
{
	struct called *c = ctx;
	_cleanup_free_ char *what = xasprintf("module.%s", c->call->labels[0]);

	if (c->module->depth >= TFS_MODULE_DEPTH)
		return hcl_fail(&s->ev, c->call->place, "HCL-LIMIT-01", NULL,
		                "modules are nested more than %d deep", TFS_MODULE_DEPTH);
	if (tfs_is_left_out(s, c->module, c->call))
		return hcl_unknown(what);
	c->code = tfs_code_of_call(s, c->module, c->call);
	if (!c->code)
		return hcl_unknown(what);
	return tfs_instances(s, c->call, c->module, make_instance, c);
}

json_t *tfs_modules(struct source *s, struct tfs_module *m, const char *name,
                    const struct hcl_expr *at)
{
	struct called c = { .module = m };
	_cleanup_free_ char *key = xasprintf("module.%s", name);

	for (size_t i = 0; i < m->code->n_modules; i++)
		if (streq(m->code->modules[i]->labels[0], name))
			c.call = m->code->modules[i];
	if (!c.call)
		return NULL;
	return tfs_once(s, m->known, m->busy, key, at ? at->place : c.call->place, make_modules,
	                &c);
}

/* --- outputs
 * ------------------------------------------------------------------------------------------ */

static json_t *make_output(struct source *s, void *ctx)
{
	const struct called *c = ctx;

	return tfs_eval(s, hcl_attr_find(c->call->body, "value"), c->module, NULL);
}

json_t *tfs_output(struct source *s, struct tfs_module *m, const char *name,
                   const struct hcl_expr *at)
{
	struct called c = { .module = m };
	_cleanup_free_ char *key = xasprintf("output.%s", name);

	for (size_t i = 0; i < m->code->n_outputs; i++)
		if (streq(m->code->outputs[i]->labels[0], name))
			c.call = m->code->outputs[i];
	return c.call ? tfs_once(s, m->known, m->busy, key, at->place, make_output, &c) : NULL;
}
