/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups: random groups, designs and packets against an evaluator written straight from
 * azure-behaviour 4; then what the compiled chains' names say, and the set of prefixes. */
#include <netinet/in.h>
#include <time.h>

#include "azure/nsg.h"
#include "azure/prefixes.h"
#include "base/str.h"
#include "mini.h"
#include "plan/fabric.h"

enum { DESIGNS = 300, PACKETS = 200 };

static unsigned long seed;
static unsigned rnd(unsigned n)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(seed >> 33) % n;
}

/* Few addresses, so that much matches: 10.0-3.0-3.x, some public ones, the platform. */
static ip4 address(void)
{
	static const char *const others[] = { "8.8.8.8",   "20.1.2.3",    "168.63.129.16",
		                              "127.0.0.1", "192.168.1.1", "100.64.0.1",
		                              "11.0.0.1",  "172.20.0.1" };

	if (!rnd(4))
		return A(others[rnd(ARRAY_LEN(others))]);
	return 0x0A000000u | rnd(4) << 16 | rnd(4) << 8 | rnd(8);
}

static struct prefix prefix(void)
{
	uint8_t len = (uint8_t)(rnd(6) ? 8 + rnd(25) : rnd(9));
	ip4 a = address();

	return (struct prefix){ len ? a & ~0u << (32 - len) : 0, len };
}

/* --- a design -------------------------------------------------------------------------------- */

static void side(struct model *m, struct nsg_side *s)
{
	s->text = "*";
	switch (rnd(6)) {
	case 0:
		s->n_prefixes = 1 + rnd(3);
		s->prefixes = arena_array(m->arena, s->n_prefixes, sizeof(*s->prefixes));
		for (size_t i = 0; i < s->n_prefixes; i++)
			s->prefixes[i] = prefix();
		break;
	case 1:
		s->tag = (enum nsg_tag)(1 + rnd(3));
		break;
	case 2:
		s->n_asgs = 1 + rnd(2);
		s->asgs = arena_array(m->arena, s->n_asgs, sizeof(struct asg *));
		for (size_t i = 0; i < s->n_asgs; i++)
			s->asgs[i] = &m->asgs[rnd((unsigned)m->n_asgs)];
		break;
	case 3: /* a tag whose prefixes nobody knows */
		s->named = true;
		break;
	default:
		break;
	}
	s->n_ports = rnd(3) ? 0 : 1 + rnd(2);
	s->ports = arena_array(m->arena, s->n_ports, sizeof(*s->ports));
	for (size_t i = 0; i < s->n_ports; i++) {
		s->ports[i].lo = (uint16_t)rnd(12);
		s->ports[i].hi = (uint16_t)(s->ports[i].lo + rnd(5));
	}
}

static void groups(struct model *m)
{
	static const uint32_t protocols[] = { 0,          0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP,
		                              IPPROTO_ESP };

	m->n_asgs = 3;
	m->asgs = arena_array(m->arena, 3, sizeof(*m->asgs));
	for (size_t i = 0; i < 3; i++) {
		m->asgs[i].nics = arena_array(m->arena, m->n_nics, sizeof(struct nic *));
		for (size_t k = 0; k < m->n_nics; k++)
			if (!rnd(3))
				m->asgs[i].nics[m->asgs[i].n_nics++] = &m->nics[k];
	}
	m->n_nsgs = 3;
	m->nsgs = arena_array(m->arena, 3, sizeof(*m->nsgs));
	for (size_t i = 0; i < 3; i++) {
		struct nsg *g = &m->nsgs[i];

		g->idx = i;
		g->name = arena_printf(m->arena, "g%zu", i);
		g->n_rules = rnd(10);
		g->rules = arena_array(m->arena, g->n_rules, sizeof(*g->rules));
		for (size_t k = 0; k < g->n_rules; k++) {
			struct security_rule *r = &g->rules[k];

			r->name = arena_printf(m->arena, "r%zu", k);
			/* unique, not in order */
			r->priority = 100 + (uint32_t)((k * 7) % 10) * 10;
			r->direction = rnd(2);
			r->deny = rnd(2);
			r->protocol = protocols[rnd(ARRAY_LEN(protocols))];
			side(m, &r->src);
			side(m, &r->dst);
		}
	}
	for (size_t i = 0; i < m->n_nics; i++)
		m->nics[i].nsg = rnd(3) ? &m->nsgs[rnd(3)] : NULL;
	for (size_t i = 0; i < m->n_subnets; i++)
		m->subnets[i].nsg = rnd(3) ? &m->nsgs[rnd(3)] : NULL;
}

