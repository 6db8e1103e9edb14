/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The request of one vnetlab to another, as the one word behind "vnetlab --serve".
 *
 * The word passes through the login shell of the other machine, whichever that is; so it is made of
 * 0-9 and a-f alone and there is nothing in it that a shell could understand.  Inside is JSON:
 *
 *   {"argv":["routes","Backend"], "env":{"TERM":"xterm"}, "terminals":[true,true], "columns":80,
 *    "folder":"/tmp/...", "remove":true, "stream":true, "mark":"..."}  runs a command
 *   {"makeFolder":true, "mark":"..."}                                  prints a new private folder
 *   {"signal":2, "pid":123, "mark":"..."}                              passes a signal on
 *
 * The other side first writes "MARK PID" in a line of its own to standard output, and "MARK" to
 * standard error: what a login shell's start-up files print stands in front of it. */
#pragma once

#include <jansson.h>

#include "base/err.h"

enum { REQUEST_MAX = 120 * 1024 }; /* the kernel's limit of one argument is 128 KiB */

/* -E2BIG when it is too long to be passed on.  The caller frees *ret. */
int request_encode(const json_t *req, char **ret, struct err *e);
/* -EINVAL for anything that request_encode() does not make. */
int request_decode(const char *word, json_t **ret, struct err *e);

/* A path, quoted so that sh, bash, zsh, ksh, fish and csh all read it as one word of just these
 * characters; "~/" at its beginning stays what it means.  -EINVAL for control characters. */
int shell_quote(const char *path, char **ret, struct err *e);
