/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks through a text in JSON, or in what people take for it (comments, single quotes, names
 * without quotes, strings over lines, a comma too many), and tells where each value stands. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_value_place {
	const char *pointer; /* n bytes; a NUL behind */
	size_t n;
	unsigned line, column; /* of the value; of a member of an object: of its name */
	/* The first byte of the value itself, and where that stands. */
	size_t at;
	unsigned at_line, at_column;
};

/* Ends in silence where the text is no JSON. */
void json_places(const char *text, size_t n,
                 void (*fn)(void *ctx, const struct json_value_place *v), void *ctx);
/* The same a level at a time, as texts have megabytes and findings few places: the outermost value
 * (false: there is none; its pointer is ""), and what stands in an object or a list, without what
 * stands in that. */
bool json_places_root(const char *text, size_t n, struct json_value_place *ret);
void json_places_inside(const char *text, size_t n, const struct json_value_place *of,
                        void (*fn)(void *ctx, const struct json_value_place *v), void *ctx);
/* Calls fn for each member of an object that has its name already: parsers keep the last one.
 * Not for what is inside of it. */
void json_twice(const char *text, size_t n, void (*fn)(void *ctx, const struct json_value_place *v),
                void *ctx);
