/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines, words, masks, base64. */
#include <ctype.h>

#include "base/addr.h"
#include "base/base64.h"
#include "input/appliance/guest.h"

char *next_line(const char **at)
{
	size_t n;
	char *line;

	if (!**at)
		return NULL;
	n = strcspn(*at, "\n");
	line = xstrndup(*at, n);
	*at += n + ((*at)[n] == '\n');
	if (n && line[n - 1] == '\r')
		line[n - 1] = '\0';
	return line;
}

size_t words_split(const char *line, char ***ret)
{
	size_t n = 0, cap = 0;
	char **words = NULL;

	for (const char *c = line; *c;) {
		_cleanup_str_ struct str w = { 0 };
		char quote = 0;

		while (isspace((unsigned char)*c))
			c++;
		if (!*c)
			break;
		for (; *c && (quote || !isspace((unsigned char)*c)); c++) {
			if (quote && *c == quote)
				quote = 0;
			else if (!quote && (*c == '\'' || *c == '"'))
				quote = *c;
			else if (*c == '\\' && c[1] &&
			         (!quote || (quote == '"' && strchr("$`\"\\", c[1]))))
				str_addc(&w, *++c);
			else
				str_addc(&w, *c);
		}
		VEC_PUSH(words, n, cap) = str_take(&w);
	}
	*ret = words;
	return n;
}

char **words_free(char **words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(words[i]);
	free(words);
	return NULL;
}

char *with_mask(const char *address, const char *mask)
{
	ip4 a, m;

	if (ip4_parse(address, &a) || ip4_parse(mask, &m) || ip4_mask_len(m) < 0)
		return NULL;
	return xstrdup(PREFIX_STR(prefix_around(a, (uint8_t)ip4_mask_len(m))));
}

char *decode_base64(const char *s)
{
	_cleanup_str_ struct str b = { 0 };

	/* Text only: what has a NUL in it is something else (gzip, say). */
	if (!base64_decode(s, strlen(s), &b) || b.n < 3 || strlen(str_get(&b)) != b.n)
		return NULL;
	return str_take(&b);
}
