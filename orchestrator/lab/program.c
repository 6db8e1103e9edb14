/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beside us, or where `make install` puts it. */
static char *router_path(struct err *e)
{
	char self[4096] = "";
	const char *env = getenv("VNETLAB_ROUTER");

	if (env && *env)
		return xstrdup(env);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
		err_sys(e, errno, "/proc/self/exe");
		return NULL;
	}
	char *slash = strrchr(self, '/');

	*slash = '\0';
	static const char *const PLACES[] = { "", "/../libexec/vnetlab", "/../lib/vnetlab" };

	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		char *path = xasprintf("%s%s/vnetlab-router", self, PLACES[i]);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	err_set(e, ENOENT, "vnetlab-router is not beside vnetlab in %s", self);
	return NULL;
}

/* A copy that anybody may run: the lab's root is a stranger to a tree that only its owner reads. */
static int public_copy(int fd, off_t size, struct err *e)
{
	_cleanup_close_ int copy = memfd_create("vnetlab-router", MFD_CLOEXEC);

	if (copy < 0)
		return err_sys(e, errno, "vnetlab-router: memfd");
	while (size > 0) {
		ssize_t n = sendfile(copy, fd, NULL, (size_t)size);

		if (n <= 0)
			return err_sys(e, n ? errno : EIO, "vnetlab-router: copying it");
		size -= n;
	}
	if (fchmod(copy, 0555) < 0)
		return err_sys(e, errno, "vnetlab-router: its copy");
	/* Run from a descriptor that can write it would be "text busy". */
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy);
	int ro = open(path, O_RDONLY | O_CLOEXEC);

	return ro < 0 ? err_sys(e, errno, "vnetlab-router: its copy") : ro;
}

int router_open(struct err *e)
{
	_cleanup_free_ char *path = router_path(e);
	struct stat st;

	if (!path)
		return -ENOENT;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "%s", path);
	if ((st.st_mode & 0005) == 0005)
		return take_fd(fd);
	return public_copy(fd, st.st_size, e);
}
