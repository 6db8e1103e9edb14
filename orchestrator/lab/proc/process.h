/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A daemon in a node: started in order, watched, restarted with a limit. */
#pragma once

#include <regex.h>

#include "base/beneath.h"
#include "base/loop.h"
#include "lab/image/image.h"
#include "lab/proc/lab.h"
#include "lab/proc/logbuf.h"

enum proc_state {
	PROC_WAITING,  /* for the one before it to be ready */
	PROC_STARTING, /* runs, not ready yet */
	PROC_RUNNING,
	PROC_BACKOFF, /* died; waits for its restart */
	PROC_FAILED,  /* died too often */
	PROC_DONE,    /* has done its work and ended well (READY_EXIT) */
	PROC_HELD,    /* killed by `fault kill --hold`, or its VM is stopped */
};
const char *proc_state_str(enum proc_state s); /* "running", ... */

enum { RESTART_MAX = 5, RESTART_WINDOW_MS = 60000 };

struct process {
	struct lab_node *node;
	struct driver *d;
	char *name;
	char **argv;
	enum ready_kind ready;
	struct sock_at control; /* what shows that it is ready, and answers; no path: nothing */
	bool greets;            /* lab/image/image.h */
	int greeting;           /* the connection on which its greeting is awaited; -1: none */
	bool ignore_setgroups;
	bool lasting;                /* lab/image/image.h */
	unsigned made_in;            /* the boot, from 1, in which it has done its work; 0: none */
	regex_t *ready_line, *stray; /* lab/image/image.h; or NULL */
	bool said_ready, said_stray; /* such a line was seen since it was started */
	enum proc_state state;
	bool frozen;
	struct child child;
	pid_t host_pid; /* as the outside sees it */
	struct source out;
	struct logbuf log;
	struct timer timer;     /* readiness, restart */
	int64_t started;        /* ms */
	int64_t worked;         /* ms: when it was last seen to, of READY_EXIT */
	unsigned long switches; /* then: kernel/works.h */
	unsigned polls;
	int64_t deaths[RESTART_MAX]; /* ms, a ring */
	unsigned n_deaths;
	char ended[96]; /* "exited with status 1", of the last death */
};

struct process *process_new(struct driver *d, struct lab_node *n, const struct image_daemon *id);
struct process *process_free(struct process *p); /* kills it; returns NULL */

/* The node's daemons in their order, from the first that does not run. */
int node_procs_start(struct lab_node *n, struct err *e);
/* All of them die, now, and are PROC_HELD; returns when they are gone. */
void node_procs_stop(struct lab_node *n);
/* Starts processes again that were stopped, or have failed too often. */
int node_procs_resume(struct lab_node *n, struct err *e);
/* All of them die and are restarted as if they had crashed, unless hold. */
void node_procs_kill(struct lab_node *n, bool hold);
void node_procs_freeze(struct lab_node *n, bool freeze);
void node_procs_free(struct lab_node *n);

/* The first of its processes, if it runs and is not frozen; NULL. */
const struct process *node_running_bird(const struct lab_node *n);

/* Adds the last lines of its log, indented. */
void process_tail(const struct process *p, struct str *b, size_t lines);
/* Process id as the outside of the lab sees it, by the driver's own pidfd; 0 when unknown. */
pid_t host_pid_of(const struct driver *d, pid_t pid);
char *wait_status_str(int wstatus, char buf[96]); /* "killed by signal 9 (Killed)" */
