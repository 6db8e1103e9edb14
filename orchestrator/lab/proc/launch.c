/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/caps.h"
#include "kernel/limits.h"
#include "kernel/seccomp.h"
#include "lab/proc/bounds.h"
#include "lab/proc/box.h"

const char *const DAEMON_ENV[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
	"HOME=/root", NULL
};

enum {
	FD_ASIDE = 16
}; /* above every place that a descriptor is put to: 0, 1, 2 and the extra ones */

/* The step that failed, written by the child into the memory that it shares with us. */
struct failure {
	const char *step;
	int code;
};

enum {
	PROCESSES_MAX = 1024,
	DATA_MAX_MIB = 2048, /* of one process: several times what a daemon needs for full tables */
};

/* A program in a box may do what its node's image says, and has limits. */
static int confine_program(const struct launch *l)
{
	/* With a user namespace of its own the limit is the node's; else it would be the lab's. */
	const struct rlimit processes = { PROCESSES_MAX, PROCESSES_MAX };
	/* 1: not even to a program of the machine's (core(5)). */
	const struct rlimit core = { 1, 1 };
	const struct rlimit data = { (rlim_t)DATA_MAX_MIB << 20, (rlim_t)DATA_MAX_MIB << 20 };

	if (l->box->userns >= 0 && setrlimit(RLIMIT_NPROC, &processes) < 0)
		return -1;
	if (setrlimit(RLIMIT_CORE, &core) < 0 || caps_keep(l->caps) < 0 ||
	    seccomp_confine(l->ignore_setgroups) < 0)
		return -1;
	/* Refused where the caller's own limit is lower, which stays then. */
	setrlimit(RLIMIT_DATA, &data);
	return 0;
}

/* Only system calls, nothing that allocates: this runs in the parent's memory. */
static _Noreturn void run_program(const struct launch *l, int cgroup, volatile struct failure *f)
{
	sigset_t none;

#define STEP(what, call) \
	do { \
		if ((call) < 0) { \
			f->step = (what); \
			f->code = errno; \
			_exit(127); \
		} \
	} while (0)
	for (int i = 1; i < 32; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (cgroup >= 0)
		STEP("entering its cgroup", write(cgroup, "0", 1));
	if (l->netns >= 0)
		STEP("entering its network namespace", setns(l->netns, CLONE_NEWNET));
	if (l->box)
		STEP("entering its namespaces", box_enter(l->box));
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten with a change of user namespace */

	int null = -1, program = 0, src[16];
	size_t n = 0;

	for (int i = 0; i < 3; i++) {
		int fd = l->fds[i];

		if (fd < 0) {
			if (null < 0)
				STEP("/dev/null", null = open("/dev/null", O_RDWR | O_CLOEXEC));
			fd = null;
		}
		STEP("descriptors", src[n++] = fcntl(fd, F_DUPFD_CLOEXEC, FD_ASIDE));
	}
	for (size_t i = 0; i < l->n_extra && n < 16; i++)
		STEP("descriptors", src[n++] = fcntl(l->extra[i], F_DUPFD_CLOEXEC, FD_ASIDE));
	if (l->program)
		STEP("descriptors", program = fcntl(l->program, F_DUPFD_CLOEXEC, FD_ASIDE));
	for (size_t i = 0; i < n; i++)
		STEP("descriptors", dup2(src[i], (int)i));
	if (l->tty)
		STEP("terminal", ioctl(0, TIOCSCTTY, 1));
	if (l->nofile)
		setrlimit(RLIMIT_NOFILE, l->nofile);
	if (!l->cwd || chdir(l->cwd) < 0)
		STEP("/", chdir("/"));
	umask(022);
	if (l->box)
		STEP("confining it", confine_program(l));
	if (program)
		fexecve(program, (char *const *)l->argv, environ);
	else
		execvp(l->argv[0], (char *const *)l->argv);
	/* A folder of PATH that we may not look into says nothing about the program. */
	f->code = errno == EACCES && !strchr(l->argv[0], '/') ? ENOENT : errno;
	_exit(127);
}

int launch(const struct launch *l, pid_t *ret, struct err *e)
{
	volatile struct failure f = { 0 };
	char **env = environ;
	_cleanup_close_ int cgroup = l->box ? bounds_enter(l->box->bounds, l->box->group) : -1;

	if (l->box && l->box->group && cgroup < 0)
		return err_sys(e, errno, "starting %s: its cgroup", l->argv[0]);

	if (l->box && setns(l->box->pidns, CLONE_NEWPID) < 0)
		return err_sys(e, errno, "starting %s: its pid namespace", l->argv[0]);
	/* execvp() searches the PATH of the environment that the program gets. */
	environ = (char **)(void *)l->envp;
	pid_t pid = vfork();

	if (pid == 0)
		run_program(l, cgroup, &f);
	int code = errno;

	environ = env;
	/* Children of ours are the lab's again. */
	if (l->box && setns(l->pidns, CLONE_NEWPID) < 0) {
		fprintf(stderr, "vnetlab: cannot return to the lab's pid namespace: %m\n");
		abort();
	}
	if (pid < 0) {
		_cleanup_free_ char *what = xasprintf("starting %s", l->argv[0]);

		return err_fork(e, code, what);
	}
	if (!f.code) {
		*ret = pid;
		return 0;
	}
	/* Reaped by the driver's loop, as every child nobody asks for. */
	if (f.step)
		return err_sys(e, f.code, "starting %s: %s", l->argv[0], f.step);
	return err_set(e, f.code, "starting %s: %s", l->argv[0],
	               f.code == ENOENT ? "no such program" : strerror(f.code));
}
