/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>

static void str_reserve(struct str *b, size_t more)
{
	if (b->n + more + 1 <= b->cap)
		return;
	size_t cap = b->cap ? b->cap * 2 : 64;

	while (cap < b->n + more + 1)
		cap *= 2;
	b->s = xrealloc(b->s, cap, 1);
	b->cap = cap;
}

void str_addn(struct str *b, const char *s, size_t n)
{
	str_reserve(b, n);
	memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = 0;
}

void str_add(struct str *b, const char *s)
{
	str_addn(b, s, strlen(s));
}

void str_addc(struct str *b, char c)
{
	str_addn(b, &c, 1);
}

void str_printf(struct str *b, const char *fmt, ...)
{
	va_list ap, copy;

	va_start(ap, fmt);
	va_copy(copy, ap);
	int n = vsnprintf(NULL, 0, fmt, copy);
	va_end(copy);
	if (n > 0) {
		str_reserve(b, (size_t)n);
		vsnprintf(b->s + b->n, (size_t)n + 1, fmt, ap);
		b->n += (size_t)n;
	}
	va_end(ap);
}

const char *str_get(const struct str *b)
{
	return b->s ? b->s : "";
}

char *str_take(struct str *b)
{
	char *s = b->s ? b->s : xstrdup("");

	*b = (struct str){ 0 };
	return s;
}

void str_free_p(struct str *b)
{
	free(b->s);
	*b = (struct str){ 0 };
}

bool streq(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool strieq(const char *a, const char *b)
{
	return a == b || (a && b && !strcasecmp(a, b));
}

bool str_starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool str_glob(const char *p, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (*p == '*') {
			star = ++p;
			retry = s;
		} else if (*p && (*p == '?' ||
		                  tolower((unsigned char)*p) == tolower((unsigned char)*s))) {
			p++, s++;
		} else if (star) {
			p = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return !*p;
}

unsigned str_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (n > 100 || m > 100)
		return 1000;
	unsigned row[3][102];

	for (size_t j = 0; j <= m; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *cur = row[i % 3], *prev = row[(i - 1) % 3], *prev2 = row[(i + 1) % 3];

		cur[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			int x = tolower((unsigned char)a[i - 1]),
			    y = tolower((unsigned char)b[j - 1]);
			unsigned d = prev[j - 1] + (x != y);

			if (prev[j] + 1 < d)
				d = prev[j] + 1;
			if (cur[j - 1] + 1 < d)
				d = cur[j - 1] + 1;
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) && prev2[j - 2] + 1 < d)
				d = prev2[j - 2] + 1;
			cur[j] = d;
		}
	}
	return row[n % 3][m];
}

const char *str_nearest(const char *s, const char *const *candidates, size_t n)
{
	const char *best = NULL;
	unsigned best_d = 1000, limit = (unsigned)strlen(s) / 3 + 1;

	for (size_t i = 0; i < n; i++) {
		unsigned d = str_distance(s, candidates[i]);

		/* Do not suggest s itself: it exists, but is wrong here. */
		if (d < best_d && !streq(s, candidates[i]))
			best = candidates[i], best_d = d;
	}
	return best_d <= limit ? best : NULL;
}

uint64_t bytes_hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *s = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ s[i]) * 0x100000001b3u;
	return h;
}

uint64_t str_hash(const char *s, uint64_t seed)
{
	uint64_t h = 14695981039346656037ULL ^ seed;

	for (; *s; s++) {
		h ^= (uint64_t)tolower((unsigned char)*s);
		h *= 1099511628211ULL;
	}
	return h ^ (h >> 29);
}

int str_duration(const char *s, long *ret_ms)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	double v = strtod(s, &end);

	/* strtod takes hexadecimal and exponents as well */
	if (errno || end == s || end != s + strspn(s, "0123456789."))
		return -EINVAL;
	double unit = streq(end, "ms")           ? 1
	              : streq(end, "s") || !*end ? 1e3
	              : streq(end, "m")          ? 60e3
	              : streq(end, "h")          ? 3600e3
	                                         : 0;

	if (unit == 0)
		return -EINVAL;
	if (v * unit > 24 * 3600e3)
		return -ERANGE;
	*ret_ms = (long)(v * unit + 0.5);
	return 0;
}
