/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of virtual networks: those of check.c call these. */
#pragma once

#include "azure/check.h"

void vnet_check_peerings(const struct model *m, struct findings *f);
void vnet_check_subnet_peerings(const struct model *m, struct findings *f);
