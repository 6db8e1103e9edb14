/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "lab/client/paths.h"

static int open_holder(const char *lab, int flags, struct err *e)
{
	_cleanup_close_ int run = -1, dir = -1;
	int r = run_dir_open(false, &run, NULL, e);

	if (r < 0)
		return r;
	dir = lab_dir_open(run, lab);
	int fd =
	    dir < 0 ? -1 : openat(dir, LAB_HOLDER, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? err_sys(e, errno, "lab %s: the lock of who has it", lab) : fd;
}

int lab_hold(const char *lab, int *ret_fd, struct err *e)
{
	_cleanup_close_ int fd = open_holder(lab, O_CREAT, e);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, errno, "lab %s: the lock of who has it", lab);
	*ret_fd = take_fd(fd);
	return 0;
}

enum lab_holder lab_held_by(const char *lab)
{
	_cleanup_close_ int fd = open_holder(lab, 0, NULL);

	if (fd < 0)
		return HOLDER_NONE;
	return flock(fd, LOCK_SH | LOCK_NB) < 0 ? HOLDER_LIVES : HOLDER_GONE;
}
