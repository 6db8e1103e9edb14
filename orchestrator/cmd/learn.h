/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the files of vnetlab learn share. */
#pragma once

#include "cmd/cmd.h"
#include "cmd/lesson.h"
#include "report/report.h"

/* The name of a lesson's lab. */
char *learn_lab(const struct lesson *l); /* the caller frees */
/* The student's copy of the design; the caller frees. */
char *learn_design(const struct lesson *l, const struct lesson_state *s);
/* All files of the lesson's folder but for its texts; those that are there are written over. */
int learn_copy(const char *from, const char *to, struct err *e);
/* Looks once at all tasks in the running lab; -errno when it cannot be asked. */
int learn_look(const struct lesson *l, struct report_run *ret, struct err *e);
/* Looks until all are done (EX_DONE) or somebody ends it; prints what changes, on a terminal the
 * whole list anew. */
int learn_watch(const struct lesson *l);
json_t *learn_tasks_json(const struct lesson *l, const struct report_run *r);
