/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compiled fabric against the walk: for random designs, what a kernel with these rules, tables
 * and neighbours would do with a packet is what the effective routes say, for every port, every
 * address of interest, and every leg of an ECMP route. */
#include "azure/walk.h"
#include "plan/fabric.h"
#include "plan/names.h"
#include "random_design.h"

#ifdef __SANITIZE_ADDRESS__
enum { DESIGNS = 300 };
#else
enum { DESIGNS = 2000 };
#endif

static const struct fab_port *port(const struct fabric *f, const char *name)
{
	for (size_t i = 0; i < f->n_ports; i++)
		if (!strcmp(f->ports[i].name, name))
			return &f->ports[i];
	fail_msg("no port %s", name);
	return NULL;
}

static const struct fab_route *longest(const struct fabric *f, uint32_t table, ip4 dst)
{
	const struct fab_route *best = NULL;

	for (size_t i = 0; i < f->n_routes; i++) {
		const struct fab_route *r = &f->routes[i];

		if (r->table == table && prefix_has(r->prefix, dst) &&
		    (!best || r->prefix.len > best->prefix.len))
			best = r;
	}
	return best;
}

static bool has_neigh(const struct fabric *f, const struct fab_hop *h)
{
	for (size_t i = 0; i < f->n_neighs; i++)
		if (f->neighs[i].ip == h->via && !strcmp(f->neighs[i].port, h->port))
			return true;
	return false;
}

/* fib_rules: in order of priority, on to the next one after a throw or no match.  NULL: dropped. */
static const char *kernel(const struct fabric *f, const char *from, ip4 dst, unsigned leg)
{
	uint32_t mark = port(f, from)->mark;

	for (size_t i = 0; i < f->n_rules; i++) {
		const struct fab_rule *rule = &f->rules[i];
		const struct fab_route *r;

		if ((mark & rule->mask) != rule->mark || !(r = longest(f, rule->table, dst)) ||
		    r->kind == FAB_THROW)
			continue;
		if (r->kind == FAB_BLACKHOLE)
			return NULL;
		const struct fab_hop *h = &r->hops[r->n_hops > 1 ? leg % r->n_hops : 0];

		assert_true(r->kind == FAB_MULTIPATH ? r->n_hops > 1 : r->n_hops == 1);
		assert_true(has_neigh(f, h));
		return strcmp(h->port, SINK) ? h->port : NULL;
	}
	return NULL;
}

static void takes_it(void *ctx, const struct nic *in, const struct walk_packet *p,
                     struct walk_guest *ret)
{
	(void)ctx;
	(void)in;
	(void)p;
	*ret = (struct walk_guest){ .act = GUEST_LOCAL, .reason = "whatever" };
}

static unsigned chosen(void *ctx, const struct nic *from, const struct eff_route *r,
                       const struct walk_packet *p)
{
	(void)from;
	(void)r;
	(void)p;
	return *(unsigned *)ctx;
}

/* The port that the walk's packet leaves the fabric by; NULL: dropped. */
static const char *walked(const struct walk *w, const struct model *m, char *buf)
{
	const struct walk_hop *h = &w->hops[0];

	if (h->route && (h->route->type == NH_INTERNET || h->route->type == NH_SERVICE_ENDPOINT))
		return port_name_edge(h->nic->subnet->vnet, buf);
	if (w->verdict == WALK_DROPPED)
		return NULL;
	assert_int_equal(w->n, 2);
	if (w->hops[1].nic)
		return port_name_nic(w->hops[1].nic, buf);
	for (unsigned k = 0; k < 2; k++) {
		_cleanup_free_ char *name = node_name_rs(&m->route_servers[0], k);

		if (!strcmp(name, w->hops[1].node))
			return port_name_rs(&m->route_servers[0], k, buf);
	}
	fail_msg("who is %s", w->hops[1].node);
	return NULL;
}

