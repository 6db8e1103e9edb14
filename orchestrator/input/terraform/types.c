/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/terraform/types.h"

#include <string.h>

#include "base/str.h"
#include "input/import/priv.h"

/* The first row for which is_it(row, word) holds. */
static const struct tf_type *find_type(bool (*is_it)(const struct tf_type *, const char *),
                                       const char *word)
{
	for (const struct import_type *const *rows = import_table(); *rows; rows++)
		for (const struct import_type *row = *rows; row->type; row++)
			for (const struct tf_type *t = row->terraform; t && t->tf; t++)
				if (is_it(t, word))
					return t;
	return NULL;
}

static bool has_name(const struct tf_type *t, const char *tf)
{
	return streq(t->tf, tf);
}

static bool gives_ids(const struct tf_type *t, const char *attr)
{
	size_t n = strlen(attr);

	for (const char *p = t->ids; p && (p = strstr(p, attr)); p++)
		if (p[-1] == ' ' && p[n] == ' ')
			return true;
	return false;
}

const struct tf_type *tf_type_find(const char *tf)
{
	return find_type(has_name, tf);
}

const char *tf_type_of_ids(const char *attr)
{
	const struct tf_type *t = *attr ? find_type(gives_ids, attr) : NULL;

	return t ? strrchr(t->arm, '/') + 1 : NULL;
}
