/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces as open descriptors.  The program is single-threaded, so setns() is safe;
 * every function here is back in the namespace that it started from when it returns, or aborts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <stddef.h>

#include "base/err.h"

int ns_new(int *ret_fd, struct err *e);      /* a new, empty network namespace, lo up */
int ns_new_stay(int *ret_fd, struct err *e); /* the same, and stays in it */
int ns_lo_up(int ns_fd, struct err *e);      /* of one that was made elsewhere; -1: where we are */
int ns_current(int *ret_fd, struct err *e);  /* the caller's own */
/* A socket that belongs to the namespace for ever. */
int ns_socket(int ns_fd, int family, int type, int protocol, struct err *e);
/* Runs fn inside; returns what fn returned. */
int ns_call(int ns_fd, int (*fn)(void *arg, struct err *e), void *arg, struct err *e);
/* Writes /proc/sys/net/<path> inside. */
int ns_sysctl(int ns_fd, const char *path, const char *value, struct err *e);
/* Many of them with one change of namespace: "ipv4/ip_forward=1", ..., NULL. */
int ns_sysctls(int ns_fd, const char *const *settings, struct err *e);
/* Adds to *n how many are not as they should be; mend: and writes those. */
int ns_sysctls_look(int ns_fd, const char *const *settings, bool mend, size_t *n, struct err *e);
