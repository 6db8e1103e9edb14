/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reference(): what Azure would answer about a resource once it is deployed. */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/eval.h"
#include "input/arm/resource/resource.h"
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
	struct val *copy = arena_alloc(a->arena, sizeof(*copy));

	*copy = *v;
	copy->open = words_of_reference(a, what);
	return copy;
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

/* reference() takes the id of a subscription or resource group, too. */
static const struct val *scope_reference(struct env *e, const char *id)
{
	return foreign_value(e, id, NULL, false);
}

static const struct val *fail_cycle(struct env *e, const struct expr *at, const struct inst *i)
{
	return eval_fail(e, at, "neither may ask the other",
	                 "%s \"%s\" waits for this, and this asks it", i->type, i->name);
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

const struct val *reference_value(struct env *e, const struct expr *at, const struct val *what,
                                  bool full)
{
	struct arm *a = e->a;
	struct inst *i = inst_find(e->home, what->s);
	const struct val *props;

	while (!i && deployment_wake(a))
		i = inst_find(e->home, what->s);
	if (!i && *what->s != '/' && is_broken(e->home))
		return eval_reported(e);
	if (!i && *what->s != '/')
		return eval_fail(
		    e, at, "resourceId() makes the id of a resource that is deployed elsewhere",
		    "no resource \"%s\" in this template", what->s);
	if (!i)
		return full ? foreign_value(e, what->s, NULL, true) : scope_reference(e, what->s);
	if (i->existing)
		return foreign_value(e, i->id, i, full);
	if (i->off)
		return eval_fail(e, at, "if() with the same condition leaves the question out",
		                 "%s \"%s\" is not deployed: its condition is false", i->type,
		                 i->name);
	int r = inst_eval(i);

	if (r == -ELOOP)
		return fail_cycle(e, at, i);
	if (r == -E2BIG)
		return eval_fail(e, at, NULL, "resources wait for each other more than %d deep",
		                 ARM_MAX_EVAL / 4);
	if (r < 0)
		return eval_reported(e);
	if (runtime_type(i)->addresses)
		alloc_all(a);
	props = val_get(i->body, "properties");
	props = runtime_properties(i, props ? props : val_obj(a->arena, NULL, 0), true);
	if (!props)
		return eval_big(e, at, NULL);
	props = open_value(a, props, i->id);
	if (!full)
		return props;
	struct val_builder b = { .a = a->arena };

	val_set_all(&b, i->body);
	val_set(&b, "properties", props);
	val_set(&b, "resourceId", val_str(a->arena, i->id));
	val_set(&b, "subscriptionId", val_str(a->arena, i->scope.subscription));
	val_set(&b, "resourceGroupName", val_str(a->arena, i->scope.rg ? i->scope.rg : ""));
	val_set(&b, "scope", val_str(a->arena, ""));
	return open_value(a, eval_big(e, at, val_built_obj(&b)), i->id);
}