static void compare(const struct design *d, const struct fabric *f, struct eff_cache *tables,
                    const struct nic *from, ip4 dst, unsigned leg)
{
	struct walk_env env = { .m = d->m,
		                .rib = d->rib,
		                .rt = &d->rt,
		                .ctx = &leg,
		                .tables = tables,
		                .guest = takes_it,
		                .ecmp_choice = chosen };
	struct walk_packet p = { .dst = dst };
	struct walk *w = walk_packet_path(&env, from, &p);
	char a[IFNAMSIZ], b[IFNAMSIZ];
	const char *want = walked(w, d->m, a), *got = kernel(f, port_name_nic(from, b), dst, leg);

	if (!want != !got || (want && strcmp(want, got))) {
		_cleanup_free_ char *text = fabric_text(f);

		/* print_message() cuts at a kilobyte */
		fprintf(stderr, "%s\n%s to %s: kernel %s, walk %s: %s\n", text, from->vm->name,
		        IP4_STR(dst), got ? got : "drops", want ? want : "drops",
		        w->hops[0].reason);
		fail();
	}
	walk_free(w);
}

static void sorted(const struct fabric *f)
{
#define SORTED(field, cmp) \
	for (size_t i = 1; i < f->n_##field; i++) \
	assert_true(cmp(&f->field[i - 1], &f->field[i]) < 0)
	SORTED(routes, fab_route_cmp);
	SORTED(rules, fab_rule_cmp);
	SORTED(neighs, fab_neigh_cmp);
	SORTED(ports, fab_port_cmp);
	SORTED(pairs, fab_pair_cmp);
	SORTED(spaces, fab_space_cmp);
}

static void same_twice(const struct design *d, const struct fabric *f)
{
	_cleanup_(fabric_free_p) struct fabric *g = fabric_compile(d->m, d->rib, &d->rt);
	_cleanup_free_ char *a = fabric_text(f), *b = fabric_text(g);

	assert_string_equal(a, b);
	for (size_t i = 0; i < f->n_routes; i++)
		assert_true(fab_route_eq(&f->routes[i], &g->routes[i]));
	for (size_t i = 0; i < f->n_ports; i++)
		assert_true(fab_port_eq(&f->ports[i], &g->ports[i]));
	for (size_t i = 0; i < f->n_neighs; i++)
		assert_true(fab_neigh_eq(&f->neighs[i], &g->neighs[i]));
}

static void kernel_does_what_the_routes_say(void **state)
{
	uint64_t seed = rnd_seed();

	(void)state;
	random_init();
	for (unsigned round = 0; round < DESIGNS; round++) {
		struct design d;

		random_design(&d, &seed);
		d.m->settings.strict_forwarded = false; /* that is the packet filter's business */
		for (size_t i = 0; i < d.m->n_vnets; i++)
			for (size_t k = 0; k < d.m->vnets[i].n_peerings; k++)
				d.m->vnets[i].peerings[k].allow_access = rnd_below(&seed, 8);
		struct fabric *f = fabric_compile(d.m, d.rib, &d.rt);
		struct eff_cache *tables = eff_cache_new(d.m, d.rib, &d.rt);

		sorted(f);
		same_twice(&d, f);
		for (size_t i = 0; i < d.m->n_nics; i++) {
			const struct nic *from = &d.m->nics[i];

			if (!vm_runs(&d.rt, from->vm))
				continue;
			for (size_t k = 0; k < d.m->n_nics; k++)
				if (k != i)
					compare(&d, f, tables, from, d.m->nics[k].ip, k);
			for (unsigned k = 0; k < 2; k++)
				compare(&d, f, tables, from, d.m->route_servers[0].instance[k], k);
			for (unsigned k = 0; k < N_POOL; k++) {
				ip4 dst = pool_p[k].addr + rnd_below(&seed, 256);

				if (dst != from->ip)
					compare(&d, f, tables, from, dst, rnd_below(&seed, 3));
			}
		}
		eff_cache_free(tables);
		fabric_free(f);
		random_done(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(kernel_does_what_the_routes_say) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
