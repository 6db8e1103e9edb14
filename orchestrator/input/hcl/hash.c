/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes: of texts, of files, and as names (uuidv5). */
#include "input/hcl/hash.h"

#include "base/base64.h"
#include "base/digest.h"

static const struct {
	const char *name; /* behind "file" and "base64" */
	enum digest digest;
} hashes[] = {
	{ "md5", DIGEST_MD5 },
	{ "sha1", DIGEST_SHA1 },
	{ "sha256", DIGEST_SHA256 },
	{ "sha512", DIGEST_SHA512 },
};

json_t *hcl_hash(struct hcl_call *c, const char *s, size_t n)
{
	const char *name = str_starts(c->name, "file") ? c->name + strlen("file") : c->name;
	bool base64 = str_starts(name, "base64");
	unsigned char sum[DIGEST_MAX];
	_cleanup_str_ struct str out = { 0 };
	size_t len = 0;

	name += base64 ? strlen("base64") : 0;
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		if (streq(name, hashes[i].name))
			len = digest_two(hashes[i].digest, s, n, NULL, 0, sum);
	if (!len) {
		_cleanup_free_ char *what = xasprintf("%s()", c->name);

		return hcl_unknown(what);
	}
	if (base64)
		base64_encode(sum, len, &out);
	for (size_t i = 0; i < len && !base64; i++)
		str_printf(&out, "%02x", sum[i]);
	return func_string(c, out.s, out.n);
}

/* --- uuidv5 ----------------------------------------------------------------------------------- */

/* RFC 4122, appendix C: they differ in the first four bytes. */
static const struct {
	const char *name, *uuid;
} name_spaces[] = {
	{ "dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8" },
	{ "url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8" },
	{ "oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8" },
	{ "x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8" },
};

static bool read_uuid(const char *s, unsigned char out[16])
{
	for (size_t i = 0; i < ARRAY_LEN(name_spaces); i++)
		if (streq(s, name_spaces[i].name))
			s = name_spaces[i].uuid;
	for (size_t i = 0; i < 16; i++) {
		char digits[3] = "";

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *s++ != '-')
			return false;
		if (strspn(s, "0123456789abcdefABCDEF") < 2)
			return false;
		memcpy(digits, s, 2);
		out[i] = (unsigned char)strtoul(digits, NULL, 16);
		s += 2;
	}
	return !*s;
}

json_t *hcl_uuidv5(struct hcl_call *c)
{
	unsigned char space[16], h[DIGEST_MAX];
	const char *in, *name;
	char text[UUID_TEXT];

	if (!func_text(c, 0, &in) || !func_text(c, 1, &name))
		return hcl_unknown(NULL);
	if (!read_uuid(in, space))
		return func_fail(c, "\"%s\" is no UUID, and none of dns, url, oid, x500", in);
	digest_two(DIGEST_SHA1, space, sizeof(space), name, strlen(name), h);
	uuid_v5_text(h, text);
	return json_string(text);
}
