/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gateways, what they connect to, and the VMs that play them (azure/hybrid.h). */
#include "azure/hybrid.h"
#include "base/str.h"
#include "input/load.h"

#define MSEE_NET \
	0x64410000u /* 100.65.0.0/16: no VNet of the topology sees more of it than next hops */

static struct vm *new_vm(struct loader *l, enum vm_role role, const char *name, const char *ptr,
                         unsigned instance)
{
	struct vm *vm = &l->m->vms[l->m->n_vms];

	*vm = (struct vm){ .name = name,
		           .ptr = ptr,
		           .image = "host",
		           .idx = l->m->n_vms++,
		           .role = role,
		           .instance = instance };
	return vm;
}

static void load_prefix_list(struct loader *l, json_t *list, struct prefix **ret, size_t *n,
                             bool *broken)
{
	size_t i;
	json_t *x;

	*ret = arena_array(l->a, json_array_size(list), sizeof(**ret));
	json_array_foreach (list, i, x) {
		if (json_is_string(x) && !prefix_parse(json_string_value(x), &(*ret)[*n]))
			++*n;
		else
			*broken = true;
	}
}

/* --- gateways -------------------------------------------------------------------------------- */

static void load_gateways(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "virtualNetworkGateways"), *x;
	const struct jptr *at = JPTR(NULL, "virtualNetworkGateways");
	const char *key;

	m->gateways = arena_array(l->a, json_object_size(map), sizeof(*m->gateways));
	json_object_foreach (map, key, x) {
		struct gateway *g = &m->gateways[m->n_gateways];

		g->idx = m->n_gateways++;
		g->name = arena_strdup(l->a, key);
		g->ptr = load_ptr(l, JPTR(at, key));
		g->broken = !schema_fill(&schema_gateway, x, l->a, g);
		g->n = g->type == GW_EXPRESSROUTE || g->active_active ? 2 : 1;
		for (unsigned k = 0; k < g->n; k++) {
			g->vm[k] =
			    new_vm(l, VM_GATEWAY, arena_printf(l->a, "%s/%u", key, k), g->ptr, k);
			g->vm[k]->gateway = g;
		}
	}
}

static void add_nic(struct loader *l, struct gateway *g, unsigned k)
{
	struct nic *n = &l->m->nics[l->m->n_nics];

	n->idx = l->m->n_nics++;
	n->name = arena_printf(l->a, "%s-%u", g->name, k);
	n->ptr = g->ptr;
	n->vm = g->vm[k];
	n->subnet = g->subnet;
	n->ip = g->instance[k];
	n->forwarding = true;
	n->broken = g->broken;
	n->vm->nics = arena_array(l->a, 1, sizeof(struct nic *));
	n->vm->nics[n->vm->n_nics++] = n;
	n->subnet->n_nics++;
}

static void resolve_gateway(struct loader *l, struct gateway *g, json_t *x)
{
	const char *name = json_string_value(json_object_get(x, "virtualNetwork"));
	unsigned first = 4;

	if (name && schema_name_valid(name)) {
		g->vnet = model_vnet(l->m, name);
		if (!g->vnet)
			load_no_such(l, "virtualNetworks", name,
			             arena_printf(l->a, "%s/virtualNetwork", g->ptr));
	}
	for (size_t i = 0; g->vnet && i < g->vnet->n_subnets; i++)
		if (strieq(g->vnet->subnets[i]->name, "GatewaySubnet"))
			g->subnet = g->vnet->subnets[i];
	/* One of a type per VNet; a second one is refused, and has no place. */
	if (!g->vnet || g->vnet->gateway[g->type])
		g->broken = true;
	else
		g->vnet->gateway[g->type] = g;
	if (!g->vnet || !g->subnet || g->subnet->broken) {
		g->broken = true;
		return;
	}
	if (g->vnet->gateway[1 - g->type])
		first += g->vnet->gateway[1 - g->type]->n;
	for (unsigned k = 0; k < g->n && !g->broken; k++) {
		g->instance[k] = prefix_at(g->subnet->prefix, first + k);
		add_nic(l, g, k);
	}
}

/* --- sites ----------------------------------------------------------------------------------- */

static void load_hosts(struct loader *l, struct site *s, json_t *map, const struct jptr *at)
{
	static const struct listener answers[] = { { LISTEN_TCP, 80 }, { LISTEN_TCP, 443 } };
	const char *key;
	json_t *x;

	s->hosts = arena_array(l->a, json_object_size(map), sizeof(*s->hosts));
	json_object_foreach (map, key, x) {
		struct site_host *h = &s->hosts[s->n_hosts++];

		h->name = arena_strdup(l->a, key);
		h->ptr = load_ptr(l, JPTR(at, key));
		h->vm =
		    new_vm(l, VM_SITE_HOST, arena_printf(l->a, "%s/%s", s->name, key), h->ptr, 0);
		h->vm->site = s;
		h->vm->listen = arena_array(l->a, ARRAY_LEN(answers), sizeof(*h->vm->listen));
		memcpy(h->vm->listen, answers, sizeof(answers));
		h->vm->n_listen = ARRAY_LEN(answers);
		s->broken |= !json_is_string(x) || ip4_parse(json_string_value(x), &h->ip);
	}
}

