/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs alone, without their designs. */
#include "report/page.h"
#include "report/write.h"

void report_write_html(FILE *f, const struct report_run *runs, size_t n)
{
	page_write(f, &(struct page){ .title = "vnetlab test", .runs = runs, .n_runs = n });
}
