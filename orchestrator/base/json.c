/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json.h"

#include "base/str.h"
#include "base/utf8.h"

json_t *text_json(const char *s, size_t n)
{
	json_t *j = memchr(s, '\0', n) ? NULL : json_stringn(s, n);

	if (j)
		return j;
	_cleanup_str_ struct str b = { 0 };

	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)s[i];

		if (ch && ch < 0x80)
			str_addc(&b, (char)ch);
		else
			str_add(&b, UTF8_REPLACEMENT);
	}
	return json_stringn(str_get(&b), b.n);
}

json_t *text_json_of(const char *s)
{
	return s ? text_json(s, strlen(s)) : json_null();
}

void text_append(json_t *list, char *text)
{
	json_array_append_new(list, text_json_of(text));
	free(text);
}
