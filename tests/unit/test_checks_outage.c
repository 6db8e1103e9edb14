/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How packets around an action are counted: answers and losses are told in any order. */
#include "proof/outage.h"
#include "proof/run.h"
#include "unit.h"

static void counts(void **state)
{
	(void)state;
	/* "20+" sent at 20 ms and answered, "40-" lost */
	static const struct {
		const char *packets;
		unsigned lost;
		bool recovered;
		double gap;
	} t[] = {
		{ "", 0, true, 0 },
		{ "0+ 20+ 40+", 0, true, 0 },
		{ "0+ 20- 40+", 1, true, 20 },
		{ "0+ 20- 40- 60- 80+ 100+", 3, true, 60 },
		{ "0- 20- 40-", 3, false, 40 },
		{ "0+ 60+ 80+ 20- 40-", 2, true, 40 },  /* losses are told late */
		{ "0+ 20- 40+ 60- 80+", 2, true, 60 },  /* from the first to the last */
		{ "0+ 80+ 100+ 90- 20-", 2, true, 80 }, /* lost behind what came back */
		{ "0+ 80+ 90- 20-", 2, false, 70 },
		{ "100+ 80+ 60- ", 1, true, 20 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_(outage_count_free) struct outage_count n = { 0 };

		for (const char *p = t[i].packets; *p;) {
			char *end;
			double at = strtod(p, &end);

			/* strtod takes the sign of what follows for an exponent's: never here */
			outage_packet(&n, at, *end == '+');
			p = end + 1 + (end[1] == ' ');
		}
		struct outage o = outage_result(&n);

		if (o.lost != t[i].lost || o.recovered != t[i].recovered || o.gap_ms < t[i].gap ||
		    o.gap_ms > t[i].gap)
			fail_msg("%s: %u lost, %d, %.0f ms", t[i].packets, o.lost, o.recovered,
			         o.gap_ms);
	}
}

static void steady_flow_is_in_a_row(void **state)
{
	(void)state;
	_cleanup_(outage_count_free) struct outage_count n = { 0 };

	for (int i = 0; i < 5; i++)
		outage_packet(&n, i * 20, true);
	assert_int_equal(n.in_a_row, 5);
	outage_packet(&n, 100, false);
	assert_int_equal(n.in_a_row, 0);
	outage_packet(&n, 120, true);
	assert_int_equal(n.in_a_row, 1);
	assert_int_equal(outage_result(&n).sent, 7);
}

extern const struct check_sort sort_bgp, sort_do; /* checks/sorts.c */

static void tells_how_long_checks_take_at_the_least(void **state)
{
	/* What is chosen of: a session for 5 s beside one for 3 s; an action with packets; one
	 * without; a session for 1 s. */
	static const struct {
		const char *filter;
		long least;
	} t[] = { { NULL, 7500 }, { "*3*", 3000 }, { "*1*", 2500 }, { "none", 0 } };
	struct check checks[] = {
		{ .name = "for 3 s", .sort = &sort_bgp, .stable_ms = 3000 },
		{ .name = "for 5 s", .sort = &sort_bgp, .stable_ms = 5000 },
		{ .name = "now", .sort = &sort_packet },
		{ .name = "packets", .sort = &sort_do, .from = "a" },
		{ .name = "a fault", .sort = &sort_do },
		{ .name = "for 1 s", .sort = &sort_bgp, .stable_ms = 1000 },
	};
	const struct model m = { .checks = checks, .n_checks = ARRAY_LEN(checks) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(run_least_ms(&m, &(struct run_options){ .filter = t[i].filter }),
		                 t[i].least);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(steady_flow_is_in_a_row),
		cmocka_unit_test(tells_how_long_checks_take_at_the_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
