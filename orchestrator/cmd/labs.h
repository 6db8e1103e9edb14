/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which labs of this user run. */
#pragma once

#include <stdbool.h>

bool lab_is_up(const char *name);
