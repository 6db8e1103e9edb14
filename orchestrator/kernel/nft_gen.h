/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The generation of a namespace's packet filter: the kernel counts every transaction, whoever's. */
#pragma once

#include <stdint.h>

#include "base/err.h"

int nft_generation(int ns_fd, uint32_t *ret, struct err *e); /* ns_fd -1: where we are */
