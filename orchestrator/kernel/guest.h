/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of a lab's nodes, both ends: a port in the fabric namespace and the guest's side of it
 * with addresses and routes, as Azure's images have them after DHCP.
 *
 * Speed is counted here: a node is one message exchange in the fabric and one in the guest. */
#pragma once

#include "base/err.h"
#include "kernel/nl.h"
#include "plan/filter/filter.h"
#include "plan/guest.h"
#include "plan/names.h"

struct plug; /* the fabric's side: its socket, and which interface numbers are free */
/* fabric_ns was prepared by fabric_ns_prepare().  Only one struct plug may make links in it. */
int plug_open(int fabric_ns, struct plug **ret, struct err *e);
struct plug *plug_close(struct plug *p); /* returns NULL */

/* Returns when the kernel sends by all ports that were made since the last call: nl_links_settle().
 */
void plug_settle(struct plug *p);

/* One port and what is behind it, in the middle of a batch or alone: the fabric's end is up, `name`
 * in ns_fd is not.  ifindex: of the far end, 0: the kernel chooses. */
int plug_link(struct plug *p, const char *port, const char *alias, int ns_fd, const char *name,
              int ifindex, const uint8_t mac[6], struct err *e);

/* A pair of links with both ends in the fabric, both up. */
int plug_loop(struct plug *p, const char *out, const char *in, const char *alias,
              const uint8_t in_mac[6], struct err *e);

/* ns_fd: a new namespace with nothing in it but lo.  Gives it what the plan says but for wires and
 * tunnels: these come later, when both their ends are there. */
int guest_build(struct plug *p, int ns_fd, const struct guest_plan *plan, struct err *e);
/* A node that runs gets the plan's routes, and loses static ones that the plan does not have: for
 * nodes where nobody else makes such. */
int guest_routes(int ns_fd, const struct guest_plan *want, struct err *e);
/* Brings links up that are there, and gives them their neighbours, addresses and routes.  all: also
 * those of wires and tunnels. */
int guest_configure(struct nl *nl, const struct guest_plan *p, bool all, struct err *e);
struct nl_route guest_nl_route(const struct guest_hop *h);
/* Makes a guest's packet filter what it should be, from what it is. */
int guest_filter(int ns_fd, const struct filter *want, struct err *e);
/* Both ends of a wire, by the plans of its NICs (guest_plan_nic()); one that is there is replaced.
 */
int guest_wire(int ns_a, int ns_b, const struct guest_plan *pa, const struct guest_plan *pb,
               struct err *e);
/* One end of a tunnel, by the plan of its NIC: a device in the guest; one that is there is
 * replaced. */
int guest_tunnel(int ns_fd, const struct guest_plan *p, struct err *e);

/* Takes all links out of a guest, wires with both their ends. */
int guest_strip(int ns_fd, struct err *e);
/* Takes ports off a running lab, all of them in one go; those that are gone already are no error.
 * The guests' ends go with them. */
int guest_unplug(struct plug *p, const char (*ports)[IFNAMSIZ], size_t n, struct err *e);

/* The parts of its plan that a guest lacks; other objects in it are not looked at. wires: look at
 * wires and tunnels, too. */
struct guest_drift {
	bool unplugged; /* a link to the fabric is gone */
	bool unwired;   /* a wire or a tunnel is */
	size_t links;   /* that are down */
	size_t addrs, routes, neighs;
	size_t more; /* routes and addresses that nobody wanted, which is no difference */
};
bool guest_differs(const struct guest_drift *d);
/* mend: puts back what can be: all but links that are gone. */
int guest_look(int ns_fd, const struct guest_plan *p, bool wires, bool mend,
               struct guest_drift *ret, struct err *e);
