#include "lab/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/limits.h"

const char *const DAEMON_ENV[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
	"HOME=/root", NULL
};

enum {
	FD_ASIDE = 16
}; /* above every place that a descriptor is put to: 0, 1, 2 and the extra ones */

/* What went wrong, written by the child into the memory that it shares with us. */
struct failure {
	const char *step;
	int code;
};

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/* An ordinary user's user namespace forbids setgroups(2), and there is only one group in it anyway:
 * daemons that insist are told that it was done.  Elsewhere than on the two machines above they see
 * the refusal. */
static int ignore_setgroups(void)
{
#ifdef OUR_ARCH
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setgroups, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		return -1;
#endif
	return 0;
}

/* Only system calls, nothing that allocates: this runs in the parent's memory. */
static _Noreturn void child(const struct launch *l, volatile struct failure *f)
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
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	if (l->netns >= 0)
		STEP("entering its network namespace", setns(l->netns, CLONE_NEWNET));
	if (l->mntns >= 0)
		STEP("entering its mount namespace", setns(l->mntns, CLONE_NEWNS));

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
	if (l->ignore_setgroups)
		STEP("seccomp", ignore_setgroups());
	umask(022);
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

	/* execvp() searches the PATH of the environment that the program gets. */
	environ = (char **)(void *)l->envp;
	pid_t pid = vfork();

	if (pid == 0)
		child(l, &f);
	int code = errno;

	environ = env;
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
