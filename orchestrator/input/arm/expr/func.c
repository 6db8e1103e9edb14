/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/expr/func.h"

#include <strings.h>

const struct func *func_find(const struct func_table *t, const char *name)
{
	size_t lo = 0;

	for (size_t hi = t->n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		int d = strcasecmp(t->rows[mid]->name, name);

		if (!d)
			return t->rows[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* The row "list*" stands for listKeys() and every other action of a provider. */
	return !strncasecmp(name, "list", 4) && name[4] && strcasecmp(name, "list*") != 0
	           ? func_find(t, "list*")
	           : NULL;
}

const char *func_nearest(const struct func_table *t, const char *name)
{
	_cleanup_free_ const char **names = xcalloc(t->n + 1, sizeof(*names));

	for (size_t i = 0; i < t->n; i++)
		names[i] = t->rows[i]->name;
	return str_nearest(name, names, t->n);
}
