/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Equal JSON has equal digests. */
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"

/* Two hashes of 64 bits, of which each step mixes eight bytes into both. */
struct digest {
	uint64_t a, b;
};

static const struct digest digest_seed = { 0xcbf29ce484222325u, 0x9e3779b97f4a7c15u };

static struct digest mix_word(struct digest h, uint64_t word)
{
	h.a = (h.a ^ word) * 0xff51afd7ed558ccdu;
	h.b = (h.b ^ word) * 0xc4ceb9fe1a85ec53u;
	return (struct digest){ h.a ^ h.a >> 32, h.b ^ h.b >> 29 };
}

static struct digest mix_bytes(struct digest h, const char *s, size_t n)
{
	uint64_t word;

	h = mix_word(h, n);
	for (; n >= sizeof(word); s += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, s, sizeof(word));
		h = mix_word(h, word);
	}
	word = 0;
	memcpy(&word, s, n);
	return n ? mix_word(h, word) : h;
}

static struct digest digest_value(json_t *v, const char *without);

/* Members are added up, as their order does not matter: each has to be spread over all bits first.
 */
static struct digest digest_members(json_t *v, struct digest h, const char *without)
{
	for (void *at = json_object_iter(v); at; at = json_object_iter_next(v, at)) {
		const char *key = json_object_iter_key(at);

		if (without && streq(key, without))
			continue;
		struct digest k = digest_value(json_object_iter_value(at), NULL);

		k = mix_word(mix_bytes(k, key, strlen(key)), 0);
		h.a += k.a;
		h.b += k.b;
	}
	return h;
}

static struct digest digest_value(json_t *v, const char *without)
{
	json_type type = json_typeof(v);
	struct digest h = mix_word(digest_seed, type), k;
	uint64_t word;
	double real;
	json_t *x;
	size_t i;

	switch (type) {
	case JSON_STRING:
		return mix_bytes(h, json_string_value(v), json_string_length(v));
	case JSON_INTEGER:
		return mix_word(h, (uint64_t)json_integer_value(v));
	case JSON_REAL:
		real = json_real_value(v) + 0.0; /* -0.0 equals 0.0 */
		memcpy(&word, &real, sizeof(word));
		return mix_word(h, word);
	case JSON_ARRAY:
		json_array_foreach (v, i, x) {
			k = digest_value(x, NULL);
			h = mix_word(mix_word(h, k.a), k.b);
		}
		return h;
	case JSON_OBJECT:
		return digest_members(v, h, without);
	default:
		return h;
	}
}

const char *json_digest(json_t *v, const char *without, char buf[JSON_DIGEST])
{
	const struct digest h = digest_value(v, without);

	snprintf(buf, JSON_DIGEST, "%016llx%016llx", (unsigned long long)h.a,
	         (unsigned long long)h.b);
	return buf;
}