static void load_router(struct loader *l, struct site *s, json_t *x, const struct jptr *at)
{
	s->vm = new_vm(l, VM_SITE_ROUTER, s->name, s->ptr, 0);
	s->vm->site = s;
	s->generated = !json_is_object(x);
	if (s->generated)
		return;
	s->broken |= !schema_fill(&schema_site_router, x, l->a, s->vm);
	if (strieq(s->vm->image, "host")) {
		s->broken = true;
		load_error(l, "SITE-ROUTER-01", NULL, load_ptr(l, at),
		           "take one that has a routing daemon, as \"frr\" or \"bird\"; or leave "
		           "\"router\" out",
		           "the router of site \"%s\" has the image \"host\", which runs nothing",
		           s->name);
	}
	load_config(l, s->vm, json_object_get(x, "config"), JPTR(at, "config"));
	if (s->vm->n_configs)
		return;
	s->vm->bgp = (struct bgp_block){ .present = true,
		                         .ptr = s->vm->ptr,
		                         .asn = s->asn,
		                         .advertise = s->prefixes,
		                         .n_advertise = s->n_prefixes };
}

static void load_sites(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "sites"), *x;
	const struct jptr *at = JPTR(NULL, "sites");
	const char *key;

	m->sites = arena_array(l->a, json_object_size(map), sizeof(*m->sites));
	json_object_foreach (map, key, x) {
		struct site *s = &m->sites[m->n_sites];
		const struct jptr *here = JPTR(at, key);

		s->idx = m->n_sites++;
		s->name = arena_strdup(l->a, key);
		s->ptr = load_ptr(l, here);
		s->broken = !schema_fill(&schema_site, x, l->a, s);
		load_prefix_list(l, json_object_get(x, "addressPrefixes"), &s->prefixes,
		                 &s->n_prefixes, &s->broken);
		s->broken |= !s->n_prefixes;
		load_router(l, s, json_object_get(x, "router"), JPTR(here, "router"));
		load_hosts(l, s, json_object_get(x, "hosts"), JPTR(here, "hosts"));
	}
}

/* --- circuits, local network gateways, connections, tunnels ---------------------------------- */

static void load_circuits(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "expressRouteCircuits"), *x;
	const struct jptr *at = JPTR(NULL, "expressRouteCircuits");
	const char *key;

	m->circuits = arena_array(l->a, json_object_size(map), sizeof(*m->circuits));
	json_object_foreach (map, key, x) {
		struct circuit *c = &m->circuits[m->n_circuits];

		c->idx = m->n_circuits++;
		c->name = arena_strdup(l->a, key);
		c->ptr = load_ptr(l, JPTR(at, key));
		c->broken = !schema_fill(&schema_circuit, x, l->a, c);
		for (unsigned k = 0; k < 2; k++) {
			c->msee_ip[k] = MSEE_NET + (ip4)(c->idx << 8) + 4 + k;
			c->vm[k] =
			    new_vm(l, VM_MSEE, arena_printf(l->a, "%s/%u", key, k), c->ptr, k);
			c->vm[k]->circuit = c;
		}
	}
}

static void load_locals(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "localNetworkGateways"), *x;
	const struct jptr *at = JPTR(NULL, "localNetworkGateways");
	const char *key;

	m->local_gateways = arena_array(l->a, json_object_size(map), sizeof(*m->local_gateways));
	json_object_foreach (map, key, x) {
		struct local_gateway *g = &m->local_gateways[m->n_local_gateways++];
		json_t *bgp = json_object_get(x, "bgpSettings");

		g->name = arena_strdup(l->a, key);
		g->ptr = load_ptr(l, JPTR(at, key));
		g->broken = !schema_fill(&schema_local_gateway, x, l->a, g);
		if (json_is_object(bgp))
			g->broken |= !schema_fill(&schema_bgp_settings, bgp, l->a, g);
		load_prefix_list(l, json_object_get(x, "addressPrefixes"), &g->prefixes,
		                 &g->n_prefixes, &g->broken);
	}
}

static void load_gateway_connections(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "connections"), *x;
	const struct jptr *at = JPTR(NULL, "connections");
	const char *key;

	m->connections = arena_array(l->a, json_object_size(map), sizeof(*m->connections));
	json_object_foreach (map, key, x) {
		struct connection *c = &m->connections[m->n_connections];

		c->idx = m->n_connections++;
		c->name = arena_strdup(l->a, key);
		c->ptr = load_ptr(l, JPTR(at, key));
		c->broken = !schema_fill(&schema_connection, x, l->a, c);
		c->bgp |= c->type == CONN_EXPRESSROUTE;
	}
}

