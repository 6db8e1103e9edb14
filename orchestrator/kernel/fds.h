/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors over a socket (unix(7), SCM_RIGHTS), with a record of fixed size. */
#pragma once

#include <stddef.h>

#include "base/err.h"

enum { FDS_MAX = 8 };

/* -1 with errno. */
int fds_send(int sock, const void *record, size_t size, const int *fds, size_t n);
/* Exactly one record; fds[0..max-1] that did not come stay as they are.  How many came, or -errno:
 * -ECONNRESET when the other side has gone. */
int fds_receive(int sock, void *record, size_t size, int *fds, size_t max, struct err *e);