static struct model *design(struct rib **ret_rib)
{
	struct model *m = mini_new();
	struct vnet *a = mini_vnet(m, "A", "10.0.0.0/16 172.20.0.0/16"),
	            *b = mini_vnet(m, "B", "10.1.0.0/16"), *c = mini_vnet(m, "C", "10.2.0.0/16");
	struct subnet *s[] = { mini_subnet(m, a, "x", "10.0.0.0/24"),
		               mini_subnet(m, a, "y", "10.0.1.0/24"),
		               mini_subnet(m, b, "z", "10.1.0.0/24"),
		               mini_subnet(m, c, "w", "10.2.0.0/24") };
	struct route_server *rs =
	    mini_rs(m, mini_subnet(m, a, "RouteServerSubnet", "10.0.3.0/26"), "rs");

	mini_peer(m, a, b);
	mini_peer(m, a, c)->allow_access = rnd(2);
	for (unsigned i = 0; i < 8; i++) {
		struct subnet *x = s[rnd(4)];

		mini_vm(m, x, arena_printf(m->arena, "vm%u", i),
		        IP4_STR(x->prefix.addr + 4 + i / 2), true);
	}
	for (unsigned i = 0; i < 4; i++)
		if (rnd(2)) {
			struct route_table *t =
			    mini_table(m, s[i], arena_printf(m->arena, "t%u", i));

			for (unsigned k = rnd(3) + 1; k--;)
				mini_udr(m, t, prefix(), NH_NONE, 0);
		}
	groups(m);
	model_index(m);
	*ret_rib = rib_new(m->n_route_servers);
	for (unsigned i = rnd(4); i--;) {
		ip4 hop = m->nics[0].ip;

		for (unsigned k = 0; k < 2; k++)
			rib_set(&(*ret_rib)->tables[rs->idx][k], prefix(), &hop, 1);
	}
	return m;
}

/* --- the naive evaluator --------------------------------------------------------------------- */

static bool in_space(const struct vnet *v, ip4 a)
{
	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_has(v->prefixes[i], a))
			return true;
	return false;
}

/* "VNet address space + peered VNets (only where allowVirtualNetworkAccess=true) + on-prem prefixes
 * via gateway (incl. BGP-learned) + 168.63.129.16 + prefixes used in UDRs" */
static bool in_vnet_tag(const struct nic *n, const struct eff_table *t, ip4 a, bool user)
{
	const struct vnet *v = n->subnet->vnet;
	const struct route_table *rt = n->subnet->route_table;

	if (a == PLATFORM_IP || in_space(v, a))
		return true;
	for (size_t i = 0; i < v->n_peerings; i++)
		if (v->peerings[i].allow_access && in_space(v->peerings[i].remote, a))
			return true;
	for (size_t i = 0; user && rt && i < rt->n_routes; i++)
		if (prefix_has(rt->routes[i].prefix, a))
			return true;
	for (size_t i = 0; i < t->n; i++)
		if (t->routes[i].source == SRC_VNG && prefix_has(t->routes[i].prefix, a) &&
		    (user || t->routes[i].prefix.len))
			return true;
	return false;
}

static bool is_public(ip4 a)
{
	unsigned b = a >> 24, c = a >> 16 & 255;

	return b && b != 10 && b != 127 && b < 224 && !(b == 100 && c >= 64 && c < 128) &&
	       !(b == 169 && c == 254) && !(b == 172 && c >= 16 && c < 32) &&
	       !(b == 192 && c == 168) && a != PLATFORM_IP;
}

