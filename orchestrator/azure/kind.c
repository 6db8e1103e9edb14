/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/kind.h"

#include "base/str.h"

const struct kind *kind_find(const char *key)
{
	for (size_t i = 0; kinds[i]; i++)
		if (streq(kinds[i]->key, key))
			return kinds[i];
	return NULL;
}

json_t *kinds_needed(const json_t *topology)
{
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->needed)
			return json_object_get(topology, kinds[i]->key);
	return NULL;
}

const struct kind *kind_after(const struct kind *k)
{
	const struct kind *next = NULL;

	for (size_t i = 0; kinds[i]; i++)
		if ((!k || kinds[i]->place > k->place) && (!next || kinds[i]->place < next->place))
			next = kinds[i];
	return next;
}
