/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router's program, found and opened by who starts a lab. */
#pragma once

#include "base/err.h"

/* A descriptor to run it by; the caller closes. -ENOENT when it is not there. */
int router_open(struct err *e);
