/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels as they are in the kernels, which need not be as they were designed. */
#include <stdio.h>

#include "lab/ops/kwalk_priv.h"
#include "plan/names.h"

enum { REASON = 256 };

static bool read_end(struct kwalk *k, const struct nic *n, struct nl_vxlan *ret, char *reason)
{
	struct kwalk_ns *kn = kwalk_ns_of(k, n);
	char device[IFNAMSIZ];
	struct err e = { 0 };

	device_name_nic(n, device);
	if (!kn || !kwalk_kernel_open(kn))
		snprintf(reason, REASON, "the namespace of %.80s cannot be asked", n->vm->name);
	else if (nl_vxlan_get(kn->nl, device, ret, &e) < 0)
		snprintf(reason, REASON,
		         "%.80s has no VXLAN device %s (vnetlab up --fresh makes it)", n->vm->name,
		         device);
	else
		return true;
	return false;
}

bool kwalk_tunnel(void *ctx, const struct nic *from, struct walk_packet *outer, char *reason)
{
	struct nl_vxlan a, z;

	if (!read_end(ctx, from, &a, reason) || !read_end(ctx, from->peer, &z, reason))
		return false;
	if (a.vni != z.vni || a.port != z.port) {
		snprintf(reason, REASON,
		         "%.60s wraps into vni %u, port %u, and %.60s takes vni %u, port %u",
		         from->vm->name, a.vni, a.port, from->peer->vm->name, z.vni, z.port);
		return false;
	}
	if (ip4_is_none(a.remote)) {
		snprintf(reason, REASON, "its device in %.80s names no other end", from->vm->name);
		return false;
	}
	outer->dst = a.remote;
	outer->src = a.local;                 /* 0: the kernel chooses */
	outer->sport = outer->dport = a.port; /* the other end takes it at any of its addresses */
	return true;
}
