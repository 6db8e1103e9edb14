/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

static char *state_home(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return xstrdup(state);
	return home && *home == '/' ? xasprintf("%s/.local/state", home) : NULL;
}

static int make_rest_folders(char *path, struct err *e)
{
	for (char *c = path + 1;; c++) {
		if (*c && *c != '/')
			continue;
		char was = *c;

		*c = 0;
		int r = mkdir(path, 0700) < 0 && errno != EEXIST
		            ? err_sys(e, errno, "the endpoint's folder: %s", path)
		            : 0;

		*c = was;
		if (r < 0 || !was)
			return r;
	}
}

int rest_folder(const char *lab, char **ret_path, struct err *e)
{
	_cleanup_free_ char *state = state_home();
	struct stat st;

	if (!state)
		return err_set(e, ENOENT,
		               "neither XDG_STATE_HOME nor HOME says where the "
		               "endpoint's files may be");
	_cleanup_free_ char *path = xasprintf("%s/vnetlab/azure/%s", state, lab);
	int r = make_rest_folders(path, e);

	if (r < 0)
		return r;
	if (lstat(path, &st) < 0)
		return err_sys(e, errno, "%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0077))
		return err_set(e, EPERM,
		               "%s holds the endpoint's secrets, and must be a folder of yours "
		               "alone (chmod 700)",
		               path);
	*ret_path = take_ptr(path);
	return 0;
}

int folder_read(const char *folder, const char *name, struct str *ret, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char buf[16384];
	ssize_t n;

	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			str_addn(ret, buf, (size_t)n);
	return n < 0 ? err_sys(e, errno, "%s", path) : 0;
}

int folder_write(const char *folder, const char *name, const char *text, size_t n, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);
	_cleanup_free_ char *new = xasprintf("%s.new", path);

	unlink(new);
	_cleanup_close_ int fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, errno, "%s", new);
	int r = write_all(fd, text, n);

	if (r == 0 && rename(new, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(new);
		return err_sys(e, -r, "%s", path);
	}
	return 0;
}
