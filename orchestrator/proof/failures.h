/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes away from a running lab what can fail, one (or two) at a time, while packets of all checks
 * flow: what breaks, for how long, what stays broken, what comes back.  Each fault is undone, and
 * the lab as before, before the next one. */
#pragma once

#include "checks/failures.h"
#include "lab/client/client.h"
#include "report/report.h"

struct failures_options {
	bool pairs;
	const char *which;  /* only failures whose name matches; NULL: all */
	const char *filter; /* only checks whose name matches; NULL: all */
	long away_ms;       /* how long one lasts at most, when something stays broken */
	void (*on_progress)(void *ctx, const char *text);
	void *ctx;
	const volatile int *stop; /* not zero: undo, and give up */
};

/* Has the lab no fault?  -EBUSY, with what it has, when it has one. */
int failures_whole(struct lab_client *c, const char *lab, struct err *e);
/* The checks before the first "do" of the model are those that count; of them those that hold in
 * the whole lab.  Adds to rep an entry for each failure, and rep->failures: all that was measured
 * (interfaces.md, section 5).  -EINTR: stopped, the fault is undone; other -errno: the lab cannot
 * be asked, has faults already, or did not become as before. */
int failures_run(struct lab_client *c, const char *lab, const struct model *m,
                 const struct failures_options *o, struct report_run *rep, struct err *e);
