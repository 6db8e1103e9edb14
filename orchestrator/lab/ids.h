/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids of this machine that a lab's root is.  Pure. */
#pragma once

#include <stdbool.h>

/* Ids 0 to count-1 of the lab are base to base+count-1 of who starts it. */
struct id_range {
	unsigned base, count;
};

/* The ids of root's labs where /etc/subuid gives root none: between the ranges that systemd hands
 * out to containers and those that it reserves, so that no account and no container has them. */
enum { IDS_BASE = 1900000000, IDS_COUNT = 65536 };

/* subids: the text of /etc/subuid or /etc/subgid, or NULL; own_map: of /proc/self/uid_map or
 * gid_map.  A lab of root gets root's range of the one, else the range above, as far as the
 * namespace that we are in has it.  False: it has not, so root can only be itself in there. */
bool ids_of_root(const char *subids, const char *own_map, struct id_range *ret);
