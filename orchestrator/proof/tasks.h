/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that are somebody's tasks, looked at in the lab as it is now. */
#pragma once

#include "proof/run.h"

/* Looks once: no task is waited for longer than a second.  tasks: as `checks` of a topology; those
 * that name what the lab does not have are taken out of it, and are not done.  *run gets an entry
 * for each.  -errno when the lab cannot be asked. */
int tasks_look(struct lab_client *c, const char *lab, json_t *tasks, const struct run_options *o,
               struct report_run *run, struct err *e);
