/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a deployment puts its resources, and the ids that follow from it. */
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

const char *resource_path(struct arm *a, const char *type, const char *name)
{
	_cleanup_str_ struct str s = { 0 };
	size_t n = strcspn(type, "/");

	str_addn(&s, type, n);
	type += n + (type[n] == '/');
	while (*type) {
		size_t t = strcspn(type, "/"), m = strcspn(name, "/");

		if (!t && !type[1]) /* a slash at the end does no harm */
			break;
		if (!m)
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
