/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shells that a script starts for some of its commands: bash -c '...'. */
#include "input/appliance/script.h"

/* Returns what follows "bash -c ", "/bin/sh -ec "; NULL: line starts no shell. */
static const char *after_shell(const char *line)
{
	static const char *const folders[] = { "/bin/", "/usr/bin/", "" };
	static const char *const shells[] = { "bash ", "sh ", "dash " };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		for (size_t k = 0; k < ARRAY_LEN(shells); k++) {
			const char *p = line + strlen(folders[i]);

			if (!str_starts(line, folders[i]) || !str_starts(p, shells[k]))
				continue;
			p += strlen(shells[k]);
			while (*p == ' ' || *p == '-') {
				size_t n = strcspn(p, " ");

				p += n;
				if (n && p[-1] == 'c') /* -c is the last one of a group */
					return p + strspn(p, " ");
				p += strspn(p, " ");
			}
			return NULL;
		}
	return NULL;
}

/* Adds one line of the quoted text; true: the quote ended in it. */
static bool add_until_quote(struct str *out, const char *p, char quote)
{
	for (; *p && *p != quote; p++) {
		if (quote == '"' && *p == '\\' && p[1] && strchr("\"\\`", p[1]))
			p++;
		str_addc(out, *p);
	}
	return *p == quote;
}

char *script_inner_shell(const char *line, const char **at, unsigned *ret_lines)
{
	const char *p = after_shell(line), *next = *at;
	_cleanup_str_ struct str text = { 0 };
	unsigned lines = 0;

	if (!p || (*p != '\'' && *p != '"'))
		return NULL;
	bool ended = add_until_quote(&text, p + 1, *p);

	while (!ended) {
		_cleanup_free_ char *more = next_line(&next);

		if (!more)
			return NULL;
		lines++;
		str_addc(&text, '\n');
		ended = add_until_quote(&text, more, *p);
	}
	*at = next;
	*ret_lines = lines;
	return str_take(&text);
}
