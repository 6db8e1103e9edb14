/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An exam in a running lab (vnetlab exam --running): faults lie over the design that the student
 * has (plan/overlay.h).  The lab is built by both; `design`, `plan` and `up` know the student's
 * alone. */
#pragma once

#include "lab/proc/driver.h"

/* The design that was given, without hidden faults; NULL: none.  Borrowed. */
json_t *exam_given(const struct lab *l);
/* Faults are hidden in it: what by the design cannot come up is shown without the reason. */
bool exam_hides(const struct driver *d);
/* What becomes of the exam by a request to apply: {"hide": {"key","faults"}} begins one,
 * {"redeploy": "routeTables/rt"} makes an object as the design has it.  New reference, NULL: there
 * is none.  -EEXIST: faults are hidden already, -ENOENT: no such object, -EINVAL: not of that form.
 */
int exam_read(const struct lab *l, const json_t *body, json_t *given, json_t **ret, struct err *e);
/* The lab runs what both make: they are the lab's now. */
void exam_settle(struct driver *d, json_t *given, json_t *exam);
/* Somebody starts a machine by hand that a hidden fault has stopped: it runs by the design from now
 * on.  False: no fault has. */
bool exam_started(struct driver *d, struct lab_node *n);
