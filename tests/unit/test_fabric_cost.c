/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What compiling costs: with NICs, subnets, peerings and learned routes, never with their product.
 * Objects are counted exactly, since a product would show there.  Times are printed for who reads;
 * they are judged by "make bench" alone: a busy machine would make a test of them lie. */
#define MINI_MAX 1100
#include <time.h>

#include "mini.h"
#include "plan/fabric.h"

static double ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct fabric *timed(const char *what, const struct model *m, const struct rib *rib,
                            double should)
{
	double start = ms();
	struct fabric *f = fabric_compile(m, rib, NULL);
	double took = ms() - start;

	print_message("# %s: %.1f ms (should be %.0f), %zu routes, %zu rules\n", what, took, should,
	              f->n_routes, f->n_rules);
	return f;
}

static const char *text(struct model *m, ip4 a)
{
	return arena_printf(m->arena, "%s", IP4_STR(a));
}

static void thousand_nics(void **state)
{
	_cleanup_(model_free_p) struct model *m = mini_new();
	struct vnet *v = mini_vnet(m, "V", "10.0.0.0/16");
	_cleanup_(rib_free_p) struct rib *rib = rib_new(1);

	(void)state;
	for (unsigned s = 0; s < 20; s++) {
		ip4 base = 0x0A000000 + (s << 8);
		struct subnet *sn = mini_subnet(m, v, arena_printf(m->arena, "s%u", s),
		                                arena_printf(m->arena, "%s/24", text(m, base)));

		for (unsigned i = 0; i < 50; i++)
			mini_vm(m, sn, arena_printf(m->arena, "vm%u-%u", s, i),
			        text(m, base + 4 + i), false);
		if (s % 2) /* every second has a route table of its own */
			mini_udr(m, mini_table(m, sn, "rt"), P("198.18.0.0/15"),
			         NH_VIRTUAL_APPLIANCE, A("10.0.0.4"));
	}
	mini_rs(m, mini_subnet(m, v, "RouteServerSubnet", "10.0.200.0/26"), "RS");
	for (unsigned i = 0; i < 100; i++)
		for (unsigned k = 0; k < 2; k++)
			rib_set(&rib->tables[0][k], (struct prefix){ 0x0B000000 + (i << 8), 24 },
			        (ip4[]){ A("10.0.0.4"), A("10.0.1.4") }, 2);
	model_index(m);
	_cleanup_(fabric_free_p) struct fabric *f =
	    timed("1,000 NICs in 20 subnets, 100 routes", m, rib, 5);

	/* 11 distinct route tables x 2 instances; VNet, Internet, 4 None, 100 learned, 1 UDR each
	 */
	/* each of them once before and once behind delivery; the VNet's delivery, and the end */
	assert_int_equal(f->n_rules, 2 * 22 + 1 + 1);
	assert_int_equal(f->n_routes, 22 * 106 + 20 + 1000 + 2 + 1);
	assert_int_equal(f->n_ports, 1000 + 2 + 1);
}

static void many_vnets(void **state)
{
	enum { N = 400 };
	_cleanup_(model_free_p) struct model *m = mini_new();
	struct vnet *hub = mini_vnet(m, "Hub", "10.0.0.0/16");
	struct subnet *s = mini_subnet(m, hub, "nva", "10.0.1.0/24");
	_cleanup_(rib_free_p) struct rib *rib = rib_new(1);

	(void)state;
	mini_vm(m, s, "nva", "10.0.1.4", true);
	mini_rs(m, mini_subnet(m, hub, "RouteServerSubnet", "10.0.0.0/26"), "RS");
	for (unsigned i = 1; i < N; i++) {
		ip4 base = 0x0B000000 + (i << 16);
		struct vnet *v = mini_vnet(m, arena_printf(m->arena, "spoke%u", i),
		                           arena_printf(m->arena, "%s/16", text(m, base)));
		struct peering *p = mini_peer(m, v, hub);

		p->use_remote_gateways = p->reverse->allow_gateway_transit = true;
		mini_vm(m, mini_subnet(m, v, "s", arena_printf(m->arena, "%s/24", text(m, base))),
		        arena_printf(m->arena, "vm%u", i), text(m, base + 4), false);
	}
	for (unsigned k = 0; k < 2; k++)
		rib_set(&rib->tables[0][k], P("10.0.0.0/8"), (ip4[]){ A("10.0.1.4") }, 1);
	model_index(m);
	_cleanup_(fabric_free_p) struct fabric *f = timed("400 VNets, 798 peerings", m, rib, 30);

	assert_int_equal(f->n_pairs, 2 * (N - 1));
	assert_int_equal(f->n_rules, 2 * (2 + N - 1) + N + 9 /* bits of 400 */);
}

static void full_rib(void **state)
{
	_cleanup_(model_free_p) struct model *m = mini_new();
	struct vnet *v = mini_vnet(m, "V", "10.0.0.0/16");
	struct subnet *s = mini_subnet(m, v, "s", "10.0.0.0/24");
	_cleanup_(rib_free_p) struct rib *rib = rib_new(1);

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		mini_vm(m, s, arena_printf(m->arena, "vm%u", i), text(m, 0x0A000004 + i), true);
	mini_rs(m, mini_subnet(m, v, "RouteServerSubnet", "10.0.200.0/26"), "RS");
	for (unsigned i = 0; i < 10000; i++)
		for (unsigned k = 0; k < 2; k++)
			rib_set(&rib->tables[0][k], (struct prefix){ 0x14000000 + (i << 8), 24 },
			        (ip4[]){ A("10.0.0.4"), A("10.0.0.5") }, 2);
	model_index(m);
	_cleanup_(fabric_free_p) struct fabric *f = timed("10,000 learned routes", m, rib, 60);

	assert_int_equal(f->n_routes, 2 * (10000 + 6) + 10 + 2 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousand_nics),
		cmocka_unit_test(many_vnets),
		cmocka_unit_test(full_rib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
