/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dialects of JSON become JSON. */
#include <errno.h>
#include <jansson.h>

#include "base/str.h"
#include "input/relax.h"
#include "unit.h"

static void becomes(const char *text, size_t n, const char *want)
{
	_cleanup_free_ char *strict = NULL;
	struct err e = { 0 };
	json_error_t je;
	size_t m = 0;

	assert_int_equal(arm_relax(text, n, &strict, &m, &e), 0);
	assert_int_equal(strlen(strict), m);
	json_t *got = json_loadb(strict, m, JSON_DECODE_ANY, &je),
	       *w = json_loads(want, JSON_DECODE_ANY, &je);

	assert_non_null(w);
	if (!got || !json_equal(got, w))
		fail_msg("%s became %s", text, strict);
	json_decref(got);
	json_decref(w);
}

static void dialects(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ "{\"a\": 1}", "{\"a\": 1}" },
		{ "\xef\xbb\xbf{\"a\": \"\xc3\xa4\"}", "{\"a\": \"\xc3\xa4\"}" },
		{ "{ // c \"x\": 1\n\"a\": /* b\n */ 1, /**/ }", "{\"a\": 1}" },
		{ "[1, 2, // last\n]", "[1, 2]" },
		{ "{\"a\": \"http://x/*y*/ # no, z,]\"}", "{\"a\": \"http://x/*y*/ # no, z,]\"}" },
		{ "{\"a\": \"one\r\n\ttwo\"}", "{\"a\": \"one\\r\\n\\ttwo\"}" },
		{ "{\"a\": \"\\\"q\\\" \\\\\"}", "{\"a\": \"\\\"q\\\" \\\\\"}" },
		{ "{'a': 'it is \"so\"', b: true, $c_1: null}",
		  "{\"a\": \"it is \\\"so\\\"\", \"b\": true, \"$c_1\": null}" },
		{ "{'a': 'it\\'s'}", "{\"a\": \"it's\"}" },
		{ "# az network nic show\n# more\n{\"a\": 1}\n# end\n", "{\"a\": 1}" },
		{ "WARNING: {preview} command\n  WARNING: again\n[{\"a\": 1}]\nWARNING: done, [x]",
		  "[{\"a\": 1}]" },
		{ "{\"a\": 1,\n # inside\n \"b\": 2}", "{\"a\": 1, \"b\": 2}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		becomes(t[i].text, strlen(t[i].text), t[i].want);
}

static void utf16(void **state)
{
	static const char le[] = "\xff\xfe{\0\"\0a\0\"\0:\0\"\0\xe4\0\x3d\xd8\0\xde\"\0}\0";
	static const char be[] = "\xfe\xff\0{\0\"\0a\0\"\0:\0\"\0\xe4\xd8\x3d\xde\0\0\"\0}";
	static const char bare[] = "[\0"
	                           "1\0]\0";

	(void)state;
	becomes(le, sizeof(le) - 1, "{\"a\": \"\xc3\xa4\xf0\x9f\x98\x80\"}");
	becomes(be, sizeof(be) - 1, "{\"a\": \"\xc3\xa4\xf0\x9f\x98\x80\"}");
	becomes(bare, sizeof(bare) - 1, "[1]");
}

static void refused(const char *text, size_t n, const char *why)
{
	_cleanup_free_ char *strict = NULL;
	struct err e = { 0 };

	assert_int_equal(arm_relax(text, n, &strict, NULL, &e), -EINVAL);
	assert_null(strict);
	assert_non_null(strstr(e.msg, why));
}

static void broken(void **state)
{
	(void)state;
	refused("{\n\"a\": \"x}", 10, "the string that begins in line 2 has no end");
	refused("{\n\n/* x", 7, "the comment that begins in line 3 has no end");
	refused("{a\0b}", 5, "zero bytes");
	refused("'\\", 2, "no end");
}

/* Lines keep their numbers, so that the parser's message is about the user's file. */
static void line_numbers(void **state)
{
	static const char text[] = "# one\n{ // two\n/* three\nfour */\n\"a\": 1,\n\"b\": oops}\n";
	_cleanup_free_ char *strict = NULL;
	json_error_t je;

	(void)state;
	assert_int_equal(arm_relax(text, sizeof(text) - 1, &strict, NULL, NULL), 0);
	assert_null(json_loads(strict, 0, &je));
	assert_int_equal(je.line, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dialects),
		cmocka_unit_test(utf16),
		cmocka_unit_test(broken),
		cmocka_unit_test(line_numbers),
	};

	return cmocka_run_group_tests_name("relax", tests, NULL, NULL);
}
