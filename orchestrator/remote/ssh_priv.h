/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the files of a connection share. */
#pragma once

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "base/clock.h"
#include "base/str.h"
#include "remote/known_hosts.h"
#include "remote/ssh.h"

struct ssh {
	int fd;
	LIBSSH2_SESSION *s;
	LIBSSH2_SFTP *sftp;
	struct str out; /* what the socket did not take yet */
	size_t out_at;
	long deadline; /* of connecting and authenticating */
	bool open;     /* both are done */
	int dead;      /* errno of the socket; ECONNRESET when the other side closed it */
	char *user, *name;
	struct target target;
};

enum { SSH_QUEUE_MAX = 256 * 1024, SSH_STEP_MS = 30000 };

/* Waits until the socket can be read, or takes more of the queue.  -ETIMEDOUT or the connection's
 * end, with a sentence that says what was being done. */
int ssh_wait(struct ssh *s, long deadline, const char *what, struct err *e);
int ssh_flush(struct ssh *s); /* sends of the queue what goes; -errno when the socket is dead */
static inline size_t ssh_queued(const struct ssh *s)
{
	return s->out.n - s->out_at;
}

/* Repeats a call of libssh2's until it is through: one that returns a number, or a pointer. */
#define SSH_DO(s, deadline, call, what, e) \
	({ \
		ssize_t r_; \
		int w_ = 0; \
		while ((r_ = (call)) == LIBSSH2_ERROR_EAGAIN && \
		       (w_ = ssh_wait((s), (deadline), (what), (e))) == 0) \
			; \
		w_ < 0 ? w_ : r_ < 0 ? ssh_failed((s), (what), (e)) : r_; \
	})
#define SSH_GET(s, deadline, call, what, e) \
	({ \
		__typeof__(call) p_; \
		int w_ = 0; \
		while (!(p_ = (call)) && \
		       libssh2_session_last_errno((s)->s) == LIBSSH2_ERROR_EAGAIN && \
		       (w_ = ssh_wait((s), (deadline), (what), (e))) == 0) \
			; \
		if (!p_ && w_ == 0) \
			ssh_failed((s), (what), (e)); \
		p_; \
	})

/* libssh2's last error becomes *e: "ssh://...: WHAT: its words".  Returns -errno. */
int ssh_failed(struct ssh *s, const char *what, struct err *e);

int ssh_connect(struct ssh *s, long deadline, struct err *e);                      /* connect.c */
int ssh_check_host_key(struct ssh *s, const struct known_hosts *k, struct err *e); /* host_key.c */
void ssh_read_known_hosts(const struct ssh_options *o, struct known_hosts *k);
int ssh_authenticate(struct ssh *s, const struct ssh_options *o, long deadline, struct err *e);

LIBSSH2_CHANNEL *ssh_channel(struct ssh *s, const char *command, const char *term, int columns,
                             int rows, long deadline, struct err *e); /* channel.c */
