/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes checks of what Azure showed, in files beside an imported design: the lab must show it, too.
 */
#pragma once

#include "cmd/cmd.h"
#include "report/report.h"

/* One check in run for each capture ({"file", "kind", "rows"}) whose name fits filter (or NULL). */
int captures_check(const char *lab, const json_t *captures, const char *filter,
                   struct report_run *run, struct err *e);
