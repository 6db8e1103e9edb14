/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/picture.h"

#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"

const char *session_state_str(enum session_state s)
{
	static const char *const names[] = { "not known", "up", "up with one instance", "down" };

	return names[s];
}

enum session_state picture_session(const struct picture *p, const struct bgp_connection *c)
{
	return p->states ? p->states[c->rs->idx][c->idx] : SESSION_UNKNOWN;
}

bool picture_draws_peering(const struct peering *p)
{
	return !p->reverse || p->vnet->idx < p->remote->idx;
}

const char *picture_image(const struct node *vm)
{
	return vm->role == VM_FIREWALL   ? "firewall"
	       : vm->role == VM_ENDPOINT ? "endpoint"
	       : vm->role == VM_GATEWAY
	           ? vm_gateway(vm) && vm_gateway(vm)->type == GW_VPN ? "VPN" : "ER"
	       : streq(vm->guest.image, "host") ? NULL
	                                        : vm->guest.image;
}

/* The AS number in the machine's "bgp" block; of a machine with files of its own, the one that a
 * Route Server expects. */
uint32_t picture_asn(const struct nic *n)
{
	const struct route_server *rs =
	    n->subnet && n->subnet->vnet ? n->subnet->vnet->route_server : NULL;

	if (n->vm->role == VM_GATEWAY)
		return vm_gateway(n->vm) ? vm_gateway(n->vm)->asn : 0;
	if (n->vm->guest.bgp.present)
		return n->vm->guest.bgp.asn;
	for (size_t i = 0; rs && i < rs->n_conns; i++)
		if (rs->conns[i].nic == n)
			return rs->conns[i].peer_asn;
	return 0;
}

/* " AS 65001", or nothing; the caller frees. */
static char *as_text(const struct nic *n)
{
	uint32_t asn = picture_asn(n);

	return asn ? xasprintf(" AS %u", asn) : xstrdup("");
}

void picture_nic_detail(const struct nic *n, char *buf, size_t cap)
{
	const char *image = picture_image(n->vm);
	_cleanup_free_ char *as = as_text(n);

	snprintf(buf, cap, "%s%s%s%s%s%s", IP4_STR(n->ip), image ? " " : "", image ? image : "", as,
	         ip4_is_set(n->public_ip) ? " public " : "",
	         ip4_is_set(n->public_ip) ? IP4_STR(n->public_ip) : "");
}

void picture_chip_detail(const struct nic *n, char *buf, size_t cap)
{
	const char *image = picture_image(n->vm);
	_cleanup_free_ char *as = as_text(n);

	snprintf(buf, cap, "%s%s%s%s%s", IP4_STR(n->ip), image ? " " : "", image ? image : "", as,
	         ip4_is_set(n->public_ip) ? " \xe2\x87\xb1" : "");
}

char *picture_route_server_name(const struct route_server *rs)
{
	return xasprintf("%s AS 65515", rs->name);
}

void picture_balancer_detail(const struct load_balancer *lb, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s to %zu NIC%s", IP4_STR(lb->ip), lb->n_backends,
	         lb->n_backends == 1 ? "" : "s");
}

size_t picture_n_backends(const struct load_balancer *lb)
{
	enum { MANY = 12 };

	return lb_place(lb) && lb->n_backends <= MANY ? lb->n_backends : 0;
}

void picture_session_label(const struct bgp_connection *c, char *buf, size_t cap)
{
	snprintf(buf, cap, "AS %u", c->peer_asn);
}
