/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scope into which a deployment puts its resources, and the ids that follow from it. */
#include <string.h>

#include "input/arm/run/run.h"

const char *arm_location(struct arm *a)
{
	return a->o->location ? a->o->location : "westeurope";
}

const char *scope_prefix(struct arm *a, const struct scope *s)
{
	switch (s->kind) {
	case SCOPE_RG:
		return arena_printf(a->arena, "/subscriptions/%s/resourceGroups/%s",
		                    s->subscription, s->rg);
	case SCOPE_SUBSCRIPTION:
		return arena_printf(a->arena, "/subscriptions/%s", s->subscription);
	case SCOPE_GROUP:
		return arena_printf(a->arena, "/providers/Microsoft.Management/managementGroups/%s",
		                    s->group);
	default:
		return "";
	}
}

/* empty: a name may be, as in the ids that templates make of parameters that are not set. */
static const char *make_path(struct arm *a, const char *type, const char *name, bool empty)
{
	_cleanup_str_ struct str s = { 0 };
	size_t n = strcspn(type, "/");

	str_addn(&s, type, n);
	type += n + (type[n] == '/');
	while (*type) {
		size_t t = strcspn(type, "/"), m = strcspn(name, "/");

		if (!t && !type[1]) /* a slash at the end does no harm */
			break;
		if (!m && !empty)
			return NULL;
		str_addc(&s, '/');
		str_addn(&s, type, t);
		str_addc(&s, '/');
		str_addn(&s, name, m);
		type += t + (type[t] == '/');
		name += m + (name[m] == '/');
	}
	return *name ? NULL : arena_strdup(a->arena, str_get(&s));
}

const char *resource_path(struct arm *a, const char *type, const char *name)
{
	return make_path(a, type, name, false);
}

const char *resource_path_of_names(struct arm *a, const char *type, const char *const *names,
                                   size_t n)
{
	_cleanup_str_ struct str s = { 0 };

	for (size_t i = 0; i < n; i++)
		str_printf(&s, "%s%s", i ? "/" : "", names[i]);
	/* One name for each part of the type: then each may be empty. */
	size_t parts = 0;

	for (const char *p = strchr(type, '/'); p && p[1]; p = strchr(p + 1, '/'))
		parts++;
	return make_path(a, type, str_get(&s), parts == n);
}

const char *resource_id(struct arm *a, const struct scope *s, const char *type, const char *name)
{
	const char *path, *prefix;

	/* These two stand above "providers". */
	if (strieq(type, "Microsoft.Resources/resourceGroups"))
		return arena_printf(a->arena, "/subscriptions/%s/resourceGroups/%s",
		                    s->subscription, name);
	if (strieq(type, "Microsoft.Management/managementGroups"))
		return arena_printf(a->arena, "/providers/Microsoft.Management/managementGroups/%s",
		                    name);
	path = resource_path(a, type, name);
	prefix = scope_prefix(a, s);
	return path ? arena_printf(a->arena, "%s/providers/%s", prefix, path) : NULL;
}
