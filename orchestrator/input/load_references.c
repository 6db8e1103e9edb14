/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves what objects refer to by their tables of fields: pointers, once all objects of all kinds
 * are there. */
#include "input/load.h"

#include <stdlib.h>

/* The object that a reference names; NULL: none, and a finding says so. */
static void *find_named(struct loader *l, const struct load_ref *ref)
{
	bool subnet = ref->field->type == T_SUBNET;
	void *found = subnet ? (void *)model_subnet(l->m, ref->name)
	                     : load_find(l, ref->field->ref, ref->name);

	if (found)
		return found;
	const char *ptr = arena_printf(l->a, "%s/%s", ref->from->ptr, ref->field->name);

	if (subnet)
		load_unknown(l, SCOPE_SUBNETS, ref->name, ptr);
	else
		load_no_such(l, ref->field->ref, ref->name, ptr);
	return NULL;
}

void load_references(struct loader *l)
{
	for (size_t i = 0; i < l->n_refs; i++) {
		const struct load_ref *ref = &l->refs[i];
		void **to = (void **)((char *)ref->from + ref->field->at - 1);

		*to = find_named(l, ref);
		if (!*to)
			ref->from->broken |= ref->field->required;
	}
	free(l->refs);
	l->refs = NULL;
	l->n_refs = l->cap_refs = 0;
}
