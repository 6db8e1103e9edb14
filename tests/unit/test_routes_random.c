/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective routes against a naive reference, written straight from the rules (azure-behaviour 2.1,
 * 2.3, 2.4) over many small random designs: sets and linear scans only, nothing shared with the
 * code under test. */
#include "random_design.h"

#ifdef __SANITIZE_ADDRESS__
enum { TABLES = 10000 };
#else
enum { TABLES = 100000 };
#endif
enum { MAX_ROWS = 160 };

/* --- the reference --------------------------------------------------------------------------- */

static bool among(struct subnet *const *list, size_t n, const struct subnet *s)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == s)
			return true;
	return false;
}

/* V's half of the peering; NULL: none, or the other half is missing. */
static const struct peering *half(const struct design *d, const struct vnet *with)
{
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; d->peer[k] == with && d->kind[k] >= PEER_FULL; i++)
			if (d->v->peerings[i].remote == with)
				return &d->v->peerings[i];
	return NULL;
}

static bool same_region(const struct vnet *a, const struct vnet *z)
{
	return !a->location || !z->location || !strcmp(a->location, z->location);
}

static bool in_mesh(const struct design *d, const struct vnet *o)
{
	const struct connected_group *g = d->m->groups;

	for (size_t i = 0; d->grouped && o != d->v && i < g->n_vnets; i++)
		if (g->vnets[i] == o)
			return g->global || same_region(d->v, o);
	return false;
}

struct space {
	struct prefix p;
	enum next_hop_type type;
};

/* Own space, and that of peerings. */
static size_t near_spaces(const struct design *d, struct space *s)
{
	size_t n = 0;

	for (size_t i = 0; i < d->v->n_prefixes; i++)
		s[n++] = (struct space){ d->v->prefixes[i], NH_VNET_LOCAL };
	for (int k = 0; k < 2; k++) {
		const struct peering *p = half(d, d->peer[k]);
		enum next_hop_type type =
		    same_region(d->v, d->peer[k]) ? NH_VNET_PEERING : NH_VNET_GLOBAL_PEERING;

		for (size_t i = 0; p && d->kind[k] == PEER_FULL && i < p->remote->n_prefixes; i++)
			s[n++] = (struct space){ p->remote->prefixes[i], type };
		for (size_t i = 0; p && d->kind[k] == PEER_SUBNETS && i < p->n_remote_subnets; i++)
			s[n++] = (struct space){ p->remote_subnets[i]->prefix, type };
	}
	return n;
}

/* And of the mesh: what overlaps nothing. */
static size_t spaces(const struct design *d, struct space *s)
{
	const struct vnet *members[] = { d->peer[1], d->other };
	size_t near = near_spaces(d, s), n = near;

	for (int k = 0; k < 2; k++)
		for (size_t i = 0;
		     in_mesh(d, members[k]) && !half(d, members[k]) && i < members[k]->n_prefixes;
		     i++) {
			struct prefix p = members[k]->prefixes[i];
			const struct vnet *o = members[!k];
			bool alone = true;

			for (size_t x = 0; x < near; x++)
				alone &= !prefix_overlaps(s[x].p, p);
			for (size_t x = 0; in_mesh(d, o) && x < o->n_prefixes; x++)
				alone &= !prefix_overlaps(o->prefixes[x], p);
			if (alone)
				s[n++] = (struct space){ p, NH_CONNECTED_GROUP };
		}
	return n;
}

static bool in_local(const struct design *d, struct prefix p)
{
	struct space s[32];
	size_t n = spaces(d, s);

	for (size_t i = 0; i < n; i++)
		if (prefix_covers(s[i].p, p))
			return true;
	return false;
}

static bool in_service(const struct design *d, struct prefix p)
{
	for (size_t i = 0; i < d->s->n_services; i++)
		if (prefix_covers(d->s->services[i].prefix, p))
			return true;
	return false;
}

/* Whether V reaches a NIC: a next hop, a private endpoint. */
static bool reachable(const struct design *d, const struct nic *n)
{
	const struct vnet *v = n->subnet->vnet;
	const struct peering *p = half(d, v);

	if (v == d->v)
		return true;
	if (!p)
		return in_mesh(d, v);
	return p->complete ||
	       (among(p->remote_subnets, p->n_remote_subnets, n->subnet) &&
	        among(p->reverse->local_subnets, p->reverse->n_local_subnets, n->subnet));
}

