/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from outside (daemons, programs, files) as JSON, which knows neither bytes that are no
 * UTF-8 nor, for most of its readers, NUL: those become U+FFFD. json_string() gives NULL for
 * them, and a whole answer is lost. */
#pragma once

#include <jansson.h>

json_t *text_json(const char *s, size_t n);
/* Of a string; NULL gives null. */
json_t *text_json_of(const char *s);
/* Appends a sentence to a list. */
void text_append(json_t *list, char *text /* stolen */);
