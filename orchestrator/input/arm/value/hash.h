/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hashes behind uniqueString() and guid(), as Azure computes them. */
#pragma once

#include <stddef.h>

void arm_unique_string(const char *s, size_t n, char out[14]);
void arm_guid(const char *s, size_t n, char out[37]);
