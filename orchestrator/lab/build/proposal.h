/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A design that is proposed to a running lab: what it would change.  `plan` tells, `up` does it. */
#pragma once

#include "lab/proc/driver.h"

struct proposal {
	json_t *given;       /* as somebody has it */
	json_t *design;      /* to be run: with the faults of an exam; else the same */
	json_t *exam;        /* as it will be; NULL: none */
	struct model *model; /* of design; NULL: it is what runs, and the lab has its model */
};
void proposal_free(struct proposal *p);

/* The "design" of a request; or the one that runs, when the request has its "designDigest" instead
 * (-ESTALE: it is another one).  NICs that got their addresses from Azure keep them.  A design that
 * runs is not read once more, which would be most of the work.  -EBADMSG with the first finding
 * when it is not valid; else as exam_read(). */
int proposal_read(const struct lab *l, json_t *body, struct proposal *ret, struct err *e);
/* Objects that differ from what was given before: plan/reconcile.h.  New reference. */
json_t *proposal_changes(const struct lab *l, const json_t *given);
