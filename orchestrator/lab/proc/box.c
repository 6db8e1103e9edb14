/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/box.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/caps.h"
#include "kernel/fds.h"
#include "kernel/limits.h"
#include "kernel/ns.h"
#include "kernel/seccomp.h"
#include "lab/proc/bounds.h"
#include "lab/proc/driver.h"
#include "lab/proc/events.h"
#include "lab/proc/mounts.h"
#include "lab/proc/signals.h"
#include "lab/proc/stage.h"
#include "lab/proc/users.h"

/* --- process 1 -------------------------------------------------------------------------------- */

enum { PID, IPC, USER, NET, N_SPACES };

struct report {
	struct err e;
	bool own_users;
};

/* A /proc of the box's own processes.  Where parts of /proc are hidden (containers), the kernel
 * refuses that: then the lab's stays, in which only our own are ours. */
static int own_proc(struct err *e)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return errno == EPERM || errno == EBUSY ? 0 : err_sys(e, errno, "mounting /proc");
	/* Settings of its network, and no others. */
	if (mount("/proc/sys/net", "/proc/sys/net", NULL, MS_BIND, NULL) < 0 ||
	    mount("/proc/sys", "/proc/sys", NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(e, errno, "binding /proc/sys");
	if (mount(NULL, "/proc/sys", NULL,
	          MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return err_sys(e, errno, "making /proc/sys read-only");
	return 0;
}

static int own_users(struct err *e)
{
	int r = users_new(e);

	if (r == 0 && unshare(CLONE_NEWNET) < 0)
		r = err_unshare(e, errno, CLONE_NEWNET);
	return r;
}

static int send_spaces(int sock, struct report *rep)
{
	static const char *const FILES[N_SPACES] = { "pid", "ipc", "user", "net" };
	int fds[N_SPACES] = { -1, -1, -1, -1 };
	size_t n = rep->own_users ? N_SPACES : USER;

	for (size_t i = 0; i < n && !rep->e.code; i++) {
		_cleanup_free_ char *path = xasprintf("/proc/self/ns/%s", FILES[i]);

		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			err_sys(&rep->e, errno, "%s", path);
	}
	return fds_send(sock, rep, sizeof(*rep), fds, rep->e.code ? 0 : n);
}

/* Buries what nobody waits for, until it is killed. */
static _Noreturn void bury_init(void)
{
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_SETMASK, &chld, NULL);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		sigwaitinfo(&chld, NULL);
	}
}

/* The command line that started the lab is nobody's in there. */
static void forget_arguments(void)
{
	char text[4096];
	_cleanup_close_ int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));

	/* They lie behind one another, and glibc points at the first. */
	if (n > 0 && memcmp(text, program_invocation_name, (size_t)n) == 0)
		memset(program_invocation_name, 0, (size_t)n);
}

static _Noreturn void be_init(const struct driver *d, int sock, bool users)
{
	struct report rep = { .own_users = users };

	signals_deadly_undo();
	/* Descriptor 3 is all that it has of the driver. */
	dup2(sock, 3);
	close_range(4, ~0u, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "vnetlab-init");
	forget_arguments();
	if (own_proc(&rep.e) == 0 && unshare(CLONE_NEWIPC) < 0)
		err_unshare(&rep.e, errno, CLONE_NEWIPC);
	if (!rep.e.code && users && own_users(&rep.e) < 0 && d->privileged) {
		rep.e.code = 0;
		rep.own_users = false;
	}
	if (send_spaces(3, &rep) < 0 || rep.e.code)
		_exit(1);
	close_range(0, ~0u, 0);
	if (caps_keep(0) < 0 || seccomp_confine(false) < 0)
		_exit(1);
	bury_init();
}

/* --- the driver's side ------------------------------------------------------------------------ */

static int receive(int sock, struct lab_node *n, struct err *e)
{
	struct box *b = n->box;
	struct report rep = { 0 };
	int fds[N_SPACES] = { -1, -1, -1, -1 };
	int r = fds_receive(sock, &rep, sizeof(rep), fds, N_SPACES, e);

	if (r < 0)
		return err_wrap(e, "its first process");
	if (rep.e.code) {
		rep.e.msg[sizeof(rep.e.msg) - 1] = '\0';
		return err_set(e, rep.e.code, "%s", rep.e.msg);
	}
	b->pidns = fds[PID];
	b->ipcns = fds[IPC];
	b->userns = fds[USER];
	if (rep.own_users)
		n->netns = fds[NET];
	if (r != (rep.own_users ? N_SPACES : USER))
		return err_sys(e, EMFILE, "its namespaces");
	if (rep.own_users)
		return ns_lo_up(n->netns, e);
	return n->netns >= 0 ? 0 : ns_new(&n->netns, e);
}

