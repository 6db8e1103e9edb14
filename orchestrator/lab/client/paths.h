/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run directory: the only place outside of a lab where it leaves anything, see
 * lab/client/client.h. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

#define LAB_HOLDER "holder"         /* a file in the folder of a lab: lab/client/holder.h */
#define LAB_HOLDER_NEW "holder.new" /* until it is locked */

/* [a-z0-9-], 1 to 40, not starting or ending with a dash. -EINVAL with what is allowed. */
int lab_name_check(const char *name, struct err *e);

/* Opens the run directory, makes it when create.  -ENOENT when it does not exist, -EPERM when it
 * belongs to somebody else, others may write to it, or it is a link that somebody else made.
 * ret_path may be NULL. */
int run_dir_open(bool create, int *ret_fd, char **ret_path, struct err *e);

/* Removes the run directory when it is that of a job (lab/client/job.h) and empty. */
void run_dir_tidy(void);

/* Held: a driver lives. A stale directory (a driver made it, and nobody holds its lock) is removed
 * on the way; what no driver made is no lab, and stays. */
bool lab_lock_held(int run_fd, const char *name);
/* Waits until nobody holds it any more; false: somebody still does. */
bool lab_lock_gone(int run_fd, const char *name, int ms);
/* Makes <run>/<lab> and takes its lock.  -EEXIST: a driver has it; -ENOTEMPTY: something else has
 * its name. */
int lab_lock_take(int run_fd, const char *name, int *ret_dir, int *ret_lock, struct err *e);
/* The folder of a lab; -1 with errno: there is none, or no driver made it. */
int lab_dir_open(int run_fd, const char *name);
/* Removes the files of a lab that the caller holds the lock of. */
void lab_dir_remove(int run_fd, int dir_fd, const char *name);
/* Process id that the lock's holder wrote (as seen by who started it), or 0. */
int lab_lock_pid(int run_fd, const char *name);

/* For a file lock, which nobody tells of when it is let go; everything else has a descriptor. */
/* Notes in the folder of a lab where its cgroup is (kernel/cgroup.h). */
int lab_cgroup_note(int dir_fd, const char *path);
/* Removes that cgroup when the lab is dead, waiting for the last processes; -EBUSY: some are left,
 * and so is the note. */
int lab_cgroup_remove(int dir_fd, int wait_ms);
void nap_ms(long ms);

/* Connects to <run>/<lab>/control; whatever the path's length.  */
int lab_socket_connect(int run_fd, const char *name, int *ret_fd, struct err *e);
int lab_socket_bind(int dir_fd, int *ret_fd, struct err *e);
