/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes strict what people and tools call JSON: comments (//, block, lines with '#'), a comma too
 * many, strings over several lines, single quotes, names without quotes, a byte order mark, UTF-16,
 * and lines as "WARNING: ..." that a command printed before or behind it.  Lines keep their numbers
 * where that can be. */
#pragma once

#include "base/err.h"

/* *ret: text in UTF-8, the caller frees; *ret_n may be NULL.  What is no JSON even so comes out as
 * it went in: the parser will say so.  -EINVAL: not a text, or a comment or a string without an
 * end. */
int arm_relax(const char *text, size_t n, char **ret, size_t *ret_n, struct err *e);
