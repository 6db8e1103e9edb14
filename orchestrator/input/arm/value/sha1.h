/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-1 (RFC 3174), for names: it protects nothing. */
#pragma once

#include <stddef.h>

/* Of a and b one behind the other. */
void sha1_two(const void *a, size_t n, const void *b, size_t m, unsigned char out[20]);
