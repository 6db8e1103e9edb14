/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/expr/unknown.h"

const struct val *unknown_member(struct arena *a, const struct val *base, const struct val *key,
                                 const struct val *v)
{
	if (v && (v->open || v->exact || (v->type != V_OBJ && v->type != V_ARR)))
		return v;
	const char *words = key->type == V_STR
	                        ? arena_printf(a, "%s.%s", base->open, key->s)
	                        : arena_printf(a, "%s[%lld]", base->open, (long long)key->i);

	if (!v)
		return val_open(a, words);
	struct val *copy = arena_alloc(a, sizeof(*copy));

	*copy = *v;
	copy->open = words;
	copy->part = true;
	return copy;
}

const struct val *unknown_as_argument(struct arena *a, const struct val *v, char t)
{
	if (!v->open)
		return v;
	if (v->n) {
		struct val *copy = arena_alloc(a, sizeof(*copy));

		*copy = *v;
		copy->open = NULL;
		return copy;
	}
	if (t == 'a' || t == 'A')
		return val_arr(a, NULL, 0);
	if (t == 'o' || t == 'O')
		return v;
	if (t == 'i' || t == 'n')
		return val_int(a, 0);
	if (t == 'b')
		return &val_false;
	return val_str(a, v->open);
}

const struct val *unknown_answer(struct arena *a, const struct expr *x, const struct val *r)
{
	_cleanup_str_ struct str words = { 0 };

	if (r && r->type == V_STR && r->n && !r->open)
		return val_opened(a, r, r->s);
	if (r && (r->type != V_ARR || r->open))
		return r;
	expr_print(x, &words);
	return r ? val_opened(a, r, arena_strdup(a, str_get(&words)))
	         : val_open(a, arena_strdup(a, str_get(&words)));
}
