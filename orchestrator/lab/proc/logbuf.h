/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last of what a process has written. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { LOG_KEEP = 256 * 1024 };

struct logbuf {
	char *s;
	size_t n, cap;
	size_t line; /* start of the line that is not whole yet */
};

/* Calls fn for each line that became whole, without its newline. */
void logbuf_add(struct logbuf *b, const char *s, size_t n,
                void (*fn)(const char *line, size_t n, void *ctx), void *ctx);
void logbuf_free(struct logbuf *b);
/* The last lines, each with indent before it. */
void logbuf_tail(const struct logbuf *b, size_t lines, const char *indent, struct str *out);
