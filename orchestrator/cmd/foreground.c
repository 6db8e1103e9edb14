/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sd_notify.h"
#include "base/str.h"
#include "base/visible.h"
#include "lab/client/client_priv.h"
#include "lab/client/ended.h"

enum { GONE_MS = 10000 };

bool foreground_open(const struct cmd_args *a, struct foreground *ret)
{
	bool asked = arg_flag(a, "foreground");
	long fd = -1;

	*ret = (struct foreground){ .ready_fd = -1 };
	if (!arg_value(a, "ready-fd") && !asked)
		return true;
	if (!asked) {
		ui_usage(a, "--ready-fd goes with --foreground");
		return false;
	}
	if (arg_flag(a, "dry-run")) {
		ui_usage(a, "--foreground stays with a lab, and --dry-run starts none");
		return false;
	}
	if (!arg_number(a, "ready-fd", 1, INT_MAX, -1, &fd))
		return false;
	if (fd >= 0 && fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
		ui_usage(a, "--ready-fd %ld: no such descriptor is open", fd);
		return false;
	}
	ret->ready_fd = (int)fd;
	ret->notify_socket = sd_notify_take();
	return true;
}

void foreground_close(struct foreground *f)
{
	if (f->ready_fd > STDERR_FILENO)
		close(f->ready_fd);
	free(f->notify_socket);
	*f = (struct foreground){ .ready_fd = -1 };
}

static void tell_manager(const struct foreground *f, const char *text)
{
	struct err e = { 0 };

	if (sd_notify_say(f->notify_socket, text, &e) < 0)
		ui_note("%s", e.msg);
}

static void tell_ready(struct foreground *f, const char *status_text)
{
	_cleanup_free_ char *text = xasprintf("READY=1\nSTATUS=%s\n", status_text);

	tell_manager(f, text);
	if (f->ready_fd >= 0 && write_all(f->ready_fd, "ready\n", 6) < 0)
		ui_note("--ready-fd: nobody reads it");
	if (f->ready_fd > STDERR_FILENO) {
		close(f->ready_fd);
		f->ready_fd = -1;
	}
}

/* Signals that end the lab, and that of children: what a lab leaves behind comes to us when we are
 * process 1 of a container. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void reap_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* The number of a signal that ends the lab; 0: none came. */
static int take_signals(int fd)
{
	struct signalfd_siginfo si;
	int sig = 0;

	while (read(fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		if (si.ssi_signo == SIGCHLD)
			reap_orphans();
		else
			sig = (int)si.ssi_signo;
	return sig;
}

/* Prints what has come.  False: no more comes. */
static bool print_events(struct lab_client *events, struct err *e)
{
	do {
		json_t *answer = NULL;

		if (lab_recv(events, &answer, e) < 0)
			return false;
		json_t *line = json_object_get(answer, "line");

		if (line) {
			json_dump_visible(line, stdout, JSON_COMPACT);
			ui_print("\n");
		}
		json_decref(answer);
	} while (lab_client_pending(events));
	fflush(stdout); /* a reader that went away does not end a lab */
	return true;
}

static struct lab_client *follow_events(const char *lab, struct err *e)
{
	struct lab_client *c = NULL;

	if (lab_connect(lab, &c, e) < 0)
		return NULL;
	if (lab_send(c, json_pack("{s:s}", "op", "events"), NULL, 0, e) < 0)
		return lab_disconnect(c);
	return c;
}

/* True if the driver is there: its end of the owner's connection is open. */
static bool is_owner_open(const struct lab_client *owner)
{
	struct pollfd p = { .fd = lab_client_fd(owner), .events = POLLRDHUP };

	return poll(&p, 1, 0) == 0;
}

/* Until a signal comes (its number), or the lab has gone (0).  Events are printed by the way: who
 * does not read them in time loses the connection for them, and gets another one. */
static int watch_lab(const char *lab, struct lab_client *owner, int signals)
{
	struct err e = { 0 };
	struct lab_client *events = follow_events(lab, &e);
	int sig = 0;

	while (!sig) {
		struct pollfd p[] = {
			{ .fd = lab_client_fd(owner), .events = POLLRDHUP },
			{ .fd = signals, .events = POLLIN },
			{ .fd = events ? lab_client_fd(events) : -1, .events = POLLIN },
		};

		if (poll(p, ARRAY_LEN(p), -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			sig = take_signals(signals);
		if (p[2].revents && !sig && !print_events(events, &e)) {
			events = lab_disconnect(events);
			if (is_owner_open(owner))
				events = follow_events(lab, &e);
		}
		if (p[0].revents)
			break;
	}
	lab_disconnect(events);
	return sig;
}

static int end_own_lab(const char *lab, int sig)
{
	struct err e = { 0 };

	ui_note("%s: lab %s is taken down", strsignal(sig), lab);
	if (lab_end(lab, &e) < 0 && e.code != ENOENT)
		return ui_error(&e);
	return EX_DONE;
}

/* EX_DONE when somebody ended it; when nobody did, how its driver ended is the error. */
static int tell_end(const char *lab)
{
	struct err e = { 0 };

	lab_wait_gone(lab, GONE_MS);
	_cleanup_free_ char *how = ended_of(lab);

	if (!how) {
		ui_note("lab %s was ended", lab);
		return EX_DONE;
	}
	err_set(&e, ECONNRESET, "lab %s: %s", lab, how);
	return ui_error(&e);
}

int foreground_stay(struct foreground *f, const char *lab, struct lab_client *owner,
                    const volatile sig_atomic_t *came, const char *status_text)
{
	_cleanup_close_ int signals = open_signals();

	reap_orphans();
	tell_ready(f, status_text);
	int sig = *came ? *came : watch_lab(lab, owner, signals);

	tell_manager(f, "STOPPING=1\n");
	int status = sig ? end_own_lab(lab, sig) : tell_end(lab);

	reap_orphans();
	return status;
}