void load_hybrid(struct loader *l)
{
	load_gateways(l);
	load_sites(l);
	load_circuits(l);
	load_locals(l);
	load_gateway_connections(l);
}

/* --- references ------------------------------------------------------------------------------ */

static const char *name_at(json_t *x, const char *key)
{
	const char *s = json_string_value(json_object_get(x, key));

	return s && schema_name_valid(s) ? s : NULL;
}

static struct site *find_site(struct loader *l, json_t *x, const char *ptr)
{
	const char *name = name_at(x, "site");
	struct site *s = name ? model_site(l->m, name) : NULL;

	if (name && !s)
		load_no_such(l, "sites", name, arena_printf(l->a, "%s/site", ptr));
	return s;
}

static struct gateway *find_gateway(struct loader *l, json_t *x, const char *key, const char *ptr)
{
	const char *name = name_at(x, key);
	struct gateway *g = name ? model_gateway(l->m, name) : NULL;

	if (name && !g)
		load_no_such(l, "virtualNetworkGateways", name,
		             arena_printf(l->a, "%s/%s", ptr, key));
	return g;
}

static void resolve_local(struct loader *l, struct local_gateway *g, json_t *x)
{
	g->site = find_site(l, x, g->ptr);
	for (size_t i = 0; !g->site && g->gateway_ip && i < l->m->n_sites; i++)
		if (l->m->sites[i].public_ip == g->gateway_ip)
			g->site = &l->m->sites[i];
	if (g->site && g->bgp_ip && !g->site->bgp_ip)
		g->site->bgp_ip = g->bgp_ip;
}

static struct local_gateway *find_local(struct loader *l, json_t *x, const char *ptr)
{
	const char *name = name_at(x, "localNetworkGateway");

	for (size_t i = 0; name && i < l->m->n_local_gateways; i++)
		if (strieq(l->m->local_gateways[i].name, name))
			return &l->m->local_gateways[i];
	if (name)
		load_no_such(l, "localNetworkGateways", name,
		             arena_printf(l->a, "%s/localNetworkGateway", ptr));
	return NULL;
}

static struct circuit *find_circuit(struct loader *l, json_t *x, const char *ptr)
{
	const char *name = name_at(x, "circuit");

	for (size_t i = 0; name && i < l->m->n_circuits; i++)
		if (strieq(l->m->circuits[i].name, name))
			return &l->m->circuits[i];
	if (name)
		load_no_such(l, "expressRouteCircuits", name,
		             arena_printf(l->a, "%s/circuit", ptr));
	return NULL;
}

static void resolve_connection(struct loader *l, struct connection *c, json_t *x)
{
	c->gateway = find_gateway(l, x, "gateway", c->ptr);
	c->remote = find_gateway(l, x, "remoteGateway", c->ptr);
	c->site = find_site(l, x, c->ptr);
	c->local = find_local(l, x, c->ptr);
	c->circuit = find_circuit(l, x, c->ptr);
	if (c->local && !c->site)
		c->site = c->local->site;
	c->broken |= !c->gateway || c->gateway->broken;
	c->broken |= c->type == CONN_IPSEC && !c->site && !c->local;
	c->broken |= (c->site && c->site->broken) || (c->local && c->local->broken);
	c->broken |= c->type == CONN_VNET2VNET && (!c->remote || c->remote->broken);
	c->broken |= c->type == CONN_EXPRESSROUTE && (!c->circuit || c->circuit->broken);
}

void resolve_hybrid(struct loader *l)
{
	struct model *m = l->m;
	const char *key;
	json_t *x;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "virtualNetworkGateways"), key, x)
		resolve_gateway(l, &m->gateways[i++], x);
	i = 0;
	json_object_foreach (json_object_get(l->root, "localNetworkGateways"), key, x)
		resolve_local(l, &m->local_gateways[i++], x);
	i = 0;
	json_object_foreach (json_object_get(l->root, "expressRouteCircuits"), key, x) {
		m->circuits[i].site = find_site(l, x, m->circuits[i].ptr);
		m->circuits[i].broken |= m->circuits[i].site && m->circuits[i].site->broken;
		i++;
	}
	i = 0;
	json_object_foreach (json_object_get(l->root, "connections"), key, x)
		resolve_connection(l, &m->connections[i++], x);
	for (i = 0; i < m->n_sites; i++)
		if (!m->sites[i].bgp_ip && m->sites[i].n_prefixes)
			m->sites[i].bgp_ip = prefix_at(m->sites[i].prefixes[0], 1);
}
