/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A number below FD_SETSIZE for who waits with select().
 *
 * libnftables does, and glibc aborts a process that gives select() a descriptor of 1,024 or more,
 * which a lab of 1,000 nodes has.  So one low number, the seat, is set aside before main() in
 * every program that has this file in it.  A library's socket sits on it while the library runs,
 * and has another number, whichever is free, in between.  Any number of sockets can share the
 * seat, as only one call runs at a time. */
#pragma once

#include "base/err.h"

/* open() makes one socket, with the lowest number that is free; it gets the seat's.  *ret_fd is the
 * socket's number out of the seat, the caller's to close.  What open() made still believes that it
 * has the seat's number: seat_take() before each use, closing included. */
int seat_open(int (*open)(void *arg, struct err *e), void *arg, int *ret_fd, struct err *e);
int seat_take(int fd, struct err *e);
void seat_leave(void); /* also after what sat there was closed */

/* Sets one aside anew, for who has closed descriptors by the range.  What was opened before is
 * closed as well then, and cannot be used any more. */
void seat_again(void);
