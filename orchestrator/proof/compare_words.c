/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of a row, in all their spellings. */
#include <strings.h>

#include "proof/compare_priv.h"

/* PowerShell writes AddressPrefix, az addressPrefix. */
json_t *compare_get_any_case(const json_t *obj, const char *key)
{
	const char *k;
	json_t *v = json_object_get(obj, key);

	if (v)
		return v;
	json_object_foreach ((json_t *)obj, k, v) {
		if (strcasecmp(k, key) == 0)
			return v;
	}
	return NULL;
}

/* The first of several spellings that is there and not null. */
json_t *compare_get(const json_t *obj, const char *a, const char *b)
{
	json_t *v = compare_get_any_case(obj, a);

	if (!v || json_is_null(v))
		v = b ? compare_get_any_case(obj, b) : NULL;
	return v && json_is_null(v) ? NULL : v;
}

const char *compare_text(const json_t *row, const char *key)
{
	const char *s = json_string_value(compare_get(row, key, NULL));

	return s ? s : "";
}

bool compare_list_has(const json_t *list, const char *s)
{
	size_t i;
	json_t *v;

	json_array_foreach (list, i, v) {
		if (strieq(json_string_value(v), s))
			return true;
	}
	return false;
}
