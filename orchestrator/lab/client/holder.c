/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "lab/client/paths.h"

static int open_lab_dir(const char *lab, int *ret_dir, struct err *e)
{
	_cleanup_close_ int run = -1;
	int r = run_dir_open(false, &run, NULL, e);

	if (r < 0)
		return r;
	*ret_dir = lab_dir_open(run, lab);
	return *ret_dir < 0 ? err_sys(e, errno, "lab %s: its folder", lab) : 0;
}

/* The file is locked before it has its name: who looks at it in between would take its lab for one
 * that was left, and end it. */
int lab_hold(const char *lab, int *ret_fd, struct err *e)
{
	_cleanup_close_ int dir = -1, fd = -1;
	int r = open_lab_dir(lab, &dir, e);

	if (r < 0)
		return r;
	fd = openat(dir, LAB_HOLDER_NEW, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, errno, "lab %s: the lock of who has it", lab);
	r = linkat(dir, LAB_HOLDER_NEW, dir, LAB_HOLDER, 0) < 0 ? errno : 0;
	unlinkat(dir, LAB_HOLDER_NEW, 0);
	if (r)
		return err_sys(e, r, "lab %s: the lock of who has it", lab);
	*ret_fd = take_fd(fd);
	return 0;
}

enum lab_holder lab_held_by(const char *lab)
{
	_cleanup_close_ int dir = -1, fd = -1;
	struct stat st;

	if (open_lab_dir(lab, &dir, NULL) < 0)
		return HOLDER_NONE;
	fd = openat(dir, LAB_HOLDER, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return HOLDER_NONE;
	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		return HOLDER_LIVES;
	/* Its lab ended between our two looks. */
	return fstat(fd, &st) == 0 && st.st_nlink == 0 ? HOLDER_NONE : HOLDER_GONE;
}
