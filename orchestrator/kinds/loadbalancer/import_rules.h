/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of an ARM load balancer that are for one frontend, into obj, the load balancer of the
 * topology which that frontend becomes. */
#pragma once

#include "input/import/priv.h"

/* The load balancing rules of lb, with their pools and probes. */
void lb_import_rules(struct import *im, struct res *lb, const struct res *front, json_t *obj);
/* The inbound NAT rules, of single NICs and of pools. */
void lb_import_nat_rules(struct import *im, const struct res *front, json_t *obj);
/* The outbound rules: one names frontends, and the pool that leaves by them. */
void lb_import_outbound_rules(struct import *im, const struct res *front, json_t *obj);
