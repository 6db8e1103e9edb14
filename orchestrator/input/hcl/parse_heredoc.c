/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heredocs: templates of whole lines up to a word, "<<-" without the indentation that all lines
 * have. */
#include <ctype.h>

#include "input/hcl/scan.h"

static size_t line_end(const struct scan *p, size_t at)
{
	const char *end = at < p->n ? memchr(p->s + at, '\n', p->n - at) : NULL;

	return end ? (size_t)(end - p->s) : p->n;
}

/* The line has the word and nothing else. */
static bool ends_heredoc(const struct scan *p, size_t at, const char *word)
{
	size_t end = line_end(p, at), n = strlen(word);

	while (at < end && (p->s[at] == ' ' || p->s[at] == '\t'))
		at++;
	while (end > at && isspace((unsigned char)p->s[end - 1]))
		end--;
	return end - at == n && memcmp(p->s + at, word, n) == 0;
}

const struct hcl_expr *parse_heredoc(struct scan *p)
{
	size_t start = p->at, at, from;
	struct indented lines = { 0 };
	bool indented;

	p->at += 2;
	indented = scan_peek(p) == '-';
	p->at += indented;
	const char *word = scan_name(p);

	from = line_end(p, p->at) + 1;
	for (at = from; word && at < p->n && !ends_heredoc(p, at, word);)
		at = line_end(p, at) + 1;
	if (!word || at >= p->n) {
		p->at = start;
		scan_fail(p, "the text that begins here has no end: %s on a line of its own",
		          word ? word : "a word");
		return NULL;
	}
	struct scan inner = *p;

	inner.at = from;
	inner.n = at;
	inner.indented = indented ? &lines : NULL;
	const struct hcl_expr *e = parse_raw_template(&inner);

	e = indented_end(&inner, &lines, e);
	p->failed = inner.failed;
	p->at = line_end(p, at);
	return e;
}
