/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver: pid 1 of a lab.  When it ends, for whatever reason, the kernel ends the lab with it;
 * so nothing here has to be undone, ever. */
#pragma once

#include <stdbool.h>

struct driver_start { /* what lab/spawn.c hands over */
	const char *lab;
	bool privileged; /* lab/namespaces.h */
	int run_fd, dir_fd, lock_fd, listen_fd, host_proc_fd;
	int router_fd; /* the virtual router's program: the lab's root need not reach its path */
	int owner_fd;  /* the connection of who starts the lab */
	int cgroup_fd, enter_fd; /* the lab's cgroup, and what moves the driver there; or -1 */
};

/* Never returns.  Writes one struct err to pipe_fd: code 0 when it listens. */
_Noreturn void driver_main(const struct driver_start *ds, int pipe_fd);
