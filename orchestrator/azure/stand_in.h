/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs that stand in for whoever may come to a subnet where the design has nobody.  Pure. */
#pragma once

#include "azure/model.h"

struct stand_ins {
	const struct model *m;
	struct arena *arena; /* has the NICs */
	struct nic **v;
	size_t n, cap;
};

/* Nobody but Azure is there: gateways, firewalls, Route Servers. */
bool subnet_is_azures(const struct subnet *s);
/* A NIC with the subnet's first free address; NULL: there is none.  name lives as long as the
 * arena does. */
const struct nic *stand_ins_add(struct stand_ins *x, const struct subnet *s, const char *name);
/* The one that has the address in the VNet; NULL: none has. */
const struct nic *stand_ins_find(const struct stand_ins *x, const struct vnet *v, ip4 a);
void stand_ins_done(struct stand_ins *x);
