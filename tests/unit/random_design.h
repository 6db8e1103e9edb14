/* Small random designs that touch every rule of effective routes: a VNet, two that it may be peered
 * with, one that it never is, a Route Server in one of them, user-defined routes, stopped VMs. */
#pragma once

#include "azure/routes.h"
#include "mini.h"
#include "rnd.h"

static const char *const pool[] = { "0.0.0.0/0",     "10.0.0.0/8",     "10.0.0.0/9",
	                            "10.0.0.0/16",   "10.0.0.0/17",    "10.0.1.0/24",
	                            "10.0.0.8/29",   "10.1.0.0/16",    "10.1.1.0/24",
	                            "10.2.0.0/16",   "10.2.0.0/24",    "172.16.0.0/12",
	                            "172.16.0.0/16", "100.64.0.0/10",  "100.64.0.0/16",
	                            "8.0.0.0/5",     "128.0.0.0/1",    "198.51.100.0/24",
	                            "10.0.0.4/32",   "192.168.0.0/16", "192.168.0.0/17" };
static const char *const nones[] = { "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12",
	                             "192.168.0.0/16" };
enum { N_POOL = ARRAY_LEN(pool), N_NONE = ARRAY_LEN(nones) };

/* Parsed once: a hundred thousand rounds parse nothing. */
static struct prefix pool_p[N_POOL], none_p[N_NONE];

static void random_init(void)
{
	for (unsigned i = 0; i < N_POOL; i++)
		pool_p[i] = P(pool[i]);
	for (unsigned i = 0; i < N_NONE; i++)
		none_p[i] = P(nones[i]);
}

struct design {
	struct model *m;
	struct subnet *s;
	struct vnet *v, *peer[2];
	bool peered[2], halves;
	struct rib *rib;
	const struct rib_table *learned;
	bool stopped[8];
	struct runtime rt;
};

static struct prefix any_prefix(uint64_t *seed)
{
	return pool_p[rnd_below(seed, N_POOL)];
}

/* VMs: 0 in V, 1 in peer 0, 2 in peer 1, 3 in a VNet that nobody is peered with. */
static const char *const vm_ip[] = { "10.0.0.4", "10.1.0.4", "10.2.0.4", "10.3.0.4" };
static ip4 any_ip(uint64_t *seed)
{
	static const ip4 more[] = { 0x0A000063, 0x08080808, 0x0A000104 };
	unsigned i = rnd_below(seed, 7);

	return i < 4 ? A(vm_ip[i]) : more[i - 4];
}

static void random_design(struct design *d, uint64_t *seed)
{
	/* V's space varies: the None rows depend on it */
	static const char *const spaces[] = { "10.0.0.0/16", "10.0.0.0/16 100.64.0.0/16",
		                              "10.0.0.0/16 172.16.0.0/12",
		                              "10.0.0.0/16 192.0.0.0/8" };
	struct model *m = mini_new();

	*d = (struct design){ .m = m };
	m->settings.strict_forwarded = rnd_below(seed, 2);
	d->v = mini_vnet(m, "V", spaces[rnd_below(seed, 4)]);
	d->s = mini_subnet(m, d->v, "s", "10.0.0.0/24");
	d->peer[0] = mini_vnet(m, "P0", "10.1.0.0/16");
	d->peer[1] = mini_vnet(m, "P1", "10.2.0.0/24 198.51.100.0/25");
	struct vnet *alone = mini_vnet(m, "X", "10.3.0.0/16");
	struct subnet *s0 = mini_subnet(m, d->peer[0], "s", "10.1.0.0/24");
	struct subnet *s1 = mini_subnet(m, d->peer[1], "s", "10.2.0.0/24");
	struct subnet *sx = mini_subnet(m, alone, "s", "10.3.0.0/24");

	mini_vm(m, d->s, "v", vm_ip[0], true);
	mini_vm(m, s0, "p0", vm_ip[1], true);
	mini_vm(m, s1, "p1", vm_ip[2], true);
	mini_vm(m, sx, "x", vm_ip[3], true);
	/* another subnet, and a NIC that the other instance programs */
	mini_vm(m, mini_subnet(m, d->v, "t", "10.0.2.0/24"), "t", "10.0.2.4", true);
	mini_vm(m, d->s, "v1", "10.0.0.7", true);
	d->v->location = "one";
	d->peer[0]->location = rnd_below(seed, 2) ? "one" : "two";
	for (int i = 0; i < 2; i++) {
		switch (rnd_below(seed, 4)) {
		case 0:
			break;
		case 1:
			mini_half_peer(m, d->v, d->peer[i]);
			break;
		default:
			mini_peer(m, d->v, d->peer[i]);
			d->peered[i] = true;
		}
	}
	/* The Route Server is V's own, or peer 0's with gateway transit. */
	bool own = rnd_below(seed, 2);
	struct subnet *rss = mini_subnet(m, own ? d->v : d->peer[0], "RouteServerSubnet",
	                                 own ? "10.0.200.0/26" : "10.1.200.0/26");
	struct route_server *rs = mini_rs(m, rss, "RS");
	bool transit = true;

	if (!own && d->peered[0]) {
		struct peering *p = NULL;

		for (size_t i = 0; i < d->v->n_peerings; i++)
			if (d->v->peerings[i].remote == d->peer[0])
				p = &d->v->peerings[i];
		p->use_remote_gateways = rnd_below(seed, 4);
		p->reverse->allow_gateway_transit = rnd_below(seed, 4);
		transit = p->use_remote_gateways && p->reverse->allow_gateway_transit;
	}
	if (rnd_below(seed, 4)) {
		struct route_table *t = mini_table(m, d->s, "rt");

		t->disable_bgp = !rnd_below(seed, 4);
		for (unsigned n = rnd_below(seed, 5); n; n--) {
			static const enum next_hop_type types[] = { NH_VIRTUAL_APPLIANCE,
				                                    NH_VIRTUAL_APPLIANCE,
				                                    NH_VNET_LOCAL,
				                                    NH_INTERNET,
				                                    NH_NONE,
				                                    NH_VIRTUAL_NETWORK_GATEWAY };
			struct prefix p = any_prefix(seed);
			bool twice = false;

			for (size_t i = 0; i < t->n_routes; i++)
				twice |= prefix_eq(t->routes[i].prefix, p);
			if (!twice)
				mini_udr(m, t, p, types[rnd_below(seed, ARRAY_LEN(types))],
				         any_ip(seed));
		}
	}
	d->rib = rib_new(1);
	for (unsigned n = rnd_below(seed, 12); n; n--) {
		ip4 hops[3];
		unsigned n_hops = 1 + rnd_below(seed, 3);

		for (unsigned i = 0; i < n_hops; i++)
			hops[i] = any_ip(seed);
		rib_set(&d->rib->tables[rs->idx][rnd_below(seed, 2)], any_prefix(seed), hops,
		        n_hops);
	}
	if (own || (d->peered[0] && transit))
		d->learned = &d->rib->tables[rs->idx][0];
	for (size_t i = 0; i < m->n_vms; i++)
		d->stopped[i] = !rnd_below(seed, 5);
	d->rt.vm_stopped = d->stopped;
}

static void random_done(struct design *d)
{
	rib_free(d->rib);
	model_free(d->m);
}
