/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/value/hash.h"

#include <stdint.h>
#include <stdio.h>

#include "base/digest.h"

static uint32_t murmur_rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t final_mix(uint32_t h)
{
	h = (h ^ h >> 16) * 0x85ebca6b;
	h = (h ^ h >> 13) * 0xc2b2ae35;
	return h ^ h >> 16;
}

static uint32_t read_little_endian(const unsigned char *s, size_t n)
{
	uint32_t x = 0;

	for (size_t i = 0; i < n && i < 4; i++)
		x |= (uint32_t)s[i] << (8 * i);
	return x;
}

/* MurmurHash3's x86 mixing, with two lanes of 32 bits. */
static uint64_t hash_murmur64(const unsigned char *s, size_t n)
{
	const uint32_t c1 = 0x239b961b, c2 = 0xab0e9789;
	uint32_t a = 0, b = 0;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		a ^= murmur_rotate(read_little_endian(s + i, 4) * c1, 15) * c2;
		a = (murmur_rotate(a, 19) + b) * 5 + 0x561ccd1b;
		b ^= murmur_rotate(read_little_endian(s + i + 4, 4) * c2, 17) * c1;
		b = (murmur_rotate(b, 13) + a) * 5 + 0x0bcaa747;
	}
	if (i < n)
		a ^= murmur_rotate(read_little_endian(s + i, n - i) * c1, 15) * c2;
	if (i + 4 < n)
		b ^= murmur_rotate(read_little_endian(s + i + 4, n - i - 4) * c2, 17) * c1;
	a ^= (uint32_t)n;
	b ^= (uint32_t)n;
	a += b;
	b += a;
	a = final_mix(a);
	b = final_mix(b);
	a += b;
	b += a;
	return (uint64_t)b << 32 | a;
}

void arm_unique_string(const char *s, size_t n, char out[14])
{
	uint64_t h = hash_murmur64((const unsigned char *)s, n);

	for (int i = 0; i < 13; i++, h <<= 5)
		out[i] = "abcdefghijklmnopqrstuvwxyz234567"[h >> 59];
	out[13] = 0;
}

/* RFC 4122, version 5, in a name space of Azure's own. */
void arm_guid(const char *s, size_t n, char out[37])
{
	static const unsigned char space[16] = { 0x11, 0xfb, 0x06, 0xfb, 0x71, 0x2d, 0x4d, 0xdd,
		                                 0x98, 0xc7, 0xe7, 0x1b, 0xbd, 0x58, 0x88, 0x30 };
	unsigned char h[DIGEST_MAX];

	digest_two(DIGEST_SHA1, space, sizeof(space), s, n, h);
	uuid_v5_text(h, out);
}
