/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/suggest.h"

#include "base/str.h"

enum { SHOWN = 8 };

char *suggest_name(const char *name, const char *const *names, size_t n, size_t *compared)
{
	struct str s = { 0 };

	if (*compared > SUGGEST_MAX_COMPARED)
		return NULL;
	*compared += n;
	const char *near = str_nearest(name, names, n);

	if (near)
		return xasprintf("did you mean \"%s\"?", near);
	if (!n)
		return xstrdup("the topology has none");
	str_add(&s, "there is: ");
	for (size_t i = 0; i < n && i < SHOWN; i++)
		str_printf(&s, "%s%s", i ? ", " : "", names[i]);
	if (n > SHOWN)
		str_printf(&s, " and %zu more", n - SHOWN);
	return str_take(&s);
}
