/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

/* All n bytes, in as many writes as it takes; a signal does not end it.  0, or -errno. */
int write_all(int fd, const void *buf, size_t n);
