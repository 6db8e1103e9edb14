/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/place.h"

#include <string.h>

#include "base/finding.h"
#include "base/str.h"

/* "routeTables" is the map of every "routeTable". */
static bool is_map_of(const char *key, const char *kind)
{
	size_t n = strlen(kind) - (kind[strlen(kind) - 1] == 'y');

	return strncmp(key, kind, n) == 0;
}

static const char *member_named(json_t *map, const char *name, size_t n)
{
	const char *key;
	json_t *v;

	json_object_foreach (map, key, v)
		if (strlen(key) == n && strncasecmp(key, name, n) == 0)
			return key;
	return NULL;
}

/* kind NULL: in any map. */
static char *find_in(json_t *o, const struct jptr *at, const char *kind, const char *name)
{
	const char *slash = strchr(name, '/'), *key, *own;
	size_t n = slash ? (size_t)(slash - name) : strlen(name);
	json_t *map;

	json_object_foreach (o, key, map) {
		own = slash || is_map_of(key, kind) ? member_named(map, name, n) : NULL;
		if (!own)
			continue;
		const struct jptr list = { at, key, 0 }, place = { &list, own, 0 };
		char *found = slash ? find_in(json_object_get(map, own), &place, kind, slash + 1)
		                    : jptr_str(&place);

		if (found)
			return found;
	}
	return NULL;
}

char *change_pointer(const json_t *design, const char *kind, const char *name)
{
	char *found = *kind ? find_in(json_object_get(design, "topology"), NULL, kind, name) : NULL;

	return found ? found : xstrdup("");
}
