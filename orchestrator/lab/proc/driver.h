/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a driver: what all rooms share, and a pointer to what each keeps for itself. */
#pragma once

#include <sys/resource.h>
#include <time.h>

#include "base/loop.h"
#include "lab/proc/bounds.h"
#include "lab/proc/conn.h"
#include "lab/proc/guests.h"
#include "lab/proc/lab.h"

struct process;

/* Calls to higher rooms that cannot wait for the end of the round; driver.c fills them in. */
struct driver_hooks {
	/* A line that a process has written, without its newline. */
	void (*line)(struct process *p, const char *line, size_t n);
	/* A daemon runs, and those behind it are not started yet. */
	void (*ready)(struct lab_node *n);
};

struct driver {
	struct lab lab;
	struct loop *loop;
	struct events *events;
	struct source listener;
	struct conn *conns;
	unsigned changed; /* since the last round: enum driver_change */
	const struct driver_hooks *hooks;
	bool building; /* clients are not listened to: lab/build/build.c */
	struct timer reaper;
	int run_fd, dir_fd, lock_fd;
	int host_proc_fd; /* /proc of the outside */
	int router_fd;    /* the virtual router's program */
	int root_fd;      /* the lab's tmpfs, and ... */
	const char *root; /* ... where it is mounted, in the lab's mount namespace only */
	int mntns, pidns; /* the lab's */
	int stage; /* lab/proc/stage.h: the mount namespace that nodes' are copies of, or -1 */
	struct bounds bounds; /* of boxes */
	struct guests guests;
	bool privileged;      /* lab/namespaces.h */
	pid_t host_pid;       /* ours, as the outside sees it */
	struct rlimit nofile; /* as we got it: for what we start */
	struct timespec since;
	unsigned next_node; /* number of the next private directory */
	struct bool_vec {
		bool *v;
		size_t n;
	} stopped;       /* by vm->idx */
	bool starting;   /* daemons, of an apply that fails with one of them */
	char *served_by; /* who alone changes the design, for people; NULL: anybody (op_serve.c) */
	char *start_failed; /* why one of them cannot start; NULL: none has failed */
	/* The state that each room keeps for itself: lab/ROOM/room.h. */
	struct watch_room *watch;
	struct build_room *build;
	struct fault_room *fault;
	struct ops_room *ops;
};

/* Something has changed.  At the end of the loop's round those above look at what it means for
 * them, once: driver.c. */
enum driver_change {
	CHANGED_ANSWERS = 1, /* what one may be waiting for has been heard, or done */
	CHANGED_NODES = 2,   /* processes started or ended, siblings found or lost each other */
};
static inline void driver_changed(struct driver *d, enum driver_change what)
{
	d->changed |= what;
	loop_mark(d->loop);
}

/* The lab ends. */
static inline void driver_quit(struct driver *d)
{
	loop_quit(d->loop);
}
