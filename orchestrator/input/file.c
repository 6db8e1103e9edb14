#include "input/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(const char *path, size_t max, struct str *ret, struct err *e)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	char buf[65536];

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_sys(e, EISDIR, "%s", path);
	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "%s", path);
		if (n == 0)
			return 0;
		if (ret->n + (size_t)n > max)
			return err_set(e, EFBIG, "%s: is bigger than %zu MiB", path, max >> 20);
		str_addn(ret, buf, (size_t)n);
	}
}
