/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trie against a linear scan, with inserts and deletes mixed. */
#include "base/lpm.h"
#include "rnd.h"
#include "unit.h"

static void empty(void **state)
{
	_cleanup_lpm_ struct lpm *t = lpm_new();

	(void)state;
	assert_null(lpm_match(t, A("10.0.0.1")));
	assert_null(lpm_get(t, P("0.0.0.0/0")));
	assert_null(lpm_del(t, P("0.0.0.0/0")));
	assert_null(lpm_free(NULL));
}

static void by_hand(void **state)
{
	_cleanup_lpm_ struct lpm *t = lpm_new();
	char dflt[] = "default", net[] = "net", sub[] = "sub", host[] = "host";

	(void)state;
	assert_null(lpm_set(t, P("172.16.1.4/32"), host));
	assert_null(lpm_set(t, P("0.0.0.0/0"), dflt));
	assert_null(lpm_set(t, P("172.16.0.0/16"), net));
	assert_null(lpm_set(t, P("172.16.1.0/24"), net));
	assert_ptr_equal(lpm_set(t, P("172.16.1.0/24"), sub), net);

	assert_ptr_equal(lpm_match(t, A("172.16.1.4")), host);
	assert_ptr_equal(lpm_match(t, A("172.16.1.5")), sub);
	assert_ptr_equal(lpm_match(t, A("172.16.2.5")), net);
	assert_ptr_equal(lpm_match(t, A("255.255.255.255")), dflt);
	assert_ptr_equal(lpm_cover(t, P("172.16.1.0/24")), sub);
	assert_ptr_equal(lpm_cover(t, P("172.16.0.0/15")), dflt);
	assert_ptr_equal(lpm_cover(t, P("172.16.1.0/25")), sub);
	assert_null(lpm_get(t, P("172.16.0.0/15")));
	assert_ptr_equal(lpm_get(t, P("172.16.0.0/16")), net);

	assert_ptr_equal(lpm_del(t, P("172.16.1.0/24")), sub);
	assert_null(lpm_del(t, P("172.16.1.0/24")));
	assert_ptr_equal(lpm_match(t, A("172.16.1.4")), host);
	assert_ptr_equal(lpm_match(t, A("172.16.1.5")), net);
}

enum { N = 200, ROUNDS = 300 };

struct entry {
	struct prefix p;
	int used;
	char tag;
};

/* Few addresses, all lengths: many prefixes inside one another. */
static struct prefix random_prefix(uint64_t *seed)
{
	uint8_t len = (uint8_t)rnd_below(seed, 33);
	ip4 a = (ip4)rnd(seed) & (rnd_below(seed, 2) ? 0xff0000ffu : 0xc00003ffu);

	return (struct prefix){ a & prefix_mask(len), len };
}

static struct entry *scan_get(struct entry *es, struct prefix p)
{
	for (int i = 0; i < N; i++)
		if (es[i].used && prefix_eq(es[i].p, p))
			return &es[i];
	return NULL;
}

static void *scan_cover(struct entry *es, struct prefix p)
{
	struct entry *best = NULL;

	for (int i = 0; i < N; i++)
		if (es[i].used && prefix_covers(es[i].p, p) && (!best || es[i].p.len > best->p.len))
			best = &es[i];
	return best ? &best->tag : NULL;
}

static void against_a_linear_scan(void **state)
{
	uint64_t seed = rnd_seed();

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		_cleanup_lpm_ struct lpm *t = lpm_new();
		struct entry es[N] = { 0 };

		for (int step = 0; step < 400; step++) {
			struct prefix p = random_prefix(&seed);
			struct entry *e = scan_get(es, p), *slot = &es[rnd_below(&seed, N)];

			switch (rnd_below(&seed, 4)) {
			case 0: /* delete what the slot holds */
				if (slot->used)
					assert_ptr_equal(lpm_del(t, slot->p), &slot->tag);
				slot->used = 0;
				break;
			case 1: /* delete anything, mostly absent */
				assert_ptr_equal(lpm_del(t, p), e ? &e->tag : NULL);
				if (e)
					e->used = 0;
				break;
			default:
				if (slot->used)
					break;
				assert_ptr_equal(lpm_set(t, p, &slot->tag), e ? &e->tag : NULL);
				if (e)
					e->used = 0;
				*slot = (struct entry){ .p = p, .used = 1 };
			}
			struct prefix q = random_prefix(&seed);

			e = scan_get(es, q);
			assert_ptr_equal(lpm_get(t, q), e ? &e->tag : NULL);
			assert_ptr_equal(lpm_cover(t, q), scan_cover(es, q));
			assert_ptr_equal(lpm_match(t, q.addr), scan_cover(es, prefix_host(q.addr)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(against_a_linear_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
