/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reference(): what Azure would answer about a resource once it is deployed. */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/eval.h"
#include "input/arm/resource/resource.h"
#include "input/arm/resource/there.h"
#include "input/arm/value/text.h"

struct noted {
	const char *key;
	UT_hash_handle hh;
};

/* Reports ARM-REF-01, once for each resource. */
static void note_foreign(struct env *e, const char *id)
{
	struct arm *a = e->a;
	struct noted *n = NULL;
	const char *key = arm_lower(a->arena, id);
	bool network = strstr(key, "microsoft.network/") != NULL;

	HASH_FIND_STR(a->noted, key, n);
	if (n || a->quiet)
		return;
	n = arena_alloc(a->arena, sizeof(*n));
	n->key = key;
	HASH_ADD_KEYPTR(hh, a->noted, key, strlen(key), n);
	arm_finding(
	    a, network ? SEV_WARNING : SEV_INFO, "ARM-REF-01", NULL, e->home->file, e->home->ptr,
	    network ? "add it to the template, or import the file that deploys it, too" : NULL,
	    "reference() asks for a resource that is not deployed here: %s; what only Azure knows "
	    "of it "
	    "stays open",
	    id);
}

void noted_free(struct arm *a)
{
	HASH_CLEAR(hh, a->noted);
}

static const char *words_of_reference(struct arm *a, const char *what)
{
	const char *last = strrchr(what, '/');

	return arena_printf(a->arena, "reference('%s')", last && last[1] ? last + 1 : what);
}

static const struct val *open_value(struct arm *a, const struct val *v, const char *what)
{
	return val_opened(a->arena, v, words_of_reference(a, what));
}

/* The answer for a resource that is not deployed here: open where only Azure knows. */
static const struct val *foreign_value(struct env *e, const char *id, const struct inst *i,
                                       bool full)
{
	struct arm *a = e->a;
	struct val_builder b = { .a = a->arena };

	note_foreign(e, id);
	if (!full)
		return val_open(a->arena, words_of_reference(a, id));
	val_set(&b, "id", val_str(a->arena, id));
	if (i) {
		val_set(
		    &b, "name",
		    val_str(a->arena, strrchr(i->name, '/') ? strrchr(i->name, '/') + 1 : i->name));
		val_set(&b, "type", val_str(a->arena, i->type));
	}
	val_set(&b, "location", val_str(a->arena, arm_location(a)));
	val_set(&b, "properties", val_open(a->arena, words_of_reference(a, id)));
	return open_value(a, val_built_obj(&b), id);
}

static const struct val *fail_cycle(struct env *e, const struct expr *at, const struct inst *i)
{
	const struct inst *asker = e->a->current;

	if (e->a->tentative) /* tried again later */
		return eval_reported(e);
	if (!asker || asker == i)
		return eval_fail(e, at, NULL, "%s \"%s\" asks for itself", i->type, i->name);
	return eval_fail(e, at, "neither may ask the other",
	                 "%s \"%s\" waits for %s \"%s\", which asks for it", i->type, i->name,
	                 asker->type, asker->name);
}

/* A resource of this deployment, or of an outer one, failed, so the missing one may be it: do not
 * report it again. */
static bool is_broken(const struct deployment *d)
{
	for (; d; d = d->outer ? d->parent : NULL)
		if (d->broken)
			return true;
	return false;
}

/* --- what it answers ------------------------------------------------------------------------- */

/* A resource with an identity of its own has its ids. */
static void add_identity(struct inst *i, struct val_builder *b)
{
	struct arm *a = i->d->a;
	const struct val *given = val_get(i->body, "identity");
	const char *type = val_get_str(given, "type");
	struct val_builder o = { .a = a->arena };

	if (!type || !strcasestr(type, "SystemAssigned"))
		return;
	val_set(&o, "principalId",
	        val_open(a->arena, arena_printf(a->arena, "%s.identity.principalId",
	                                        words_of_reference(a, i->id))));
	val_set(&o, "tenantId", val_str(a->arena, ARM_TENANT));
	val_set_all(&o, given);
	val_set(b, "identity", val_built_obj(&o));
}

