/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that a namespace's packet filter has tracked. */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* Forgets those with this mark; 0: all.  ns_fd -1: the caller's own namespace. */
int conntrack_forget(int ns_fd, uint32_t mark, struct err *e);
