/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts that a report shows of a design: its matrix, the ways of its checks, its effective
 * routes. */
#pragma once

#include "azure/model.h"
#include "report/page.h"

struct facts {
	json_t *matrix, *differ, *paths, *routes, *events, *status; /* NULL: not asked for */
};
void facts_done(struct facts *x);
/* By the design alone, what Route Servers and gateways learn foreseen. */
void facts_of_design(const struct model *m, struct facts *ret);
/* [{"nics": [...]}], a table for each list: NICs of one have the same routes.  New reference. */
json_t *facts_tables(const struct model *m);
/* The design with them, for the page. */
struct page_design facts_page(const char *name, const struct model *m,
                              const struct checked_file *file, const struct facts *x);
