/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A deployment: a template in a scope.  Its resources get their names first (expand.c), their
 * bodies when they are needed, in the order of their dependencies (resource/resource.c). */
#include <errno.h>
#include <stdio.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/tree.h"

struct deployment *deployment_new(struct arm *a, struct deployment *parent)
{
	struct deployment *d;

	if (a->n_deployments >= ARM_MAX_DEPLOYMENTS ||
	    (parent && parent->nesting >= ARM_MAX_NESTING))
		return NULL;
	d = arena_alloc(a->arena, sizeof(*d));
	d->a = a;
	d->parent = parent;
	d->ptr = "";
	d->nesting = parent ? parent->nesting + 1 : 0;
	d->env = (struct env){ .a = a, .d = d, .home = d };
	VEC_PUSH(a->deployments, a->n_deployments, a->cap_deployments) = d;
	return d;
}

/* --- outputs --------------------------------------------------------------------------------- */

/* "copy": {"count", "input"} */
static const struct val *eval_output_loop(struct deployment *d, const struct val *copy,
                                          const char *ptr)
{
	struct env e = d->env;
	struct loop loop = { e.loops, NULL, false, 0 };
	struct val_builder b = { .a = d->a->arena };
	_cleanup_free_ char *at = xasprintf("%s/input", ptr);
	const struct val *input = val_get(copy, "input");
	int64_t n;

	if (!input || copy_count(&e, copy, d->file, ptr, &n) < 0)
		return NULL;
	e.loops = &loop;
	for (; loop.index < n; loop.index++) {
		const struct val *v = tree_eval_at(&e, input, d->file, at, NULL);

		if (!v)
			return NULL;
		val_push(&b, v);
	}
	return val_built_arr(&b);
}

/* 1: added to b; 0: its condition is false; -EBADMSG: failed, and reported. */
static int add_output(struct deployment *d, const struct member *m, struct val_builder *b)
{
	struct jptr outputs = { NULL, "outputs", 0 }, at = { &outputs, m->key, 0 };
	const struct val *condition = val_get(m->v, "condition"), *copy = val_get(m->v, "copy");
	const struct val *text = val_get(m->v, "value"), *v = NULL;
	struct val_builder o = { .a = d->a->arena };
	bool on = true;

	if (condition) {
		v = tree_eval(&d->env, condition, JPTR(&at, "condition"), d);
		if (!v || !eval_truth(v, &on))
			return -EBADMSG;
		if (!on)
			return 0;
	}
	if (copy && copy->type == V_OBJ) {
		_cleanup_free_ char *tail = jptr_str(JPTR(&at, "copy")),
		                    *ptr = xasprintf("%s%s", d->ptr, tail);

		v = eval_output_loop(d, copy, ptr);
	} else if (text) {
		v = tree_eval(&d->env, text, JPTR(&at, "value"), d);
	}
	if (!v && d->a->cycle)
		return -EBADMSG;
	if (!v) /* which is reported: who asks for it shall not be reported as well */
		v = val_open(d->a->arena, arena_printf(d->a->arena, "outputs.%s", m->key));
	val_set(&o, "type", val_str(d->a->arena, param_type(d, m->v)));
	val_set(&o, "value", v);
	val_set(b, m->key, val_built_obj(&o));
	return 1;
}

/* An object of which nothing is missing: a name that is not there is an error. */
static const struct val *exact_object(struct arm *a, const struct val *v)
{
	struct val *copy = arena_alloc(a->arena, sizeof(*copy));

	*copy = v ? *v : *val_obj(a->arena, NULL, 0);
	copy->exact = true;
	return copy;
}

const struct val *deployment_outputs(struct deployment *d)
{
	const struct val *list = val_get(d->tmpl, "outputs"), *outputs;
	struct val_builder b = { .a = d->a->arena };
	struct arm *a = d->a;
	bool cycle = a->cycle;

	if (d->outputs)
		return d->outputs;
	a->cycle = false;
	for (uint32_t i = 0; list && list->type == V_OBJ && i < list->n && !a->over; i++)
		add_output(d, &list->members[i], &b);
	outputs = exact_object(a, val_built_obj(&b));
	if (!a->tentative || !a->cycle) /* else one waits, and all are tried again later */
		d->outputs = outputs;
	a->cycle |= cycle;
	return outputs;
}
