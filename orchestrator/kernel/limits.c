/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"

/* A small file of /proc or /sys; "" when it cannot be read. */
static const char *read_small_file(const char *path, char *buf, size_t cap)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, cap - 1);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

/* -1: there is no such file, or no number in it ("max"). */
static long long read_number_file(const char *path)
{
	char buf[32], *end;
	long long v = strtoll(read_small_file(path, buf, sizeof(buf)), &end, 10);

	return end == buf ? -1 : v;
}

/* --- processes -------------------------------------------------------------------------------- */

/* Reads a line of /proc/self/cgroup, of version 1 or 2, and finds the cgroup of it, or one around
 * that, which has no room for processes; the caller frees.  NULL: none. */
static char *full_cgroup_of(const char *line)
{
	bool v1 = strstr(line, ":pids:");
	const char *at = strstr(line, v1 ? ":pids:" : "::");

	if (!at)
		return NULL;
	_cleanup_free_ char *group = xstrdup(at + (v1 ? 6 : 2));
	const char *root = v1 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";

	for (;;) {
		_cleanup_free_ char *max = xasprintf("%s%s/pids.max", root, group),
		                    *now = xasprintf("%s%s/pids.current", root, group);
		long long limit = read_number_file(max);

		if (limit >= 0 && read_number_file(now) >= limit - 1)
			return xasprintf("%s is %lld: raise it (systemd: TasksMax=, docker and "
			                 "podman: --pids-limit)",
			                 max, limit);
		char *slash = strrchr(group, '/');

		if (!slash || slash == group)
			return NULL;
		*slash = '\0';
	}
}

static char *full_cgroup(void)
{
	char text[4096], *rest, *full = NULL;

	read_small_file("/proc/self/cgroup", text, sizeof(text));
	for (char *line = strtok_r(text, "\n", &rest); line && !full;
	     line = strtok_r(NULL, "\n", &rest))
		full = full_cgroup_of(line);
	return full;
}

int err_fork(struct err *e, int code, const char *what)
{
	struct rlimit l;

	if (code != EAGAIN)
		return err_sys(e, code, "%s", what);
	_cleanup_free_ char *group = full_cgroup();

	if (group)
		return err_set(e, code, "%s: too many processes: the cgroup's %s", what, group);
	getrlimit(RLIMIT_NPROC, &l);
	if (l.rlim_cur != RLIM_INFINITY)
		return err_set(e, code,
		               "%s: too many processes: this user may have at most %llu, those of "
		               "other programs count (ulimit -u): raise it (limits.conf: nproc)",
		               what, (unsigned long long)l.rlim_cur);
	return err_set(e, code,
	               "%s: too many processes: kernel.threads-max is %lld and kernel.pid_max is "
	               "%lld",
	               what, read_number_file("/proc/sys/kernel/threads-max"),
	               read_number_file("/proc/sys/kernel/pid_max"));
}

/* --- namespaces ------------------------------------------------------------------------------- */

static const struct kind {
	int flag;
	const char *name, *sysctl;
} KINDS[] = {
	{ CLONE_NEWUSER, "user", "max_user_namespaces" }, /* first: it gives the right to the rest
	                                                   */
	{ CLONE_NEWNS, "mount", "max_mnt_namespaces" },
	{ CLONE_NEWPID, "pid", "max_pid_namespaces" },
	{ CLONE_NEWNET, "network", "max_net_namespaces" },
	{ CLONE_NEWIPC, "IPC", "max_ipc_namespaces" },
	{ CLONE_NEWUTS, "UTS", "max_uts_namespaces" },
};

static const struct kind *find_limit_kind(int flag)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(KINDS) && KINDS[i].flag != flag)
		i++;
	return &KINDS[i];
}

static long long limit_of(const struct kind *k)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/user/%s", k->sysctl);

	return read_number_file(path);
}

/* Each user namespace has limits of its own, and those around it count as well: a new one begins
 * with no limit, and what is outside of it cannot be read from inside.  So ns_take() remembers. */
static long long outside[ARRAY_LEN(KINDS)];

static int too_many(struct err *e, int code, const struct kind *k, long long limit)
{
	if (limit >= INT_MAX && outside[k - KINDS] > 0)
		limit = outside[k - KINDS];
	if (limit < 0 || limit >= INT_MAX)
		return err_set(e, code,
		               "no more %s namespaces: the limit user.%s of the system around this "
		               "one is reached; as root there: sysctl user.%s=100000",
		               k->name, k->sysctl, k->sysctl);
	return err_set(e, code,
	               "no more %s namespaces: the limit user.%s is %lld; as root: sysctl "
	               "user.%s=100000",
	               k->name, k->sysctl, limit, k->sysctl);
}

static bool filtered(void)
{
	char text[4096];
	const char *at =
	    strstr(read_small_file("/proc/self/status", text, sizeof(text)), "\nSeccomp:\t");

	return at && at[10] == '2';
}

static int forbidden(struct err *e, int code, const struct kind *k)
{
	const char *why = NULL;

	if (read_number_file("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		why = "kernel.unprivileged_userns_clone is 0; as root: sysctl "
		      "kernel.unprivileged_userns_clone=1";
	else if (read_number_file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") > 0)
		why = "kernel.apparmor_restrict_unprivileged_userns is 1; as root: sysctl "
		      "kernel.apparmor_restrict_unprivileged_userns=0";
	else if (filtered())
		why =
		    "a seccomp filter is in force, as containers have one: docs/containers.md says "
		    "how to start one in which labs run";
	return err_set(e, code, "a new %s namespace is refused%s%s", k->name, why ? ": " : "",
	               why ? why : " (in a chroot, or by a security module of this machine)");
}

static int report_refused_limit(struct err *e, int code, const struct kind *k, long long limit)
{
	if (code == ENOSPC || code == EUSERS)
		return too_many(e, code, k, limit);
	if (code == EPERM || code == EACCES)
		return forbidden(e, code, k);
	if (code == EINVAL)
		return err_set(e, code, "this kernel has no %s namespaces", k->name);
	return err_sys(e, code, "a new %s namespace", k->name);
}

int err_unshare(struct err *e, int code, int flag)
{
	const struct kind *k = find_limit_kind(flag);

	return report_refused_limit(e, code, k, limit_of(k));
}

int ns_take(int flags, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
		outside[i] = limit_of(&KINDS[i]);
	if (unshare(flags) == 0)
		return 0;
	int code = errno;

	for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
		if (!(flags & KINDS[i].flag) || unshare(KINDS[i].flag) == 0)
			continue;
		struct err why;
		int r = report_refused_limit(&why, errno, &KINDS[i], outside[i]);

		/* All that this machine does not allow is one kind of error, whatever its number.
		 */
		return err_set(e, r == -ENOMEM ? ENOMEM : EOPNOTSUPP, "%s", why.msg);
	}
	return err_sys(e, code, "namespaces cannot be made");
}
