/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resources of a template get their names: loops are counted, conditions decided, children of
 * both spellings brought into one. */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/tree.h"

struct item { /* one element of "resources" */
	struct deployment *d;
	const struct val *decl;
	const char *ptr, *sym;
	const struct inst *parent; /* when it stands in another one's "resources" */
};

static void expand_list(struct deployment *d, const struct val *list, const char *ptr,
                        const struct inst *parent);

/* A name of which a part is open: "split(reference(...).id, '/')[8]/rule".  In the words, which are
 * calls with brackets around them, "/" divides no name. */
static const struct val *name_around_words(struct arena *a, const char *text)
{
	char *name = arena_strdup(a, text);
	unsigned depth = 0;
	bool quoted = false;

	for (char *c = name; *c; c++) {
		quoted ^= *c == '\'';
		if (!quoted && (*c == '(' || *c == '['))
			depth++;
		else if (!quoted && depth && (*c == ')' || *c == ']'))
			depth--;
		else if (*c == '/' && (quoted || depth))
			*c = '|';
	}
	return val_str(a, name);
}

static const char *eval_string_of(struct env *e, const struct item *it, const char *key)
{
	const struct val *v = val_get(it->decl, key);
	const char *ptr;

	if (!v) {
		arm_finding(e->a, SEV_ERROR, "ARM-RES-01", "InvalidTemplate", it->d->file, it->ptr,
		            NULL, "the resource has no %s", key);
		return NULL;
	}
	ptr = arena_printf(e->a->arena, "%s/%s", it->ptr, key);
	v = tree_eval_at(e, v, it->d->file, ptr, NULL);
	if (v && v->type == V_INT)
		v = val_printf(e->a->arena, "%lld", (long long)v->i);
	if (v && v->open && !v->n) { /* words, in which "/" divides no name */
		char *words = arena_strdup(e->a->arena, v->open);

		for (char *c = words; *c && streq(key, "name"); c++)
			*c = *c == '/' ? '|' : *c;
		v = val_str(e->a->arena, words);
	} else if (v && v->open && v->type == V_STR && streq(key, "name")) {
		v = name_around_words(e->a->arena, v->s);
	}
	if (v && v->type != V_STR)
		arm_finding(e->a, SEV_ERROR, "ARM-RES-01", "InvalidTemplate", it->d->file, ptr,
		            NULL, "the %s of a resource must be a string, not %s", key,
		            val_type_str(v));
	return v && v->type == V_STR ? v->s : NULL;
}

/* 1, 0; -1: failed, and reported. */
static int eval_condition(struct env *e, const struct item *it)
{
	const struct val *v = val_get(it->decl, "condition");
	const char *ptr;
	bool on = true;

	if (!v)
		return 1;
	ptr = arena_printf(e->a->arena, "%s/condition", it->ptr);
	v = tree_eval_at(e, v, it->d->file, ptr, NULL);
	if (v && !eval_truth(v, &on)) {
		arm_finding(e->a, SEV_ERROR, "ARM-RES-02", "InvalidTemplate", it->d->file, ptr,
		            "as in equals(parameters('deployNva'), 'yes')",
		            "a condition must be true or false, but it is %s", val_type_str(v));
		return -1;
	}
	return v ? on : -1;
}

/* "Microsoft.Network/...", not "subnets". */
static bool type_names_provider(const char *type)
{
	return strchr(type, '/') && strcspn(type, ".") < strcspn(type, "/");
}

/* Completes type and name of a child in its parent's "resources", which has their last parts
 * alone, or whole ones. */
static void inherit_type_and_name(struct arm *a, struct inst *i, const struct inst *parent)
{
	size_t n = strlen(parent->type);

	if (!strncasecmp(i->type, parent->type, n) && i->type[n] == '/') {
		if (!strchr(i->name, '/'))
			i->name = arena_printf(a->arena, "%s/%s", parent->name, i->name);
		return;
	}
	if (type_names_provider(i->type)) /* it extends the parent */
		return;
	i->type = arena_printf(a->arena, "%s/%s", parent->type, i->type);
	i->name = arena_printf(a->arena, "%s/%s", parent->name, i->name);
}

static const char *make_extension_id(struct arm *a, const char *scope, const struct inst *i)
{
	const char *path = resource_path(a, i->type, i->name);
	size_t n = strlen(scope);

	while (n && scope[n - 1] == '/')
		n--;
	return path ? arena_printf(a->arena, "%s%.*s/providers/%s", *scope == '/' ? "" : "/",
	                           (int)n, scope, path)
	            : NULL;
}

/* Makes i->id, by "scope", "resourceGroup" and "subscriptionId".  It stays NULL when type and
 * name do not have the same number of parts. */
