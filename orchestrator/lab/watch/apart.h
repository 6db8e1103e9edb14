/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By which of a gateway's two instances NICs get nothing.  That is one that is stopped; and the
 * first, where the two of a VPN gateway do not see each other because a route of GatewaySubnet
 * leads their session elsewhere: Azure was seen to keep the second one's routes, alone. */
#pragma once

#include <jansson.h>

#include "lab/proc/driver.h"

/* The lab is another: the list, ["vpngw/0"], for the next router_update(). */
void apart_update(struct driver *d);
/* Sessions or nodes have changed: tells the virtual router when that changes the list. */
void apart_look(struct driver *d);
