/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The elements that all parts of the page are made of. */
#include <string.h>

#include "base/json.h"
#include "base/visible.h"
#include "report/markup.h"
#include "report/page.h"

void page_text(struct str *b, const char *s)
{
	_cleanup_free_ char *clean = text_visible(s ? s : "", s ? strlen(s) : 0, false);

	markup_escape(b, clean);
}

void page_lines(struct str *b, const char *s)
{
	while (s && *s) {
		size_t n = strcspn(s, "\n");
		_cleanup_free_ char *line = xstrndup(s, n);

		page_text(b, line);
		s += n;
		if (*s)
			str_add(b, "<br>");
		s += *s == '\n';
	}
}

void page_table(struct str *b, const char *caption, const char *headers)
{
	str_add(b, "<div class=\"p-wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
	page_text(b, caption);
	str_add(b, "\"><table>\n<caption>");
	page_text(b, caption);
	str_add(b, "</caption>\n<thead><tr>");
	for (const char *h = headers; *h;) {
		size_t n = strcspn(h, "|");
		_cleanup_free_ char *one = xstrndup(h, n);

		str_add(b, "<th scope=\"col\">");
		page_text(b, one);
		str_add(b, "</th>");
		h += n + (h[n] == '|');
	}
	str_add(b, "</tr></thead>\n<tbody>\n");
}

void page_table_end(struct str *b)
{
	str_add(b, "</tbody></table></div>\n");
}

void page_cell(struct str *b, const char *s)
{
	str_add(b, "<td>");
	page_lines(b, s);
	str_add(b, "</td>");
}

void page_cells(struct str *b, const json_t *row, const char *keys)
{
	for (const char *k = keys; *k;) {
		size_t n = strcspn(k, " ");
		_cleanup_free_ char *key = xstrndup(k, n);

		page_cell(b, member_text(row, key, ""));
		k += n + (k[n] == ' ');
	}
}

/* Words have a colour, and are words: who sees no colour reads them. */
static const char *color_of_word(const char *word)
{
	static const char *const words[][2] = {
		{ "delivered", "good" }, { "held", "good" },    { "Active", "good" },
		{ "loop", "bad" },       { "broken", "bad" },   { "error", "bad" },
		{ "failed", "bad" },     { "partly", "bad" },   { "dropped", "warn" },
		{ "warning", "warn" },   { "Invalid", "warn" }, { "some", "warn" },
		{ "skipped", "dim" },    { "denied", "dim" },   { "info", "dim" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (streq(words[i][0], word))
			return words[i][1];
	return "dim";
}

void page_verdict(struct str *b, const char *word, const char *text)
{
	str_printf(b, "<td class=\"p-%s\">", color_of_word(word));
	page_text(b, text);
	str_add(b, "</td>");
}

void page_more(struct str *b, size_t n, size_t shown)
{
	if (n > shown)
		str_printf(b, "<p>and %zu more, which are left out here</p>\n", n - shown);
}

void page_section(struct str *b, const char *id, size_t number, const char *heading)
{
	str_printf(b, "<section aria-labelledby=\"%s-%zu\">\n<h3 id=\"%s-%zu\">", id, number, id,
	           number);
	page_text(b, heading);
	str_add(b, "</h3>\n");
}
