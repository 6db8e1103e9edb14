/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the files of vnetlab grade share. */
#pragma once

#include "cmd/test.h"
#include "report/grades.h"

/* Adds a row for each student's file of a folder, in the order of names: each *.vnetlab.json (or
 * other *.json, *.bicep) and each folder that has one, or *.tf; or the file itself.  checks: the
 * file that is none.  -ENOENT when there is nobody's. */
int grade_add_files(struct grades *g, const char *arg, const char *checks, struct err *e);

/* The checks of the file, and whether they are some: EX_DONE, or the status of what was printed. */
int grade_read_checks(struct grades *g, const char *file);
