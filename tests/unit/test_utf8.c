/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "base/utf8.h"
#include "unit.h"

static void test_characters_have_their_length(void **state)
{
	(void)state;
	assert_int_equal(utf8_len("a", 1), 1);
	assert_int_equal(utf8_len("\xc3\xa4", 2), 2);
	assert_int_equal(utf8_len("\xe2\x82\xac", 3), 3);
	assert_int_equal(utf8_len("\xf0\x9f\x90\xa6", 4), 4);
	assert_int_equal(utf8_len("\xf4\x8f\xbf\xbf", 4), 4); /* the last one, U+10FFFF */
}

static void test_what_is_no_character_has_none(void **state)
{
	static const char *const wrong[] = {
		"",
		"\x80",
		"\xc0\xaf",
		"\xc3",
		"\xc3(",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(utf8_len(wrong[i], strlen(wrong[i])), 0);
	assert_int_equal(utf8_len("\xe2\x82\xac", 2), 0); /* it is not all there */
}

static void test_text_is_cut_between_characters(void **state)
{
	const char *s = "a\xe2\x82\xac"
	                "b"; /* a, the Euro sign, b */

	(void)state;
	assert_int_equal(utf8_cut(s, 4), 4);
	assert_int_equal(utf8_cut(s, 3), 1);
	assert_int_equal(utf8_cut(s, 2), 1);
	assert_int_equal(utf8_cut(s, 0), 0);
	assert_int_equal(utf8_count(s, 5), 3);
	assert_int_equal(utf8_offset(s, 5, 2), 4);
	assert_int_equal(utf8_offset(s, 5, 9), 5);
}

static void test_what_is_added_can_be_read(void **state)
{
	static const uint32_t chars[] = { 'a', 0xe4, 0x20ac, 0x1f426, 0x10ffff };
	_cleanup_str_ struct str s = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chars); i++) {
		size_t before = s.n;

		utf8_add(&s, chars[i]);
		assert_int_equal(utf8_len(s.s + before, s.n - before), s.n - before);
	}
	assert_int_equal(utf8_count(s.s, s.n), ARRAY_LEN(chars));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters_have_their_length),
		cmocka_unit_test(test_what_is_no_character_has_none),
		cmocka_unit_test(test_text_is_cut_between_characters),
		cmocka_unit_test(test_what_is_added_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
