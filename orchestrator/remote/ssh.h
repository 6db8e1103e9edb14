/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to another machine, by libssh2.
 *
 * The socket is never blocking and everything has a deadline of its own: libssh2's handshake can
 * wait for ever.  What libssh2 wants to send goes into a queue of ours, so that no call of its is
 * ever left half-done; see ssh_pump().
 *
 * Host keys are judged by known_hosts as ssh(1) does with StrictHostKeyChecking=yes, before
 * anything of the user is sent.  Private keys: those of the agent, then those of files. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "remote/target.h"

struct ssh_options {
	const struct target *target;
	const char *identity; /* a key file; NULL: ~/.ssh/id_ed25519, ~/.ssh/id_ecdsa */
	const char *home;     /* whose .ssh is read */
	long timeout_ms;      /* for connecting and authenticating together */
};

struct ssh;
int ssh_open(const struct ssh_options *o, struct ssh **ret, struct err *e);
struct ssh *ssh_close(struct ssh *s); /* returns NULL */
void ssh_close_p(struct ssh **s);
#define _cleanup_ssh_ _cleanup_(ssh_close_p)

/* A short command whose output is wanted whole (at most 64 KiB of each).  *ret_status: its exit
 * status.  out and err are the caller's to free. */
int ssh_capture(struct ssh *s, const char *command, long timeout_ms, char **ret_out, char **ret_err,
                int *ret_status, struct err *e);

/* A command that has our streams and our signals. */
struct ssh_run {
	const char *command;
	const char *mark; /* see remote/request.h: output begins behind it */
	int in, out, err; /* in: -1: none, its end is sent at once */
	bool tty;         /* in is a terminal: it is raw meanwhile, the other side has one, too */
	bool stream; /* it goes on for as long as somebody reads: when nobody does, it is left */
	/* The command that passes a signal of ours on; the caller frees it. */
	char *(*signal_command)(int sig, long pid, void *ctx);
	void *ctx;
};
/* 0 and the exit status; -ECONNRESET when the connection was lost; -ENOEXEC when the command ended
 * before it had shown its mark: *ret_status, and what it printed instead in *e; -EPIPE when nobody
 * reads our standard output. */
int ssh_run(struct ssh *s, const struct ssh_run *run, int *ret_status, struct err *e);

/* Files, by SFTP.  Paths there are absolute. */
struct ssh_file {
	char *path; /* below the folder; folders in it are made */
	const void *data;
	size_t n;
};
int ssh_upload(struct ssh *s, const char *folder, const struct ssh_file *files, size_t n,
               struct err *e);
/* Copies the ordinary files of these names (NULL ends them) from a folder there into a folder here
 * that exists, and the folders beside them with what is in them.  The machine there can choose no
 * other names in the folder itself, and in those only names of letters, digits, ".", "_" and "-".
 */
int ssh_download(struct ssh *s, const char *folder, const char *to, const char *const *names,
                 struct err *e);
/* Removes a folder there with everything in it; never follows links. */
int ssh_remove_folder(struct ssh *s, const char *folder, struct err *e);
