/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The count that real Azure's FAQ gives: currently learned + what comes in. */
#include <string.h>

#include "lab/watch/routelimit.h"
#include "unit.h"

enum { PAUSE = 300 };

static const struct settings SET = { .max_routes_per_peer = 4000,
	                             .count_repeats = true,
	                             .limit_pause_ms = PAUSE };

struct world {
	struct route_count c;
	struct bird_session s;
	uint64_t now;
	const struct settings *set;
};

static struct world world(const struct settings *set)
{
	struct world w = { .now = 1000, .set = set };

	strcpy(w.s.state, "Established");
	return w;
}

/* The peer announces n routes of which `fresh` were not known; a look right after. */
static bool announces(struct world *w, unsigned n, unsigned fresh)
{
	w->s.updates += n;
	w->s.received += fresh;
	w->now += 10;
	return route_count_over(&w->c, &w->s, w->set, w->now);
}

static bool withdraws(struct world *w, unsigned n)
{
	w->s.withdrawals += n;
	w->s.received -= n;
	w->now += 10;
	return route_count_over(&w->c, &w->s, w->set, w->now);
}

static bool is_silent(struct world *w, unsigned ms)
{
	w->now += ms;
	return route_count_over(&w->c, &w->s, w->set, w->now);
}

static void known_routes_count_again(void **state)
{
	struct world w = world(&SET);

	(void)state;
	assert_false(announces(&w, 2001, 2001));
	assert_int_equal(w.c.count, 2001);
	assert_true(route_count_busy(&w.c, &SET, w.now));
	assert_false(is_silent(&w, PAUSE));
	assert_false(route_count_busy(&w.c, &SET, w.now));
	assert_true(announces(&w, 2001, 0));
	assert_int_equal(w.c.count, 4002);
	assert_int_equal(w.c.learned, 2001);

	/* 2,000 are just under it, as often as one likes, with pauses. */
	w = world(&SET);
	assert_false(announces(&w, 2000, 2000));
	for (int i = 0; i < 5; i++) {
		assert_false(is_silent(&w, PAUSE));
		assert_false(announces(&w, 2000, 0));
		assert_int_equal(w.c.count, 4000);
	}
}

static void many_messages_are_one_announcement(void **state)
{
	struct world w = world(&SET);

	(void)state;
	assert_false(announces(&w, 2001, 2001));
	assert_false(is_silent(&w, PAUSE));
	assert_false(announces(&w, 1000, 0));
	assert_false(is_silent(&w, PAUSE / 2));
	assert_false(announces(&w, 999, 0));
	assert_true(announces(&w, 1, 0));
	/* Its first table and the answer to a refresh, hard upon it. */
	w = world(&SET);
	assert_false(announces(&w, 2001, 2001));
	route_count_begin(&w.c, &w.s);
	assert_true(announces(&w, 2001, 0));
	assert_int_equal(w.c.learned, 2001);
}

static void what_goes_makes_room(void **state)
{
	struct world w = world(&SET);

	(void)state;
	announces(&w, 2500, 2500);
	is_silent(&w, PAUSE);
	assert_false(withdraws(&w, 2500));
	assert_false(announces(&w, 2500, 2500));
	assert_int_equal(w.c.count, 2500);
	/* The same between two looks. */
	is_silent(&w, PAUSE);
	w.s.withdrawals += 2500;
	assert_false(announces(&w, 2500, 0));
	/* More withdrawn than ever counted: not below nothing. */
	w = world(&SET);
	announces(&w, 10, 10);
	is_silent(&w, PAUSE);
	withdraws(&w, 10);
	assert_int_equal(w.c.count, 0);
}

static void a_new_session_begins_anew(void **state)
{
	struct world w = world(&SET);

	(void)state;
	announces(&w, 2001, 2001);
	is_silent(&w, PAUSE);
	strcpy(w.s.state, "Active");
	assert_false(is_silent(&w, 10));
	strcpy(w.s.state, "Established");
	w.s.updates = w.s.received = 0;
	assert_false(announces(&w, 2001, 2001));
	/* It went and came between two looks. */
	is_silent(&w, PAUSE);
	w.s.updates = 1500;
	w.s.received = 1500;
	assert_false(is_silent(&w, 10));
	assert_int_equal(w.c.count, 1500);
}

static void settings(void **state)
{
	struct settings routes = SET;
	struct world w = world(&routes);

	(void)state;
	routes.count_repeats = false;
	announces(&w, 4000, 4000);
	is_silent(&w, PAUSE);
	assert_false(announces(&w, 4000, 0));
	assert_true(announces(&w, 1, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_routes_count_again),
		cmocka_unit_test(many_messages_are_one_announcement),
		cmocka_unit_test(what_goes_makes_room),
		cmocka_unit_test(a_new_session_begins_anew),
		cmocka_unit_test(settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
