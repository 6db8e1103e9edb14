/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/logbuf.h"

void logbuf_add(struct logbuf *b, const char *s, size_t n,
                void (*fn)(const char *line, size_t n, void *ctx), void *ctx)
{
	if (n > LOG_KEEP / 2) { /* of a flood, the end */
		s += n - LOG_KEEP / 2;
		n = LOG_KEEP / 2;
	}
	if (b->n + n > LOG_KEEP) {
		/* Drop the older half, up to a line's end. */
		size_t cut = b->n / 2;
		const char *nl = memchr(b->s + cut, '\n', b->n - cut);

		cut = nl ? (size_t)(nl - b->s) + 1 : b->n;
		memmove(b->s, b->s + cut, b->n - cut);
		b->n -= cut;
		b->line = b->line > cut ? b->line - cut : 0;
	}
	if (b->n + n > b->cap) {
		b->cap = b->n + n < 2048 ? 4096 : (b->n + n) * 2;
		if (b->cap > LOG_KEEP)
			b->cap = LOG_KEEP;
		b->s = xrealloc(b->s, b->cap, 1);
	}
	memcpy(b->s + b->n, s, n);
	b->n += n;
	for (char *nl; b->line < b->n && (nl = memchr(b->s + b->line, '\n', b->n - b->line));) {
		size_t len = (size_t)(nl - (b->s + b->line));

		if (fn)
			fn(b->s + b->line, len, ctx);
		b->line += len + 1;
	}
}

void logbuf_free(struct logbuf *b)
{
	free(b->s);
	memset(b, 0, sizeof(*b));
}

void logbuf_tail(const struct logbuf *b, size_t lines, const char *indent, struct str *out)
{
	size_t i = b->n;

	if (!b->n)
		return;
	if (b->s[i - 1] == '\n')
		i--;
	while (i && (b->s[i - 1] != '\n' || --lines))
		i--;
	while (i < b->n) {
		const char *nl = memchr(b->s + i, '\n', b->n - i);
		size_t len = nl ? (size_t)(nl - (b->s + i)) : b->n - i;

		str_add(out, indent);
		str_addn(out, b->s + i, len);
		str_addc(out, '\n');
		i += len + 1;
	}
}
