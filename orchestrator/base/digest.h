/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests, by GnuTLS: they name things, and protect nothing. */
#pragma once

#include <stddef.h>

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512, DIGESTS };
enum { DIGEST_MAX = 64 };

/* The digest of n bytes of a and m of b, one behind the other, into out; how many bytes it has, or
 * 0 where the library refuses the algorithm (MD5 in FIPS mode): out is all 0 then. */
size_t digest_two(enum digest d, const void *a, size_t n, const void *b, size_t m,
                  unsigned char out[DIGEST_MAX]);

enum { UUID_TEXT = 37 };
/* A UUID of version 5 (RFC 4122, 4.3) as text, of a SHA-1 digest of name space and name. */
void uuid_v5_text(const unsigned char digest[DIGEST_MAX], char out[UUID_TEXT]);
