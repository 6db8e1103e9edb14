/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/rib.h"
#include "rnd.h"
#include "unit.h"

static void sets_replaces_deletes(void **state)
{
	_cleanup_(rib_free_p) struct rib *r = rib_new(2);
	struct rib_table *t = &r->tables[1][0];

	(void)state;
	assert_null(rib_get(t, P("10.0.0.0/8")));
	rib_set(t, P("10.0.0.0/8"), (ip4[]){ 7, 3, 7, 5 }, 4);
	rib_set(t, P("0.0.0.0/0"), (ip4[]){ 1 }, 1);
	rib_set(t, P("10.0.0.0/16"), (ip4[]){ 2 }, 1);
	assert_int_equal(t->n, 3);
	for (size_t i = 1; i < t->n; i++)
		assert_true(prefix_cmp(t->routes[i - 1].prefix, t->routes[i].prefix) < 0);
	const struct rib_route *x = rib_get(t, P("10.0.0.0/8"));

	assert_int_equal(x->n_next_hops, 3);
	assert_int_equal(x->next_hops[0], 3);
	assert_int_equal(x->next_hops[1], 5);
	assert_int_equal(x->next_hops[2], 7);
	rib_set(t, P("10.0.0.0/8"), (ip4[]){ 9 }, 1);
	assert_int_equal(rib_get(t, P("10.0.0.0/8"))->n_next_hops, 1);
	rib_del(t, P("10.0.0.0/8"));
	rib_del(t, P("10.0.0.0/8"));
	assert_null(rib_get(t, P("10.0.0.0/8")));
	assert_int_equal(t->n, 2);
	assert_int_equal(r->tables[0][0].n + r->tables[0][1].n + r->tables[1][1].n, 0);
}

static void keeps_the_lowest_of_too_many(void **state)
{
	_cleanup_(rib_free_p) struct rib *r = rib_new(1);
	ip4 nh[40];

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		nh[i] = 100 - i;
	rib_set(&r->tables[0][1], P("0.0.0.0/0"), nh, 40);
	const struct rib_route *x = rib_get(&r->tables[0][1], P("0.0.0.0/0"));

	assert_int_equal(x->n_next_hops, RIB_MAX_NEXT_HOPS);
	for (unsigned i = 0; i < RIB_MAX_NEXT_HOPS; i++)
		assert_int_equal(x->next_hops[i], 61 + i);
}

static void stays_sorted_in_any_order(void **state)
{
	_cleanup_(rib_free_p) struct rib *r = rib_new(1);
	struct rib_table *t = &r->tables[0][0];
	uint64_t seed = rnd_seed();

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		uint8_t len = (uint8_t)rnd_below(&seed, 9);
		struct prefix p = { (ip4)rnd(&seed) & prefix_mask(len), len };

		if (rnd_below(&seed, 3)) {
			rib_set(t, p, (ip4[]){ i + 1 }, 1);
			assert_int_equal(rib_get(t, p)->next_hops[0], i + 1);
		} else {
			rib_del(t, p);
			assert_null(rib_get(t, p));
		}
		for (size_t k = 1; k < t->n; k++)
			assert_true(prefix_cmp(t->routes[k - 1].prefix, t->routes[k].prefix) < 0);
	}
}

/* Many at once are what each of them is. */
static void merges_as_one_by_one(void **state)
{
	_cleanup_(rib_free_p) struct rib *r = rib_new(1);
	struct rib_table *together = &r->tables[0][0], *single = &r->tables[0][1];
	uint64_t seed = rnd_seed();

	(void)state;
	together->silent = true;
	for (unsigned round = 0; round < 200; round++) {
		struct rib_table c = { 0 };

		for (unsigned i = rnd_below(&seed, 40); i; i--) {
			uint8_t len = (uint8_t)rnd_below(&seed, 9);
			struct prefix p = { (ip4)rnd(&seed) & prefix_mask(len), len };
			ip4 hop = 1 + (ip4)rnd_below(&seed, 4);
			bool there = rnd_below(&seed, 3);

			rib_set(&c, p, &hop, there);
			if (there)
				rib_set(single, p, &hop, 1);
			else
				rib_del(single, p);
		}
		rib_merge(together, c.routes, c.n);
		free(c.routes);
		assert_int_equal(together->n, single->n);
		for (size_t i = 0; i < single->n; i++)
			assert_true(rib_same(&together->routes[i], &single->routes[i]));
	}
	assert_true(together->silent);
	rib_copy(single, together);
	rib_copy(together, &(struct rib_table){ 0 });
	assert_int_equal(together->n, 0);
	assert_true(single->n);
	assert_false(rib_same(&single->routes[0], NULL));
	assert_true(rib_same(NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_replaces_deletes),
		cmocka_unit_test(keeps_the_lowest_of_too_many),
		cmocka_unit_test(stays_sorted_in_any_order),
		cmocka_unit_test(merges_as_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
