/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a text in JSON: what json_loadb() gives, in a third of the time.  Designs have megabytes.
 */
#pragma once

#include <jansson.h>

/* As json_loadb().  flags: 0 or JSON_REJECT_DUPLICATES; je may be NULL. */
json_t *json_read(const char *text, size_t n, size_t flags, json_error_t *je);
/* Of what most texts consist of: an object or a list, without a name twice in an object, fractions,
 * escapes by number, and more than `depth` levels.  NULL: the text has some of these, or is not
 * right; json_loadb() can tell. */
json_t *json_read_plain(const char *text, size_t n, unsigned depth);