static unsigned ref_usable(const struct design *d, const ip4 *hops, unsigned n)
{
	unsigned usable = 0;

	for (unsigned i = 0; i < n; i++)
		for (size_t k = 0; k < d->m->n_nics; k++)
			usable += d->m->nics[k].ip == hops[i] && reachable(d, &d->m->nics[k]) &&
			          !d->stopped[d->m->nics[k].vm->idx];
	return usable;
}

/* A next hop by BGP may be any address near; a user's must be somebody's. */
static bool ref_bgp_leads(const struct design *d, const struct rib_route *r)
{
	for (unsigned i = 0; i < r->n_next_hops; i++)
		if (in_local(d, prefix_host(r->next_hops[i])))
			return true;
	return ref_usable(d, r->next_hops, r->n_next_hops);
}

static unsigned ref_rank(const struct route *u)
{
	if (!u->tag)
		return 0; /* just this prefix */
	if (!strcmp(u->tag, "AzureCloud"))
		return 4;
	if (!strncmp(u->tag, "AzureCloud.", 11))
		return 3;
	return strchr(u->tag, '.') ? 1 : 2;
}

/* The user-defined route that wins for a prefix. */
static const struct route *ref_user(const struct design *d, struct prefix p)
{
	const struct route_table *t = d->s->route_table;
	const struct route *best = NULL;

	if (!d->m->settings.udr_over_service && in_service(d, p))
		return NULL;
	for (size_t i = 0; t && i < t->n_routes; i++)
		if (prefix_eq(t->routes[i].prefix, p) &&
		    (!best || ref_rank(&t->routes[i]) < ref_rank(best)))
			best = &t->routes[i];
	return best;
}

/* The Route Server announces this prefix itself. */
static bool originated(const struct design *d, struct prefix p)
{
	const struct vnet *v = d->rs->vnet;

	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_eq(v->prefixes[i], p))
			return true;
	for (size_t i = 0; d->learned && i < v->n_peerings; i++) {
		const struct peering *x = &v->peerings[i];

		if (!x->reverse || !x->allow_gateway_transit || !x->reverse->use_remote_gateways)
			continue;
		for (size_t k = 0; x->complete && k < x->remote->n_prefixes; k++)
			if (prefix_eq(x->remote->prefixes[k], p))
				return true;
		for (size_t k = 0; !x->complete && k < x->n_remote_subnets; k++)
			if (prefix_eq(x->remote_subnets[k]->prefix, p))
				return true;
	}
	return false;
}

static bool ref_installed(const struct design *d, struct prefix p)
{
	return !(d->s->route_table && d->s->route_table->disable_bgp) && !in_local(d, p) &&
	       !in_service(d, p) && !originated(d, p);
}

static bool ref_bgp(const struct design *d, struct prefix p)
{
	return d->learned && rib_get(d->learned, p) && ref_installed(d, p);
}

/* A private endpoint that a user-defined route overrides, its subnet allowing it. */
static bool overridden(const struct design *d, const struct nic *n)
{
	const struct route_table *t = d->s->route_table;
	const struct vnet *v = n->subnet->vnet;

	if (n->subnet->policies != POLICIES_ENABLED && n->subnet->policies != POLICIES_ROUTES)
		return false;
	for (size_t i = 0; t && i < t->n_routes; i++)
		for (size_t k = 0; k < v->n_prefixes; k++)
			if (ref_user(d, t->routes[i].prefix) &&
			    prefix_has(t->routes[i].prefix, n->ip) &&
			    prefix_has(v->prefixes[k], n->ip) &&
			    t->routes[i].prefix.len >= v->prefixes[k].len)
				return true;
	return false;
}

struct expected {
	struct prefix p;
	enum route_source source;
	enum route_state state;
	enum next_hop_type type;
	const char *name;
	const ip4 *hops;
	unsigned n_hops;
};

static struct expected row_of(const struct design *d, struct prefix p, enum route_source source,
                              enum next_hop_type type)
{
	return (struct expected){ .p = p,
		                  .source = source,
		                  .type = type,
		                  .state = ref_user(d, p) ? ST_INVALID : ST_ACTIVE };
}

