/* What the kernel knows of TCP connections (sock_diag). */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* Whether a connection with this port at either end holds bytes that its program has written and
 * that are not sent yet, or that have come and that its program has not read: 1, or 0; -errno where
 * the kernel does not tell. */
int tcp_diag_busy(int ns_fd, uint16_t port, struct err *e);
