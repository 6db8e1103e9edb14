/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* The deepest level that is removed: each one has a descriptor open. */
enum { DEPTH_MAX = 128 };

static void remove_below(int fd, dev_t dev, int depth);

/* Goes down by descriptors and names without a slash: a folder that is swapped for a link
 * meanwhile leads nowhere. */
static void remove_entry(int dir, const char *name, dev_t dev, int depth)
{
	struct stat st;

	if (unlinkat(dir, name, 0) == 0 || depth > DEPTH_MAX)
		return;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_dev == dev)
		remove_below(take_fd(fd), dev, depth);
	close_p(&fd);
	unlinkat(dir, name, AT_REMOVEDIR);
}

/* Takes fd. */
static void remove_below(int fd, dev_t dev, int depth)
{
	DIR *d = fdopendir(fd);

	if (!d) {
		close(fd);
		return;
	}
	for (struct dirent *de; (de = readdir(d));)
		if (!streq(de->d_name, ".") && !streq(de->d_name, ".."))
			remove_entry(dirfd(d), de->d_name, dev, depth + 1);
	closedir(d);
}

void tree_remove(const char *folder)
{
	struct stat st;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0) {
		close(fd);
		return;
	}
	remove_below(fd, st.st_dev, 0);
	rmdir(folder);
}

void tree_remove_socket(const char *folder, const char *path)
{
	_cleanup_close_ int dir = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_free_ char *copy = xstrdup(path);
	char *save = NULL, *name = strtok_r(copy, "/", &save), *next;
	struct stat st;

	for (; dir >= 0 && name && (next = strtok_r(NULL, "/", &save)); name = next) {
		int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		close_p(&dir);
		dir = fd;
	}
	if (dir >= 0 && name && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISSOCK(st.st_mode))
		unlinkat(dir, name, 0);
}
