/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A design that is proposed to a running lab: what it would change.  `plan` tells, `up` does it. */
#pragma once

#include "lab/proc/driver.h"

/* The "design" of a request (borrowed) and its model; or the one that runs, when the request has
 * its "designDigest" instead (-ESTALE: it is another one).  NICs that got their addresses from
 * Azure keep them.  *ret_m is NULL when it is the design that runs: its model is the lab's, and
 * reading it once more would be most of the work.  -EBADMSG with the first finding when it is not
 * valid. */
int proposal_read(const struct lab *l, json_t *body, json_t **ret, struct model **ret_m,
                  struct err *e);
/* Objects that differ: plan/reconcile.h.  New reference. */
json_t *proposal_changes(const struct lab *l, const json_t *design);
