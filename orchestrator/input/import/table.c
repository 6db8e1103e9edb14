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

struct provider_list {
	const struct import_provider *v[128];
	size_t length[128]; /* of v[i]->type */
	size_t n;
};

static void append_provider(struct provider_list *list, const struct import_provider *p)
{
	list->length[list->n] = strlen(p->type);
	list->v[list->n++] = p;
}

/* The rows that have a provider, in a list of their own: the endpoint asks for each resource. */
static const struct provider_list *collect_providers(void)
{
	static struct provider_list list;

	if (list.n)
		return &list;
	for (const struct import_type *const *rows = import_table(); *rows; rows++)
		for (const struct import_type *row = *rows; row->type; row++)
			if (row->provider && list.n < ARRAY_LEN(list.v))
				append_provider(&list, row->provider);
	return &list;
}

const struct import_provider *import_provider_next(size_t *at)
{
	const struct provider_list *list = collect_providers();

	return *at < list->n ? list->v[(*at)++] : NULL;
}

const struct import_provider *import_provider(const char *type)
{
	const struct provider_list *list = collect_providers();
	size_t n = strlen(type);

	for (size_t i = 0; i < list->n; i++)
		if (list->length[i] == n && strieq(list->v[i]->type, type))
			return list->v[i];
	return NULL;
}

const struct import_range *import_range_next(size_t *at)
{
	const struct import_provider *p;

	while ((p = import_provider_next(at)))
		if (p->range)
			return p->range;
	return NULL;
}
