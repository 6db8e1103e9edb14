#include "lab/guests.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/fds.h"
#include "kernel/limits.h"
#include "kernel/ns.h"
#include "lab/driver.h"
#include "lab/users.h"
#include "lab/watcher.h"

enum { AHEAD = 32 };

/* --- the process ------------------------------------------------------------------------------ */

static _Noreturn void be_maker(int sock)
{
	struct err e = { 0 };
	int home = -1;
	char c;

	watcher_signals_undo();
	dup2(sock, 3);
	close_range(4, ~0u, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "vnetlab-guests");
	if (users_new(&e) < 0) {
		fds_send(3, &e, sizeof(e), NULL, 0);
		_exit(1);
	}
	int users = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);

	if (users < 0)
		err_sys(&e, errno, "/proc/self/ns/user");
	if (fds_send(3, &e, sizeof(e), &users, users >= 0) < 0)
		_exit(1);
	close_p(&users);
	/* It stays in none that it gives away. */
	if (unshare(CLONE_NEWNET) < 0 || ns_current(&home, &e) < 0)
		_exit(1);
	while (read(3, &c, 1) == 1) {
		int fd = -1;

		memset(&e, 0, sizeof(e));
		ns_new_stay(&fd, &e);
		if (fds_send(3, &e, sizeof(e), &fd, fd >= 0) < 0)
			break;
		close_p(&fd);
		if (setns(home, CLONE_NEWNET) < 0)
			break;
	}
	_exit(0);
}

/* --- the driver's side ------------------------------------------------------------------------ */

static int take(int sock, int *ret_fd, struct err *e)
{
	struct err said = { 0 };
	int fd = -1, r = fds_receive(sock, &said, sizeof(said), &fd, 1, e);

	if (r < 0)
		return r;
	if (said.code || fd < 0) {
		said.msg[sizeof(said.msg) - 1] = '\0';
		close_p(&fd);
		return said.code ? err_set(e, said.code, "%s", said.msg)
		                 : err_set(e, EMFILE, "a network namespace: no descriptor is left");
	}
	*ret_fd = fd;
	return 0;
}

static int start(struct driver *d, struct err *e)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "socketpair");
	pid_t pid = fork();

	if (pid == 0)
		be_maker(sv[1]);
	close(sv[1]);
	int r = pid < 0 ? err_fork(e, errno, "the maker of network namespaces")
	                : take(sv[0], &d->guest_users, e);

	if (r < 0) {
		close(sv[0]);
		return r;
	}
	d->guests = sv[0];
	return 0;
}

void guests_wanted(struct driver *d, unsigned n)
{
	d->guests_wanted = n;
}

/* As many as are wanted and may be on their way: so it need not wait for us, nor we for it. */
static int ask(struct driver *d, struct err *e)
{
	unsigned most = d->guests_wanted > AHEAD ? AHEAD : d->guests_wanted ? d->guests_wanted : 1;

	while (d->guests_asked < most) {
		if (write(d->guests, "n", 1) != 1)
			return err_sys(e, errno, "network namespaces");
		d->guests_asked++;
	}
	return 0;
}

int guests_ns_new(struct driver *d, int *ret_fd, struct err *e)
{
	if (d->privileged)
		return ns_new(ret_fd, e);
	int r = d->guests >= 0 ? 0 : start(d, e);

	if (r == 0)
		r = ask(d, e);
	if (r < 0)
		return r;
	d->guests_asked--;
	if (d->guests_wanted)
		d->guests_wanted--;
	return take(d->guests, ret_fd, e);
}
