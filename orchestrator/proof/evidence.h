/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence of why checks failed, kept in a folder before the lab is gone: logs, events, status,
 * tables, a picture; of packets that did not arrive the way, and captures of another try. */
#pragma once

#include "azure/model.h"
#include "base/err.h"
#include "report/report.h"

/* run's last entries are the model's checks (run_checks()).  The folder is made.  What cannot be
 * had is left out; -errno with the first of that. */
int evidence_keep(const char *lab, const struct model *m, const struct report_run *run,
                  const char *folder, struct err *e);
