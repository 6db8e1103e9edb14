/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of `status` that tells of gateways, circuits and sites. */
#pragma once

#include <jansson.h>

#include "lab/proc/driver.h"

/* "virtualNetworkGateway", "expressRouteCircuit", "siteRouter", "siteHost"; NULL: an ordinary VM.
 */
const char *node_role(const struct lab_node *n);
/* Adds "gatewayBgp" and "connections". */
void status_hybrid(struct driver *d, json_t *status);
