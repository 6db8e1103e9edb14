/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/model.h"

#include <errno.h>
#include <strings.h>

#include "azure/hybrid.h"
#include "base/str.h"

static const char *const next_hop_types[NH_MAX] = {
	[NH_VNET_LOCAL] = "VnetLocal",
	[NH_VNET_PEERING] = "VNetPeering",
	[NH_VNET_GLOBAL_PEERING] = "VNetGlobalPeering",
	[NH_VIRTUAL_NETWORK_GATEWAY] = "VirtualNetworkGateway",
	[NH_VIRTUAL_APPLIANCE] = "VirtualAppliance",
	[NH_INTERNET] = "Internet",
	[NH_NONE] = "None",
	[NH_SERVICE_ENDPOINT] = "VirtualNetworkServiceEndpoint",
	[NH_INTERFACE_ENDPOINT] = "InterfaceEndpoint",
	[NH_CONNECTED_GROUP] = "ConnectedGroup",
};

const char *next_hop_type_str(enum next_hop_type t)
{
	return next_hop_types[t];
}

int next_hop_type_parse(const char *s)
{
	for (int i = 0; i < NH_MAX; i++)
		if (streq(s, next_hop_types[i]))
			return i;
	return -EINVAL;
}

struct model *model_new(void)
{
	static const struct internet_host always[] = {
		{ "dns", IP4(8, 8, 8, 8) },
		{ "example", IP4(203, 0, 113, 10) },
	};
	struct arena *a = arena_new();
	struct model *m = arena_alloc(a, sizeof(*m));

	m->arena = a;
	m->settings = (struct settings){
		.max_peers = 8,
		.max_routes_per_peer = 4000,
		.injection_ms = 30000,
		.withdrawal_ms = 25000,
		.switch_ms = 30000,
		.replacement_ms = 3000,
		.damping_ms = 30000,
		.timing_scale = 100,
		.maintenance_ms = 120000,
		.instance_loss_ms = 180000,
		.count_repeats = true,
		.limit_pause_ms = 300,
		.max_from_vpn_peer = 4000,
		.max_from_circuit = 4000,
		.max_from_premium = 10000,
		.max_to_circuit = 1000,
		.strict_forwarded = true,
		.strict_access = true,
		.firewall_ping = true,
		.firewall_instances = 2,
		.udr_over_service = true,
		.nat_first = true,
		.route_server_ping = true,
	};
	m->internet = arena_array(a, ARRAY_LEN(always), sizeof(*m->internet));
	memcpy(m->internet, always, sizeof(always));
	m->n_internet = ARRAY_LEN(always);
	return m;
}

struct model *model_free(struct model *m)
{
	if (!m)
		return NULL;
	json_decref(m->check_specs);
	json_decref(m->topology);
	arena_free(m->arena); /* m itself lives there */
	return NULL;
}

void model_free_p(struct model **m)
{
	*m = model_free(*m);
}

/* --- look-ups --------------------------------------------------------------------------------
 *
 * Sorted arrays in the arena, not hash tables: built once when the model is complete, nothing to
 * keep in step, nothing to free.  Objects of one name are told apart by their scope (the VNet of a
 * subnet, the VM of a NIC, the Route Server of a connection). */

struct entry {
	const char *name;
	size_t scope;
	void *obj;
};

struct table {
	struct entry *e;
	size_t n;
};

struct model_index {
	struct table vnets, subnets, vms, nics, route_servers, conns;
};

static int entry_cmp(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int d = strcasecmp(a->name, b->name);

	return d ? d : (a->scope > b->scope) - (a->scope < b->scope);
}

static void table_add(struct table *t, const char *name, size_t scope, void *obj)
{
	t->e[t->n++] = (struct entry){ name, scope, obj };
}

static void table_init(struct model *m, struct table *t, size_t n)
{
	t->e = arena_array(m->arena, n, sizeof(*t->e));
}

static void table_sort(struct table *t)
{
	qsort(t->e, t->n, sizeof(*t->e), entry_cmp);
}

