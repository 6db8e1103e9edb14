/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs checks against a lab: asks its driver in rounds, few questions a round however many checks
 * there are, until each check is over.  Checks between two "do" entries run side by side. */
#pragma once

#include "checks/check.h"
#include "lab/client/client.h"
#include "report/report.h"

struct run_progress {
	unsigned held, over, checks;    /* checks that are in this run */
	unsigned sessions_up, sessions; /* as last seen */
	const char *doing;              /* the action that runs, or NULL */
};

struct run_options {
	const char *filter; /* only checks whose name matches; NULL: all */
	bool whole;         /* only checks of the whole lab: those before the first action */
	void (*on_progress)(void *ctx, const struct run_progress *p);
	void *ctx;
	const volatile int *stop; /* not zero: give up soon; NULL: never */
};

/* lab: the lab's name, for a second connection while actions run. Adds one entry to rep for each
 * check of the model, in their order.  -errno when the lab cannot be asked any more; what was not
 * reached is then skipped. */
int run_checks(struct lab_client *c, const char *lab, const struct model *m,
               const struct run_options *o, struct report_run *rep, struct err *e);

/* How long the chosen checks of the model take at the least, on the fastest of machines: what
 * "stableFor" and the packets around actions ask for. */
long run_least_ms(const struct model *m, const struct run_options *o);

bool run_chosen(const struct run_options *o, const struct check *c);
