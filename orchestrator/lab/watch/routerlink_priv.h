/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of the driver's end of the virtual router. */
#pragma once

#include "base/loop.h"
#include "lab/proc/process.h"
#include "lab/watch/routerlink.h"
#include "router/proto.h"

struct looking {
	void (*fn)(void *ctx, const json_t *looked);
	void *ctx;
};

struct router_link {
	struct driver *d;
	struct child child;
	pid_t host_pid;
	struct peer *peer;
	struct source src;
	struct source out; /* what it prints */
	struct logbuf log;
	struct timer restart;
	unsigned deaths;
	json_int_t sent, applied; /* generations */
	bool dirty;               /* routes changed and are not applied yet */
	json_int_t version;       /* of what NICs are programmed with */
	bool fetching;            /* it was asked for that */
	unsigned waiting;         /* "applied" answers to "resync" that are to come */
	json_int_t missing;       /* ports */
	struct looking *looks;    /* in the order of their answers */
	size_t n_looks, cap_looks;
	ino_t *told; /* the namespaces that it reads, as it was told last */
	size_t n_told;
	json_t *rib;                 /* its last answer ... */
	json_int_t rib_version;      /* ... and of when it is */
	char error[256];             /* its last word, until it has applied something */
	json_t *lists[ROUTER_LISTS]; /* what it cannot see itself */
	void (*on_read)(struct driver *d, const json_t *answer); /* to the last router_read() */
	unsigned long heard;                                     /* router_heard() */
};

void router_hang_up(struct router_link *rl);
/* Reads what comes, and writes what is to go. */
void router_watch(struct router_link *rl);
/* Takes msg.  0 too when it does not run: it hears everything when it is back. */
int router_link_say(struct router_link *rl, json_t *msg, const int *fds, size_t n, struct err *e);
void router_on_socket(struct source *s, uint32_t events);
/* The answer to the first router_look() that waits for one; NULL: there will be none. */
void router_take_looked(struct router_link *rl, const json_t *msg);
