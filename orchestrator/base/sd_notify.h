/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service says to its manager: sd_notify(3)'s datagram, whose form systemd promises to keep.
 * Written here, since a library for one datagram would be a dependency of every installation. */
#pragma once

#include "base/err.h"

/* The socket of $NOTIFY_SOCKET, which is taken out of the environment: what is started must not
 * speak for us.  NULL: nobody listens.  The caller frees. */
char *sd_notify_take(void);
/* Sends "READY=1\nSTATUS=..." to it; a path, or an abstract name behind a '@'.  0, also when
 * socket_name is NULL; -errno when it cannot be sent. */
int sd_notify_say(const char *socket_name, const char *text, struct err *e);
