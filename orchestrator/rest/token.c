/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/token.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdio.h>

#include "base/base64.h"
#include "rest/folder.h"

enum { MAC_LEN = 32 };

static const char HEADER[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

static int random_bytes(void *to, size_t n, struct err *e)
{
	int r = gnutls_rnd(GNUTLS_RND_KEY, to, n);

	return r < 0 ? err_set(e, EIO, "random bytes: %s", gnutls_strerror(r)) : 0;
}

static void put_hex(const uint8_t *data, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++)
		snprintf(to + 2 * i, 3, "%02x", data[i]);
}

/* One of the two files: hexadecimal, as long as its key. */
static int load_hex(const char *folder, const char *name, char *to, struct err *e)
{
	_cleanup_str_ struct str s = { 0 };
	uint8_t fresh[TOKEN_KEY_LEN];
	int r = folder_read(folder, name, &s, e);

	if (r == 0 && strspn(str_get(&s), "0123456789abcdef") == 2 * TOKEN_KEY_LEN) {
		memcpy(to, s.s, 2 * TOKEN_KEY_LEN);
		to[2 * TOKEN_KEY_LEN] = 0;
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	r = random_bytes(fresh, sizeof(fresh), e);
	if (r < 0)
		return r;
	put_hex(fresh, sizeof(fresh), to);
	explicit_bzero(fresh, sizeof(fresh));
	return folder_write(folder, name, to, 2 * TOKEN_KEY_LEN, e);
}

int tokens_load(const char *folder, struct tokens *ret, struct err *e)
{
	struct tokens t = { 0 };
	char key[2 * TOKEN_KEY_LEN + 1];
	int r = load_hex(folder, "secret", t.secret, e);

	if (r == 0)
		r = load_hex(folder, "key", key, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < TOKEN_KEY_LEN; i++) {
		char digits[3] = { key[2 * i], key[2 * i + 1], 0 };

		t.key[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	explicit_bzero(key, sizeof(key));
	*ret = t;
	tokens_forget(&t);
	return 0;
}

void tokens_forget(struct tokens *t)
{
	explicit_bzero(t, sizeof(*t));
}

enum secret_verdict token_secret(struct tokens *t, const char *secret, int64_t now)
{
	char given[2 * TOKEN_KEY_LEN] = { 0 };
	size_t n = secret ? strlen(secret) : 0;
	int64_t oldest = t->wrong[t->next_wrong];

	if (oldest && now - oldest < TOKEN_WRONG_MS)
		return SECRET_TOO_MANY;
	memcpy(given, secret ? secret : "", n < sizeof(given) ? n : sizeof(given));
	if (gnutls_memcmp(given, t->secret, sizeof(given)) == 0 && n == sizeof(given))
		return SECRET_RIGHT;
	t->wrong[t->next_wrong] = now ? now : 1;
	t->next_wrong = (t->next_wrong + 1) % TOKEN_WRONG_MAX;
	return SECRET_WRONG;
}

void base64url_encode(const void *data, size_t n, struct str *out)
{
	size_t from = out->n;

	base64_encode(data, n, out);
	for (char *c = out->s ? out->s + from : NULL; c && *c; c++) {
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
		else if (*c == '=') {
			*c = 0;
			out->n = (size_t)(c - out->s);
			break;
		}
	}
}

static void add_mac(const struct tokens *t, struct str *s)
{
	uint8_t mac[MAC_LEN];

	gnutls_hmac_fast(GNUTLS_MAC_SHA256, t->key, sizeof(t->key), str_get(s), s->n, mac);
	str_addc(s, '.');
	base64url_encode(mac, sizeof(mac), s);
}

char *token_make(const struct tokens *t, const char *issuer, const char *audience, int64_t now)
{
	struct str s = { 0 };
	json_t *claims = json_pack(
	    "{s:s,s:s,s:I,s:I,s:I,s:s,s:s,s:s,s:s,s:s}", "aud", audience, "iss", issuer, "iat",
	    (json_int_t)now, "nbf", (json_int_t)now, "exp", (json_int_t)now + TOKEN_LIFE_S, "tid",
	    TOKEN_TENANT, "oid", "00000000-0000-0000-0000-0000000000b0", "sub",
	    "00000000-0000-0000-0000-0000000000b0", "appid", TOKEN_CLIENT, "ver", "1.0");
	_cleanup_free_ char *text = json_dumps(claims, JSON_COMPACT);

	json_decref(claims);
	base64url_encode(HEADER, sizeof(HEADER) - 1, &s);
	str_addc(&s, '.');
	base64url_encode(text ? text : "", text ? strlen(text) : 0, &s);
	add_mac(t, &s);
	return str_take(&s);
}

static bool is_in_time(const char *claims, size_t n, int64_t now)
{
	_cleanup_free_ char *b64 = xstrndup(claims, n);
	_cleanup_str_ struct str text = { 0 };

	for (char *c = b64; *c; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	if (!base64_decode(b64, n, &text))
		return false;
	json_t *j = json_loadb(str_get(&text), text.n, 0, NULL);
	bool good = json_integer_value(json_object_get(j, "exp")) > now;

	json_decref(j);
	return good;
}

bool token_good(const struct tokens *t, const char *authorization, int64_t now)
{
	static const char bearer[] = "bearer ";

	if (!authorization || strncasecmp(authorization, bearer, sizeof(bearer) - 1) != 0)
		return false;
	const char *token = authorization + sizeof(bearer) - 1;
	const char *first = strchr(token, '.'), *last = strrchr(token, '.');

	if (!first || last == first)
		return false;
	_cleanup_str_ struct str expected = { 0 };

	str_addn(&expected, token, (size_t)(last - token));
	add_mac(t, &expected);
	/* All bytes of what follows the last dot, whose length is no secret. */
	return strlen(token) == expected.n && gnutls_memcmp(token, expected.s, expected.n) == 0 &&
	       is_in_time(first + 1, (size_t)(last - first - 1), now);
}
