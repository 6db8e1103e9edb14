/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text: characters, the written form of values, base64. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/fn/fn.h"

size_t utf8_count(const char *s, size_t n)
{
	size_t chars = 0;

	for (size_t i = 0; i < n; i++)
		chars += ((unsigned char)s[i] & 0xc0) != 0x80;
	return chars;
}

size_t utf8_offset(const char *s, size_t n, size_t chars)
{
	size_t i = 0;

	while (i < n && chars--)
		for (i++; i < n && ((unsigned char)s[i] & 0xc0) == 0x80;)
			i++;
	return i;
}

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

const struct val *text_val(struct env *e, const struct expr *at, struct str *s)
{
	const struct val *v =
	    s->n > VAL_MAX_STRING
	        ? eval_fail(e, at, NULL, "the string gets longer than %d MiB", VAL_MAX_STRING >> 20)
	        : val_strn(e->a->arena, str_get(s), s->n);

	str_free_p(s);
	return v;
}

int text_compare(const char *a, const char *b)
{
	int d = strcasecmp(a, b);

	/* Culture order puts small letters in front of capitals. */
	return d ? d : -strcmp(a, b);
}
