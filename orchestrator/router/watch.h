/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches the kernel table that a Route Server instance's BIRD writes its selection into: a netlink
 * monitor in the instance's namespace, and a dump when there may have been more than was heard. */
#pragma once

#include "azure/rib.h"
#include "base/err.h"

enum { RIB_TABLE = 100, RIB_PROTOCOL = 12 /* RTPROT_BIRD */ };

struct watch;
/* ns_fd is taken.  Nothing has been read yet: the first watch_read() dumps. */
int watch_open(int ns_fd, struct watch **ret, struct err *e);
struct watch *watch_close(struct watch *w); /* returns NULL */
int watch_fd(const struct watch *w);

struct watch_changes {
	struct rib_route *now; /* by prefix; without next hops: it is gone */
	bool *had;             /* whether there was one before */
	size_t n;
};
void watch_changes_free(struct watch_changes *c);

/* Makes table, which may grow to max routes, what the kernel's is: by what was heard, or by a dump
 * where that is not known to be all.  -EOVERFLOW, once, when more were refused: the others are
 * right.  What differs goes to *ret, also when it fails; the caller frees it. */
int watch_read(struct watch *w, struct rib_table *table, size_t max, struct watch_changes *ret,
               struct err *e);
/* The next watch_read() dumps. */
void watch_doubt(struct watch *w);
/* There is something to read that the descriptor does not tell of: a dump that failed, or is to
 * come. */
bool watch_is_behind(const struct watch *w);
/* The number of routes of BIRD that the kernel's table holds, those that lead nowhere included; -1:
 * not known. */
long watch_count(const struct watch *w, const struct rib_table *table);
