/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Route tables: what of the row (routetable.c) is in the other files. */
#pragma once

#include "azure/kind.h"

void route_table_check(const struct model *m, struct findings *f);
