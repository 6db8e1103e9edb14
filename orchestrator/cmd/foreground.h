/* SPDX-License-Identifier: GPL-2.0-or-later */
/* up --foreground: a process that is the lab, for systemd, containers and schedulers. */
#pragma once

#include <signal.h>

#include "cmd/cmd.h"
#include "lab/client/client.h"

struct foreground {
	int ready_fd;        /* --ready-fd; -1: nobody waits */
	char *notify_socket; /* of systemd; NULL */
};

/* --foreground's own options, before anything is started.  False: they make no sense, which was
 * printed. */
bool foreground_open(const struct cmd_args *a, struct foreground *ret);
void foreground_close(struct foreground *f);
/* The lab is up: says so, prints its events, and returns when it has ended: by a signal, by
 * somebody's `down`, or by itself.  owner is the connection with which the lab ends (endsWithMe);
 * *came is the number of a signal that has come already, or 0.  An enum exit_status. */
int foreground_stay(struct foreground *f, const char *lab, struct lab_client *owner,
                    const volatile sig_atomic_t *came, const char *status_text);