/* All of a resource that was evaluated, or its properties; NULL: too big. */
static const struct val *value_of_inst(struct inst *i, bool full)
{
	struct arm *a = i->d->a;
	const struct val *props = val_get(i->body, "properties");
	struct val_builder b = { .a = a->arena };

	props = runtime_properties(i, props ? props : val_obj(a->arena, NULL, 0), true);
	if (!props)
		return NULL;
	props = open_value(a, props, i->id);
	if (!full)
		return props;
	val_set_all(&b, i->body);
	add_identity(i, &b);
	val_set(&b, "properties", props);
	val_set(&b, "resourceId", val_str(a->arena, i->id));
	val_set(&b, "subscriptionId", val_str(a->arena, i->scope.subscription));
	val_set(&b, "resourceGroupName", val_str(a->arena, i->scope.rg ? i->scope.rg : ""));
	val_set(&b, "scope", val_str(a->arena, ""));
	props = val_built_obj(&b);
	return props ? open_value(a, props, i->id) : NULL;
}

/* The value in v under the members that the call `at` is asked for; NULL when it lacks them. */
static const struct val *asked_member(struct env *e, const struct expr *at,
                                      const struct expr *asked, const struct val *v)
{
	const struct val *base, *key;

	if (asked == at || (asked->kind != E_PROPERTY && asked->kind != E_INDEX))
		return v;
	base = asked_member(e, at, asked->base, v);
	if (!base)
		return NULL;
	key = asked->kind == E_PROPERTY ? val_str(e->a->arena, asked->name)
	                                : eval_expr(e, asked->args[0]);
	if (!key ||
	    (base->type == V_ARR && (key->type != V_INT || key->i < 0 || key->i >= base->n)))
		return NULL;
	if (base->type == V_ARR)
		return base->items[key->i];
	return key->type == V_STR ? val_get(base, key->s) : NULL;
}

/* Is the answer there before the resource has its addresses, as an id or a name is? */
static bool is_known_before(struct env *e, const struct expr *at, const struct expr *asked,
                            const struct val *v)
{
	const struct val *x = v ? asked_member(e, at, asked, v) : NULL;

	eval_forget_failure(e->a); /* of an index; it will fail again, and be reported */
	return x && x != v && x->type != V_OBJ && x->type != V_ARR && !x->open;
}

static const struct val *answer_of_inst(struct env *e, const struct expr *at,
                                        const struct expr *asked, struct inst *i, bool full)
{
	struct arm *a = e->a;
	const struct val *v;
	int r = inst_eval(i);

	if (r == -ELOOP)
		return fail_cycle(e, at, i);
	if (r == -E2BIG)
		return eval_fail(e, at, NULL, "resources wait for each other more than %d deep",
		                 ARM_MAX_EVAL / 4);
	if (r < 0)
		return eval_reported(e);
	v = value_of_inst(i, full);
	if (runtime_type(i)->addresses && !i->ips && !is_known_before(e, at, asked, v)) {
		if (alloc_all(a) == -ELOOP) {
			a->cycle = true;
			a->met = a->n_under_way; /* it may be given as soon as this one has ended */
			return eval_reported(e);
		}
		v = value_of_inst(i, full);
	}
	return eval_big(e, at, v);
}

/* The answer about a resource that its parent, deployed here, declares in a list of its own, as a
 * network its subnets. */
static const struct val *answer_of_parent(struct env *e, const struct expr *at, const char *id,
                                          bool full)
{
	struct arm *a = e->a;
	const char *name = strrchr(id, '/'), *list = name;
	const struct val *all;
	struct inst *parent;

	while (list && list > id && *--list != '/')
		;
	if (!list || list == id)
		return NULL;
	parent = inst_by_id(a, arena_printf(a->arena, "%.*s", (int)(list - id), id));
	if (!parent || parent->existing || parent->off)
		return NULL;
	all = answer_of_inst(e, at, at, parent, false);
	all = all ? val_get(all, arena_printf(a->arena, "%.*s", (int)(name - list) - 1, list + 1))
	          : NULL;
	for (uint32_t k = 0; all && all->type == V_ARR && k < all->n; k++) {
		const struct val *x = all->items[k], *props = val_get(x, "properties");

		if (!strieq(val_get_str(x, "name"), name + 1))
			continue;
		return full ? open_value(a, x, id)
		            : open_value(a, props ? props : val_obj(a->arena, NULL, 0), id);
	}
	return NULL;
}

