/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* All n bytes, in as many writes as it takes; a signal does not end it.  0, or -errno. */
int write_all(int fd, const void *buf, size_t n);
/* Writes the file wholly or not at all: beside it, and renamed, so that a full disk costs neither
 * what was there nor leaves a part.  What is no regular file (a device, a pipe) is written to, and
 * so is a file in whose folder no other may be made. */
int write_whole(const char *path, const char *text, size_t n, struct err *e);
