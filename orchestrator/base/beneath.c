/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/str.h"

/* --- opening ---------------------------------------------------------------------------------- */

static bool is_link(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);
}

/* One component of a path; a link is ELOOP. */
static int open_component(int dir, const char *name, int flags)
{
	int fd = -1;

	errno = ELOOP;
	if (!streq(name, ".."))
		fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);

	/* O_PATH | O_NOFOLLOW opens a link itself; with O_DIRECTORY it is ENOTDIR. */
	if (fd >= 0 && is_link(fd)) {
		close(fd);
		fd = -1;
		errno = ELOOP;
	}
	return fd;
}

int beneath_walk(int root, const char *path, int flags)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *save = NULL, *name = strtok_r(copy, "/", &save), *next;
	int dir = open_component(root, ".", O_PATH | O_DIRECTORY);

	if (!name)
		name = copy + strlen(copy);
	for (; dir >= 0 && (next = strtok_r(NULL, "/", &save)); name = next) {
		int fd = open_component(dir, name, O_PATH | O_DIRECTORY);

		close_p(&dir);
		dir = fd;
	}
	int fd = dir < 0 ? -1 : open_component(dir, *name ? name : ".", flags);

	close_p(&dir);
	return fd;
}

int beneath_open(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC,
		                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	for (int tries = 0;; tries++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

		if (fd >= 0)
			return (int)fd;
		/* openat2(2): something was renamed meanwhile. */
		if (errno == EAGAIN && tries < 32)
			continue;
		if (errno != ENOSYS && errno != EPERM)
			return -1;
		return beneath_walk(root, path, flags);
	}
}

int beneath_folder(int root, const char *path)
{
	_cleanup_free_ char *made = xstrdup(path);
	int at = beneath_open(root, path, O_PATH | O_DIRECTORY);

	if (at >= 0 || errno != ENOENT)
		return at;
	at = beneath_open(root, "/", O_PATH | O_DIRECTORY);
	for (char *p = made; at >= 0 && *p;) {
		p += strspn(p, "/");
		char *name = p, *end = p + strcspn(p, "/"), sep = *end;

		if (p == end)
			break;
		*end = '\0';
		if (mkdirat(at, name, 0755) < 0 && errno != EEXIST) {
			close_p(&at);
			return -1;
		}
		close_p(&at);
		/* From the root on: a link of the node's own may be on the way. */
		at = beneath_open(root, made, O_PATH | O_DIRECTORY);
		*end = sep;
		p = end;
	}
	return at;
}

int beneath_write(int root, const char *path, const void *s, size_t n, mode_t mode, struct err *e)
{
	const char *name = strrchr(path, '/');
	_cleanup_free_ char *folder = name ? xstrndup(path, (size_t)(name - path)) : xstrdup("");

	name = name ? name + 1 : path;
	_cleanup_close_ int dir = beneath_folder(root, *folder ? folder : "/");

	if (dir < 0)
		return err_sys(e, errno, "%s", path);
	unlinkat(dir, name, 0);
	_cleanup_close_ int fd =
	    openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	int r = write_all(fd, s, n);

	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}

/* --- sockets ---------------------------------------------------------------------------------- */

/* connect(2) takes a path and follows links in it: so it gets the descriptor of what was found. */
static int connect_found(int fd, int found)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;

	if (fstat(found, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		errno = ENOTSOCK;
		return -1;
	}
	snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d", found);
	return connect(fd, (struct sockaddr *)&sa, sizeof(sa));
}

int beneath_connect(const struct sock_at *at, unsigned send_ms)
{
	_cleanup_close_ int root =
	    open(at->root ? at->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int found = root < 0 ? -1
	                                     : (at->root ? beneath_open(root, at->path, O_PATH)
	                                                 : open(at->path, O_PATH | O_CLOEXEC));
	_cleanup_close_ int fd =
	    found < 0
	        ? -1
	        : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (send_ms ? 0 : SOCK_NONBLOCK), 0);
	struct timeval patience = { send_ms / 1000, send_ms % 1000 * 1000 };

	if (fd < 0)
		return -1;
	if (send_ms)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return connect_found(fd, found) < 0 ? -1 : take_fd(fd);
}
