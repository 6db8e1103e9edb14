/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read_fd(int fd, size_t max, struct str *ret)
{
	struct stat st;
	char buf[65536];

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		if (ret->n + (size_t)n > max)
			return -EFBIG;
		str_addn(ret, buf, (size_t)n);
	}
}

int file_read(const char *path, size_t max, struct str *ret, struct err *e)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? -errno : file_read_fd(fd, max, ret);

	if (r == -EFBIG)
		return err_set(e, EFBIG, "%s: is bigger than %zu MiB", path, max >> 20);
	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}

bool file_has_ending(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strieq(path + n - m, end);
}

bool file_is_key(const char *path)
{
	static const char *const endings[] = { ".pub", ".pem", ".cer", ".crt", ".pfx" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (file_has_ending(path, endings[i]))
			return true;
	return strstr(path, "id_rsa") || strstr(path, ".ssh/");
}