static size_t system_rows(const struct design *d, struct expected *e)
{
	const struct prefix all = { 0, 0 };
	struct space s[32];
	size_t n = 0, n_spaces = spaces(d, s);

	for (size_t i = 0; i < n_spaces; i++)
		e[n++] = row_of(d, s[i].p, SRC_DEFAULT, s[i].type);
	for (size_t i = 0; i < d->s->n_services; i++)
		e[n++] = row_of(d, d->s->services[i].prefix, SRC_DEFAULT, NH_SERVICE_ENDPOINT);
	for (size_t i = 0; i < d->m->n_endpoints; i++) {
		const struct nic *pe = d->m->endpoints[i];

		if (!reachable(d, pe))
			continue;
		e[n] = row_of(d, prefix_host(pe->ip), SRC_DEFAULT, NH_INTERFACE_ENDPOINT);
		if (overridden(d, pe))
			e[n].state = ST_INVALID;
		n++;
	}
	if (!ref_bgp(d, all))
		e[n++] = row_of(d, all, SRC_DEFAULT, NH_INTERNET);
	for (size_t i = 0; i < NONE_ROWS_MAX; i++) {
		const struct none_row *none = none_row(&d->m->settings, i);

		if (none && !ref_user(d, all) && !ref_bgp(d, all) && !ref_user(d, none->prefix) &&
		    !ref_bgp(d, none->prefix) && !in_local(d, none->prefix))
			e[n++] = row_of(d, none->prefix, SRC_DEFAULT, NH_NONE);
	}
	return n;
}

static struct expected user_row(const struct design *d, const struct route *u)
{
	struct expected x = {
		.p = u->prefix, .source = SRC_USER, .type = u->type, .name = u->name
	};
	bool own = false;

	x.state = ref_user(d, u->prefix) == u ? ST_ACTIVE : ST_INVALID;
	for (size_t i = 0; i < d->v->n_prefixes; i++)
		own |= prefix_covers(d->v->prefixes[i], u->prefix);
	if (u->type == NH_VIRTUAL_APPLIANCE) {
		x.hops = &u->next_hop;
		x.n_hops = 1;
		x.type = ref_usable(d, x.hops, 1) ? u->type : NH_NONE;
	} else if (u->type == NH_VIRTUAL_NETWORK_GATEWAY || (u->type == NH_VNET_LOCAL && !own)) {
		x.type = NH_NONE;
	}
	return x;
}

static size_t reference(const struct design *d, struct expected *e)
{
	size_t n = system_rows(d, e);
	const struct route_table *t = d->s->route_table;

	for (size_t i = 0; d->learned && i < d->learned->n; i++) {
		const struct rib_route *r = &d->learned->routes[i];

		if (!ref_installed(d, r->prefix))
			continue;
		e[n] = row_of(d, r->prefix, SRC_VNG,
		              ref_bgp_leads(d, r) ? NH_VIRTUAL_NETWORK_GATEWAY : NH_NONE);
		e[n].hops = r->next_hops;
		e[n++].n_hops = r->n_next_hops;
	}
	for (size_t i = 0; t && i < t->n_routes; i++)
		e[n++] = user_row(d, &t->routes[i]);
	assert_true(n <= MAX_ROWS);
	return n;
}

/* The winner for an address: the longest that is not beaten. */
static const struct expected *ref_lookup(const struct expected *e, size_t n, ip4 a)
{
	const struct expected *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (e[i].state == ST_ACTIVE && prefix_has(e[i].p, a) &&
		    (!best || e[i].p.len > best->p.len))
			best = &e[i];
	assert_non_null(best);
	return best;
}

static const struct eff_route *find(const struct eff_table *t, const struct expected *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *r = &t->routes[i];

		if (prefix_eq(r->prefix, e->p) && r->source == e->source && r->state == e->state &&
		    r->type == e->type && r->n_next_hops == e->n_hops &&
		    (!e->name || !strcmp(e->name, r->name)) &&
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

static void equals_without_words(const struct design *d, const struct eff_table *t)
{
	struct eff_table *plain = effective_routes_plain(d->m, d->s, 0, d->rib, &d->rt);

	assert_int_equal(plain->n, t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *a = &t->routes[i], *b = &plain->routes[i];

		assert_true(prefix_eq(a->prefix, b->prefix) && a->source == b->source &&
		            a->state == b->state && a->type == b->type &&
		            a->n_next_hops == b->n_next_hops && b->reason);
	}
	eff_table_free(plain);
}

static void equals_the_reference(void **state)
{
	uint64_t seed = rnd_seed();

	(void)state;
	random_init();
	for (unsigned round = 0; round < TABLES; round++) {
		struct design d;
		struct expected e[MAX_ROWS];

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
		equals_without_words(&d, t);
		for (int i = 0; i < 8; i++) {
			ip4 a = any_prefix(&seed).addr + rnd_below(&seed, 512);
			const struct expected *want = ref_lookup(e, n, a);
			const struct eff_route *got = eff_lookup(t, a);
			bool right =
			    got && prefix_eq(got->prefix, want->p) && got->source == want->source;

			if (!right)
				show(t, e, n, round);
			assert_true(right);
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
