/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests of JSON, equal for what is equal and for nothing else; and its text. */
#include "base/json.h"

#include "base/str.h"
#include "unit.h"

static bool same(const char *a, const char *b)
{
	json_t *x = json_loads(a, JSON_DECODE_ANY, NULL), *y = json_loads(b, JSON_DECODE_ANY, NULL);
	char one[JSON_DIGEST], other[JSON_DIGEST];

	assert_non_null(x);
	assert_non_null(y);
	bool r = streq(json_digest(x, "not", one), json_digest(y, "not", other));

	json_decref(x);
	json_decref(y);
	return r;
}

static void equal_values(void **state)
{
	(void)state;
	assert_true(same("{\"a\": 1, \"b\": [true, null, {\"c\": \"x\"}]}",
	                 "{\"b\": [true, null, {\"c\": \"x\"}], \"a\": 1}"));
	assert_true(same("{\"a\": 1, \"not\": 2}", "{\"a\": 1}"));
	assert_true(same("[0.0]", "[-0.0]"));
}

static void other_values(void **state)
{
	static const char *const values[] = {
		"{}",
		"[]",
		"\"\"",
		"0",
		"0.0",
		"null",
		"false",
		"true",
		"[[]]",
		"[{}]",
		"{\"a\": {}}",
		"{\"a\": []}",
		"[1, 2]",
		"[2, 1]",
		"[12]",
		"[\"1\", \"2\"]",
		"[\"12\"]",
		"{\"a\": \"b\"}",
		"{\"b\": \"a\"}",
		"{\"ab\": \"\"}",
		"{\"a\": 1, \"b\": 2}",
		"{\"a\": 2, \"b\": 1}",
		"{\"a\": {\"not\": 1}}",
		"{\"a\": {\"b\": 1}, \"c\": {\"d\": 1}}",
		"{\"a\": {\"d\": 1}, \"c\": {\"b\": 1}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		for (size_t k = 0; k < i; k++)
			if (same(values[i], values[k]))
				fail_msg("%s and %s have one digest", values[i], values[k]);
}

/* As the library writes it, which is slower. */
static void texts(void **state)
{
	static const char *const values[] = {
		"{}",
		"[]",
		"[[], {}, \"\", \"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f\\u007f/\"]",
		"\"\\u00e4\\ud83d\\ude00\"",
		"{\"a\\n\": {\"b\": [1, -2, 9223372036854775807, 1.5, 1e300, true, false, null]}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		json_t *v = json_loads(values[i], JSON_DECODE_ANY, NULL);
		_cleanup_free_ char *is = json_compact(v);
		_cleanup_free_ char *want = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

		assert_non_null(v);
		assert_string_equal(is, want);
		json_decref(v);
	}
	json_t *nul = json_stringn("a\0b", 3);
	_cleanup_free_ char *text = json_compact(nul);

	assert_string_equal(text, "\"a\\u0000b\"");
	json_decref(nul);
}

/* A member's text is borrowed, and `none` stands for what is no text. */
static void member_texts(void **state)
{
	json_t *v = json_pack("{s:s, s:s, s:i}", "name", "hub", "empty", "", "number", 1);

	(void)state;
	assert_string_equal(member_text(v, "name", NULL), "hub");
	assert_string_equal(member_text(v, "empty", NULL), "");
	assert_null(member_text(v, "number", NULL));
	assert_null(member_text(v, "absent", NULL));
	assert_string_equal(member_text(v, "absent", ""), "");
	assert_string_equal(member_text(NULL, "name", ""), "");
	json_decref(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values),
		cmocka_unit_test(other_values),
		cmocka_unit_test(texts),
		cmocka_unit_test(member_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
