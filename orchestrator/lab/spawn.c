/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a driver: a fork that leaves the terminal takes namespaces of its own and forks again;
 * its child is pid 1 of the lab.  A process that stays outside adopts that one, and tells how it
 * ended (lab/watcher.h).  What goes wrong on the way comes back over a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/cgroup.h"
#include "kernel/limits.h"
#include "kernel/seat.h"
#include "lab/client/client_priv.h"
#include "lab/client/ended.h"
#include "lab/client/paths.h"
#include "lab/driver.h"
#include "lab/namespaces.h"
#include "lab/program.h"
#include "lab/watcher.h"

/* Both halves of an error, in one write: the reader knows the size. */
static _Noreturn void report_and_exit(int pipe_fd, const struct err *e)
{
	ssize_t n = write(pipe_fd, e, sizeof(*e));

	_exit(n == (ssize_t)sizeof(*e) ? 1 : 2);
}

static pid_t fork_or_report(int pipe_fd)
{
	struct err e = { 0 };
	pid_t pid = fork();

	if (pid < 0) {
		err_fork(&e, errno, "starting the driver");
		report_and_exit(pipe_fd, &e);
	}
	return pid;
}

static int to_null(struct err *e)
{
	_cleanup_close_ int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		return err_sys(e, errno, "/dev/null");
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return err_sys(e, errno, "dup2");
	if (fd < 3)
		take_fd(fd);
	return 0;
}

/* Makes the lab's cgroup, and writes its place into the lab's folder: a client that finds the lab
 * dead removes it.  Without one, the lab runs all the same (lab/proc/bounds.h). */
static void take_cgroup(const char *lab, int dir, bool privileged, struct cgroup *ret)
{
	_cleanup_free_ char *parent = cgroup_parent(NULL);
	struct stat st;

	if (!parent || fstat(dir, &st) < 0)
		return;
	/* Two labs of one name have two folders. */
	_cleanup_free_ char *path =
	    xasprintf("%s/vnetlab-%s-%llx", parent, lab, (unsigned long long)st.st_ino);

	cgroup_remove(path, 0);
	if (lab_cgroup_note(dir, path) == 0 &&
	    cgroup_make(path, lab_root_id(privileged), ret, NULL) < 0)
		lab_cgroup_remove(dir, 0);
}

