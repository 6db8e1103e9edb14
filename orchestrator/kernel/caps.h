/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities by name: "net_admin" is CAP_NET_ADMIN. */
#pragma once

#include <stdint.h>

#include "base/err.h"

#define CAP_BIT(cap) ((uint64_t)1 << (cap))

/* Its number, or -1. */
int cap_number(const char *name);
const char *cap_name(int number); /* NULL when there is no such */

/* This process has these and no others, nor has what it executes, whoever that is.  Only system
 * calls: for a child that shares its parent's memory. -1 with errno. */
int caps_keep(uint64_t keep);
