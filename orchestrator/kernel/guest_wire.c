/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wires between two guests, and tunnels: what a node cannot have alone. */
#include <errno.h>
#include <stdio.h>

#include "kernel/guest.h"
#include "kernel/nl.h"

/* Removes an end of the link's name that is left: the other end went with its node. */
static int remove_old(struct nl *nl, const char *name, struct err *e)
{
	int ifindex = nl_link_index(nl, name, NULL);

	return ifindex < 0 ? 0 : nl_link_del(nl, ifindex, e);
}

int guest_wire(int ns_a, int ns_b, const struct guest_plan *pa, const struct guest_plan *pb,
               struct err *e)
{
	const struct guest_link *la = &pa->links[0], *lb = &pb->links[0];
	struct nl *nl_a = NULL, *nl_b = NULL;
	/* A tunnel of IPsec and a cross-connect have no ARP: whatever a route sends into the wire
	 * comes out of it, also by a next hop that nobody has. */
	static const uint8_t mac[6] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc };
	const struct nl_end near = { .name = la->name,
		                     .mac = mac,
		                     .alias = la->alias,
		                     .ns_fd = -1,
		                     .mtu = la->mtu,
		                     .no_arp = true,
		                     .ifindex = (int)la->ifindex },
	                    far = { .name = lb->name,
		                    .mac = mac,
		                    .ns_fd = ns_b,
		                    .mtu = lb->mtu,
		                    .no_arp = true,
		                    .ifindex = (int)lb->ifindex };
	int r = nl_open(ns_a, &nl_a, e);

	if (r == 0)
		r = nl_open(ns_b, &nl_b, e);
	if (r == 0)
		r = remove_old(nl_a, la->name, e);
	if (r == 0)
		r = remove_old(nl_b, lb->name, e);
	if (r == 0)
		r = nl_veth_add(nl_a, &near, &far, e);
	if (r == 0)
		r = nl_link_alias(nl_b, far.ifindex, lb->alias, e);
	if (r == 0)
		r = guest_configure(nl_a, pa, true, e);
	if (r == 0)
		r = guest_configure(nl_b, pb, true, e);
	if (r == 0)
		nl_links_settle(nl_a, near.ifindex, near.ifindex);
	nl_close(nl_a);
	nl_close(nl_b);
	return r < 0 ? err_wrap(e, "wire between %s and %s", lb->alias, la->alias) : 0;
}

int guest_tunnel(int ns_fd, const struct guest_plan *p, struct err *e)
{
	const struct guest_link *l = &p->links[0];
	const struct nl_vxlan v = { .name = l->name,
		                    .local = l->local,
		                    .remote = l->remote,
		                    .vni = l->vni,
		                    .port = (uint16_t)l->vxlan_port,
		                    .mtu = l->mtu,
		                    .ifindex = (int)l->ifindex };
	struct nl *nl = NULL;
	int r = nl_open(ns_fd, &nl, e);

	if (r == 0)
		r = remove_old(nl, l->name, e);
	if (r == 0)
		r = nl_vxlan_add(nl, &v, e);
	if (r == 0)
		r = guest_configure(nl, p, true, e);
	nl_close(nl);
	return r < 0 ? err_wrap(e, "tunnel %s to %s", l->name, l->alias) : 0;
}
