/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiling groups and matching packets. */
#include "azure/nsg.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "azure/prefixes.h"
#include "base/str.h"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define TAG(t, s) { .text = (s), .tag = (t) }
#define ANY { .text = "*" }
/* clang-format on */
#define VNET TAG(TAG_VIRTUAL_NETWORK, "VirtualNetwork")

static const struct security_rule defaults[] = {
	{ .name = "AllowVnetInBound",
	  .priority = 65000,
	  .direction = NSG_IN,
	  .src = VNET,
	  .dst = VNET },
	{ .name = "AllowAzureLoadBalancerInBound",
	  .priority = 65001,
	  .direction = NSG_IN,
	  .src = TAG(TAG_LOAD_BALANCER, "AzureLoadBalancer"),
	  .dst = ANY },
	{ .name = "DenyAllInBound",
	  .priority = 65500,
	  .direction = NSG_IN,
	  .deny = true,
	  .src = ANY,
	  .dst = ANY },
	{ .name = "AllowVnetOutBound",
	  .priority = 65000,
	  .direction = NSG_OUT,
	  .src = VNET,
	  .dst = VNET },
	{ .name = "AllowInternetOutBound",
	  .priority = 65001,
	  .direction = NSG_OUT,
	  .src = ANY,
	  .dst = TAG(TAG_INTERNET, "Internet") },
	{ .name = "DenyAllOutBound",
	  .priority = 65500,
	  .direction = NSG_OUT,
	  .deny = true,
	  .src = ANY,
	  .dst = ANY },
};

const struct security_rule *nsg_default_rules(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(defaults);
	return defaults;
}

/* Not reachable by the Internet, whatever else they are. */
static const struct prefix not_public[] = {
	{ IP4(0, 0, 0, 0), 8 },     { IP4(10, 0, 0, 0), 8 },     { IP4(100, 64, 0, 0), 10 },
	{ IP4(127, 0, 0, 0), 8 },   { PLATFORM_IP, 32 },         { IP4(169, 254, 0, 0), 16 },
	{ IP4(172, 16, 0, 0), 12 }, { IP4(192, 168, 0, 0), 16 }, { IP4(224, 0, 0, 0), 3 },
};

/* --- tags ------------------------------------------------------------------------------------ */

/* The address space of the VNet, of peered ones that may have access, what gateways and Route
 * Servers bring, and, for VirtualNetwork but not for Internet's complement, the prefixes of
 * user-defined routes, 0.0.0.0/0 among them. */
static void virtual_network(const struct eff_table *t, bool with_user, struct prefixes *ret)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct eff_route *r = &t->routes[i];
		bool in = r->type == NH_VNET_LOCAL || r->type == NH_CONNECTED_GROUP ||
		          r->source == SRC_VNG;

		if (r->source == SRC_DEFAULT && r->peering)
			in = r->peering->allow_access;
		if (r->source == SRC_USER)
			in = with_user;
		if (in && (with_user || r->prefix.len))
			prefixes_add(ret, r->prefix);
	}
	prefixes_add(ret, prefix_host(PLATFORM_IP));
	prefixes_tidy(ret);
}

static void collect_internet(const struct eff_table *t, struct prefixes *ret)
{
	_cleanup_prefixes_ struct prefixes inside = { 0 };

	virtual_network(t, false, &inside);
	for (size_t i = 0; i < ARRAY_LEN(not_public); i++)
		prefixes_add(&inside, not_public[i]);
	prefixes_tidy(&inside);
	prefixes_complement(&inside, ret);
}

/* --- compiling ------------------------------------------------------------------------------- */

static const struct prefix *keep(const struct eff_table *t, const struct prefixes *x, size_t *ret_n)
{
	struct prefix *v = arena_array(t->arena, x->n, sizeof(*v));

	if (x->n)
		memcpy(v, x->v, x->n * sizeof(*v));
	*ret_n = x->n;
	return v;
}

/* False: any address. */
static bool expand(const struct nsg_side *s, const struct eff_table *t, struct prefixes *ret)
{
	if (s->tag == TAG_VIRTUAL_NETWORK)
		virtual_network(t, true, ret);
	else if (s->tag == TAG_INTERNET)
		collect_internet(t, ret);
	else if (s->tag == TAG_LOAD_BALANCER)
		prefixes_add(ret, prefix_host(PLATFORM_IP));
	for (size_t i = 0; i < s->n_prefixes; i++)
		prefixes_add(ret, s->prefixes[i]);
	for (size_t i = 0; i < s->n_asgs; i++)
		for (size_t k = 0; k < s->asgs[i]->n_nics; k++)
			prefixes_add(ret, prefix_host(s->asgs[i]->nics[k]->ip));
	prefixes_tidy(ret);
	if (ret->n)
		return ret->v[0].len > 0;
	/* A group without NICs, or a tag without known prefixes, matches nobody. */
	return s->tag || s->n_asgs || s->named;
}

