/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One round's questions to the driver, each asked once, answers kept until the round is over. */
#pragma once

#include "lab/client/client.h"
#include "proof/check.h"

struct answers {
	struct lab_client *c;
	json_t *status;
	json_t *tables; /* "routes NIC", "learned RS/P", ...: what came, or a string: why not */
	json_t *audit;
	int lost; /* -errno: the driver is gone */
	struct err e;
};

void answers_done(struct answers *a);

/* NULL: it could not be had; *why says so (the answers own it). */
const json_t *ask_status(struct answers *a, const char **why);
const json_t *ask_table(struct answers *a, const struct check *c, const char **why);
/* wanted: the union over all checks of this round */
const json_t *ask_audit(struct answers *a, const bool wanted[AUDIT_MAX], const char **why);
/* New references, lists in the order of the checks; NULL: see a->e. */
json_t *ask_probes(struct answers *a, const struct check *const *checks, size_t n, bool patient);
json_t *ask_paths(struct answers *a, const struct check *const *checks, size_t n);
