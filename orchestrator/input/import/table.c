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
