/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command on the other machine, whose output is wanted whole. */
#include <errno.h>
#include <sys/ioctl.h>

#include "remote/ssh_priv.h"

enum { CAPTURE_MAX = 64 * 1024 };

static int open_failed(struct ssh *s, const char *what, struct err *e)
{
	int r = ssh_failed(s, what, e);

	if (r == -EPROTO)
		return err_set(e, EPERM,
		               "%s: %s: the server refuses it (MaxSessions, or a restricted key or "
		               "account there?)",
		               s->name, what);
	return r;
}

static LIBSSH2_CHANNEL *open_channel(struct ssh *s, long deadline, struct err *e)
{
	bool again = true;
	LIBSSH2_CHANNEL *c;

	while (!(c = libssh2_channel_open_session(s->s))) {
		int why = libssh2_session_last_errno(s->s);

		/* Try twice: a server that allows few sessions may count one that has just
		 * ended.  When it has answered, it no longer does. */
		if (why == LIBSSH2_ERROR_CHANNEL_FAILURE && again) {
			again = false;
			continue;
		}
		if (why != LIBSSH2_ERROR_EAGAIN) {
			open_failed(s, "opening a session", e);
			return NULL;
		}
		if (ssh_wait(s, deadline, "opening a session", e) < 0)
			return NULL;
	}
	return c;
}

LIBSSH2_CHANNEL *ssh_channel(struct ssh *s, const char *command, const char *term, int columns,
                             int rows, long deadline, struct err *e)
{
	LIBSSH2_CHANNEL *c = open_channel(s, deadline, e);

	if (!c)
		return NULL;
	if (term && SSH_DO(s, deadline,
	                   libssh2_channel_request_pty_ex(c, term, (unsigned)strlen(term), NULL, 0,
	                                                  columns, rows, 0, 0),
	                   "a terminal", e) < 0) {
		open_failed(s, "a terminal", e);
		libssh2_channel_free(c);
		return NULL;
	}
	if (SSH_DO(s, deadline, libssh2_channel_exec(c, command), "running a command", e) < 0) {
		open_failed(s, "running a command", e);
		libssh2_channel_free(c);
		return NULL;
	}
	return c;
}

/* Appends what can be read by now; what is over the limit is dropped. -errno, 0. */
static int read_output(struct ssh *s, LIBSSH2_CHANNEL *c, int stream, struct str *to, struct err *e)
{
	char buf[8192];

	for (;;) {
		ssize_t n = libssh2_channel_read_ex(c, stream, buf, sizeof(buf));

		if (n == 0 || n == LIBSSH2_ERROR_EAGAIN)
			return 0;
		if (n < 0)
			return ssh_failed(s, "running a command", e);
		if (to->n + (size_t)n <= CAPTURE_MAX)
			str_addn(to, buf, (size_t)n);
	}
}

static int read_both_streams(struct ssh *s, LIBSSH2_CHANNEL *c, long deadline, struct str *out,
                             struct str *err, struct err *e)
{
	for (;;) {
		int r = read_output(s, c, 0, out, e);

		if (r == 0)
			r = read_output(s, c, SSH_EXTENDED_DATA_STDERR, err, e);
		if (r < 0)
			return r;
		if (libssh2_channel_eof(c))
			return 0;
		r = ssh_wait(s, deadline, "running a command", e);
		if (r < 0)
			return r;
	}
}

int ssh_capture(struct ssh *s, const char *command, long timeout_ms, char **ret_out, char **ret_err,
                int *ret_status, struct err *e)
{
	long deadline = clock_ms() + timeout_ms;
	_cleanup_str_ struct str out = { 0 }, err = { 0 };
	LIBSSH2_CHANNEL *c = ssh_channel(s, command, NULL, 0, 0, deadline, e);

	if (!c)
		return -e->code;
	int r = (int)SSH_DO(s, deadline, libssh2_channel_send_eof(c), "running a command", e);

	if (r >= 0)
		r = read_both_streams(s, c, deadline, &out, &err, e);
	/* Wait for the other side to close, which it does after sending the exit status. */
	if (r >= 0)
		r = (int)SSH_DO(s, deadline, libssh2_channel_wait_closed(c), "running a command",
		                e);
	if (r >= 0) {
		*ret_status = libssh2_channel_get_exit_status(c);
		*ret_out = str_take(&out);
		*ret_err = str_take(&err);
	}
	libssh2_channel_free(c);
	return r < 0 ? r : 0;
}