static int make_instance_id(struct env *e, const struct item *it, struct inst *i)
{
	struct scope s = it->d->scope;
	bool deployment = strieq(i->type, "Microsoft.Resources/deployments");
	const char *x;

	if (val_get(it->decl, "subscriptionId")) {
		x = eval_string_of(e, it, "subscriptionId");
		if (!x)
			return -EBADMSG;
		s.subscription = x;
		if (s.kind < SCOPE_SUBSCRIPTION || !val_get(it->decl, "resourceGroup"))
			s.kind = SCOPE_SUBSCRIPTION;
	}
	if (val_get(it->decl, "resourceGroup")) {
		x = eval_string_of(e, it, "resourceGroup");
		if (!x)
			return -EBADMSG;
		s.kind = SCOPE_RG;
		s.rg = x;
	}
	if (val_get(it->decl, "scope")) {
		x = eval_string_of(e, it, "scope");
		if (!x)
			return -EBADMSG;
		if (streq(x, "/"))
			s.kind = SCOPE_TENANT;
		else if (!strncasecmp(x, "Microsoft.Management/managementGroups/", 38)) {
			s.kind = SCOPE_GROUP;
			s.group = x + 38;
		} else {
			i->id = make_extension_id(e->a, x, i);
			return 0;
		}
	} else if (it->parent && !deployment && type_names_provider(i->type) &&
	           strncasecmp(i->type, it->parent->type, strcspn(it->parent->type, "/")) != 0) {
		i->id = make_extension_id(e->a, it->parent->id, i);
		return 0;
	}
	i->scope = s;
	i->id = resource_id(e->a, &s, i->type, i->name);
	return 0;
}

static void report_wrong_segments(struct env *e, const struct item *it, const struct inst *i)
{
	arm_finding(e->a, SEV_ERROR, "ARM-RES-03", "InvalidTemplate", it->d->file, it->ptr,
	            "a child's name is \"parent/child\", with a part for each part of its type",
	            "the type \"%s\" and the name \"%s\" do not have the same number of parts",
	            i->type, i->name);
}

/* A name is the author's to give, and carries no packets: where it is empty, or a part of it, as a
 * template with blanks to fill in has it, it is invented. */
static const char *fill_name(struct env *e, const struct item *it, const char *name)
{
	_cleanup_str_ struct str s = { 0 };
	bool empty = false, at_start = true;

	for (const char *p = name;; p++) {
		bool ends = !*p || *p == '/';

		if (ends && at_start) {
			str_add(&s, "unnamed");
			empty = true;
		}
		if (!*p)
			break;
		str_addc(&s, *p);
		at_start = ends;
	}
	if (!empty)
		return name;
	arm_finding(
	    e->a, SEV_WARNING, "ARM-RES-05", "InvalidTemplate", it->d->file, it->ptr,
	    "give the parameter that it comes from a value",
	    "the resource's name \"%s\" is empty, or a part of it: it is called \"%s\" here", name,
	    str_get(&s));
	return arena_strdup(e->a->arena, str_get(&s));
}

/* Type, name and id; -EBADMSG: failed, and reported unless the run is quiet. */
static int name_instance(struct env *e, const struct item *it, struct inst *i)
{
	i->type = eval_string_of(e, it, "type");
	i->name = i->type ? eval_string_of(e, it, "name") : NULL;
	if (!i->name)
		return -EBADMSG;
	i->name = fill_name(e, it, i->name);
	i->declared = i->name;
	size_t n = strlen(i->type);

	if (n > 1 && i->type[n - 1] == '/')
		i->type = arena_printf(e->a->arena, "%.*s", (int)n - 1, i->type);
	if (it->parent)
		inherit_type_and_name(e->a, i, it->parent);
	if (make_instance_id(e, it, i) < 0)
		return -EBADMSG;
	if (i->id)
		return 0;
	report_wrong_segments(e, it, i);
	return -EBADMSG;
}

