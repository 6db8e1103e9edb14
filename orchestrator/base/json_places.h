/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks through a text in JSON, or in what people take for it (comments, single quotes, names
 * without quotes, strings over lines, a comma too many), and tells where each value stands. */
#pragma once

#include <stddef.h>

struct json_value_place {
	const char *pointer; /* n bytes; a NUL behind */
	size_t n;
	unsigned line, column; /* of the value; of a member of an object: of its name */
};

/* Ends in silence where the text is no JSON. */
void json_places(const char *text, size_t n,
                 void (*fn)(void *ctx, const struct json_value_place *v), void *ctx);
/* Calls fn for each member of an object that has its name already: parsers keep the last one.
 * Not for what is inside of it. */
void json_twice(const char *text, size_t n, void (*fn)(void *ctx, const struct json_value_place *v),
                void *ctx);
