/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the files of proof/failures.h share. */
#pragma once

#include "proof/failures.h"
#include "proof/losses.h"

struct fr { /* one run */
	struct lab_client *c;
	const char *lab;
	const struct model *m;
	const struct failures_options *o;
	struct failures all;
	/* Checks that hold while nothing is away.  watched: packets that arrive. */
	const struct check **watched, **looked;
	char **ways; /* of each of watched: "Spoke -> NVA_1 -> Target" */
	size_t n_watched, n_looked;
	json_t *standing; /* of the whole lab */
	bool faulty;      /* a fault is active, or may be */
	json_t *list;     /* results: an object for each failure */
};

/* The state of one failure while it is under way. */
struct fr_case {
	const struct failure *x;
	size_t number;
	long budget_ms;         /* -1: none */
	const char *budget_key; /* its name in "whenFails"; NULL: none */
	const struct check **v; /* those watched that do not go with it */
	size_t *of, n;          /* their numbers in fr.watched */
	struct losses *packets;
	unsigned alive; /* before: lab_alive_of() */
	json_t *result;
};

/* Has the caller asked to stop? */
bool failures_stopped(const struct fr *r);
/* Waits until all is quiet, or the time is over; fills in what was lost and why. */
int failure_watch(struct fr *r, struct fr_case *k, struct err *e);
/* Waits until the lab is as before, and fills in how long that took. */
int failure_return(struct fr *r, struct fr_case *k, struct err *e);
/* The entry of the report, made of the result. */
void failure_report(const struct fr *r, const struct fr_case *k, struct report_run *rep);
