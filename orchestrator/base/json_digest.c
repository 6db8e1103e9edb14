/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Equal JSON has equal digests. */
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"

/* Members are added up, as their order does not matter: each has to be spread over all bits first.
 */
static uint64_t spread_bits(uint64_t h)
{
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

static uint64_t hash_value(json_t *v, uint64_t seed, const char *without)
{
	json_type type = json_typeof(v);
	uint64_t h = bytes_hash(seed, &type, sizeof(type)), k;
	const char *key;
	json_int_t number;
	double real;
	json_t *x;
	size_t i;

	switch (type) {
	case JSON_STRING:
		return bytes_hash(h, json_string_value(v), json_string_length(v));
	case JSON_INTEGER:
		number = json_integer_value(v);
		return bytes_hash(h, &number, sizeof(number));
	case JSON_REAL:
		real = json_real_value(v) + 0.0; /* -0.0 equals 0.0 */
		return bytes_hash(h, &real, sizeof(real));
	case JSON_ARRAY:
		json_array_foreach (v, i, x) {
			k = hash_value(x, seed, NULL);
			h = bytes_hash(h, &k, sizeof(k));
		}
		return h;
	case JSON_OBJECT:
		json_object_foreach (v, key, x) {
			if (without && streq(key, without))
				continue;
			k = hash_value(x, seed, NULL);
			h += spread_bits(
			    bytes_hash(bytes_hash(seed, key, strlen(key) + 1), &k, sizeof(k)));
		}
		return h;
	default:
		return h;
	}
}

const char *json_digest(json_t *v, const char *without, char buf[JSON_DIGEST])
{
	static const uint64_t seeds[] = { BYTES_HASH_SEED, 0x9e3779b97f4a7c15u };

	snprintf(buf, JSON_DIGEST, "%016llx%016llx",
	         (unsigned long long)hash_value(v, seeds[0], without),
	         (unsigned long long)hash_value(v, seeds[1], without));
	return buf;
}
