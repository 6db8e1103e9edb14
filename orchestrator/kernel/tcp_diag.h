/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of TCP connections that the kernel tells (sock_diag). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

struct tcp_diag {
	/* A connection holds bytes that its program has written and that are not sent yet, or that
	 * have come and that its program has not read. */
	bool busy;
	/* The far end of a connection that has sent such bytes again and again without an answer,
	 * or 0.  Such a connection does not count as busy: nothing of it is on its way. */
	ip4 unanswered;
};

/* Looks at the established connections that have this port at either end, in the namespace behind
 * ns_fd.  Returns 0, or -errno where the kernel does not tell. */
int tcp_diag(int ns_fd, uint16_t port, struct tcp_diag *ret, struct err *e);

struct tcp_session { /* that is open, or that this end tries to open */
	ip4 local, remote;
	bool open;
	unsigned long long received; /* bytes of the other side, so far */
};
/* Calls fn with each connection that has the port at either end; 0, or -errno. */
int tcp_sessions(int ns_fd, uint16_t port, void (*fn)(void *ctx, const struct tcp_session *s),
                 void *ctx, struct err *e);
