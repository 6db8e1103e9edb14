/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec, shell and capture: a process in a node that has our descriptors, our signals and our exit
 * status.  With a pty its master is relayed to our terminal, which is raw meanwhile. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/io.h"
#include "base/loop.h"
#include "base/term.h"
#include "cmd/remote.h"
#include "kernel/fds.h"
#include "lab/client/client_priv.h"

enum { TWICE_MS = 1000 };

static void window_size(int master)
{
	struct winsize w;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &w) == 0)
		(void)ioctl(master, TIOCSWINSZ, &w);
}

/* Returns false at the end of the input. */
static bool relay(int from, int to)
{
	char buf[8192];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	return write_all(to, buf, (size_t)n) == 0 && n > 0;
}

static int signals_open(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, old);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The signals that came to us. */
struct passed {
	int last;      /* 0: none yet */
	bool taken;    /* the driver has passed the last one on */
	uint64_t at;   /* when, ms */
	int leave_for; /* the one that ends us */
};

/* A second signal ends vnetlab, even if the command ignored the first; the command then gets a
 * hang-up.  At a terminal only signals in quick succession count: many commands use Ctrl-C. */
static bool is_enough(const struct passed *p, int sig)
{
	bool typed = sig == SIGINT && term_is(STDIN_FILENO);

	return p->last && (!p->taken || !typed || clock_ms() - p->at < TWICE_MS);
}

static int pass_signal(struct lab_client *c, int sfd, int master, struct passed *p, struct err *e)
{
	struct signalfd_siginfo si;

	if (read(sfd, &si, sizeof(si)) != sizeof(si))
		return 0;
	if (si.ssi_signo == SIGWINCH) {
		if (master >= 0)
			window_size(master);
		return 0;
	}
	int sig = (int)si.ssi_signo;

	if (is_enough(p, sig)) {
		p->leave_for = sig;
		return 0;
	}
	*p = (struct passed){ .last = sig, .at = clock_ms() };
	return lab_send(c, json_pack("{s:i}", "signal", sig), NULL, 0, e);
}

/* 1: *ret_status is the exit status; 0: go on; -errno. */
static int take_answer(struct lab_client *c, struct passed *passed, int *ret_status, struct err *e)
{
	json_t *answer = NULL, *exit_status, *error;
	int r = lab_recv(c, &answer, e);

	if (r < 0)
		return r;
	if (json_object_get(answer, "signaled"))
		passed->taken = true;
	error = json_object_get(answer, "error");
	exit_status = json_object_get(answer, "exit");
	if (error) {
		struct err got = { 0 };
		int status = (int)json_integer_value(json_object_get(error, "status"));

		err_set(&got, (int)json_integer_value(json_object_get(error, "code")), "%s",
		        json_str(error, "message"));
		r = ui_error(&got);
		*ret_status = status ? status : r;
		r = 1;
	} else if (exit_status) {
		const char *why = json_str(answer, "message");

		if (*why) /* it could not be started */
			ui_reason("vnetlab: %s", why);
		*ret_status = (int)json_integer_value(exit_status);
		r = 1;
	}
	json_decref(answer);
	return r;
}

/* The node's terminal has come. False: it has not, and the answer says why. */
static bool take_terminal(int sock, int *ret_master, struct term_raw *term)
{
	char c = 0;

	if (fds_receive(sock, &c, 1, ret_master, 1, NULL) != 1)
		return false;
	term_raw_on(term, STDIN_FILENO);
	window_size(*ret_master);
	return true;
}

static int pump(struct lab_client *c, int sfd, int sock, struct err *e)
{
	_cleanup_term_raw_ struct term_raw term = { 0 };
	struct passed passed = { 0 };
	_cleanup_close_ int master = -1;
	bool out_open = false, in_open = false;

	for (;;) {
		struct pollfd p[] = {
			{ .fd = lab_client_fd(c), .events = POLLIN },
			{ .fd = sfd, .events = POLLIN },
			{ .fd = in_open ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = out_open ? master : -1, .events = POLLIN },
			{ .fd = sock, .events = POLLIN },
		};
		bool pending = lab_client_pending(c);
		int status = 0, r = lab_client_poll(c, p, ARRAY_LEN(p), pending ? 0 : -1, e);

		if (r == -EINTR)
			continue;
		if (r < 0)
			return r;
		if (p[4].revents) {
			in_open = out_open = take_terminal(sock, &master, &term);
			sock = -1;
			continue;
		}
		if (p[3].revents)
			out_open = relay(master, STDOUT_FILENO);
		if (p[2].revents)
			in_open = relay(STDIN_FILENO, master);
		if (p[1].revents && (r = pass_signal(c, sfd, master, &passed, e)) < 0)
			return r;
		if (passed.leave_for) {
			ui_reason("vnetlab: interrupted; the command is hung up on");
			return 128 + passed.leave_for;
		}
		/* Relay the rest of the output before returning the exit status. */
		if ((pending || p[0].revents) && !(p[3].revents & POLLIN)) {
			r = take_answer(c, &passed, &status, e);
			if (r < 0)
				return r;
			if (r > 0)
				return status;
		}
	}
}

int remote_exec(const struct cmd_args *a, json_t *req, const int fds[3], int terminal)
{
	struct lab_client *c = NULL;
	struct err e = { 0 };
	sigset_t old;
	int status = remote_connect(a, NULL, &c);

	if (status != EX_DONE) {
		json_decref(req);
		return status;
	}
	_cleanup_close_ int sfd = signals_open(&old);
	int r = sfd < 0 ? err_sys(&e, errno, "signalfd") : lab_send(c, req, fds, 3, &e);

	if (r >= 0)
		r = pump(c, sfd, terminal, &e);
	lab_disconnect(c);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r < 0 ? ui_error(&e) : r;
}
