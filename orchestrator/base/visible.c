/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/visible.h"

#include "base/str.h"
#include "base/utf8.h"

/* len: of the character at s. */
static bool is_c1(const unsigned char *s, size_t len)
{
	return len == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

static bool is_c0_or_del(unsigned char c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

/* The length of a sequence that chooses colours at s; 0: there is none. */
static size_t color_length(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'))
		i++;
	return i < n && s[i] == 'm' ? i + 1 : 0;
}

char *text_visible(const char *s, size_t n, bool keep_colors)
{
	const unsigned char *u = (const unsigned char *)s;
	struct str b = { 0 };

	for (size_t i = 0, len; i < n; i += len) {
		size_t color = keep_colors ? color_length(s + i, n - i) : 0;

		len = color ? color : utf8_len(s + i, n - i);
		if (color || (len && !is_c0_or_del(u[i]) && !is_c1(u + i, len))) {
			str_addn(&b, s + i, len);
			continue;
		}
		len = len ? len : 1;
		for (size_t k = 0; k < len; k++)
			str_printf(&b, "\\x%02x", u[i + k]);
	}
	return str_take(&b);
}

/* jansson gives whole characters at a time. */
static int write_visible(const char *s, size_t n, void *f)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		bool c1 = is_c1(u + i, i + 1 < n ? 2 : 1);

		if (u[i] != 0x7f && !c1)
			continue;
		fwrite(s + from, 1, i - from, f);
		fprintf(f, "\\u%04x", c1 ? u[++i] : 0x7fu);
		from = i + 1;
	}
	return fwrite(s + from, 1, n - from, f) == n - from ? 0 : -1;
}

int json_dump_visible(const json_t *j, FILE *f, size_t flags)
{
	return json_dump_callback(j, write_visible, f, flags);
}

char *json_text_visible(const json_t *j, size_t flags)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		abort();
	bool written = json_dump_visible(j, f, flags) == 0;

	if (fclose(f) != 0)
		abort();
	if (written)
		return text;
	free(text);
	return NULL;
}
