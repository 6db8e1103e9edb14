/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-1 (RFC 3174), for names: it protects nothing.  libssh2 and libcurl export none.  libcrypto,
 * which they bring, is not asked: our own code shall not need it (docs/README.md, "Binaries"). */
#pragma once

#include <stddef.h>

/* The hash of n bytes of a and m of b, one behind the other. */
void sha1_two(const void *a, size_t n, const void *b, size_t m, unsigned char out[20]);
