/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stranger's words, for a terminal. */
#include <stdio.h>

#include "base/mem.h"
#include "base/visible.h"
#include "unit.h"

static const struct {
	const char *says, *shown, *with_colors;
} ROWS[] = {
	{ "plain words\n\tand more", NULL, NULL },
	{ "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa6", NULL, NULL },
	{ "\x1b]0;owned\x07", "\\x1b]0;owned\\x07", "\\x1b]0;owned\\x07" },
	{ "a\rb\bc\x7f", "a\\x0db\\x08c\\x7f", "a\\x0db\\x08c\\x7f" },
	{ "\x1b[1;31mred\x1b[0m\x1b[m", "\\x1b[1;31mred\\x1b[0m\\x1b[m",
	  "\x1b[1;31mred\x1b[0m\x1b[m" },
	{ "\x1b[2J\x1b[", "\\x1b[2J\\x1b[", "\\x1b[2J\\x1b[" },
	/* CSI as one byte, and as the character that means the same. */
	{ "\x9b"
	  "2J",
	  "\\x9b2J", "\\x9b2J" },
	{ "\xc2\x9b"
	  "2J\xc2\xa0",
	  "\\xc2\\x9b2J\xc2\xa0", "\\xc2\\x9b2J\xc2\xa0" },
	/* No UTF-8: cut short, longer than need be, a surrogate, too large. */
	{ "\xe2\x82", "\\xe2\\x82", "\\xe2\\x82" },
	{ "\xc0\x9b\xe0\x82\x9b", "\\xc0\\x9b\\xe0\\x82\\x9b", "\\xc0\\x9b\\xe0\\x82\\x9b" },
	{ "\xed\xa0\x80\xf4\x90\x80\x80", "\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80",
	  "\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80" },
};

static void is_visible(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		const char *says = ROWS[i].says, *shown = ROWS[i].shown ? ROWS[i].shown : says;
		_cleanup_free_ char *plain = text_visible(says, strlen(says), false);
		_cleanup_free_ char *colored = text_visible(says, strlen(says), true);

		assert_string_equal(plain, shown);
		assert_string_equal(colored, ROWS[i].with_colors ? ROWS[i].with_colors : says);
	}
	_cleanup_free_ char *nul = text_visible("a\0b", 3, false);

	assert_string_equal(nul, "a\\x00b");
}

static void json_is_visible(void **state)
{
	_cleanup_free_ char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	json_t *j = json_pack("{s:s}", "w\xc2\x9b", "\x1b\x7f\xc2\x85 \xc3\xa9\xc2\xa0");

	(void)state;
	assert_int_equal(json_dump_visible(j, f, JSON_COMPACT), 0);
	fclose(f);
	assert_string_equal(text, "{\"w\\u009b\":\"\\u001B\\u007f\\u0085 \xc3\xa9\xc2\xa0\"}");
	json_t *again = json_loads(text, 0, NULL);

	assert_true(json_equal(j, again));
	json_decref(j);
	json_decref(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_visible),
		cmocka_unit_test(json_is_visible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
