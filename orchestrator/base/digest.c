/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/digest.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

size_t digest_two(enum digest d, const void *a, size_t n, const void *b, size_t m,
                  unsigned char out[DIGEST_MAX])
{
	static const gnutls_digest_algorithm_t algorithms[DIGESTS] = {
		[DIGEST_MD5] = GNUTLS_DIG_MD5,
		[DIGEST_SHA1] = GNUTLS_DIG_SHA1,
		[DIGEST_SHA256] = GNUTLS_DIG_SHA256,
		[DIGEST_SHA512] = GNUTLS_DIG_SHA512,
	};
	gnutls_hash_hd_t h;

	memset(out, 0, DIGEST_MAX);
	if (gnutls_hash_init(&h, algorithms[d]) < 0)
		return 0;
	if ((n && gnutls_hash(h, a, n) < 0) || (m && gnutls_hash(h, b, m) < 0)) {
		gnutls_hash_deinit(h, NULL);
		return 0;
	}
	gnutls_hash_deinit(h, out);
	return gnutls_hash_get_len(algorithms[d]);
}

void uuid_v5_text(const unsigned char digest[DIGEST_MAX], char out[UUID_TEXT])
{
	unsigned char h[16];

	memcpy(h, digest, sizeof(h));
	h[6] = (unsigned char)((h[6] & 0x0f) | 0x50);
	h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++) {
		out += sprintf(out, "%02x", h[i]);
		if (i == 3 || i == 5 || i == 7 || i == 9)
			*out++ = '-';
	}
	*out = 0;
}
