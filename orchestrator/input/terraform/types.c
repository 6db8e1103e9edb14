/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/terraform/types.h"

#include <ctype.h>
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

static bool is_type_name(const struct tf_type *t, const char *tf)
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
	return find_type(is_type_name, tf);
}

/* "custom_route" is "customRoutes", too. */
static bool is_same_word(const char *arm, const char *attr)
{
	for (; *attr && *arm; attr++) {
		if (*attr == '_')
			continue;
		if (tolower((unsigned char)*arm) != *attr)
			return false;
		arm++;
	}
	return !*attr && (!*arm || streq(arm, "s"));
}

static bool is_converted(const struct tf_type *t, const char *attr)
{
	for (const struct tf_attr *a = t->attrs; a && a->tf; a++)
		if (streq(a->tf, attr))
			return true;
	return false;
}

const char *tf_lacking(const struct tf_type *t, const char *attr)
{
	if (is_converted(t, attr))
		return NULL;
	for (const struct import_type *const *rows = import_table(); *rows; rows++)
		for (const struct import_type *row = *rows; row->type; row++)
			for (const struct import_lack *m = row->missing; m && m->name; m++)
				if (strieq(row->type, t->arm) && is_same_word(m->name, attr))
					return m->name;
	return NULL;
}

const char *tf_type_of_ids(const char *attr)
{
	const struct tf_type *t = *attr ? find_type(gives_ids, attr) : NULL;

	return t ? strrchr(t->arm, '/') + 1 : NULL;
}
