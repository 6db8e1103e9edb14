/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to a running lab, for all commands. */
#pragma once

#include "cmd/cmd.h"
#include "lab/client/client.h"

/* Connects to the lab that -n (or `lab`, when not NULL) names, sends the request, prints what went
 * wrong.  EX_DONE with *ret (a new reference), or the exit status. */
int remote_call(const struct cmd_args *a, const char *lab, json_t *req /* stolen */, json_t **ret);
int remote_connect(const struct cmd_args *a, const char *lab, struct lab_client **ret);

/* A process inside a node on descriptors of ours (op exec): signals that we get are passed on, and
 * its exit status comes back.  terminal >= 0: a socket over which a terminal's other end comes; it
 * is relayed to ours meanwhile. */
int remote_exec(const struct cmd_args *a, json_t *req /* stolen */, const int fds[3], int terminal);

/* The string member of an object, "" when absent. */
const char *json_str(const json_t *obj, const char *key);
