/* Effective routes against a naive reference, written straight from the rules (azure-semantics 2.1,
 * 2.3, 2.4) over many small random designs: sets and linear scans only, nothing shared with the
 * code under test. */
#include "random_design.h"

enum { TABLES = 100000 };

/* --- the reference --------------------------------------------------------------------------- */

static bool in_vnet(const struct vnet *v, struct prefix p)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_covers(v->prefixes[i], p))
			return true;
	return false;
}

static bool in_local(const struct design *d, struct prefix p)
{
	return in_vnet(d->v, p) || (d->peered[0] && in_vnet(d->peer[0], p)) ||
	       (d->peered[1] && in_vnet(d->peer[1], p));
}

static const struct route *ref_user(const struct design *d, struct prefix p)
{
	const struct route_table *t = d->s->route_table;

	for (size_t i = 0; t && i < t->n_routes; i++)
		if (prefix_eq(t->routes[i].prefix, p))
			return &t->routes[i];
	return NULL;
}

static bool ref_installed(const struct design *d, struct prefix p)
{
	return !(d->s->route_table && d->s->route_table->disable_bgp) && !in_local(d, p);
}

static bool ref_bgp(const struct design *d, struct prefix p)
{
	return d->learned && rib_get(d->learned, p) && ref_installed(d, p);
}

/* The VM that gets packets for a next hop; -1: none. */
static int ref_owner(const struct design *d, ip4 ip)
{
	for (int i = 0; i < 3; i++)
		if (ip == A(vm_ip[i]))
			return d->stopped[i] || (i && !d->peered[i - 1]) ? -1 : i;
	return -1;
}

static unsigned ref_usable(const struct design *d, const ip4 *hops, unsigned n)
{
	unsigned usable = 0;

	for (unsigned i = 0; i < n; i++)
		usable += ref_owner(d, hops[i]) >= 0;
	return usable;
}

struct expected {
	struct prefix p;
	enum route_source source;
	enum route_state state;
	enum next_hop_type type;
	const ip4 *hops;
	unsigned n_hops;
};

static size_t reference(const struct design *d, struct expected *e)
{
	size_t n = 0;
	const struct prefix all = { 0, 0 };
	const struct route_table *t = d->s->route_table;

	for (size_t i = 0; i < d->v->n_prefixes; i++)
		e[n++] = (struct expected){ .p = d->v->prefixes[i], .type = NH_VNET_LOCAL };
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; d->peered[k] && i < d->peer[k]->n_prefixes; i++)
			e[n++] =
			    (struct expected){ .p = d->peer[k]->prefixes[i],
				               .type = d->peer[k]->location &&
				                               strcmp(d->peer[k]->location, "one")
				                           ? NH_VNET_GLOBAL_PEERING
				                           : NH_VNET_PEERING };
	if (!ref_bgp(d, all))
		e[n++] = (struct expected){ .p = all, .type = NH_INTERNET };
	for (int i = 0; i < N_NONE; i++)
		if (!ref_user(d, all) && !ref_bgp(d, all) && !ref_user(d, none_p[i]) &&
		    !ref_bgp(d, none_p[i]) && !in_local(d, none_p[i]))
			e[n++] = (struct expected){ .p = none_p[i], .type = NH_NONE };
	/* whatever is not a User row is Invalid beside one of the same prefix */
	for (size_t i = 0; d->learned && i < d->learned->n; i++) {
		const struct rib_route *r = &d->learned->routes[i];

		if (ref_installed(d, r->prefix))
			e[n++] =
			    (struct expected){ .p = r->prefix,
				               .source = SRC_VNG,
				               .type = ref_usable(d, r->next_hops, r->n_next_hops)
				                           ? NH_VIRTUAL_NETWORK_GATEWAY
				                           : NH_NONE,
				               .hops = r->next_hops,
				               .n_hops = r->n_next_hops };
	}
	for (size_t i = 0; i < n; i++)
		e[i].state = ref_user(d, e[i].p) ? ST_INVALID : ST_ACTIVE;
	for (size_t i = 0; t && i < t->n_routes; i++) {
		const struct route *u = &t->routes[i];
		struct expected x = { .p = u->prefix, .source = SRC_USER, .type = u->type };

		if (u->type == NH_VIRTUAL_APPLIANCE) {
			x.hops = &u->next_hop;
			x.n_hops = 1;
			x.type = ref_usable(d, x.hops, 1) ? u->type : NH_NONE;
		} else if (u->type == NH_VIRTUAL_NETWORK_GATEWAY ||
		           (u->type == NH_VNET_LOCAL && !in_vnet(d->v, u->prefix))) {
			x.type = NH_NONE;
		}
		e[n++] = x;
	}
	return n;
}

/* The winner for an address by the algorithm of 2.3, over routes before any filter. */
static struct prefix ref_lookup(const struct design *d, const struct expected *e, size_t n, ip4 a,
                                enum route_source *source)
{
	struct prefix best = { 0, 0 };
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		if (!prefix_has(e[i].p, a))
			continue;
		/* a VNet's or peering's route comes before a BGP route inside of it */
		if (e[i].source == SRC_VNG && in_local(d, e[i].p))
			continue;
		if (!found || e[i].p.len > best.len ||
		    (e[i].p.len == best.len && e[i].source > *source)) {
			best = e[i].p;
			*source = e[i].source;
			found = true;
		}
	}
	assert_true(found);
	return best;
}

