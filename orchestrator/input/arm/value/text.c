/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/value/text.h"

#include <ctype.h>
#include <strings.h>

void text_of(const struct val *v, struct str *out)
{
	if (v->open && !v->n)
		str_add(out, v->open);
	else if (v->type == V_STR)
		str_addn(out, v->s, v->n);
	else if (v->type == V_BOOL)
		str_add(out, v->b ? "True" : "False");
	else if (v->type != V_NULL)
		val_json_text(v, '"', out);
}

int text_compare(const char *a, const char *b)
{
	int d = strcasecmp(a, b);

	/* Culture order puts small letters in front of capitals. */
	return d ? d : -strcmp(a, b);
}

char *arm_lower(struct arena *a, const char *s)
{
	char *r = arena_strdup(a, s);

	for (char *p = r; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return r;
}
