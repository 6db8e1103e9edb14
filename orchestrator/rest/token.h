/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab's secret, and the bearers that are given for it: JSON Web Tokens with HMAC-SHA256 of a
 * random key of this lab. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define TOKEN_TENANT "00000000-0000-0000-0000-00000000000a"
#define TOKEN_SUBSCRIPTION "00000000-0000-0000-0000-000000000001"
#define TOKEN_CLIENT "lab"

enum { TOKEN_KEY_LEN = 32, TOKEN_LIFE_S = 86400, TOKEN_WRONG_MAX = 5, TOKEN_WRONG_MS = 60000 };

struct tokens {
	char secret[2 * TOKEN_KEY_LEN + 1]; /* hexadecimal */
	uint8_t key[TOKEN_KEY_LEN];
	int64_t wrong[TOKEN_WRONG_MAX]; /* ms, monotonic: when a wrong secret came */
	unsigned next_wrong;
};

/* Made on first use in the folder (rest/folder.h): "secret" and "key". */
int tokens_load(const char *folder, struct tokens *ret, struct err *e);
void tokens_forget(struct tokens *t);

enum secret_verdict { SECRET_RIGHT, SECRET_WRONG, SECRET_TOO_MANY };
/* Compared in constant time; now: ms.  After five wrong ones within a minute, right ones are
 * refused, too. */
enum secret_verdict token_secret(struct tokens *t, const char *secret, int64_t now);

/* now: seconds since 1970.  The caller frees. */
char *token_make(const struct tokens *t, const char *issuer, const char *audience, int64_t now);
/* Is the value of an Authorization header (NULL: none) a bearer of ours that is still good? */
bool token_good(const struct tokens *t, const char *authorization, int64_t now);

/* RFC 4648 section 5, without padding. */
void base64url_encode(const void *data, size_t n, struct str *out);
