/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The single formats; report_write() chooses. */
#pragma once

#include "report/report.h"

void report_write_human(FILE *f, const struct report_run *r, bool color);
void report_write_tap(FILE *f, const struct report_run *runs, size_t n);
void report_write_html(FILE *f, const struct report_run *runs, size_t n);
void report_write_markdown(FILE *f, const struct report_run *runs, size_t n);
void report_write_junit(FILE *f, const struct report_run *runs, size_t n);
