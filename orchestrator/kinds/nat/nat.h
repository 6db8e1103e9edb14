/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways: what of the row (nat.c) is in the other files. */
#pragma once

#include "azure/kind.h"
#include "azure/nat.h"

void nat_check(const struct model *m, struct findings *f);
