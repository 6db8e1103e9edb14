/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of Route Servers: those of check.c call these. */
#pragma once

#include "azure/check.h"

/* BGP connections: AS numbers, peers, both instances, recursion. */
void route_server_check_connections(const struct model *m, struct findings *f);
/* Checks what appliances announce. */
void route_server_check_announced(const struct model *m, struct findings *f);
/* Checks what appliances' own files say. */
void route_server_check_own_files(const struct model *m, struct findings *f);
