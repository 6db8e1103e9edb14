/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "String functions for ARM templates": names are the same there and here.  Both
 * hash their arguments joined by "-". */
#include <stdio.h>

#include "input/arm/fn/fn.h"
#include "input/arm/value/hash.h"

static void join_arguments(const struct val *const *v, size_t n, struct str *s)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_addc(s, '-');
		str_addn(s, v[i]->s, v[i]->n);
	}
}

FN(fn_unique_string)
{
	_cleanup_str_ struct str s = { 0 };
	char out[14];

	join_arguments(v, n, &s);
	arm_unique_string(str_get(&s), s.n, out);
	return val_str(e->a->arena, out);
}

FN(fn_guid)
{
	_cleanup_str_ struct str s = { 0 };
	char out[37];

	join_arguments(v, n, &s);
	arm_guid(str_get(&s), s.n, out);
	return val_str(e->a->arena, out);
}

/* Another one each time, but the same ones in the next run. */
FN(fn_new_guid)
{
	_cleanup_free_ char *s = NULL;
	char out[37];

	if (!e->defaults)
		return eval_fail(e, at, "make it the defaultValue of a parameter",
		                 "newGuid() may be used only in the default value of a parameter");
	s = xasprintf("newGuid %u", ++e->a->n_new_guids);
	arm_guid(s, strlen(s), out);
	out[14] = '4'; /* random ones are of version 4 */
	return val_str(e->a->arena, out);
}

const struct func funcs_ids[] = {
	{ "uniqueString", 1, -1, "s", fn_unique_string },
	{ "guid", 1, -1, "s", fn_guid },
	{ "newGuid", 0, 0, "", fn_new_guid },
	{ 0 },
};
