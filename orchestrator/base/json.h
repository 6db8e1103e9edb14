/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from outside (daemons, programs, files) as JSON, which knows neither bytes that are no
 * UTF-8 nor, for most of its readers, NUL: those become U+FFFD. json_string() gives NULL for
 * them, and a whole answer is lost. */
#pragma once

#include <jansson.h>

json_t *text_json(const char *s, size_t n);
/* The JSON string of s; null for NULL. */
json_t *text_json_of(const char *s);
/* One step of a JSON pointer (RFC 6901) from v: to the member or entry that *pointer names, and
 * *pointer to what is behind; borrowed.  NULL: there is none, or the pointer is at its end. */
json_t *json_step(json_t *v, const char **pointer);
/* All of them; v itself for "". */
json_t *json_at_pointer(json_t *v, const char *pointer);
/* The text of a member, borrowed; `none` where v has no such member, or one of another type. */
const char *member_text(const json_t *v, const char *key, const char *none);
/* Applies a JSON merge patch (RFC 7396) to old (NULL: nothing); new reference, which shares with
 * both. */
json_t *json_merged(const json_t *old, const json_t *patch);
json_t *texts_json(const char *const *v, size_t n);
/* Appends a sentence to a list. */
void text_append(json_t *list, char *text /* stolen */);
/* The text of a value as json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) writes it, for what is long;
 * the caller frees.  The value has no circles. */
char *json_compact(const json_t *v);
struct str;
void json_compact_add(struct str *s, const json_t *v);
/* 32 digits, the same for values that json_equal() takes for equal.  The member `without` of v
 * itself (NULL: none) does not count. */
enum { JSON_DIGEST = 33 };
const char *json_digest(json_t *v, const char *without, char buf[JSON_DIGEST]);