/* From inside of the node's mount namespace, where process 1 is to be. */
static int fork_init(struct driver *d, struct lab_node *n, int *ret_sock, struct err *e)
{
	int sv[2], r = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "socketpair");
	if (unshare(CLONE_NEWPID) < 0) {
		r = err_unshare(e, errno, CLONE_NEWPID);
	} else {
		pid_t pid = fork();

		if (pid == 0)
			be_init(d, sv[1], n->netns < 0);
		if (pid < 0)
			r = err_fork(e, errno, "its first process");
		else
			n->box->init = pid;
	}
	/* Children of ours are the lab's again. */
	if (setns(d->pidns, CLONE_NEWPID) < 0) {
		fprintf(stderr, "vnetlab: cannot return to the lab's pid namespace: %m\n");
		abort();
	}
	close(sv[1]);
	if (r < 0)
		close(sv[0]);
	else
		*ret_sock = sv[0];
	return r;
}

/* Puts the box into a cgroup; where that fails, each of its processes is bounded alone, as where
 * there are no cgroups. */
static void bound_box(struct driver *d, const struct lab_node *n)
{
	struct err e = { 0 };

	n->box->bounds = &d->bounds;
	n->box->group = bounds_make(&d->bounds, &e);
	if (e.code)
		event_add(d->events, "memory", n->name, "not bounded as a whole: %s", e.msg);
}

int box_new(struct driver *d, struct lab_node *n, struct err *e)
{
	int sock = -1, r;

	seccomp_prepare();
	n->box = xcalloc(1, sizeof(*n->box));
	*n->box = (struct box){ .mntns = -1, .pidns = -1, .ipcns = -1, .userns = -1 };
	r = stage_enter(d, n->dir, &n->box->mntns, e);
	if (r == 0) {
		r = fork_init(d, n, &sock, e);
		stage_leave(d);
	}
	if (r == 0) {
		r = receive(sock, n, e);
		close(sock);
	}
	/* One that runs no daemons: guests_ns_new(). */
	if (r == 0 && n->box->userns < 0 && n->kind == NODE_VM && d->guests.users >= 0) {
		n->box->userns = fcntl(d->guests.users, F_DUPFD_CLOEXEC, 0);
		if (n->box->userns < 0)
			r = err_sys(e, errno, "its user namespace");
	}
	if (r < 0)
		n->box = box_free(n->box);
	else
		bound_box(d, n);
	return r;
}

struct box *box_free(struct box *b)
{
	if (!b)
		return NULL;
	if (b->init > 0)
		kill(b->init, SIGKILL); /* reaped by the loop */
	if (b->bounds)
		bounds_drop(b->bounds, b->group);
	close_p(&b->mntns);
	close_p(&b->pidns);
	close_p(&b->ipcns);
	close_p(&b->userns);
	free(b);
	return NULL;
}

bool box_has_starved(const struct box *b)
{
	return b && b->group && bounds_kills(b->bounds, b->group) > 0;
}

static int open_terminal(int *ret_master, int *ret_slave, struct err *e)
{
	_cleanup_close_ int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int lock = 0;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &lock) < 0)
		return err_sys(e, errno, "no pseudo-terminal");
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (slave < 0)
		return err_sys(e, errno, "no pseudo-terminal");
	*ret_master = take_fd(master);
	*ret_slave = slave;
	return 0;
}

int box_terminal(struct driver *d, const struct box *b, int *ret_master, int *ret_slave,
                 struct err *e)
{
	if (setns(b->mntns, CLONE_NEWNS) < 0)
		return err_sys(e, errno, "no pseudo-terminal: its mount namespace");
	int r = open_terminal(ret_master, ret_slave, e);

	stage_leave(d);
	return r;
}

int box_enter(const struct box *b)
{
	/* The user namespace last: it has no say over the others. */
	if (setns(b->mntns, CLONE_NEWNS) < 0 || setns(b->ipcns, CLONE_NEWIPC) < 0)
		return -1;
	return b->userns >= 0 ? setns(b->userns, CLONE_NEWUSER) : 0;
}
