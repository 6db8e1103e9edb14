/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at many checks: does each hold now? */
#pragma once

#include "checks/check.h"
#include "lab/client/client.h"

/* Fills ret[i] for each; the caller frees them with judgement_free().  What could not be asked does
 * not hold.  *ret_status: the lab's status of the same moment; NULL when it could not be had.
 * -errno when the lab cannot be asked any more. */
int look_once(struct lab_client *c, const struct check *const *checks, size_t n,
              struct judgement *ret, json_t **ret_status, struct err *e);
/* The way of the check's packets now, "Spoke -> NVA_1 -> Target"; the caller frees. */
char *look_way(struct lab_client *c, const struct check *x);
/* Do packets of the checks go by the nodes that these name?  ret[i]: NULL when they do, or when the
 * check names none; else what is otherwise, which the caller frees. */
void look_ways(struct lab_client *c, const struct check *const *checks, size_t n, char **ret);
/* Why packets of the check do not arrive now, as who must find out is told: lines.  The caller
 * frees. */
char *look_why(struct lab_client *c, const struct check *x);
