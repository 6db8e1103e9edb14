/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/markdown.h"

#include <ctype.h>
#include <string.h>

#include "base/visible.h"

/* A character without width, which ends what renderers look for once the markup is gone. */
#define BREAK "&#8203;"

/* Names of people, numbers of issues, and addresses become links whatever is escaped: they are
 * found in the text that is shown. */
static bool is_found_later(const char *s, const char *begin)
{
	if (strchr("@#", *s))
		return isalnum((unsigned char)s[1]) || s[1] == '_';
	if (*s == ':')
		return s[1] == '/' && s[2] == '/';
	return *s == '.' && s - begin >= 3 && strncasecmp(s - 3, "www", 3) == 0;
}

void markdown_escape(struct str *b, const char *s)
{
	_cleanup_free_ char *clean = text_visible(s, strlen(s), false);

	for (const char *c = clean; *c; c++) {
		if (*c == '<')
			str_add(b, "&lt;");
		else if (*c == '>')
			str_add(b, "&gt;");
		else if (*c == '&')
			str_add(b, "&amp;");
		else if (strchr("\\`*_[]|~$", *c))
			str_printf(b, "\\%c", *c);
		else if (strchr("\n\t", *c))
			str_addc(b, ' ');
		else
			str_addc(b, *c);
		if (is_found_later(c, clean))
			str_add(b, BREAK);
	}
}

void markdown_row_(struct str *b, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str_add(b, "| ");
		markdown_escape(b, cells[i] ? cells[i] : "");
		str_addc(b, ' ');
	}
	str_add(b, "|\n");
}

void markdown_header_(struct str *b, const char *const *cells, size_t n)
{
	markdown_row_(b, cells, n);
	for (size_t i = 0; i < n; i++)
		str_add(b, "|---");
	str_add(b, "|\n");
}

void markdown_more(struct str *b, size_t n)
{
	if (n > MARKDOWN_ROWS)
		str_printf(b, "\nand %zu more\n", n - MARKDOWN_ROWS);
}