static int fd_cmp(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Whatever the caller had open is not the lab's: a pipe held for the lab's life would keep its
 * reader waiting for as long. */
static void close_all_but(const int *keep, size_t n)
{
	int sorted[12] = { 0 };
	unsigned from = 3;
	size_t open = 0;

	for (size_t i = 0; i < n; i++)
		if (keep[i] >= 0)
			sorted[open++] = keep[i];
	n = open;
	qsort(sorted, n, sizeof(*sorted), fd_cmp);
	for (size_t i = 0; i < n; i++) {
		if ((unsigned)sorted[i] > from)
			close_range(from, (unsigned)sorted[i] - 1, 0);
		from = (unsigned)sorted[i] + 1;
	}
	close_range(from, ~0u, 0);
	seat_again();
}

static _Noreturn void be_driver(struct driver_start *ds, int pipe_fd, int words_fd)
{
	/* A watcher that does not read keeps no driver waiting. */
	fcntl(words_fd, F_SETFL, O_NONBLOCK);
	dup2(words_fd, STDERR_FILENO);
	/* Without that, what it starts is bounded nevertheless: it goes to cgroups of its own. */
	if (ds->enter_fd >= 0 && write(ds->enter_fd, "0", 1) < 0)
		fprintf(stderr, "vnetlab: the lab's cgroup: %m\n");
	int keep[] = { ds->run_fd,    ds->dir_fd,   ds->lock_fd,   ds->listen_fd, ds->host_proc_fd,
		       ds->router_fd, ds->owner_fd, ds->cgroup_fd, pipe_fd };

	close_all_but(keep, ARRAY_LEN(keep));
	prctl(PR_SET_NAME, "vnetlab-driver");
	/* Nobody in the lab traces us or opens our descriptors, those of the outside among them. */
	prctl(PR_SET_DUMPABLE, 0);
	/* Reports over the pipe once it listens, or what prevents it. */
	driver_main(ds, pipe_fd);
}

static _Noreturn void middle(struct driver_start *ds, int pipe_fd, int words_fd)
{
	struct err e = { 0 };
	char buf[16];

	if (lab_namespaces(ds->privileged, &e) < 0)
		report_and_exit(pipe_fd, &e);
	pid_t pid = fork_or_report(pipe_fd);

	if (pid == 0)
		be_driver(ds, pipe_fd, words_fd);
	/* Only here is the driver's process id known as the host sees it. */
	int n = snprintf(buf, sizeof(buf), "%d\n", (int)pid);

	if (ftruncate(ds->lock_fd, 0) < 0 || pwrite(ds->lock_fd, buf, (size_t)n, 0) != n) {
		kill(pid, SIGKILL);
		err_sys(&e, errno, "writing the lock");
		report_and_exit(pipe_fd, &e);
	}
	_exit(0);
}

static _Noreturn void watch_driver(struct driver_start *ds, int pipe_fd)
{
	struct err e = { 0 };
	int words[2];

	setsid();
	prctl(PR_SET_NAME, "vnetlab-watcher");
	/* The process in between ends at once: then the driver is our child. */
	if (to_null(&e) < 0 || pipe2(words, O_CLOEXEC) < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || chdir("/") < 0) {
		if (!e.code)
			err_sys(&e, errno, "watching the driver");
		report_and_exit(pipe_fd, &e);
	}
	pid_t pid = fork_or_report(pipe_fd);

	if (pid == 0)
		middle(ds, pipe_fd, words[1]);
	int keep[] = { ds->run_fd, ds->dir_fd, ds->lock_fd, words[0] };

	close_all_but(keep, ARRAY_LEN(keep));
	watcher_main(&(struct watched){ ds->lab, ds->run_fd, ds->dir_fd, pid, words[0] });
}

/* Nobody has to wait for the one who watches. */
static _Noreturn void start_driver(struct driver_start *ds, int pipe_fd)
{
	struct err e = { 0 };
	pid_t pid = fork();

	if (pid == 0)
		watch_driver(ds, pipe_fd);
	if (pid < 0) {
		err_fork(&e, errno, "starting the driver");
		report_and_exit(pipe_fd, &e);
	}
	_exit(0);
}

static int wait_for_exit(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* A job's run directory goes with its last lab (run_dir_tidy()), between our two steps perhaps. */
static int take_folder(const char *lab, int *ret_run, int *ret_dir, int *ret_lock, struct err *e)
{
	enum { TRIES = 5 };
	int r = -ENOENT;

	for (int i = 0; i < TRIES && r == -ENOENT; i++) {
		_cleanup_close_ int run = -1;

		r = run_dir_open(true, &run, NULL, e);
		if (r == 0)
			r = lab_lock_take(run, lab, ret_dir, ret_lock, e);
		if (r == 0)
			*ret_run = take_fd(run);
	}
	return r;
}

/* The descriptors that a driver is started with; -1: not open. */
struct spawning {
	int run, dir, lock, listen, proc, router;
	int line[2]; /* its first connection: our end, its end */
	int pipe[2]; /* over which it says how its start went: our end, its end */
	struct cgroup cgroup;
};

static void spawning_done(struct spawning *s)
{
	int *fds[] = { &s->run,    &s->dir,     &s->lock,    &s->listen,  &s->proc,
		       &s->router, &s->line[0], &s->line[1], &s->pipe[0], &s->pipe[1] };

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close_p(fds[i]);
	cgroup_done(&s->cgroup);
}

/* Opens what the driver needs beside its folder. */
static int open_for_driver(struct spawning *s, struct err *e)
{
	int r = lab_socket_bind(s->dir, &s->listen, e);

	if (r < 0)
		return r;
	s->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->proc < 0)
		return err_sys(e, errno, "/proc");
	if (pipe2(s->pipe, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	/* Ours is the driver's first connection, there before anybody else can come and go: a
	 * driver that has nothing to do ends with its last one. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s->line) < 0)
		return err_sys(e, errno, "socketpair");
	s->router = router_open(e);
	return s->router < 0 ? s->router : 0;
}

/* Returns what is to be waited for; or -errno. */
static pid_t fork_starter(const char *lab, bool privileged, struct spawning *s, struct err *e)
{
	struct driver_start ds = { .lab = lab,
		                   .cgroup_fd = s->cgroup.dir,
		                   .enter_fd = s->cgroup.enter,
		                   .privileged = privileged,
		                   .router_fd = s->router,
		                   .run_fd = s->run,
		                   .dir_fd = s->dir,
		                   .lock_fd = s->lock,
		                   .listen_fd = s->listen,
		                   .host_proc_fd = s->proc,
		                   .owner_fd = s->line[1] };

	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0)
		return err_fork(e, errno, "starting the driver");
	if (pid == 0)
		start_driver(&ds, s->pipe[1]);
	close_p(&s->pipe[1]);
	close_p(&s->line[1]);
	s->pipe[1] = s->line[1] = -1;
	return pid;
}

/* Waits for the driver to say how its start went. */
static int await_driver(const char *lab, int fd, pid_t starter, struct err *e)
{
	struct err report;
	size_t got = 0;
	char more;
	ssize_t k;

	/* The driver says so when it listens, and closes; a driver that dies closes as well, and so
	 * does who has written its process id into the lock: nothing else comes, but the end. */
	while ((k = read(fd, got < sizeof(report) ? (char *)&report + got : &more,
	                 got < sizeof(report) ? sizeof(report) - got : 1)) > 0 ||
	       (k < 0 && errno == EINTR))
		got += k > 0 ? (size_t)k : 0;
	wait_for_exit(starter);
	if (got < sizeof(report))
		return ended_err(lab, e);
	if (!report.code)
		return 0;
	report.msg[sizeof(report.msg) - 1] = '\0';
	return err_set(e, report.code, "lab %s: %s", lab, report.msg);
}

int lab_spawn(const char *lab, bool privileged, struct lab_client **ret, struct err *e)
{
	_cleanup_(spawning_done) struct spawning s = {
		.run = -1,
		.dir = -1,
		.lock = -1,
		.listen = -1,
		.proc = -1,
		.router = -1,
		.line = { -1, -1 },
		.pipe = { -1, -1 },
		.cgroup = { .dir = -1, .enter = -1 },
	};
	int r = lab_name_check(lab, e);

	if (r == 0)
		r = take_folder(lab, &s.run, &s.dir, &s.lock, e);
	if (r < 0)
		return r;
	r = open_for_driver(&s, e);
	if (r == 0) {
		take_cgroup(lab, s.dir, privileged, &s.cgroup);
		r = fork_starter(lab, privileged, &s, e);
	}
	if (r > 0)
		r = await_driver(lab, s.pipe[0], r, e);
	if (r < 0) {
		lab_dir_remove(s.run, s.dir, lab);
		return r;
	}
	*ret = lab_client_new(lab, take_fd(s.line[0]));
	return 0;
}
