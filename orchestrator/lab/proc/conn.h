/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client's connection to the driver, the driver's side: lines in, lines out, never blocking.
 *
 * One operation at a time has the connection; what the client sends meanwhile waits, unless the
 * operation takes input (exec: signals). */
#pragma once

#include "base/json.h"
#include "base/loop.h"
#include "lab/proc/op.h"

struct driver;

struct conn {
	struct source src;
	struct driver *d;
	struct conn *next;
	char *in; /* read, not yet a whole line */
	size_t n, cap, scanned;
	int fds[3]; /* came with the line that is being read */
	size_t n_fds;
	char *out; /* not yet taken by the socket */
	size_t out_n, out_cap;
	bool parsing;
	bool busy;    /* an operation has it */
	bool eof;     /* the client will send no more */
	bool has_lab; /* the lab ends with this connection */
	bool dead;    /* to be freed when the stack has unwound */
	struct child worker;
	/* Operations that answer later: */
	void *ctx;
	void (*on_input)(struct conn *c, json_t *line); /* borrowed */
	void (*on_close)(struct conn *c);               /* the client has gone */
};

/* Takes fd, a connected socket; not when it fails. */
int conn_add(struct driver *d, int fd, struct err *e);
/* The driver's listening socket became readable.  Takes one connection: the loop then serves the
 * others before the next, so that who comes again and again keeps nobody waiting. */
void conn_accept(struct driver *d, int listen_fd);
void conn_close(struct conn *c);
void conn_reap(struct driver *d);                                 /* frees the closed ones */
void conn_close_all(struct driver *d, const struct conn *except); /* in a forked child */
/* In a forked child: gives up what is the driver\'s, keeps the lab\'s namespaces and keep (or
 * NULL). */
void driver_after_fork(struct driver *d, const struct conn *keep);

void conn_send(struct conn *c, json_t *obj /* stolen */);
/* A stream's lines; a client that does not read is dropped when too much has piled up. */
void conn_text(struct conn *c, const char *s, size_t n);
void conn_line(struct conn *c, const char *json); /* of a text that is JSON */
/* The final answer of an operation; the next request is read. */
void conn_answer(struct conn *c, json_t *payload /* stolen; may be NULL */);
void conn_error(struct conn *c, const struct err *e);
/* Waits (bounded) until everything is written: before the driver ends. */
void conn_flush(struct conn *c, int timeout_ms);
