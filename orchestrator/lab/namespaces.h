/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces of a lab: one way in, for the driver and for `doctor`. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Moves this process, which has one thread, into a user namespace of its own, where it is root, and
 * into new mount, network, IPC and UTS namespaces; its next child is process 1 of a new pid
 * namespace.  An ordinary user is root there as himself; root is there as an id that owns nothing
 * on this machine (lab/ids.h), or as itself where there is no such id (containers).
 *
 * privileged: as root, no user namespace: what runs in the lab is root of this machine.
 *
 * -EOPNOTSUPP, and what would help, where the system does not allow it; other errors as they come.
 * After a failure the process may have some of the namespaces: end it. */
int lab_namespaces(bool privileged, struct err *e);

/* The id of this machine that root of such a lab is, as far as that is known before. */
uid_t lab_root_id(bool privileged);

/* Everything that a lab writes goes to a tmpfs that only it sees.  Over /run, since that is there
 * for everybody: the run directory may be where the lab's root cannot go. */
#define LAB_ROOT "/run"
/* In process 1 of the lab: mounts that are its own, the tmpfs, and a /proc of the lab's processes
 * where the kernel allows one. */
int lab_private_mounts(struct err *e);
