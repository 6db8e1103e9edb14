/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

int write_all(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* A mode of 0: that of a new file. */
static int write_text_to(const char *path, int flags, mode_t mode, const char *text, size_t n)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0666);
	int r = fd < 0 ? -errno : 0;

	if (r == 0)
		r = write_all(fd, text, n);
	if (r == 0 && mode && fchmod(fd, mode) < 0)
		r = -errno;
	return r;
}

int write_whole(const char *path, const char *text, size_t n, struct err *e)
{
	_cleanup_free_ char *there = realpath(path, NULL); /* a link stays one */
	const char *to = there ? there : path;
	_cleanup_free_ char *part = xasprintf("%s.%d.part", to, (int)getpid());
	struct stat st = { 0 };
	bool exists = stat(to, &st) == 0;
	int r;

	if (exists && access(to, W_OK) < 0)
		return err_sys(e, errno, "%s", path);
	if (exists && !S_ISREG(st.st_mode)) {
		r = write_text_to(to, 0, 0, text, n);
		return r < 0 ? err_sys(e, -r, "%s", path) : 0;
	}
	r = write_text_to(part, O_CREAT | O_EXCL, st.st_mode & 0777, text, n);
	if (exists && (r == -EACCES || r == -EROFS || r == -EPERM)) {
		r = write_text_to(to, O_TRUNC, 0, text, n);
	} else if (r == 0 && rename(part, to) < 0) {
		r = -errno;
	}
	if (r < 0 && r != -EEXIST)
		(void)unlink(part);
	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}
