/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Resource functions for ARM templates". */
#include <stdio.h>
#include <strings.h>

#include "input/arm/fn/fn.h"
#include "input/arm/resource/resource.h"

/* Returns the index of the type among the arguments: the first with a slash. */
static size_t type_argument(const struct val *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i]->type == V_STR && *v[i]->s != '/' && strchr(v[i]->s, '/'))
			return i;
	return n;
}

static const char *make_resource_path(struct env *e, const struct expr *at,
                                      const struct val *const *v, size_t n, size_t type)
{
	_cleanup_str_ struct str names = { 0 };
	const char *path;

	if (type >= n) {
		eval_fail(e, at, "as in resourceId('Microsoft.Network/virtualNetworks', 'hub')",
		          "%s() finds no resource type among its arguments", at->name);
		return NULL;
	}
	const char **list = arena_array(e->a->arena, n, sizeof(*list));

	for (size_t i = type + 1; i < n; i++) {
		_cleanup_str_ struct str name = { 0 };

		text_of(v[i], &name);
		list[i - type - 1] = arena_strdup(e->a->arena, str_get(&name));
		str_printf(&names, "%s%s", i > type + 1 ? "/" : "", str_get(&name));
	}
	path = resource_path_of_names(e->a, v[type]->s, list, n - type - 1);
	if (!path) {
		eval_fail(e, at, "a name for each part of the type behind the provider",
		          "%s(): the type \"%s\" and the names \"%s\" do not have the same number "
		          "of parts",
		          at->name, v[type]->s, str_get(&names));
		e->a->fail.code = "InvalidTemplate";
	}
	return path;
}

static const struct val *make_resource_id(struct env *e, const struct expr *at,
                                          const struct scope *s, const struct val *const *v,
                                          size_t n, size_t type)
{
	const char *path = make_resource_path(e, at, v, n, type);

	if (!path)
		return NULL;
	if (n == type + 2 && (strieq(v[type]->s, "Microsoft.Resources/resourceGroups") ||
	                      strieq(v[type]->s, "Microsoft.Management/managementGroups")))
		return val_str(e->a->arena, resource_id(e->a, s, v[type]->s, v[type + 1]->s));
	return val_printf(e->a->arena, "%s/providers/%s", scope_prefix(e->a, s), path);
}

/* [subscription,] [resource group,] type, names.  The scope is that of the expressions: in a nested
 * template of outer scope, the parent's. */
FN(fn_resource_id)
{
	size_t type = type_argument(v, n);
	struct scope s = e->d->scope;

	if (type > 2 && type < n)
		return eval_fail(
		    e, at, NULL,
		    "resourceId() takes a subscription and a resource group in front of the type");
	if (type >= 1 && type < n) {
		s.kind = SCOPE_RG;
		s.rg = v[type - 1]->s;
		if (type == 2)
			s.subscription = v[0]->s;
	}
	return make_resource_id(e, at, &s, v, n, type);
}

FN(fn_subscription_resource_id)
{
	size_t type = type_argument(v, n);
	const struct scope s = { .kind = SCOPE_SUBSCRIPTION,
		                 .subscription = type == 1 ? v[0]->s : e->d->scope.subscription };

	return make_resource_id(e, at, &s, v, n, type);
}

FN(fn_tenant_resource_id)
{
	const struct scope s = { .kind = SCOPE_TENANT, .subscription = e->d->scope.subscription };

	return make_resource_id(e, at, &s, v, n, type_argument(v, n));
}

FN(fn_management_group_resource_id)
{
	size_t type = type_argument(v, n);
	const struct scope s = { .kind = SCOPE_GROUP,
		                 .group = type == 1 ? v[0]->s : e->d->scope.group,
		                 .subscription = e->d->scope.subscription };

	return make_resource_id(e, at, &s, v, n, type);
}

FN(fn_extension_resource_id)
{
	size_t type = 1 + type_argument(v + 1, n - 1);
	const char *path = make_resource_path(e, at, v, n, type), *scope = v[0]->s;
	size_t len = strlen(scope);

	if (!path)
		return NULL;
	while (len && scope[len - 1] == '/')
		len--;
	return val_printf(e->a->arena, "%.*s/providers/%s", (int)len, scope, path);
}

static bool asks_for_full(const struct val *const *v, size_t n)
{
	return n > 1 && v[n - 1]->type == V_STR && strieq(v[n - 1]->s, "Full");
}

FN(fn_reference)
{
	return reference_value(e, at, e->asked, v[0], asks_for_full(v, n));
}

/* references(): the answers of all iterations of a loop, by its symbolic name. */
FN(fn_references)
{
	struct val_builder b = { .a = e->a->arena };

	for (struct deployment *d = e->home; d; d = d->outer ? d->parent : NULL) {
		size_t count, found = 0;
		struct inst *const *list = inst_named(d, v[0]->s, &count);

		for (size_t i = 0; i < count; i++) {
			const struct val *r;

			if (!list[i]->loop)
				continue;
			found++;
			if (list[i]->off)
				continue;
			r = reference_value(e, at, at, val_str(e->a->arena, list[i]->id),
			                    asks_for_full(v, n));
			if (!r)
				return NULL;
			val_push(&b, r);
		}
		if (found)
			return val_built_arr(&b);
	}
	return eval_fail(e, at, NULL, "there is no copy loop \"%s\" in this template", v[0]->s);
}

/* Keys and other secrets of what is not emulated. */
FN(fn_list)
{
	_cleanup_str_ struct str s = { 0 };

	val_brief(v[0], 200, &s);
	return val_open(e->a->arena, arena_printf(e->a->arena, "%s(%s)", at->name, str_get(&s)));
}

const struct func funcs_resource[] = {
	{ "resourceId", 2, -1, "t", fn_resource_id },
	{ "subscriptionResourceId", 2, -1, "t", fn_subscription_resource_id },
	{ "tenantResourceId", 2, -1, "t", fn_tenant_resource_id },
	{ "managementGroupResourceId", 2, -1, "t", fn_management_group_resource_id },
	{ "extensionResourceId", 3, -1, "st", fn_extension_resource_id },
	{ "reference", 1, 3, "s", fn_reference },
	{ "references", 1, 2, "s", fn_references },
	{ "list", 1, 3, "?", fn_list },
	{ "list*", 1, 3, "?", fn_list },
	{ "listKeys", 1, 3, "?", fn_list },
	{ 0 },
};
