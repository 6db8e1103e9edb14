/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "checks/match.h"
#include "unit.h"

static json_t *js(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, JSON_DECODE_ANY, &je);

	if (!j)
		fail_msg("%s: %s", text, je.text);
	return j;
}

static void subsets(void **state)
{
	(void)state;
	static const struct {
		const char *want, *row;
		bool match;
	} t[] = {
		{ "{}", "{\"a\":1}", true },
		{ "{\"a\":1}", "{\"a\":1,\"b\":2}", true },
		{ "{\"a\":1,\"b\":2}", "{\"a\":1}", false },
		{ "{\"a\":1}", "{\"a\":2}", false },
		{ "{\"a\":1}", "{\"a\":1.0}", true },
		{ "{\"a\":\"1\"}", "{\"a\":1}", false },
		/* a scalar matches a list that is just it, and the other way round */
		{ "{\"p\":\"10.0.0.0/8\"}", "{\"p\":[\"10.0.0.0/8\"]}", true },
		{ "{\"p\":\"10.0.0.0/8\"}", "{\"p\":[\"10.0.0.0/8\",\"11.0.0.0/8\"]}", false },
		{ "{\"p\":\"10.0.0.0/8\"}", "{\"p\":[]}", false },
		{ "{\"p\":[\"10.0.0.0/8\"]}", "{\"p\":\"10.0.0.0/8\"}", true },
		/* lists of scalars are sets */
		{ "{\"h\":[\"a\",\"b\"]}", "{\"h\":[\"b\",\"a\"]}", true },
		{ "{\"h\":[\"a\"]}", "{\"h\":[\"b\",\"a\"]}", false },
		{ "{\"h\":[\"a\",\"b\",\"c\"]}", "{\"h\":[\"b\",\"a\"]}", false },
		{ "{\"h\":[]}", "{\"h\":[]}", true },
		{ "{\"h\":[]}", "{\"h\":[\"a\"]}", false },
		{ "{\"h\":[\"a\",\"a\"]}", "{\"h\":[\"a\"]}", true },
		/* null: null or absent */
		{ "{\"name\":null}", "{}", true },
		{ "{\"name\":null}", "{\"name\":null}", true },
		{ "{\"name\":null}", "{\"name\":\"x\"}", false },
		/* names and values of Azure have no case */
		{ "{\"t\":\"internet\"}", "{\"t\":\"Internet\"}", true },
		{ "{\"d\":true}", "{\"d\":true}", true },
		{ "{\"d\":false}", "{\"d\":true}", false },
		/* objects inside are subsets too */
		{ "{\"o\":{\"x\":1}}", "{\"o\":{\"x\":1,\"y\":2}}", true },
		{ "{\"o\":{\"x\":1}}", "{\"o\":3}", false },
		/* AS paths */
		{ "{\"asPath\":\"65001-65002\"}", "{\"asPath\":\"65001 65002\"}", true },
		{ "{\"asPath\":\"65001 65002\"}", "{\"asPath\":\"65001-65002\"}", true },
		{ "{\"asPath\":\" 65001  65002\"}", "{\"asPath\":\"65001-65002\"}", false },
		{ "{\"asPath\":\"65001\"}", "{\"asPath\":\"65001-65002\"}", false },
		{ "{\"asPath\":\"65001-65002\"}", "{\"asPath\":\"6500165002\"}", false },
		{ "{\"asPath\":65001}", "{\"asPath\":\"65001\"}", true },
		{ "{\"asPath\":\"\"}", "{\"asPath\":\"\"}", true },
		{ "{\"asPath\":\"\"}", "{\"asPath\":\"65001\"}", false },
		{ "{\"network\":\"a-b\"}", "{\"network\":\"a b\"}", false },
		{ "{\"a\":1}", "[1]", false },
		{ "{\"a\":1}", "null", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *want = js(t[i].want), *row = js(t[i].row);

		if (match_subset(want, row) != t[i].match)
			fail_msg("%s in %s: not %d", t[i].want, t[i].row, t[i].match);
		json_decref(want);
		json_decref(row);
	}
}

static void nearest_row_is_of_the_same_prefix(void **state)
{
	(void)state;
	json_t *rows = js(
	    "[{\"addressPrefix\":[\"10.0.0.0/8\"],\"state\":\"Active\",\"nextHopType\":\"None\"},"
	    "{\"addressPrefix\":[\"0.0.0.0/"
	    "0\"],\"state\":\"Invalid\",\"nextHopType\":\"Internet\"},"
	    "{\"addressPrefix\":[\"0.0.0.0/"
	    "0\"],\"state\":\"Active\",\"nextHopType\":\"VirtualAppliance\","
	    "\"nextHopIpAddress\":[\"10.0.0.4\"]}]");
	json_t *want =
	    js("{\"addressPrefix\":\"0.0.0.0/0\",\"state\":\"Active\",\"nextHopType\":\"Internet\","
	       "\"nextHopIpAddress\":[]}");
	json_t *other = js("{\"addressPrefix\":\"1.0.0.0/8\",\"state\":\"Active\"}");
	_cleanup_str_ struct str diff = { 0 }, shown = { 0 };

	assert_int_equal(match_find(want, rows), -1);
	assert_int_equal(match_nearest(want, rows), 1);
	assert_int_equal(match_nearest(other, rows), -1);
	match_difference(want, json_array_get(rows, 2), &diff);
	assert_string_equal(diff.s, "nextHopType is VirtualAppliance, not Internet; "
	                            "nextHopIpAddress is 10.0.0.4, not empty");
	match_show(json_array_get(rows, 2), &shown);
	assert_string_equal(shown.s, "addressPrefix 0.0.0.0/0, state Active, nextHopType "
	                             "VirtualAppliance, nextHopIpAddress 10.0.0.4");
	json_decref(rows);
	json_decref(want);
	json_decref(other);
}

static void differences_of_odd_values(void **state)
{
	(void)state;
	json_t *want = js("{\"a\":null,\"b\":1,\"c\":\"x\"}"),
	       *row = js("{\"a\":[\"p\",\"q\"],\"b\":true}");
	_cleanup_str_ struct str diff = { 0 };

	match_difference(want, row, &diff);
	assert_string_equal(diff.s, "a is p, q, not null; b is true, not 1; c is absent, not x");
	assert_int_equal(match_find(want, NULL), -1);
	assert_int_equal(match_nearest(want, NULL), -1);
	json_decref(want);
	json_decref(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subsets),
		cmocka_unit_test(nearest_row_is_of_the_same_prefix),
		cmocka_unit_test(differences_of_odd_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
