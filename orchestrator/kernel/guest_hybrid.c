/* Gateways, MSEEs, routers and hosts of sites: their links. */
#include <errno.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "kernel/guest.h"
#include "kernel/nl.h"
#include "kernel/ttl.h"
#include "plan/names.h"

enum { FIRST_IFINDEX = 2, LO = 1, METRIC = 100, TUNNEL_MTU = 1450 };

static int link_route(struct nl *nl, struct prefix dst, int ifindex, uint32_t metric, ip4 src,
                      struct err *e)
{
	const struct nl_route r = { .dst = dst,
		                    .type = RTN_UNICAST,
		                    .protocol = RTPROT_STATIC,
		                    .scope = RT_SCOPE_LINK,
		                    .metric = metric,
		                    .src = src,
		                    .n_hops = 1,
		                    .hops[0] = { .ifindex = ifindex } };

	return nl_route_replace(nl, &r, e);
}

/* Like a Route Server instance it finds everybody on its link; VNets by routes of their own, so
 * that a default route from on-premises does not lead them astray. */
static int gateway_routes(struct nl *nl, const struct gateway *g, ip4 ip, struct err *e)
{
	const struct vnet *v = g->vnet;
	int r = link_route(nl, (struct prefix){ 0, 0 }, FIRST_IFINDEX, METRIC, ip, e);

	for (size_t i = 0; i < v->n_prefixes && r == 0; i++)
		r = link_route(nl, v->prefixes[i], FIRST_IFINDEX, 0, ip, e);
	for (size_t i = 0; i < v->n_peerings && r == 0; i++)
		for (size_t k = 0; peering_connected(&v->peerings[i]) && r == 0 &&
		                   k < peering_n_prefixes(&v->peerings[i]);
		     k++)
			r = link_route(nl, peering_prefix(&v->peerings[i], k), FIRST_IFINDEX, 0, ip,
			               e);
	return r;
}

static int gateway_link(struct plug *p, int ns_fd, const struct nic *n, struct err *e)
{
	char port[IFNAMSIZ], alias[256];
	struct nl *nl = NULL;
	uint8_t mac[6];

	snprintf(alias, sizeof(alias), "%s", n->vm->name);
	mac_nic(n, mac);
	int r = plug_link(p, port_name_nic(n, port), alias, ns_fd, "eth0", FIRST_IFINDEX, mac, e);

	if (r == 0)
		r = nl_open(ns_fd, &nl, e);
	if (r == 0)
		r = nl_link_up4(nl, FIRST_IFINDEX, e);
	if (r == 0)
		r = nl_addr_add(nl, FIRST_IFINDEX, n->ip, 32, e);
	if (r == 0)
		r = gateway_routes(nl, n->vm->gateway, n->ip, e);
	nl_close(nl);
	/* A gateway is no hop: behaviour 17 of the observations (azure-semantics 3.2). */
	return r < 0 ? r : ttl_keep(ns_fd, e);
}

static ip4 own_address(const struct vm *vm)
{
	return vm->role == VM_MSEE          ? vm->circuit->msee_ip[vm->instance]
	       : vm->role == VM_SITE_ROUTER ? vm->site->bgp_ip
	                                    : 0;
}

int guest_build_hybrid(struct plug *p, int ns_fd, const struct vm *vm, bool forwarding,
                       struct err *e)
{
	struct nl *nl = NULL;
	int r = guest_sysctls(p, ns_fd, forwarding, e);

	for (size_t i = 0; i < vm->n_nics && r == 0; i++)
		if (!vm->nics[i]->peer)
			r = gateway_link(p, ns_fd, vm->nics[i], e);
	if (r == 0 && own_address(vm)) {
		r = nl_open(ns_fd, &nl, e);
		if (r == 0)
			r = nl_addr_add(nl, LO, own_address(vm), 32, e);
		nl_close(nl);
	}
	return r < 0 ? err_wrap(e, "links of %s", vm->name) : 0;
}

/* --- wires ----------------------------------------------------------------------------------- */

static int ifindex_of(const struct nic *n)
{
	return FIRST_IFINDEX + (int)n->index;
}