static void expand_one_resource(const struct item *it, const struct loop *loop,
                                const char *loop_name)
{
	struct deployment *d = it->d;
	struct arm *a = d->a;
	struct inst *i = arena_alloc(a->arena, sizeof(*i));
	const struct val *existing = val_get(it->decl, "existing");
	struct env e = d->env;
	int on, r;

	if (a->over)
		return;
	if (++a->n_resources > ARM_MAX_RESOURCES) {
		a->over = true;
		arm_finding(a, SEV_ERROR, "ARM-LIMIT-01", NULL, d->file, it->ptr, NULL,
		            "more than %d resources are not taken", ARM_MAX_RESOURCES);
		return;
	}
	*i = (struct inst){ .number = a->n_resources,
		            .d = d,
		            .decl = it->decl,
		            .ptr = it->ptr,
		            .sym = it->sym,
		            .loop = loop_name,
		            .loops = loop,
		            .index = loop_name ? loop->index : -1,
		            .existing = existing && existing->type == V_BOOL && existing->b,
		            .scope = d->scope };
	e.loops = loop;
	on = it->parent && it->parent->off ? 0 : eval_condition(&e, it);
	if (on < 0) {
		d->broken = true;
		return;
	}
	i->off = !on;
	/* A resource that is not deployed may be named by what does not exist: report nothing. */
	a->quiet += i->off;
	r = name_instance(&e, it, i);
	a->quiet -= i->off;
	if (r < 0 && !i->off) {
		d->broken = true;
		return;
	}
	if (!i->id) {
		i->id = i->type = i->name = "";
		d->nameless = true;
	}
	VEC_PUSH(d->insts, d->n_insts, d->cap_insts) = i;
	inst_index(i);
	if (strieq(i->type, "Microsoft.Resources/deployments")) {
		a->n_waiting += !i->off && !i->existing;
		return;
	}
	const struct val *children = val_get(it->decl, "resources");

	if (children && !i->off)
		expand_list(d, children, arena_printf(a->arena, "%s/resources", it->ptr), i);
}

/* Is the condition of a loop false without copyIndex()?  Then its count, which may be invalid,
 * is not evaluated. */
static bool condition_never_holds(const struct item *it, const struct loop *around)
{
	struct env e = it->d->env;
	int on;

	if (!val_get(it->decl, "condition"))
		return false;
	e.loops = around;
	e.a->quiet++;
	on = eval_condition(&e, it);
	e.a->quiet--;
	return on == 0;
}

static void expand_item(const struct item *it)
{
	struct arm *a = it->d->a;
	const struct val *copy = val_get(it->decl, "copy"), *name;
	const struct loop *around = it->parent ? it->parent->loops : it->d->env.loops;
	struct env e = it->d->env;
	const char *ptr;
	int64_t n;

	if (it->decl->type != V_OBJ) {
		arm_finding(a, SEV_ERROR, "ARM-RES-01", "InvalidTemplate", it->d->file, it->ptr,
		            NULL, "a resource must be an object, not %s", val_type_str(it->decl));
		return;
	}
	if (it->sym)
		inst_declare(it->d, it->sym);
	if (!copy || copy->type != V_OBJ) {
		expand_one_resource(it, around, NULL);
		return;
	}
	e.loops = around;
	ptr = arena_printf(a->arena, "%s/copy", it->ptr);
	name = val_get(copy, "name");
	if (name && name->dynamic)
		name = tree_eval_at(&e, name, it->d->file, ptr, NULL);
	if (name && name->type == V_STR)
		inst_declare(it->d, name->s);
	if (condition_never_holds(it, around)) {
		it->d->nameless = true;
		return;
	}
	if (copy_count(&e, copy, it->d->file, ptr, &n) < 0) {
		it->d->broken = true;
		return;
	}
	for (int64_t k = 0; k < n; k++) {
		struct loop *loop = arena_alloc(a->arena, sizeof(*loop));

		*loop =
		    (struct loop){ around, name && name->type == V_STR ? name->s : "", false, k };
		expand_one_resource(it, loop, loop->name);
	}
}

static void expand_list(struct deployment *d, const struct val *list, const char *ptr,
                        const struct inst *parent)
{
	struct arm *a = d->a;

	if (list->type != V_ARR && list->type != V_OBJ) {
		arm_finding(a, SEV_ERROR, "ARM-RES-01", "InvalidTemplate", d->file, ptr, NULL,
		            "\"resources\" must be an array or, with symbolic names, an object");
		return;
	}
	for (uint32_t k = 0; k < list->n && !a->over; k++) {
		struct item it = { .d = d, .parent = parent };

		if (list->type == V_ARR) {
			it.decl = list->items[k];
			it.ptr = arena_printf(a->arena, "%s/%u", ptr, k);
		} else {
			_cleanup_free_ char *tail = jptr_str(JPTR(NULL, list->members[k].key));

			it.decl = list->members[k].v;
			it.sym = list->members[k].key;
			it.ptr = arena_printf(a->arena, "%s%s", ptr, tail);
		}
		expand_item(&it);
	}
}

void deployment_expand(struct deployment *d)
{
	const struct val *list = val_get(d->tmpl, "resources");
	const char *version = val_get_str(d->tmpl, "languageVersion");

	d->symbolic = streq(version, "2.0") || (list && list->type == V_OBJ);
	if (!list) {
		if (!d->parent)
			arm_finding(d->a, SEV_WARNING, "ARM-RES-04", "InvalidTemplate", d->file,
			            d->ptr, NULL, "the template has no \"resources\"");
		return;
	}
	expand_list(d, list, arena_printf(d->a->arena, "%s/resources", d->ptr), NULL);
}
