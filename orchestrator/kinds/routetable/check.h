/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of route tables: those of check.c call these. */
#pragma once

#include "azure/check.h"

void route_table_check_reach(const struct model *m, struct findings *f);
