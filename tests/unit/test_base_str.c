/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/str.h"
#include "unit.h"

static void growing(void **state)
{
	_cleanup_str_ struct str s = { 0 };

	(void)state;
	assert_string_equal(str_get(&s), "");
	for (int i = 0; i < 1000; i++)
		str_printf(&s, "%d,", i);
	assert_int_equal(s.n, strlen(str_get(&s)));
	str_addn(&s, "abcdef", 2);
	str_addc(&s, '!');
	assert_string_equal(str_get(&s) + s.n - 7, "999,ab!");
	_cleanup_free_ char *taken = str_take(&s), *empty = str_take(&s);

	assert_true(str_starts(taken, "0,1,2,"));
	assert_string_equal(empty, "");
}

static void equal(void **state)
{
	(void)state;
	assert_true(streq(NULL, NULL));
	assert_false(streq(NULL, "") || streq("", NULL) || streq("a", "A"));
	assert_true(strieq("vNet", "VNET") && strieq(NULL, NULL));
	assert_false(strieq("a", NULL) || strieq("a", "ab"));
}

static void globs(void **state)
{
	static const struct {
		const char *pattern, *s;
		bool match;
	} t[] = {
		{ "*", "", true },        { "", "", true },
		{ "", "a", false },       { "a*c", "abbc", true },
		{ "a*c", "abcd", false }, { "?b?", "abc", true },
		{ "?", "", false },       { "*loop*", "a Loop b", true },
		{ "a**b", "ab", true },   { "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "[a]", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(str_glob(t[i].pattern, t[i].s), t[i].match);
}

static void nearest(void **state)
{
	static const char *const names[] = { "addressPrefix", "routeTable", "name" };
	_cleanup_free_ char *longest = xcalloc(1, 300);

	(void)state;
	assert_int_equal(str_distance("", ""), 0);
	assert_int_equal(str_distance("abc", "acb"), 1); /* neighbours swapped */
	assert_int_equal(str_distance("Kitten", "sitting"), 3);
	assert_int_equal(str_distance("ABC", "abc"), 0);
	memset(longest, 'a', 299);
	assert_true(str_distance(longest, "a") > 100);
	assert_string_equal(str_nearest("adressPrefx", names, 3), "addressPrefix");
	assert_string_equal(str_nearest("namee", names, 3), "name");
	assert_null(str_nearest("subnet", names, 3));
	assert_null(str_nearest("addressPrefix", &names[0], 1)); /* itself is no help */
	assert_null(str_nearest("x", names, 0));
}

static void durations(void **state)
{
	static const char *const bad[] = { "",    "s",  "1x", "-1s",   "1 s",  "1s ",
		                           " 1s", "1d", ".",  "0x10s", "1e3s", "1.2.3s" };
	long ms = 7;

	(void)state;
	assert_int_equal(str_duration("15s", &ms), 0);
	assert_int_equal(ms, 15000);
	assert_int_equal(str_duration("500ms", &ms), 0);
	assert_int_equal(ms, 500);
	assert_int_equal(str_duration("1.5m", &ms), 0);
	assert_int_equal(ms, 90000);
	assert_int_equal(str_duration("24h", &ms), 0);
	assert_int_equal(str_duration("25h", &ms), -ERANGE);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(str_duration(bad[i], &ms), -EINVAL);
}

static void hashes(void **state)
{
	(void)state;
	assert_true(str_hash("Hub", 1) == str_hash("hUB", 1));
	assert_true(str_hash("Hub", 1) != str_hash("Hub", 2));
	assert_true(str_hash("Hub", 1) != str_hash("Hubb", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growing), cmocka_unit_test(equal),     cmocka_unit_test(globs),
		cmocka_unit_test(nearest), cmocka_unit_test(durations), cmocka_unit_test(hashes),
	};

	return cmocka_run_group_tests_name("base_str", tests, NULL, NULL);
}
