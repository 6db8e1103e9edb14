/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/limits.h"

int ns_current(int *ret_fd, struct err *e)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "network namespace: /proc/thread-self/ns/net");
	*ret_fd = fd;
	return 0;
}

/* Going on in the wrong namespace would configure the wrong node, or the host: never. */
static void go_home(int home)
{
	if (setns(home, CLONE_NEWNET) < 0) {
		fprintf(stderr, "vnetlab: cannot return to its own network namespace: %m\n");
		abort();
	}
}

static int enter_namespace(int ns_fd, int *ret_home, struct err *e)
{
	_cleanup_close_ int home = -1;
	int r = ns_current(&home, e);

	if (r < 0)
		return r;
	if (setns(ns_fd, CLONE_NEWNET) < 0)
		return err_sys(e, errno, "network namespace: setns");
	*ret_home = take_fd(home);
	return 0;
}

static int lo_up(struct err *e)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(e, errno, "socket");
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		return err_sys(e, errno, "lo: up");
	return 0;
}

int ns_new_stay(int *ret_fd, struct err *e)
{
	_cleanup_close_ int fd = -1;

	if (unshare(CLONE_NEWNET) < 0)
		return err_unshare(e, errno, CLONE_NEWNET);
	int r = ns_current(&fd, e);

	if (r == 0)
		r = lo_up(e);
	if (r < 0)
		return err_wrap(e, "new network namespace");
	*ret_fd = take_fd(fd);
	return 0;
}

int ns_new(int *ret_fd, struct err *e)
{
	_cleanup_close_ int home = -1;
	int r = ns_current(&home, e);

	if (r < 0)
		return r;
	r = ns_new_stay(ret_fd, e);
	go_home(home);
	return r;
}

int ns_socket(int ns_fd, int family, int type, int protocol, struct err *e)
{
	_cleanup_close_ int home = -1;
	int r;

	if (ns_fd >= 0) {
		r = enter_namespace(ns_fd, &home, e);
		if (r < 0)
			return r;
	}
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	int saved = errno;

	if (home >= 0)
		go_home(home);
	if (fd < 0)
		return err_sys(e, saved, "socket(%d, %d, %d)", family, type, protocol);
	return fd;
}

int ns_call(int ns_fd, int (*fn)(void *arg, struct err *e), void *arg, struct err *e)
{
	_cleanup_close_ int home = -1;
	int r = enter_namespace(ns_fd, &home, e);

	if (r < 0)
		return r;
	r = fn(arg, e);
	go_home(home);
	return r;
}

static int sysctl_write(const char *path, size_t path_len, const char *value, struct err *e)
{
	char full[256];

	if (snprintf(full, sizeof(full), "/proc/sys/net/%.*s", (int)path_len, path) >=
	    (int)sizeof(full))
		return err_set(e, ENAMETOOLONG, "sysctl net/%s: name too long", path);
	_cleanup_close_ int fd = open(full, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "%s", full);
	size_t n = strlen(value);

	if (write(fd, value, n) != (ssize_t)n)
		return err_sys(e, errno, "%s = %s", full, value);
	return 0;
}

static int sysctls_write(void *arg, struct err *e)
{
	for (const char *const *p = arg; *p; p++) {
		const char *eq = strchr(*p, '=');
		int r = eq ? sysctl_write(*p, (size_t)(eq - *p), eq + 1, e)
		           : err_set(e, EINVAL, "sysctl %s: no value", *p);

		if (r < 0)
			return r;
	}
	return 0;
}

static int lo_up_in(void *arg, struct err *e)
{
	(void)arg;
	return lo_up(e);
}

int ns_lo_up(int ns_fd, struct err *e)
{
	return ns_fd < 0 ? lo_up(e) : ns_call(ns_fd, lo_up_in, NULL, e);
}

int ns_sysctls(int ns_fd, const char *const *settings, struct err *e)
{
	return ns_call(ns_fd, sysctls_write, (void *)settings, e);
}

struct look {
	const char *const *settings;
	bool mend;
	size_t n;
};

static bool sysctl_is(const char *path, size_t path_len, const char *value)
{
	char full[256], now[64];

	snprintf(full, sizeof(full), "/proc/sys/net/%.*s", (int)path_len, path);
	_cleanup_close_ int fd = open(full, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, now, sizeof(now) - 1) : -1;

	while (n > 0 && now[n - 1] == '\n')
		n--;
	return n == (ssize_t)strlen(value) && memcmp(now, value, (size_t)n) == 0;
}

static int sysctls_look(void *arg, struct err *e)
{
	struct look *l = arg;
	int r = 0;

	for (const char *const *p = l->settings; *p && r == 0; p++) {
		const char *eq = strchr(*p, '=');
		size_t n = (size_t)(eq - *p);

		if (sysctl_is(*p, n, eq + 1))
			continue;
		l->n++;
		if (l->mend)
			r = sysctl_write(*p, n, eq + 1, e);
	}
	return r;
}

int ns_sysctls_look(int ns_fd, const char *const *settings, bool mend, size_t *n, struct err *e)
{
	struct look l = { settings, mend, 0 };
	int r = ns_fd >= 0 ? ns_call(ns_fd, sysctls_look, &l, e) : sysctls_look(&l, e);

	*n += l.n;
	return r;
}

static int one_sysctl(void *arg, struct err *e)
{
	const char *const *pair = arg;

	return sysctl_write(pair[0], strlen(pair[0]), pair[1], e);
}

int ns_sysctl(int ns_fd, const char *path, const char *value, struct err *e)
{
	return ns_call(ns_fd, one_sysctl, (const char *[]){ path, value }, e);
}
