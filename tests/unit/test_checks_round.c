/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions of many checks become few requests, and each gets its own part of the answers. */
#include "proof/ask.h"
#include "unit.h"

static size_t ask(struct round *r, json_t *request, enum check_sharing sharing, const char *list,
                  const char *payload, unsigned turn)
{
	return round_add(r, (struct check_question){ request, sharing, list, payload, turn });
}

static void equal_requests_are_one(void **state)
{
	struct round r = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		ask(&r, json_pack("{s:s}", "op", "status"), CHECK_SHARE_EQUAL, NULL, NULL, 0);
		ask(&r, json_pack("{s:s,s:i}", "op", "routes", "nic", i), CHECK_SHARE_EQUAL, NULL,
		    "value", 0);
	}
	assert_int_equal(r.n_requests, 4);
	assert_int_equal(r.n_questions, 6);
	round_clear(&r);
}

static void lists_are_joined(void **state)
{
	struct round r = { 0 };
	const char *why;

	(void)state;
	size_t a = ask(&r, json_pack("{s:s,s:[i]}", "op", "probe", "probes", 1), CHECK_SHARE_LIST,
	               "probes", "results", 1),
	       b = ask(&r, json_pack("{s:s,s:[i]}", "op", "probe", "probes", 1), CHECK_SHARE_LIST,
	               "probes", "results", 1);

	ask(&r, json_pack("{s:s,s:[i]}", "op", "probe", "probes", 2), CHECK_SHARE_LIST, "probes",
	    "results", 2);
	assert_int_equal(r.n_requests, 2); /* one for each turn */
	assert_int_equal(json_array_size(json_object_get(r.requests[0].request, "probes")), 2);
	r.requests[0].reply = json_pack("{s:[s,s]}", "results", "first", "second");
	assert_string_equal(json_string_value(round_answer(&r, a, &why)), "first");
	assert_string_equal(json_string_value(round_answer(&r, b, &why)), "second");
	round_clear(&r);
}

static void unions_have_each_entry_once(void **state)
{
	struct round r = { 0 };
	const char *why;

	(void)state;
	ask(&r, json_pack("{s:s,s:[s,s]}", "op", "audit", "audits", "loops", "oracles"),
	    CHECK_SHARE_UNION, "audits", NULL, 0);
	size_t b = ask(&r, json_pack("{s:s,s:[s,s]}", "op", "audit", "audits", "x", "loops"),
	               CHECK_SHARE_UNION, "audits", NULL, 0);

	assert_int_equal(r.n_requests, 1);
	assert_int_equal(json_array_size(json_object_get(r.requests[0].request, "audits")), 3);
	assert_null(round_answer(&r, b, &why));
	r.requests[0].reply = json_pack("{s:i}", "pairs", 3);
	assert_ptr_equal(round_answer(&r, b, &why), r.requests[0].reply);
	round_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_requests_are_one),
		cmocka_unit_test(lists_are_joined),
		cmocka_unit_test(unions_have_each_entry_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
