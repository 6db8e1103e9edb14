/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/base64.h"

#include <ctype.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t n, struct str *out)
{
	const unsigned char *s = data;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t x = (uint32_t)s[i] << 16;

		if (i + 1 < n)
			x |= (uint32_t)s[i + 1] << 8;
		if (i + 2 < n)
			x |= s[i + 2];
		str_addc(out, alphabet[x >> 18]);
		str_addc(out, alphabet[(x >> 12) & 63]);
		str_addc(out, (char)(i + 1 < n ? alphabet[(x >> 6) & 63] : '='));
		str_addc(out, (char)(i + 2 < n ? alphabet[x & 63] : '='));
	}
}

bool base64_decode(const char *s, size_t n, struct str *out)
{
	uint32_t x = 0;
	unsigned bits = 0;

	while (n && (s[n - 1] == '=' || isspace((unsigned char)s[n - 1])))
		n--;
	for (size_t i = 0; i < n; i++) {
		const char *p = s[i] ? strchr(alphabet, s[i]) : NULL;

		if (isspace((unsigned char)s[i]))
			continue;
		if (!p)
			return false;
		x = x << 6 | (uint32_t)(p - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			str_addc(out, (char)(x >> bits & 0xff));
		}
	}
	return bits < 6;
}