static const struct eff_route *find(const struct eff_table *t, const struct expected *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *r = &t->routes[i];

		if (prefix_eq(r->prefix, e->p) && r->source == e->source && r->state == e->state &&
		    r->type == e->type && r->n_next_hops == e->n_hops &&
		    (!e->n_hops || !memcmp(r->next_hops, e->hops, e->n_hops * sizeof(ip4))))
			return r;
	}
	return NULL;
}

static void show(const struct eff_table *t, const struct expected *e, size_t n, unsigned round)
{
	print_message("# round %u\n", round);
	for (size_t i = 0; i < t->n; i++)
		print_message("#  got %s %s %s %s: %s\n", route_source_str(t->routes[i].source),
		              route_state_str(t->routes[i].state), PREFIX_STR(t->routes[i].prefix),
		              next_hop_type_str(t->routes[i].type), t->routes[i].reason);
	for (size_t i = 0; i < n; i++)
		print_message("# want %s %s %s %s%s\n", route_source_str(e[i].source),
		              route_state_str(e[i].state), PREFIX_STR(e[i].p),
		              next_hop_type_str(e[i].type), find(t, &e[i]) ? "" : "  <--");
}

static void check_hidden(const struct design *d, const struct eff_table *t)
{
	for (size_t i = 0; i < t->n_hidden; i++)
		assert_true(t->hidden[i].reason && *t->hidden[i].reason);
	/* every learned route is a row or has a reason why not */
	for (size_t i = 0; d->learned && i < d->learned->n; i++) {
		struct prefix p = d->learned->routes[i].prefix;
		unsigned seen = 0;

		for (size_t k = 0; k < t->n; k++)
			seen += t->routes[k].source == SRC_VNG && prefix_eq(t->routes[k].prefix, p);
		for (size_t k = 0; k < t->n_hidden; k++)
			seen += t->hidden[k].source == SRC_VNG && prefix_eq(t->hidden[k].prefix, p);
		assert_int_equal(seen, 1);
	}
}

static void equals_the_reference(void **state)
{
	uint64_t seed = rnd_seed();

	(void)state;
	random_init();
	for (unsigned round = 0; round < TABLES; round++) {
		struct design d;
		struct expected e[64];

		random_design(&d, &seed);
		struct eff_table *t = effective_routes(d.m, d.s, 0, d.rib, &d.rt);
		size_t n = reference(&d, e);
		bool same = n == t->n;

		for (size_t i = 0; same && i < n; i++)
			same = find(t, &e[i]) != NULL;
		if (!same)
			show(t, e, n, round);
		assert_true(same);
		for (size_t i = 0; i < t->n; i++)
			assert_true(t->routes[i].reason && *t->routes[i].reason);
		check_hidden(&d, t);
		for (int i = 0; i < 8; i++) {
			ip4 a = any_prefix(&seed).addr + rnd_below(&seed, 512);
			enum route_source source = SRC_DEFAULT;
			struct prefix want = ref_lookup(&d, e, n, a, &source);
			const struct eff_route *got = eff_lookup(t, a);

			assert_non_null(got);
			if (!prefix_eq(got->prefix, want) || got->source != source)
				show(t, e, n, round);
			assert_true(prefix_eq(got->prefix, want) && got->source == source);
		}
		eff_table_free(t);
		random_done(&d);
	}
}

/* Tables with many rows are looked up by a trie. */
static void large_tables(void **state)
{
	uint64_t seed = rnd_seed();

	(void)state;
	random_init();
	for (unsigned round = 0; round < 100; round++) {
		struct design d;

		random_design(&d, &seed);
		for (unsigned n = 10 + rnd_below(&seed, 300); n; n--) {
			uint8_t len = (uint8_t)rnd_below(&seed, 33);
			struct prefix p = { ((ip4)rnd(&seed) & 0x070000ff) & prefix_mask(len),
				            len };

			rib_set(&d.rib->tables[0][0], p, (ip4[]){ any_ip(&seed) }, 1);
		}
		struct eff_table *t = effective_routes(d.m, d.s, 0, d.rib, &d.rt);

		for (unsigned n = 0; n < 500; n++) {
			ip4 a = (ip4)rnd(&seed) & (rnd_below(&seed, 2) ? 0x070000ff : ~(ip4)0);
			const struct eff_route *want = NULL, *got = eff_lookup(t, a);

			for (size_t i = 0; i < t->n; i++)
				if (t->routes[i].state == ST_ACTIVE &&
				    prefix_has(t->routes[i].prefix, a) &&
				    (!want || t->routes[i].prefix.len > want->prefix.len))
					want = &t->routes[i];
			assert_ptr_equal(got, want);
		}
		eff_table_free(t);
		random_done(&d);
	}
}

static void cached(void **state)
{
	uint64_t seed = 1;
	struct design d;

	(void)state;
	random_init();
	random_design(&d, &seed);
	struct eff_cache *c = eff_cache_new(d.m, d.rib, &d.rt);
	const struct eff_table *t = eff_cache_get(c, d.s, 1);

	assert_ptr_equal(eff_cache_get(c, d.s, 1), t);
	assert_ptr_not_equal(eff_cache_get(c, d.s, 0), t);
	assert_int_equal(t->instance, 1);
	assert_ptr_equal(t->subnet, d.s);
	eff_cache_free(c);
	random_done(&d);
	assert_null(eff_cache_free(NULL));
	assert_null(eff_table_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_reference),
		cmocka_unit_test(large_tables),
		cmocka_unit_test(cached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
