/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A resource is evaluated once, after what it depends on; that of a nested deployment with all of
 * its resources. */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/tree.h"
#include "input/arm/resource/resource.h"

/* --- dependencies ---------------------------------------------------------------------------- */

static int depend_on_inst(struct inst *i, struct inst *on)
{
	int r = on == i || on->off || on->existing ? 0 : inst_eval(on);

	if (r == -ELOOP && !i->d->a->tentative)
		arm_finding(i->d->a, SEV_ERROR, "ARM-DEP-01", "InvalidTemplate", i->d->file, i->ptr,
		            "remove one of the dependencies",
		            "%s \"%s\" and %s \"%s\" depend on each other", i->type, i->name,
		            on->type, on->name);
	return r == -ELOOP ? r : 0;
}

/* Warns of a dependency that is not in the template, which Azure refuses.  Where a resource
 * got no name, it may be that one: then nothing is reported. */
static void warn_unknown_dependency(struct inst *i, const char *what, size_t at)
{
	struct deployment *d = i->d;
	_cleanup_free_ char *ptr = xasprintf("%s/dependsOn/%zu", i->ptr, at);

	if (inst_is_declared(d, what) || d->broken || d->nameless)
		return;
	arm_finding(d->a, SEV_WARNING, "ARM-DEP-02", "InvalidTemplate", d->file, ptr,
	            "remove it when the resource exists already, or correct the name",
	            "%s \"%s\" depends on \"%s\", which is not in the template", i->type, i->name,
	            what);
}

/* An element of dependsOn: an id, a name, a symbolic name, or a whole loop. */
static int depend_on_name(struct inst *i, const char *what, size_t at)
{
	size_t n;
	struct inst *const *list = inst_named(i->d, what, &n);
	struct inst *on;
	int r = 0;

	for (size_t k = 0; k < n && r >= 0; k++)
		if (list[k]->decl != i->decl)
			r = depend_on_inst(i, list[k]);
	if (n)
		return r;
	on = inst_find(i->d, what);
	if (!on)
		warn_unknown_dependency(i, what, at);
	return on ? depend_on_inst(i, on) : 0;
}

static int eval_dependencies(struct inst *i, struct env *e)
{
	const struct val *list = val_get(i->decl, "dependsOn");
	_cleanup_free_ char *base = xasprintf("%s/dependsOn", i->ptr);

	if (!list)
		return 0;
	list = tree_eval_at(e, list, i->d->file, base, NULL);
	for (uint32_t k = 0; list && list->type == V_ARR && k < list->n; k++) {
		const struct val *v = list->items[k];

		if (v->type == V_STR && depend_on_name(i, v->s, k) < 0)
			return -ELOOP;
	}
	return list ? 0 : -EBADMSG;
}

/* --- the body -------------------------------------------------------------------------------- */

static bool is_about_deployment(const char *key)
{
	static const char *const keys[] = { "condition",     "copy",          "dependsOn",
		                            "resources",     "comments",      "existing",
		                            "scope",         "type",          "name",
		                            "import",        "extension",     "metadata",
		                            "resourceGroup", "subscriptionId" };

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		if (strieq(key, keys[k]))
			return true;
	return false;
}

static int eval_body(struct inst *i, struct env *e)
{
	struct arena *a = e->a->arena;
	struct val_builder b = { .a = a };
	bool nested = strieq(i->type, "Microsoft.Resources/deployments");
	int r = 0;

	val_set(&b, "id", val_str(a, i->id));
	val_set(&b, "type", val_str(a, i->type));
	val_set(&b, "name", val_str(a, i->name));
	for (uint32_t k = 0; k < i->decl->n; k++) {
		const struct member *m = &i->decl->members[k];
		const struct val *v;

		if (is_about_deployment(m->key) || (nested && strieq(m->key, "properties")))
			continue;
		v = tree_eval_at(e, m->v, i->d->file, i->ptr, JPTR(NULL, m->key));
		if (v)
			val_set(&b, m->key, v);
		else
			r = -EBADMSG;
	}
	if (nested && !i->existing) {
		r = nested_start(i, e);
		if (r >= 0) {
			struct val_builder p = { .a = a };

			deployment_eval(i->nested);
			val_set(&p, "mode", val_str(a, "Incremental"));
			val_set(&p, "provisioningState", val_str(a, "Succeeded"));
			val_set(&p, "outputs", deployment_outputs(i->nested));
			val_set(&b, "properties", val_built_obj(&p));
		}
	}
	i->body = val_built_obj(&b);
	if (!i->body) {
		arm_finding(e->a, SEV_ERROR, "ARM-LIMIT-01", NULL, i->d->file, i->ptr, NULL,
		            "the resource is too big");
		return -EBADMSG;
	}
	return r;
}

int inst_eval(struct inst *i)
{
	struct arm *a = i->d->a;
	struct env e = i->d->env;
	struct inst *asker = a->current;
	bool cycle = a->cycle;
	size_t before;
	int r;

	if (i->state == ST_DONE || i->off)
		return 0;
	if (i->state == ST_FAILED || a->over)
		return -EBADMSG;
	if (i->state == ST_BUSY) {
		under_way_meet(i);
		return -ELOOP;
	}
	if (a->depth >= ARM_MAX_EVAL)
		return -E2BIG;
	a->depth += 4; /* a resource takes more stack than an expression */
	i->state = ST_BUSY;
	before = under_way_begin(i);
	a->cycle = false;
	a->current = i;
	e.loops = i->loops;
	r = eval_dependencies(i, &e);
	if (r >= 0)
		r = eval_body(i, &e);
	under_way_end(i, before);
	a->depth -= 4;
	a->current = asker;
	if (a->tentative && a->cycle) { /* tried again later, when what it waits for is evaluated */
		i->state = ST_NEW;
		a->retried = true;
		return -ELOOP;
	}
	a->cycle = cycle;
	i->state = r < 0 ? ST_FAILED : ST_DONE;
	VEC_PUSH(a->order, a->n_order, a->cap_order) = i;
	return r < 0 ? -EBADMSG : 0;
}

void deployment_eval(struct deployment *d)
{
	if (d->state == ST_DONE || d->state == ST_BUSY)
		return;
	bool later = false; /* too deep by now, or one waits for what is under way */

	d->state = ST_BUSY;
	for (size_t i = 0; i < d->n_insts && !d->a->over; i++) {
		int r = inst_eval(d->insts[i]);

		later |= r == -E2BIG || (r == -ELOOP && d->a->tentative);
	}
	d->state = later ? ST_NEW : ST_DONE;
}
