/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The place at which evaluation is, and the values that are evaluated once. */
#include "input/tfsource/source.h"

json_t *tfs_eval(struct source *s, const struct hcl_expr *e, struct tfs_module *m,
                 struct tfs_node *n)
{
	struct tfs_module *module = s->module;
	struct tfs_node *node = s->node;
	const struct hcl_vars *vars = s->ev.vars;
	json_t *item = s->ev.item;
	bool only_vars = s->ev.only_vars;

	s->module = m;
	s->node = n;
	s->ev.vars = NULL;
	s->ev.item = NULL;
	s->ev.only_vars = false;
	json_t *v = hcl_eval(&s->ev, e);

	s->module = module;
	s->node = node;
	s->ev.vars = vars;
	s->ev.item = item;
	s->ev.only_vars = only_vars;
	return v;
}

json_t *tfs_once(struct source *s, json_t *known, json_t *busy, const char *key,
                 struct hcl_place at, json_t *(*fn)(struct source *s, void *ctx), void *ctx)
{
	json_t *v = json_object_get(known, key);

	if (v)
		return json_incref(v);
	if (json_object_get(busy, key))
		return hcl_fail(&s->ev, at, "HCL-CIRCLE-01", NULL,
		                "\"%s\" needs itself: its value goes round in a circle", key);
	size_t errors = s->ev.errors;

	json_object_set_new(busy, key, json_true());
	v = fn(s, ctx);
	json_object_del(busy, key);
	/* A value that failed within try() is asked for again outside of it, and reported there. */
	if (s->ev.errors == errors || !s->ev.quiet)
		json_object_set(known, key, v);
	return v;
}
