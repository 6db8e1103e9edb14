/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending a lab, whatever is left of it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/client/client_priv.h"
#include "lab/client/ended.h"
#include "lab/client/paths.h"

enum { ANSWER_MS = 2000, GONE_MS = 10000 };

static bool gone_within(int pidfd, int ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/* The lock's pid may be a stranger's by now, when the driver is dead and some process of the lab is
 * not: then nothing may be killed. Ours is a vnetlab driver. */
static bool is_driver(int pid)
{
	char path[64], comm[32] = "";

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, comm, sizeof(comm) - 1) > 0 &&
	       strcmp(comm, "vnetlab-driver\n") == 0;
}

static int pid_of(int run, const char *name, int sock)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (sock >= 0 && getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 &&
	    cred.pid > 0)
		return cred.pid;
	return lab_lock_pid(run, name);
}

int lab_end(const char *name, struct err *e)
{
	_cleanup_close_ int run = -1, sock = -1, pidfd = -1;
	int r = run_dir_open(false, &run, NULL, e);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT || !lab_lock_held(run, name)) {
		_cleanup_free_ char *how = r < 0 ? NULL : ended_text(run, name);

		if (how)
			ended_forget(run, name);
		return err_set(e, ENOENT, "no lab %s runs%s%s", name, how ? ": " : "",
		               how ? how : "");
	}
	lab_socket_connect(run, name, &sock, NULL);
	int pid = pid_of(run, name, sock);

	if (pid > 0 && is_driver(pid))
		pidfd = pidfd_open(pid, 0);
	if (pidfd >= 0 && sock >= 0) {
		/* A driver that hangs keeps nobody waiting. */
		if (send(sock, "{\"op\":\"down\"}\n", 14, MSG_NOSIGNAL) == 14 &&
		    gone_within(pidfd, ANSWER_MS))
			goto swept;
	}
	if (pidfd >= 0) {
		if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
			return err_sys(e, errno, "lab %s: killing its driver (%d)", name, pid);
		if (!gone_within(pidfd, GONE_MS))
			return err_set(e, ETIMEDOUT,
			               "lab %s: its driver (%d) was killed but does not go", name,
			               pid);
	}
swept:
	/* pid 1 is gone when all of its namespace is; the lock follows at once. */
	if (!lab_lock_gone(run, name, GONE_MS))
		return err_set(e, EBUSY,
		               "lab %s: its lock is still held by process %d or a child of it",
		               name, pid);
	ended_forget(run, name); /* of a driver that had to be killed */
	run_dir_tidy();
	return 0;
}

void lab_wait_gone(const char *name, int ms)
{
	_cleanup_close_ int run = -1;

	if (run_dir_open(false, &run, NULL, NULL) == 0)
		(void)lab_lock_gone(run, name, ms);
	run_dir_tidy();
}
