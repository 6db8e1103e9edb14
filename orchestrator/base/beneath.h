/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths below a folder in which a stranger makes files: a link in there leads nowhere else. */
#pragma once

#include <sys/types.h>

#include "base/err.h"

/* Opens `path` as a process sees it whose root folder is `root`: ".." and absolute links end there,
 * links of /proc are refused.  A last component that is a link is refused with O_NOFOLLOW (but for
 * O_PATH).  Always close-on-exec.  A descriptor, or -1 with errno: ENOENT, ELOOP, ...  Where the
 * kernel lacks openat2(2), or a filter forbids it, every link on the way is refused (ELOOP). */
int beneath_open(int root, const char *path, int flags);
/* The folder that `path`, a folder, names, with O_PATH; what lacks on the way is made, mode 0755.
 */
int beneath_folder(int root, const char *path);
/* Replaces the file `path` and makes the folders on the way; what was there is not written through.
 */
int beneath_write(int root, const char *path, const void *s, size_t n, mode_t mode, struct err *e);

/* A unix socket `path` below the folder `root`; root NULL: as the caller sees it. */
struct sock_at {
	char *root, *path;
};
/* Connects a stream socket to it, of any path's length; send_ms: how long to wait for a server
 * whose queue is full; 0: the socket does not block, neither now nor later.  A descriptor, or -1
 * with errno; ENOTSOCK: something else is there. */
int beneath_connect(const struct sock_at *at, unsigned send_ms);

/* For tests: beneath_open() without openat2(2). */
int beneath_walk(int root, const char *path, int flags);
