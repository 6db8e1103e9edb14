/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands on namespaces: by one socket, which of many have lost something that was built (a link, an
 * address, a route of ours, a neighbour entry), whoever took it.  The kernel tells the fabric's
 * namespace about every namespace that it has a number for; nobody has to be asked.
 *
 * What daemons do with their own routes, and what is added, is left out by the kernel. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct nl_hands;
int nl_hands_open(int ns_fd, struct nl_hands **ret, struct err *e);
struct nl_hands *nl_hands_close(struct nl_hands *h); /* returns NULL */
int nl_hands_fd(const struct nl_hands *h);
/* The number of a namespace, which it gets if it has none; -1: it cannot be watched. */
int nl_hands_number(struct nl_hands *h, int ns_fd);
/* Reads what is there, without blocking. */
void nl_hands_read(struct nl_hands *h);
/* True if something was taken from the namespace, or if that cannot be told. */
bool nl_hands_taken(const struct nl_hands *h, int nsid);
/* Notes that the namespace was looked at, and so were all whose events may have been lost. */
void nl_hands_clear(struct nl_hands *h, int nsid);
void nl_hands_clear_lost(struct nl_hands *h);
