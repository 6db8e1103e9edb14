/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways there and back that differ in a hop that keeps state (azure-behaviour 4, 5, 6). */
#include "azure/asymmetry.h"
#include "azure/check.h"
#include "base/str.h"

void check_asymmetry(const struct model *m, struct findings *f)
{
	struct asymmetries all;

	if (f->errors) /* ways are those of a design that stands */
		return;
	asymmetries_find(m, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct asymmetry *a = &all.v[i];
		_cleanup_free_ char *more =
		    a->n < 2 ? xstrdup("")
		             : xasprintf("; so does TCP between %zu other pair%s with such routes",
		                         a->n - 1, a->n > 2 ? "s" : "");

		warning_at(f, "ASYM-01", NULL, a->ptr, a->cure,
		           "TCP between \"%s\" and \"%s\" breaks: there %s, back %s; \"%s\" %s%s",
		           a->from, a->to, a->there, a->back, a->node, a->reason, more);
	}
	asymmetries_done(&all);
}
