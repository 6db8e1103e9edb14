/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules: their instances, and what they give back. */
#include <limits.h>
#include <stdlib.h>

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

/* "a/../b/./c" -> "b/c"; what leads above the beginning stays in front. */
static char *clean_path(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *parts[256], *save = NULL;
	size_t n = 0;
	struct str out = { 0 };

	for (char *p = strtok_r(copy, "/", &save); p && n < ARRAY_LEN(parts);
	     p = strtok_r(NULL, "/", &save)) {
		if (streq(p, "."))
			continue;
		if (streq(p, "..") && n && !streq(parts[n - 1], ".."))
			n--;
		else
			parts[n++] = p;
	}
	for (size_t i = 0; i < n; i++)
		str_printf(&out, "%s%s", i ? "/" : "", parts[i]);
	if (!n)
		str_add(&out, ".");
	return str_take(&out);
}

/* Where `terraform init` has put the modules of others. */
static char *fetched_folder(struct source *s, struct tfs_module *m, const char *name)
{
	_cleanup_str_ struct str text = { 0 }, key = { 0 };
	json_t *doc, *x;
	size_t i;
	char *found = NULL;

	if (!tfs_read(s, ".terraform/modules/modules.json", &text))
		return NULL;
	/* "hub.nva" of module.hub[0].module.nva */
	for (const char *p = m->address; *p;) {
		p += str_starts(p, "module.") ? strlen("module.") : 0;
		size_t n = strcspn(p, "[.");

		str_printf(&key, "%.*s.", (int)n, p);
		p += n;
		if (*p == '[')
			p += strcspn(p, "]") + 1;
		p += *p == '.';
	}
	str_add(&key, name);
	doc = json_loads(str_get(&text), 0, NULL);
	json_array_foreach (json_object_get(doc, "Modules"), i, x)
		if (streq(json_string_value(json_object_get(x, "Key")), str_get(&key)) &&
		    json_is_string(json_object_get(x, "Dir")))
			found = clean_path(json_string_value(json_object_get(x, "Dir")));
	json_decref(doc);
	return found;
}

static const struct tfs_code *code_of_call(struct source *s, struct tfs_module *m,
                                           const struct hcl_block *call)
{
	const struct hcl_expr *e = hcl_attr_find(call->body, "source");
	const char *source = e && e->sort == HCL_LITERAL ? json_string_value(e->value) : NULL;
	_cleanup_free_ char *folder = NULL;

	if (!source) {
		hcl_report(s->findings, SEV_ERROR, "TF-MODULE-01", call->place, NULL,
		           "module \"%s\" has no source", call->labels[0]);
		return NULL;
	}
	if (str_starts(source, "./") || str_starts(source, "../") || streq(source, ".") ||
	    streq(source, "..")) {
		_cleanup_free_ char *path = xasprintf("%s/%s", m->code->folder, source);

		folder = clean_path(path);
	} else {
		folder = fetched_folder(s, m, call->labels[0]);
	}
	if (!folder) {
		hcl_report(s->findings, SEV_ERROR, "TF-MODULE-02", e->place,
		           "terraform init fetches it: vnetlab reads it then",
		           "module \"%s\" is %s, which is not here", call->labels[0], source);
		return NULL;
	}
	return tfs_code(s, folder, &e->place);
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
	c->code = code_of_call(s, c->module, c->call);
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
