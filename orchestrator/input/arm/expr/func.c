/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/expr/func.h"

#include <stdlib.h>
#include <strings.h>

static const struct func *const rooms[] = { funcs_logic,     funcs_strings, funcs_uri,
	                                    funcs_arrays,    funcs_objects, funcs_lambda,
	                                    funcs_numbers,   funcs_cidr,    funcs_dates,
	                                    funcs_ids,       funcs_scope,   funcs_resource,
	                                    funcs_deployment };

enum { MAX_FUNCS = 200 };

static const struct func *sorted[MAX_FUNCS];
static size_t n_sorted;

static int by_name(const void *a, const void *b)
{
	return strcasecmp((*(const struct func *const *)a)->name,
	                  (*(const struct func *const *)b)->name);
}

const struct func *const *func_all(size_t *n)
{
	if (!n_sorted) {
		for (size_t r = 0; r < ARRAY_LEN(rooms); r++)
			for (const struct func *f = rooms[r]; f->name && n_sorted < MAX_FUNCS; f++)
				sorted[n_sorted++] = f;
		qsort(sorted, n_sorted, sizeof(*sorted), by_name);
	}
	*n = n_sorted;
	return sorted;
}

const struct func *func_find(const char *name)
{
	size_t n, lo = 0;
	const struct func *const *all = func_all(&n);

	for (size_t hi = n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		int d = strcasecmp(all[mid]->name, name);

		if (!d)
			return all[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* list*: listKeys is in the table, and any other action of a provider goes the same way. */
	return !strncasecmp(name, "list", 4) && name[4] && strcasecmp(name, "list*") != 0
	           ? func_find("list*")
	           : NULL;
}

const char *func_nearest(const char *name)
{
	size_t n;
	const struct func *const *all = func_all(&n);
	const char *names[MAX_FUNCS] = { NULL };

	for (size_t i = 0; i < n; i++)
		names[i] = all[i]->name;
	return str_nearest(name, names, n);
}