static void compile_rule(const struct security_rule *r, bool is_default, const struct eff_table *t,
                         struct nsg_rule *ret)
{
	_cleanup_prefixes_ struct prefixes src = { 0 }, dst = { 0 };

	*ret = (struct nsg_rule){ .rule = r, .is_default = is_default };
	ret->any_src = !expand(&r->src, t, &src);
	ret->any_dst = !expand(&r->dst, t, &dst);
	ret->src = keep(t, &src, &ret->n_src);
	ret->dst = keep(t, &dst, &ret->n_dst);
}

static int by_priority(const void *pa, const void *pb)
{
	const struct nsg_rule *a = pa, *b = pb;

	if (a->rule->priority != b->rule->priority)
		return a->rule->priority < b->rule->priority ? -1 : 1;
	return (a->rule > b->rule) - (a->rule < b->rule); /* of one array: as in the file */
}

const struct nsg_rules *nsg_compile(const struct model *m, const struct nsg *nsg,
                                    enum nsg_direction d, const struct eff_table *t)
{
	struct eff_table *keeper = (struct eff_table *)t; /* a cache is no change */
	size_t at = nsg->idx * 2 + d;

	if (!keeper->nsgs)
		keeper->nsgs = arena_array(t->arena, m->n_nsgs * 2, sizeof(*keeper->nsgs));
	if (keeper->nsgs[at])
		return keeper->nsgs[at];
	struct nsg_rules *r = arena_alloc(t->arena, sizeof(*r));

	r->nsg = nsg;
	r->direction = d;
	r->rules = arena_array(t->arena, nsg->n_rules + ARRAY_LEN(defaults), sizeof(*r->rules));
	for (size_t i = 0; i < nsg->n_rules; i++)
		if (nsg->rules[i].direction == d)
			compile_rule(&nsg->rules[i], false, t, &r->rules[r->n++]);
	if (r->n)
		qsort(r->rules, r->n, sizeof(*r->rules), by_priority);
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (defaults[i].direction == d)
			compile_rule(&defaults[i], true, t, &r->rules[r->n++]);
	keeper->nsgs[at] = r;
	return r;
}

/* --- matching -------------------------------------------------------------------------------- */

static bool in(const struct prefix *v, size_t n, bool any, ip4 a)
{
	for (size_t i = 0; !any && i < n; i++)
		any = prefix_has(v[i], a);
	return any;
}

static bool port_in(const struct nsg_side *s, uint16_t port)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (port >= s->ports[i].lo && port <= s->ports[i].hi)
			return true;
	return !s->n_ports;
}

/* A rule for every protocol that names ports is for those that have any; where the rule's protocol
 * has none, its ports say nothing. */
static bool ports_match(const struct security_rule *r, const struct walk_packet *p)
{
	bool has = p->ip_proto == IPPROTO_TCP || p->ip_proto == IPPROTO_UDP;

	if (has)
		return port_in(&r->src, p->sport) && port_in(&r->dst, p->dport);
	return r->protocol || (!r->src.n_ports && !r->dst.n_ports);
}

const struct nsg_rule *nsg_match(const struct nsg_rules *rules, const struct walk_packet *p)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct nsg_rule *r = &rules->rules[i];

		if ((!r->rule->protocol || r->rule->protocol == p->ip_proto) &&
		    ports_match(r->rule, p) && in(r->src, r->n_src, r->any_src, p->src) &&
		    in(r->dst, r->n_dst, r->any_dst, p->dst))
			return r;
	}
	return &rules->rules[rules->n - 1]; /* which matches everything */
}

const struct nsg *nsg_of_subnet(const struct nic *n)
{
	enum endpoint_policies p = n->subnet->policies;

	return n->vm->role != VM_ENDPOINT || p == POLICIES_ENABLED || p == POLICIES_NSG
	           ? n->subnet->nsg
	           : NULL;
}

unsigned nsg_of_nic(const struct nic *n, enum nsg_direction d, const struct nsg *ret[2])
{
	const struct nsg *subnet = nsg_of_subnet(n), *own = n->nsg;
	unsigned k = 0;

	if (d == NSG_OUT && own)
		ret[k++] = own;
	if (subnet)
		ret[k++] = subnet;
	if (d == NSG_IN && own)
		ret[k++] = own;
	return k;
}

const struct nsg_rule *nsg_denies(const struct model *m, const struct nic *n, enum nsg_direction d,
                                  const struct walk_packet *p, const struct eff_table *t,
                                  const struct nsg **ret_nsg, const struct nsg_rule **ret_allow)
{
	const struct nsg *groups[2];
	unsigned k = nsg_of_nic(n, d, groups);

	for (unsigned i = 0; i < k; i++) {
		const struct nsg_rule *r = nsg_match(nsg_compile(m, groups[i], d, t), p);

		*ret_nsg = groups[i];
		if (r->rule->deny)
			return r;
		if (ret_allow)
			*ret_allow = r;
	}
	return NULL;
}
