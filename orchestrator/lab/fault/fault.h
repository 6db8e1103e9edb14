/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was broken on purpose, and by whom it is remembered. */
#pragma once

#include "lab/proc/driver.h"

struct fault {
	char *what; /* "stop", "start", "kill", "freeze", "link", "session", "impair", "maintenance"
	             */
	char *target; /* node, NIC, or peering */
	char *detail; /* "down", "--hold", "rate 1mbit", "30s"; "" */
};

struct hybrid_session;

/* The fault that keeps a gateway's session down, as a command; the caller frees.  NULL: none. */
char *fault_of_session(const struct driver *d, const struct hybrid_session *s);
/* target: any case of its letters. */
bool fault_there(const struct driver *d, const char *what, const char *target);
/* Before nodes are made anew: sessions may come up again (only NULL), and VMs run as the design
 * says, all or that one.  What else was done to a node goes with it. */
void fault_end(struct driver *d, const struct node *only);
/* The design has changed: faults of what is gone are forgotten. */
void fault_reset(struct driver *d);

/* For the files that do the breaking: */
void fault_note(struct driver *d, const char *what, const char *target, const char *detail);
void fault_forget(struct driver *d, const char *what, const char *target);
void fault_mended(struct driver *d, const char *what, const char *target, const char *how);
int fault_session(struct driver *d, const char *const *argv, struct err *e);
/* Sessions that faults keep down are taken down again: on a node whose BIRD has started anew, NULL:
 * on all, whose BIRDs have another configuration. */
void fault_sessions_hold(struct driver *d, const struct node *only);
bool fault_session_known(const struct model *m, const char *target);
int fault_link(struct driver *d, const char *const *argv, struct err *e);
int fault_impair(struct driver *d, const char *const *argv, struct err *e);
