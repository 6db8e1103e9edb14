/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/guests.h"

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
#include "lab/proc/driver.h"
#include "lab/proc/signals.h"
#include "lab/proc/users.h"

enum { AHEAD = 4 * FDS_MAX };

struct batch {
	struct err e;
	unsigned asked; /* for so many; those that were made came along */
};

/* --- the process ------------------------------------------------------------------------------ */

/* Several with one message: a change of process each costs more than the namespace's descriptor. */
static int make_guests(int home, unsigned want)
{
	struct batch b = { .asked = want };
	int fds[FDS_MAX], r = 0;
	size_t n = 0;

	while (n < want && n < FDS_MAX && ns_new_stay(&fds[n], &b.e) == 0)
		n++;
	r = fds_send(3, &b, sizeof(b), fds, n);
	while (n)
		close_p(&fds[--n]);
	return r < 0 ? r : setns(home, CLONE_NEWNET);
}

static _Noreturn void be_maker(int sock)
{
	struct err e = { 0 };
	int home = -1;
	unsigned char want;

	signals_deadly_undo();
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
	while (read(3, &want, 1) == 1)
		if (make_guests(home, want) < 0)
			break;
	_exit(0);
}

/* --- the driver's side ------------------------------------------------------------------------ */

static int users_of(int sock, int *ret_fd, struct err *e)
{
	struct err said = { 0 };
	int r = fds_receive(sock, &said, sizeof(said), ret_fd, 1, e);

	said.msg[sizeof(said.msg) - 1] = '\0';
	return r < 0       ? r
	       : said.code ? err_set(e, said.code, "%s", said.msg)
	       : r == 0    ? err_sys(e, EMFILE, "a user namespace")
	                   : 0;
}

/* One batch into the store, which is empty or has room for it. */
static int receive_namespaces(struct guests *g, struct err *e)
{
	struct batch b = { .e = { 0 } };
	int r = fds_receive(g->sock, &b, sizeof(b), g->store, FDS_MAX, e);

	if (r < 0)
		return r;
	g->asked -= b.asked;
	g->n = (unsigned)r;
	b.e.msg[sizeof(b.e.msg) - 1] = '\0';
	if (b.e.code)
		return err_set(e, b.e.code, "%s", b.e.msg);
	return g->n == b.asked ? 0 : err_sys(e, EMFILE, "network namespaces");
}

/* After a failure nothing is on its way any more: the next who asks gets his own answer. */
static void drain_namespaces(struct guests *g)
{
	while (g->sock >= 0) {
		while (g->n)
			close_p(&g->store[--g->n]);
		if (!g->asked || receive_namespaces(g, NULL) == -ECONNRESET)
			break;
	}
	g->asked = g->wanted = 0;
}

static int start_guests_maker(struct driver *d, struct err *e)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "socketpair");
	pid_t pid = fork();

	if (pid == 0)
		be_maker(sv[1]);
	close(sv[1]);
	int r = pid < 0 ? err_fork(e, errno, "the maker of network namespaces")
	                : users_of(sv[0], &d->guests.users, e);

	if (r < 0) {
		close(sv[0]);
		return r;
	}
	d->guests.sock = sv[0];
	return 0;
}

void guests_wanted(struct driver *d, unsigned n)
{
	d->guests.wanted = n;
}

/* As many as are wanted and may be on their way: so it need not wait for us, nor we for it. */
static int ask_for_namespace(struct guests *g, struct err *e)
{
	unsigned want = g->wanted ? g->wanted : 1;

	while (g->n + g->asked < want && g->asked < AHEAD) {
		unsigned left = want - g->n - g->asked;
		unsigned char k = left < FDS_MAX ? (unsigned char)left : FDS_MAX;

		if (write(g->sock, &k, 1) != 1)
			return err_sys(e, errno, "network namespaces");
		g->asked += k;
	}
	return 0;
}

int guests_ns_new(struct driver *d, int *ret_fd, struct err *e)
{
	struct guests *g = &d->guests;

	if (d->privileged)
		return ns_new(ret_fd, e);
	int r = g->sock >= 0 ? 0 : start_guests_maker(d, e);

	if (r == 0)
		r = ask_for_namespace(g, e);
	if (r == 0 && !g->n)
		r = receive_namespaces(g, e);
	if (r < 0) {
		drain_namespaces(g);
		return r;
	}
	*ret_fd = g->store[--g->n];
	if (g->wanted)
		g->wanted--;
	return 0;
}