static bool side_has(const struct nsg_side *s, const struct nic *n, const struct eff_table *t,
                     ip4 a)
{
	bool named = s->named || s->n_prefixes || s->n_asgs || s->tag;

	for (size_t i = 0; i < s->n_prefixes; i++)
		if (prefix_has(s->prefixes[i], a))
			return true;
	for (size_t i = 0; i < s->n_asgs; i++)
		for (size_t k = 0; k < s->asgs[i]->n_nics; k++)
			if (s->asgs[i]->nics[k]->ip == a)
				return true;
	switch (s->tag) {
	case TAG_VIRTUAL_NETWORK:
		return in_vnet_tag(n, t, a, true);
	case TAG_INTERNET:
		return is_public(a) && !in_vnet_tag(n, t, a, false);
	case TAG_LOAD_BALANCER:
		return a == PLATFORM_IP;
	default:
		return !named;
	}
}

static bool port_has(const struct nsg_side *s, uint16_t port)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (port >= s->ports[i].lo && port <= s->ports[i].hi)
			return true;
	return !s->n_ports;
}

static bool rule_has(const struct security_rule *r, const struct nic *n, const struct eff_table *t,
                     const struct walk_packet *p)
{
	bool tcp_udp = p->ip_proto == IPPROTO_TCP || p->ip_proto == IPPROTO_UDP;

	if (r->protocol && r->protocol != p->ip_proto)
		return false;
	if (tcp_udp && !(port_has(&r->src, p->sport) && port_has(&r->dst, p->dport)))
		return false;
	if (!tcp_udp && !r->protocol && (r->src.n_ports || r->dst.n_ports))
		return false;
	return side_has(&r->src, n, t, p->src) && side_has(&r->dst, n, t, p->dst);
}

static bool group_allows(const struct nsg *g, const struct nic *n, const struct eff_table *t,
                         enum nsg_direction d, const struct walk_packet *p)
{
	const struct security_rule *best = NULL;

	for (size_t i = 0; i < g->n_rules; i++)
		if (g->rules[i].direction == d && rule_has(&g->rules[i], n, t, p) &&
		    (!best || g->rules[i].priority < best->priority))
			best = &g->rules[i];
	if (best)
		return !best->deny;
	if (in_vnet_tag(n, t, p->src, true) && in_vnet_tag(n, t, p->dst, true))
		return true;
	if (d == NSG_IN)
		return p->src == PLATFORM_IP;
	return is_public(p->dst) && !in_vnet_tag(n, t, p->dst, false);
}

static bool allows(const struct nic *n, const struct eff_table *t, enum nsg_direction d,
                   const struct walk_packet *p)
{
	return (!n->nsg || group_allows(n->nsg, n, t, d, p)) &&
	       (!n->subnet->nsg || group_allows(n->subnet->nsg, n, t, d, p));
}

static void random_groups(void **state)
{
	const char *given = getenv("SEED");
	unsigned long first = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);
	unsigned allowed = 0, denied = 0;

	(void)state;
	print_message("# SEED=%lu\n", first);
	seed = first;
	for (unsigned i = 0; i < DESIGNS; i++) {
		struct rib *rib;
		struct model *m = design(&rib);
		struct eff_cache *c = eff_cache_new(m, rib, NULL);

		for (unsigned k = 0; k < PACKETS; k++) {
			static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP,
				                          IPPROTO_ESP };
			const struct nic *n = &m->nics[rnd((unsigned)m->n_nics)];
			enum nsg_direction d = (enum nsg_direction)rnd(2);
			struct walk_packet p = { .src = rnd(3) ? address() : n->ip,
				                 .dst = rnd(3) ? address() : n->ip,
				                 .ip_proto = protos[rnd(4)],
				                 .sport = (uint16_t)rnd(16),
				                 .dport = (uint16_t)rnd(16) };
			const struct eff_table *t = eff_cache_get(c, n->subnet, nic_instance(n));
			const struct nsg *g = NULL;
			bool got = !nsg_denies(m, n, d, &p, t, &g, NULL);

			if (got != allows(n, t, d, &p))
				fail_msg("SEED=%lu: design %u, packet %u: %s %s -> %s proto %u "
				         "%u -> %u: %s",
				         first, i, k, d == NSG_IN ? "in" : "out", IP4_STR(p.src),
				         IP4_STR(p.dst), p.ip_proto, p.sport, p.dport,
				         got ? "allowed" : "denied");
			allowed += got;
			denied += !got;
		}
		eff_cache_free(c);
		rib_free(rib);
		model_free(m);
	}
	assert_true(allowed > DESIGNS * PACKETS / 10 && denied > DESIGNS * PACKETS / 10);
}

