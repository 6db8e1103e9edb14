/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One growing string, and the few string questions that the whole program asks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

struct str {
	char *s; /* NUL-terminated once anything was added; NULL before */
	size_t n, cap;
};

void str_add(struct str *b, const char *s);
void str_addn(struct str *b, const char *s, size_t n);
void str_addc(struct str *b, char c);
void str_printf(struct str *b, const char *fmt, ...) PRINTF(2, 3);
const char *str_get(const struct str *b); /* "" when empty */
char *str_take(struct str *b);            /* the caller frees; never NULL */
void str_free_p(struct str *b);
#define _cleanup_str_ _cleanup_(str_free_p)

bool streq(const char *a, const char *b);  /* NULL equals only NULL */
bool strieq(const char *a, const char *b); /* ASCII case ignored: Azure's object names */
bool str_starts(const char *s, const char *prefix);
bool str_glob(const char *pattern, const char *s); /* * and ? only, case ignored */

/* Damerau-Levenshtein distance, case ignored; and the nearest of n candidates, or NULL when none is
 * near enough to be what the writer meant. */
unsigned str_distance(const char *a, const char *b);
const char *str_nearest(const char *s, const char *const *candidates, size_t n);

uint64_t str_hash(const char *s, uint64_t seed); /* FNV-1a, ASCII case folded */
/* FNV-1a over bytes as they are; h: BYTES_HASH_SEED, or the hash of what comes before. */
uint64_t bytes_hash(uint64_t h, const void *p, size_t n);
#define BYTES_HASH_SEED 0xcbf29ce484222325u

/* "30s", "500ms", "2m" -> milliseconds; -EINVAL for anything else, -ERANGE above 24 h. */
int str_duration(const char *s, long *ret_ms);
