/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What failed, one after the other, and what it cost, for people. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* failures: report_run.failures.  A table, and single points of failure with the reasons. */
void report_failures_human(FILE *f, const json_t *failures);
