/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/children.h"

#include "base/mem.h"
#include "base/str.h"

/* Types that no row of the import has. */
static const struct import_provider provider_others[] = {
	{ "Microsoft.Network/routeFilters",
	  .children = (const struct import_children[]){ { "rules" }, { 0 } } },
};

static const struct import_provider *find_provider(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(provider_others); i++)
		if (strieq(provider_others[i].type, type))
			return &provider_others[i];
	return import_provider(type);
}

const struct import_children *child_list_next(const char *type, const struct import_children *after)
{
	const struct import_provider *p = after ? NULL : find_provider(type);
	const struct import_children *c = after ? after + 1 : p ? p->children : NULL;

	return c && c->name ? c : NULL;
}

const struct import_children *child_list_of(const char *type)
{
	const char *last = strrchr(type, '/');
	_cleanup_free_ char *parent = last ? xstrndup(type, (size_t)(last - type)) : NULL;
	const struct import_children *c = NULL;

	while (parent && (c = child_list_next(parent, c)))
		if (strieq(c->name, last + 1))
			return c;
	return NULL;
}

json_t *child_find(json_t *list, const char *name, size_t *ret_i)
{
	json_t *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (strieq(json_string_value(json_object_get(c, "name")), name)) {
			if (ret_i)
				*ret_i = i;
			return c;
		}
	return NULL;
}
