/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/markup.h"

#include <string.h>

#include "base/utf8.h"

/* Bytes of the character at s; 0: it is none, or one that XML 1.0 forbids. */
static size_t xml_char_len(const char *s)
{
	size_t n = utf8_len(s, strnlen(s, 4));
	unsigned char c = (unsigned char)*s;

	if (n == 1 && c < ' ' && c != '\t' && c != '\n' && c != '\r')
		return 0;
	if (n == 3 && memcmp(s, "\xef\xbf", 2) == 0 &&
	    (unsigned char)s[2] >= 0xbe) /* U+FFFE, U+FFFF */
		return 0;
	return n;
}

static const char *reference_of(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	case '\r':
		return "&#13;";
	default:
		return NULL;
	}
}

void markup_escape(struct str *b, const char *s)
{
	while (*s) {
		size_t n = xml_char_len(s);
		const char *reference = n ? reference_of(*s) : UTF8_REPLACEMENT;

		if (reference)
			str_add(b, reference);
		else
			str_addn(b, s, n);
		s += n ? n : 1;
	}
}
