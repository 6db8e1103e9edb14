/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of `status` about appliances that only the kernel knows: their BGP sessions with each
 * other, and the memory that their processes hold. */
#pragma once

#include <jansson.h>

#include "lab/proc/driver.h"
#include "lab/proc/node.h"

/* [{"node","address","peer","peerIp","state"}]: of two appliances of the lab one row, and one for
 * each other peer that is no Route Server, gateway or circuit; new reference. */
json_t *appliance_sessions_json(const struct driver *d);
/* Bytes of memory that the node's processes have in use. */
unsigned long long node_memory(const struct lab_node *n);
