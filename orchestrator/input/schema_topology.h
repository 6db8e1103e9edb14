/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the topology file's objects. */
#pragma once

#include "schema/schema.h"

extern const struct object_def schema_settings;
extern const struct object_def schema_vm;
extern const struct object_def schema_nic;
extern const struct object_def schema_bgp;
extern const struct object_def schema_guest_route;
extern const struct object_def schema_gateway;
extern const struct object_def schema_local_gateway;
extern const struct object_def schema_bgp_settings;
extern const struct object_def schema_connection;
extern const struct object_def schema_circuit;
extern const struct object_def schema_site;
extern const struct object_def schema_site_router;
/* Kinds of checks; the first field of each is the key that makes it of that kind. */
