/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report of the failures, one after the other, and of what each cost, for people. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* failures: report_run.failures.  A table, and single points of failure with the reasons. */
void report_failures_human(FILE *f, const json_t *failures);

/* Members of a failure, or of its packets, as the JSON report has them: "" and 0 when there is
 * none. */
const char *failure_text(const json_t *o, const char *key);
double failure_ms(const json_t *o, const char *key);
bool failure_is_back(const json_t *o); /* packets came back by themselves */
/* They arrive, but not by the nodes that the check names. */
bool failure_takes_other_way(const json_t *o);
