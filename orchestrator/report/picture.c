/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/picture.h"

#include <stdio.h>

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

const char *picture_image(const struct vm *vm)
{
	return vm->role == VM_FIREWALL ? "firewall" : streq(vm->image, "host") ? NULL : vm->image;
}

void picture_nic_detail(const struct nic *n, char *buf, size_t cap)
{
	const char *image = picture_image(n->vm);

	snprintf(buf, cap, "%s%s%s%s%s", IP4_STR(n->ip), image ? " " : "", image ? image : "",
	         n->public_ip ? " public " : "", n->public_ip ? IP4_STR(n->public_ip) : "");
}

void picture_session_label(const struct bgp_connection *c, char *buf, size_t cap)
{
	snprintf(buf, cap, "AS %u", c->peer_asn);
}
