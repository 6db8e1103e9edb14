/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process outside of the lab that waits for the driver's end, and says how it was
 * (lab/client/ended.h). It holds nothing of the lab but its lock, and has the rights of who started
 * it: the lab's own root may have none in the run directory. */
#pragma once

#include <sys/types.h>

struct watched {
	const char *lab;
	int run_fd, dir_fd;
	pid_t middle; /* our child, which starts the driver and ends: we adopt the driver then */
	int words_fd; /* what the driver says on its standard error */
};

/* Ends when the lab has. */
_Noreturn void watcher_main(const struct watched *w);
/* The number of processes that the kernel has killed for want of memory; 0: nobody knows. */
unsigned long long oom_kills(void);
