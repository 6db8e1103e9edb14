/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from outside (daemons, programs, files) for a terminal, which it must not control. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Control characters (C0 but for newline and tab, DEL, C1) and bytes that are no UTF-8 become
 * "\x1b".  keep_colors: sequences that only choose colours stay.  The caller frees. */
char *text_visible(const char *s, size_t n, bool keep_colors);
/* json_dumpf(), with DEL and C1, which JSON does not ask to be escaped, as "\u009b". */
int json_dump_visible(const json_t *j, FILE *f, size_t flags);
/* The same as text, like json_dumps(); NULL when it cannot be written.  The caller frees. */
char *json_text_visible(const json_t *j, size_t flags);
