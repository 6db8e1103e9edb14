/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object of `path` (interfaces.md, section 5) for people: hop by hop, the route that decided,
 * the kernel's own words beside it, the verdict and why.  Pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/str.h"

void path_text(const json_t *path, bool color, struct str *out);
/* "10.0.0.0/8 User VirtualAppliance 10.0.1.4 (fw)" of a row of effective routes. */
void route_text(const json_t *route, struct str *out);
