/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine that hangs: nothing goes in, out or through, and nothing says so. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

int node_freeze(int ns_fd, bool freeze, struct err *e);