/* The first entry of that name with at least that scope; NULL: none of that name. */
static const struct entry *table_find(const struct table *t, const char *name, size_t scope)
{
	struct entry key = { name, scope, NULL };
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (entry_cmp(&t->e[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->n && strieq(t->e[lo].name, name) ? &t->e[lo] : NULL;
}

static void *table_get(const struct table *t, const char *name, size_t scope)
{
	const struct entry *e = table_find(t, name, scope);

	return e && e->scope == scope ? e->obj : NULL;
}

static int nic_ip_cmp(const void *pa, const void *pb)
{
	const struct nic *a = *(struct nic *const *)pa, *b = *(struct nic *const *)pb;

	if (ip4_cmp(a->ip, b->ip))
		return ip4_cmp(a->ip, b->ip);
	return (a->idx > b->idx) - (a->idx < b->idx);
}

void model_index(struct model *m)
{
	struct model_index *x = arena_alloc(m->arena, sizeof(*x));
	size_t n_conns = 0;

	for (size_t i = 0; i < m->n_route_servers; i++)
		n_conns += m->route_servers[i].n_conns;
	table_init(m, &x->vnets, m->n_vnets);
	table_init(m, &x->subnets, m->n_subnets);
	table_init(m, &x->vms, m->n_vms);
	table_init(m, &x->nics, m->n_nics);
	table_init(m, &x->route_servers, m->n_route_servers);
	table_init(m, &x->conns, n_conns);
	for (size_t i = 0; i < m->n_vnets; i++)
		table_add(&x->vnets, m->vnets[i].name, 0, &m->vnets[i]);
	for (size_t i = 0; i < m->n_subnets; i++) {
		struct subnet *s = &m->subnets[i];

		table_add(&x->subnets, s->name, s->vnet->idx, s);
		s->nics_by_ip = arena_array(m->arena, s->n_nics, sizeof(struct nic *));
		if (s->n_nics)
			memcpy(s->nics_by_ip, s->nics, s->n_nics * sizeof(struct nic *));
		qsort(s->nics_by_ip, s->n_nics, sizeof(struct nic *), nic_ip_cmp);
		s->like = NULL;
	}
	for (size_t i = 0; i < m->n_vms; i++)
		table_add(&x->vms, m->vms[i].name, 0, &m->vms[i]);
	for (size_t i = 0; i < m->n_nics; i++)
		table_add(&x->nics, m->nics[i].name, m->nics[i].vm->idx, &m->nics[i]);
	for (size_t i = 0; i < m->n_route_servers; i++) {
		struct route_server *rs = &m->route_servers[i];

		table_add(&x->route_servers, rs->name, 0, rs);
		for (size_t j = 0; j < rs->n_conns; j++)
			table_add(&x->conns, rs->conns[j].name, rs->idx, &rs->conns[j]);
	}
	table_sort(&x->vnets);
	table_sort(&x->subnets);
	table_sort(&x->vms);
	table_sort(&x->nics);
	table_sort(&x->route_servers);
	table_sort(&x->conns);
	m->index = x;
}

/* Without an index (a model that is still being made): a scan. */
#define SCAN(arr, count, match) \
	do { \
		for (size_t i_ = 0; i_ < (count); i_++) \
			if (strieq((arr)[i_].name, name) && (match)) \
				return &(arr)[i_]; \
		return NULL; \
	} while (0)

struct vnet *model_vnet(const struct model *m, const char *name)
{
	if (m->index)
		return table_get(&m->index->vnets, name, 0);
	SCAN(m->vnets, m->n_vnets, true);
}

struct node *model_vm(const struct model *m, const char *name)
{
	if (m->index)
		return table_get(&m->index->vms, name, 0);
	SCAN(m->vms, m->n_vms, true);
}

struct route_server *model_route_server(const struct model *m, const char *name)
{
	if (m->index)
		return table_get(&m->index->route_servers, name, 0);
	SCAN(m->route_servers, m->n_route_servers, true);
}

/* "a/b": a copied to buf (big enough for any name), b returned; NULL when it is not of that form.
 */
static const char *split(const char *s, char *buf, size_t cap)
{
	const char *slash = strchr(s, '/');

	if (!slash || (size_t)(slash - s) >= cap)
		return NULL;
	memcpy(buf, s, (size_t)(slash - s));
	buf[slash - s] = 0;
	return slash + 1;
}

struct subnet *model_subnet(const struct model *m, const char *vnet_slash_subnet)
{
	char first[128];
	const char *name = split(vnet_slash_subnet, first, sizeof(first));
	struct vnet *v = name ? model_vnet(m, first) : NULL;

	if (!v)
		return NULL;
	if (m->index)
		return table_get(&m->index->subnets, name, v->idx);
	SCAN(m->subnets, m->n_subnets, m->subnets[i_].vnet == v);
}

struct bgp_connection *model_connection(const struct model *m, const char *rs_slash_peering)
{
	char first[128];
	const char *name = split(rs_slash_peering, first, sizeof(first));
	struct route_server *rs = name ? model_route_server(m, first) : NULL;

	if (!rs)
		return NULL;
	if (m->index)
		return table_get(&m->index->conns, name, rs->idx);
	SCAN(rs->conns, rs->n_conns, true);
}

struct nic *model_nic(const struct model *m, const char *spec)
{
	const char *slash = strrchr(spec, '/'); /* "vpngw/0" is a VM, too */
	struct nic *found = NULL;

	if (slash) {
		_cleanup_free_ char *first = xstrndup(spec, (size_t)(slash - spec));
		struct node *vm = model_vm(m, first);

		for (size_t i = 0; vm && i < vm->n_nics; i++)
			if (strieq(vm->nics[i]->name, slash + 1))
				return vm->nics[i];
		return NULL;
	}
	if (m->index) {
		const struct table *t = &m->index->nics;
		const struct entry *e = table_find(t, spec, 0);

		if (!e || (e + 1 < t->e + t->n && strieq(e[1].name, spec)))
			return NULL;
		return e->obj;
	}
	for (size_t i = 0; i < m->n_nics; i++) {
		if (!strieq(m->nics[i].name, spec))
			continue;
		if (found)
			return NULL;
		found = &m->nics[i];
	}
	return found;
}

bool vm_has_instance(const struct node *vm, ip4 a)
{
	for (size_t i = 0; i < vm->n_instances; i++)
		if (vm->instances[i] == a)
			return true;
	return false;
}

/* The firewall's: its instances have no NICs of their own. */
static struct nic *nic_of_instance(const struct subnet *s, ip4 ip)
{
	for (size_t i = 0; i < s->n_nics; i++)
		if (vm_has_instance(s->nics[i]->vm, ip))
			return s->nics[i];
	return NULL;
}

static struct nic *subnet_nic(const struct subnet *s, ip4 ip)
{
	size_t lo = 0, hi = s->n_nics;

	if (!s->nics_by_ip) {
		for (size_t i = 0; i < s->n_nics; i++)
			if (s->nics[i]->ip == ip)
				return s->nics[i];
		return nic_of_instance(s, ip);
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ip4_cmp(s->nics_by_ip[mid]->ip, ip) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s->n_nics && s->nics_by_ip[lo]->ip == ip)
		return s->nics_by_ip[lo];
	/* a subnet of firewalls has nobody else's NIC */
	return s->n_nics && s->nics[0]->vm->n_instances ? nic_of_instance(s, ip) : NULL;
}

static struct nic *vnet_nic(const struct vnet *v, ip4 ip)
{
	bool inside = v->broken;

	for (size_t i = 0; i < v->n_prefixes && !inside; i++)
		inside = prefix_has(v->prefixes[i], ip);
	for (size_t i = 0; inside && i < v->n_subnets; i++) {
		struct nic *n = NULL;

		if (prefix_has(v->subnets[i]->prefix, ip))
			n = subnet_nic(v->subnets[i], ip);
		if (n)
			return n;
	}
	return NULL;
}

bool vm_has_address(const struct node *vm, ip4 a)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->ip == a)
			return true;
	for (size_t i = 0; i < vm->guest.n_loopbacks; i++)
		if (vm->guest.loopbacks[i] == a)
			return true;
	return vm_has_instance(vm, a);
}

struct nic *model_nic_by_ip(const struct vnet *from, ip4 ip)
{
	struct nic *n = ip4_is_set(ip) ? vnet_nic(from, ip) : NULL;

	for (size_t i = 0; ip4_is_set(ip) && !n && i < from->n_peerings; i++) {
		const struct peering *p = &from->peerings[i];

		if (peering_connected(p) && (n = vnet_nic(p->remote, ip)) &&
		    !peering_has_remote(p, n->subnet))
			n = NULL;
	}
	for (size_t i = 0; ip4_is_set(ip) && !n && i < from->n_groups; i++) {
		const struct connected_group *g = from->groups[i];

		for (size_t k = 0; !n && k < g->n_vnets; k++)
			if (vnet_group_route(from, g, g->vnets[k]))
				n = vnet_nic(g->vnets[k], ip);
	}
	return n;
}

struct load_balancer *model_lb(const struct model *m, const char *name)
{
	SCAN(m->load_balancers, m->n_load_balancers, true);
}

static struct load_balancer *vnet_lb(const struct vnet *v, ip4 ip)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		for (size_t k = 0; k < v->subnets[i]->n_lbs; k++)
			if (v->subnets[i]->lbs[k]->ip == ip)
				return v->subnets[i]->lbs[k];
	return NULL;
}

struct load_balancer *model_lb_by_ip(const struct vnet *from, ip4 ip)
{
	struct load_balancer *lb = ip4_is_set(ip) ? vnet_lb(from, ip) : NULL;

	for (size_t i = 0; ip4_is_set(ip) && !lb && i < from->n_peerings; i++) {
		const struct peering *p = &from->peerings[i];

		if (peering_connected(p) && (lb = vnet_lb(p->remote, ip)) &&
		    !peering_has_remote(p, lb->subnet))
			lb = NULL;
	}
	for (size_t i = 0; ip4_is_set(ip) && !lb && i < from->n_groups; i++) {
		const struct connected_group *g = from->groups[i];

		for (size_t k = 0; !lb && k < g->n_vnets; k++)
			if (group_connects(g, from, g->vnets[k]))
				lb = vnet_lb(g->vnets[k], ip);
	}
	return lb;
}

struct route_server *vnet_programmed_by(const struct vnet *v)
{
	const struct vnet *by = vnet_served_by(v);

	return by ? by->route_server : NULL;
}

unsigned nic_instance(const struct nic *n)
{
	return n->idx % 2;
}
