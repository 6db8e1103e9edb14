/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/value/sha1.h"

#include <stdint.h>
#include <string.h>

struct sha1 {
	uint32_t h[5];
	uint64_t n;
	unsigned char block[64];
};

static uint32_t sha1_rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static void sha1_mix(struct sha1 *s)
{
	uint32_t w[80], v[5];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
		       (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = sha1_rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, s->h, sizeof(v));
	for (int i = 0; i < 80; i++) {
		uint32_t f, k, b = v[1], c = v[2], d = v[3];

		if (i < 20)
			f = (b & c) | (~b & d), k = 0x5a827999;
		else if (i < 40)
			f = b ^ c ^ d, k = 0x6ed9eba1;
		else if (i < 60)
			f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
		else
			f = b ^ c ^ d, k = 0xca62c1d6;
		uint32_t t = sha1_rotate(v[0], 5) + f + v[4] + k + w[i];

		v[4] = d;
		v[3] = c;
		v[2] = sha1_rotate(b, 30);
		v[1] = v[0];
		v[0] = t;
	}
	for (int i = 0; i < 5; i++)
		s->h[i] += v[i];
}

static void sha1_add(struct sha1 *s, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->block[s->n++ % 64] = p[i];
		if (s->n % 64 == 0)
			sha1_mix(s);
	}
}

void sha1_two(const void *a, size_t n, const void *b, size_t m, unsigned char out[20])
{
	struct sha1 s = { .h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 } };
	unsigned char end = 0x80, zero = 0, len[8];

	sha1_add(&s, a, n);
	sha1_add(&s, b, m);
	uint64_t bits = s.n * 8;

	sha1_add(&s, &end, 1);
	while (s.n % 64 != 56)
		sha1_add(&s, &zero, 1);
	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha1_add(&s, len, 8);
	for (int i = 0; i < 20; i++)
		out[i] = (unsigned char)(s.h[i / 4] >> (24 - 8 * (i % 4)));
}
