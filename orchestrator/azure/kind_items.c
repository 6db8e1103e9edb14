/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/kind.h"
#include "base/str.h"

void *kind_items(const struct model *m, const char *key, size_t *ret_n)
{
	for (size_t i = 0; i < m->n_others; i++)
		if (streq(m->others[i].key, key)) {
			*ret_n = m->others[i].n;
			return m->others[i].items;
		}
	*ret_n = 0;
	return NULL;
}