/* --- the rest -------------------------------------------------------------------------------- */

static void sets_of_prefixes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		struct prefixes x = { 0 }, y = { 0 };

		for (unsigned k = rnd(8); k--;)
			prefixes_add(&x, prefix());
		prefixes_tidy(&x);
		prefixes_complement(&x, &y);
		for (unsigned k = 0; k < 50; k++) {
			ip4 a = k % 2 ? address() : rnd(1u << 16) << 16 | rnd(1u << 16);
			unsigned n = 0;

			for (size_t j = 0; j < x.n; j++)
				n += prefix_has(x.v[j], a);
			for (size_t j = 0; j < y.n; j++)
				n += prefix_has(y.v[j], a);
			assert_int_equal(n, 1);
		}
		prefixes_free(&x);
		prefixes_free(&y);
	}
}

/* Beside these there are chains for lists of prefixes. */
static size_t chains_of_groups(const struct fabric *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_chains; i++)
		n += str_starts(f->chains[i].name, "nsg_");
	return n;
}

/* NICs of one class share a chain; a route that changes a tag makes another one. */
static void chains(void **state)
{
	struct model *m = mini_new();
	struct vnet *v = mini_vnet(m, "V", "10.0.0.0/16");
	struct subnet *s = mini_subnet(m, v, "s", "10.0.0.0/24"),
	              *t = mini_subnet(m, v, "t", "10.0.1.0/24");
	struct fabric *f;

	(void)state;
	m->n_nsgs = 1;
	m->nsgs = arena_array(m->arena, 1, sizeof(*m->nsgs));
	m->nsgs[0].name = "g";
	s->nsg = t->nsg = &m->nsgs[0];
	for (unsigned i = 0; i < 10; i++)
		mini_vm(m, i % 2 ? s : t, arena_printf(m->arena, "vm%u", i),
		        IP4_STR((i % 2 ? s : t)->prefix.addr + 4 + i), false);
	f = fabric_compile(m, NULL, NULL);
	assert_int_equal(chains_of_groups(f), 2); /* in and out */
	assert_int_equal(f->n_binds, 20);
	fabric_free(f);
	/* conformance 18: a user-defined 0.0.0.0/0 is in VirtualNetwork, so the default rules allow
	 * everything */
	mini_udr(m, mini_table(m, s, "rt"), P("0.0.0.0/0"), NH_NONE, 0);
	f = fabric_compile(m, NULL, NULL);
	assert_int_equal(chains_of_groups(f), 4);
	fabric_free(f);
	struct eff_table *x = effective_routes(m, s, 0, NULL, NULL);
	const struct nsg_rules *r = nsg_compile(m, &m->nsgs[0], NSG_IN, x);
	struct walk_packet p = { .src = A("8.8.8.8"), .dst = A("10.0.0.5"), .ip_proto = 6 };

	assert_string_equal(nsg_match(r, &p)->rule->name, "AllowVnetInBound");
	eff_table_free(x);
	x = effective_routes(m, t, 0, NULL, NULL);
	assert_string_equal(nsg_match(nsg_compile(m, &m->nsgs[0], NSG_IN, x), &p)->rule->name,
	                    "DenyAllInBound");
	eff_table_free(x);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_groups),
		                            cmocka_unit_test(sets_of_prefixes),
		                            cmocka_unit_test(chains) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
