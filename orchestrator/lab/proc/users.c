/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/users.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel/limits.h"

static int write_self(const char *file, const char *text, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/%s", file);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_sys(e, errno, "%s", path);
	return 0;
}

int users_new(struct err *e)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return err_unshare(e, errno, CLONE_NEWUSER);
	/* A process that is not dumpable may not write its own id maps. */
	prctl(PR_SET_DUMPABLE, 1);
	int r = write_self("setgroups", "deny", e);

	if (r == 0)
		r = write_self("uid_map", "0 0 1", e);
	if (r == 0)
		r = write_self("gid_map", "0 0 1", e);
	prctl(PR_SET_DUMPABLE, 0);
	return r;
}
