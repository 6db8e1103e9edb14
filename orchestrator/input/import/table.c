/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/priv.h"

/* In the order of reading: what others refer to comes first.  Of what is not there yet the names
 * are. */
static const struct import_type *const before_kinds[] = {
	import_networks, import_routers, import_machines, import_scale_sets, import_nics,
};
static const struct import_type *const after_kinds[] = {
	import_others,
};

const struct import_type *const *import_table(void)
{
	static const struct import_type *table[64];
	size_t n = 0;

	if (table[0])
		return table;
	for (size_t i = 0; i < ARRAY_LEN(before_kinds); i++)
		table[n++] = before_kinds[i];
	for (size_t i = 0; kind_imports[i]; i++)
		table[n++] = kind_imports[i];
	for (size_t i = 0; i < ARRAY_LEN(after_kinds); i++)
		table[n++] = after_kinds[i];
	return table;
}
