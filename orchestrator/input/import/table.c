/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/priv.h"

/* In the order of reading: what others refer to comes first.  Of what is not there yet the names
 * are. */
const struct import_type *const *import_table(void)
{
	static const struct import_type *table[64];
	size_t n = 0;

	if (table[0])
		return table;
	for (size_t i = 0; kind_imports[i]; i++)
		table[n++] = kind_imports[i];
	table[n++] = import_others;
	return table;
}

const struct import_shown *import_shown(const char *type)
{
	static const struct import_shown none[] = { { 0 } };

	for (const struct import_type *const *rows = import_table(); *rows; rows++)
		for (const struct import_type *row = *rows; row->type; row++)
			if (strieq(row->type, type))
				return row->shown ? row->shown : none;
	return none;
}
