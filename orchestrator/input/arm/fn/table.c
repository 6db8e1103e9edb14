/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/fn/table.h"

#include <stdlib.h>
#include <strings.h>

#include "input/arm/fn/fn.h"

static const struct func *const families[] = { funcs_logic,     funcs_strings, funcs_uri,
	                                       funcs_arrays,    funcs_objects, funcs_lambda,
	                                       funcs_numbers,   funcs_cidr,    funcs_dates,
	                                       funcs_ids,       funcs_scope,   funcs_resource,
	                                       funcs_deployment };

enum { MAX_FUNCS = 200 };

static int compare_function_names(const void *a, const void *b)
{
	return strcasecmp((*(const struct func *const *)a)->name,
	                  (*(const struct func *const *)b)->name);
}

const struct func_table *fn_table(void)
{
	static const struct func *rows[MAX_FUNCS];
	static struct func_table table = { .rows = rows, .user = &func_user };

	if (table.n)
		return &table;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (const struct func *f = families[i]; f->name && table.n < MAX_FUNCS; f++)
			rows[table.n++] = f;
	qsort(rows, table.n, sizeof(*rows), compare_function_names);
	return &table;
}