/* The value of a resource that is deployed already: all of it, or its properties. */
static const struct val *value_there(struct env *e, const char *id, const struct val *there,
                                     bool full)
{
	struct arm *a = e->a;
	const struct val *props = val_get(there, "properties");
	struct val_builder b = { .a = a->arena };

	if (!full)
		return props ? props : val_obj(a->arena, NULL, 0);
	val_set_all(&b, there);
	val_set(&b, "resourceId", val_str(a->arena, id));
	val_set(&b, "subscriptionId", val_str(a->arena, e->home->scope.subscription));
	val_set(&b, "scope", val_str(a->arena, ""));
	return val_built_obj(&b);
}

static const struct val *fail_not_there(struct env *e, const struct expr *at, const char *id)
{
	eval_fail(e, at, NULL, "the resource %s is neither deployed nor in the template", id);
	e->a->fail.code = "ResourceNotFound";
	return NULL;
}

/* The answer about a resource that is not deployed here by itself. */
static const struct val *answer_of_other(struct env *e, const struct expr *at, const char *id,
                                         const struct inst *i, bool full)
{
	const struct val *v = answer_of_parent(e, at, id, full), *there;

	if (v || e->a->fail.set)
		return v;
	there = there_find(e->a, id);
	if (there)
		return value_there(e, id, there, full);
	if (e->a->tentative && under_way_hides(e->a)) /* asked again later */
		return eval_reported(e);
	return e->a->o->there ? fail_not_there(e, at, id) : foreign_value(e, id, i, full);
}

/* Another declaration of the same resource, as a deployment that changes a NIC has; NULL: none. */
static struct inst *other_declaration(const struct inst *i)
{
	struct arm *a = i->d->a;

	for (size_t k = 0; k < a->n_deployments; k++)
		for (size_t j = 0; j < a->deployments[k]->n_insts; j++) {
			struct inst *x = a->deployments[k]->insts[j];

			if (x != i && !x->off && !x->existing && x->key && i->key &&
			    streq(x->key, i->key) && x->state != ST_BUSY)
				return x;
		}
	return NULL;
}

/* The only child resource "parent/what" of the deployment, or NULL. */
static struct inst *find_child(const struct deployment *d, const char *what)
{
	struct inst *found = NULL;

	for (size_t k = 0; k < d->n_insts; k++) {
		const char *slash = strrchr(d->insts[k]->name, '/');

		if (!slash || d->insts[k]->off || !strieq(slash + 1, what))
			continue;
		if (found)
			return NULL;
		found = d->insts[k];
	}
	return found;
}

/* The resource that is meant; one that is deployed here before one that only is named. */
static struct inst *find_asked(struct env *e, const char *what)
{
	struct inst *i = inst_find(e->home, what), *deployed;

	if (!i && !strchr(what, '/'))
		i = find_child(e->home, what);

	if (!i || !i->existing || !*i->id)
		return i;
	deployed = inst_by_id(e->a, i->id);
	return deployed && !deployed->off ? deployed : i;
}

const struct val *reference_value(struct env *e, const struct expr *at, const struct expr *asked,
                                  const struct val *what, bool full)
{
	struct inst *i = find_asked(e, what->s), *other;

	while ((!i || i->existing) && deployment_wake(e->a))
		i = find_asked(e, what->s);
	if (!i && *what->s != '/' && is_broken(e->home))
		return eval_reported(e);
	if (!i && *what->s != '/' && strcspn(what->s, ".") < strcspn(what->s, "/") &&
	    strchr(what->s, '/'))
		return answer_of_other(e, at,
		                       arena_printf(e->a->arena, "%s/providers/%s",
		                                    scope_prefix(e->a, &e->home->scope), what->s),
		                       NULL, full);
	if (!i && *what->s != '/')
		return eval_fail(
		    e, at, "resourceId() makes the id of a resource that is deployed elsewhere",
		    "no resource \"%s\" in this template", what->s);
	if (!i || i->existing)
		return answer_of_other(e, at, i ? i->id : what->s, i, full);
	if (i->off)
		return eval_fail(e, at, "if() with the same condition leaves the question out",
		                 "%s \"%s\" is not deployed: its condition is false", i->type,
		                 i->name);
	/* A resource that changes another declaration of itself asks for what it was before. */
	if (i == e->a->current && (other = other_declaration(i)))
		i = other;
	else if (i == e->a->current && i->d->parent)
		return answer_of_other(e, at, i->id, i, full);
	return answer_of_inst(e, at, asked, i, full);
}
