/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sd_notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/str.h"

char *sd_notify_take(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	char *copy = name && *name ? xstrdup(name) : NULL;

	unsetenv("NOTIFY_SOCKET");
	return copy;
}

int sd_notify_say(const char *socket_name, const char *text, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = socket_name ? strlen(socket_name) : 0;

	if (!socket_name)
		return 0;
	if ((*socket_name != '/' && *socket_name != '@') || n >= sizeof(to.sun_path))
		return err_set(e, EINVAL,
		               "NOTIFY_SOCKET=%s: neither the path of a socket nor @NAME, or too "
		               "long",
		               socket_name);
	memcpy(to.sun_path, socket_name, n);
	if (*socket_name == '@')
		to.sun_path[0] = '\0';
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to,
	                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return err_sys(e, errno, "NOTIFY_SOCKET=%s", socket_name);
	return 0;
}
