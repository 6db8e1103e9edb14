/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/token.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int web_token_make(struct web_token *ret, struct err *e)
{
	uint8_t bytes[WEB_TOKEN_BYTES];
	int r = gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof(bytes));

	if (r < 0)
		return err_set(e, EIO, "random bytes: %s", gnutls_strerror(r));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret->text + 2 * i, 3, "%02x", bytes[i]);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

bool web_token_is(const struct web_token *t, const char *given, size_t n)
{
	char text[WEB_TOKEN_LEN] = { 0 };

	memcpy(text, given, n < sizeof(text) ? n : sizeof(text));
	return gnutls_memcmp(text, t->text, sizeof(text)) == 0 && n == sizeof(text);
}
