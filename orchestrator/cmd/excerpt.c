/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/excerpt.h"

#include "base/str.h"
#include "base/visible.h"

enum { SHOWN = 100, BEFORE = 40 }; /* characters of a long line, and those before the caret */

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

/* The byte at which that character begins, counted from 0, or the end. */
static size_t byte_of(const char *line, size_t character)
{
	size_t i = 0;

	for (; line[i]; i++)
		if (begins_character(line[i]) && !character--)
			break;
	return i;
}

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += begins_character(*text);
	return n;
}

static char *part(const char *line, size_t from, size_t to)
{
	return text_visible(line + from, to - from, false);
}

void excerpt_print(FILE *out, const struct findings *all, const struct finding *f)
{
	struct text_place at = { 0 };
	bool found = finding_at(all, f, &at) && at.line && at.column;
	_cleanup_free_ char *line = found && (f->severity != SEV_INFO || at.end_column)
	                                ? places_line(all->table, at.file, at.line)
	                                : NULL;

	if (!line)
		return;
	size_t column = at.column - 1, begin = strspn(line, " \t");
	size_t mark = byte_of(line, column), behind = byte_of(line, at.end_column - (size_t)1);
	const char *more = "";

	if (!at.end_column || behind <= mark)
		behind = line[mark] ? byte_of(line, column + 1) : mark;
	if (mark < begin) /* the place is in the blanks before the line */
		begin = mark;
	if (column > SHOWN - BEFORE) {
		begin = byte_of(line, column - BEFORE);
		more = "...";
	}
	size_t end = begin + byte_of(line + begin, SHOWN);

	behind = behind > end ? end : behind;
	_cleanup_free_ char *before = part(line, begin, mark), *marked = part(line, mark, behind),
	                    *after = part(line, behind, end);

	fprintf(out, "      %s%s%s%s%s\n      %*s", more, before, marked, after,
	        line[end] ? "..." : "", (int)strlen(more), "");
	for (const char *c = before; *c; c++)
		if (begins_character(*c))
			fputc(*c == '\t' ? '\t' : ' ', out);
	fputc('^', out);
	for (size_t n = characters(marked); n > 1; n--)
		fputc('~', out);
	fputc('\n', out);
}
