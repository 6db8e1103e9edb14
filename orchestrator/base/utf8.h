/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in UTF-8: characters and their bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD: for what is no character */

/* A byte that continues a character. */
static inline bool utf8_continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes of the character at text, of which n are there; 0: it is none, or NUL. */
size_t utf8_len(const char *text, size_t n);
/* The most bytes of s, n at most, that do not end within a character; s[n] is read. */
size_t utf8_cut(const char *s, size_t n);
/* Characters in n bytes; each byte that does not continue one begins one. */
size_t utf8_count(const char *s, size_t n);
/* Bytes of the first so many characters. */
size_t utf8_offset(const char *s, size_t n, size_t chars);
/* Appends the character; c is at most U+10FFFF. */
void utf8_add(struct str *out, uint32_t c);