static int one_end(struct nl *nl, const struct nic *n, struct err *e)
{
	const struct vm *vm = n->vm;
	int r = nl_link_up4(nl, ifindex_of(n), e);

	if (r == 0 && n->wire_len)
		return nl_addr_add(nl, ifindex_of(n), n->ip, n->wire_len, e);
	if (r == 0 && vm->role == VM_SITE_HOST)
		r = nl_addr_add(nl, ifindex_of(n), n->ip, 32, e);
	if (r == 0)
		r = link_route(nl, prefix_host(n->peer->ip), ifindex_of(n), 0, n->ip, e);
	for (size_t i = 0; i < vm->n_routes && r == 0; i++) {
		const struct nl_route all = {
			.dst = vm->routes[i].prefix,
			.type = RTN_UNICAST,
			.protocol = RTPROT_STATIC,
			.src = n->ip,
			.n_hops = 1,
			.hops[0] = { .via = vm->routes[i].via, .ifindex = ifindex_of(n) },
		};

		if (vm->routes[i].via == n->peer->ip)
			r = nl_route_replace(nl, &all, e);
	}
	return r;
}

/* What is left of a wire whose other end went with its node. */
static int remove_old(struct nl *nl, const char *name, struct err *e)
{
	int ifindex = nl_link_index(nl, name, NULL);

	return ifindex < 0 ? 0 : nl_link_del(nl, ifindex, e);
}

int guest_wire(int ns_a, int ns_b, const struct nic *a, struct err *e)
{
	const struct nic *b = a->peer;
	char name_a[IFNAMSIZ], name_b[IFNAMSIZ];
	struct nl *nl_a = NULL, *nl_b = NULL;
	const struct nl_end near = { .name = name_a,
		                     .alias = b->vm->name,
		                     .ns_fd = -1,
		                     .ifindex = ifindex_of(a) },
	                    far = { .name = name_b, .ns_fd = ns_b, .ifindex = ifindex_of(b) };
	int r;

	snprintf(name_a, sizeof(name_a), "eth%zu", a->index);
	snprintf(name_b, sizeof(name_b), "eth%zu", b->index);
	r = nl_open(ns_a, &nl_a, e);
	if (r == 0)
		r = nl_open(ns_b, &nl_b, e);
	if (r == 0)
		r = remove_old(nl_a, name_a, e);
	if (r == 0)
		r = remove_old(nl_b, name_b, e);
	if (r == 0)
		r = nl_veth_add(nl_a, &near, &far, e);
	if (r == 0)
		r = nl_link_alias(nl_b, ifindex_of(b), a->vm->name, e);
	if (r == 0)
		r = one_end(nl_a, a, e);
	if (r == 0)
		r = one_end(nl_b, b, e);
	nl_close(nl_a);
	nl_close(nl_b);
	return r < 0 ? err_wrap(e, "wire between %s and %s", a->vm->name, b->vm->name) : 0;
}

int guest_tunnel(int ns_fd, const struct nic *n, struct err *e)
{
	const struct nl_vxlan v = { .name = n->tunnel->name,
		                    .local = n->vm->nics[0]->ip,
		                    .remote = n->peer->vm->nics[0]->ip,
		                    .vni = n->tunnel->vni,
		                    .port = (uint16_t)n->tunnel->port,
		                    .mtu = TUNNEL_MTU,
		                    .ifindex = ifindex_of(n) };
	struct nl *nl = NULL;
	int r = nl_open(ns_fd, &nl, e);

	if (r == 0)
		r = nl_vxlan_add(nl, &v, e);
	if (r == 0)
		r = nl_link_up4(nl, v.ifindex, e);
	if (r == 0)
		r = nl_addr_add(nl, v.ifindex, n->ip, n->wire_len, e);
	for (size_t i = 0; i < n->vm->n_routes && r == 0; i++) {
		const struct guest_route *g = &n->vm->routes[i];
		const struct nl_route by = {
			.dst = g->prefix,
			.type = RTN_UNICAST,
			.protocol = RTPROT_STATIC,
			.n_hops = 1,
			.hops[0] = { .via = g->via, .ifindex = v.ifindex },
		};

		if (vm_tunnel_to(n->vm, g->via) == n)
			r = nl_route_replace(nl, &by, e);
	}
	nl_close(nl);
	return r < 0 ? err_wrap(e, "tunnel %s on %s", n->tunnel->name, n->vm->name) : 0;
}
