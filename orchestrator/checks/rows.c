/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common part of checks of routes: rows that a table contains or lacks. */
#include "checks/fields.h"
#include "checks/match.h"

void check_refer_rows(struct check_reader *r, const struct check *c)
{
	if (!json_array_size(json_object_get(c->spec, "contains")) &&
	    !json_array_size(json_object_get(c->spec, "lacks")))
		check_error(r, "CHECK-ROWS-01", c->ptr, "add \"contains\" or \"lacks\"",
		            "this check of routes names none");
}

bool check_rows_hold(const struct check *c, const json_t *rows, const char *where, struct str *out)
{
	bool holds = true;
	size_t i;
	json_t *want;

	json_array_foreach (json_object_get(c->spec, "contains"), i, want) {
		if (match_find(want, rows) >= 0)
			continue;
		long near = match_nearest(want, rows);

		str_printf(out, "%s%s", out->n ? "\n" : "", where);
		if (near >= 0) {
			const json_t *row = json_array_get(rows, (size_t)near);

			match_difference(want, row, out);
			str_add(out, " (in the row: ");
			match_show(row, out);
			str_addc(out, ')');
		} else {
			str_printf(out, "none of %zu rows has ", json_array_size(rows));
			match_show(want, out);
		}
		holds = false;
	}
	json_array_foreach (json_object_get(c->spec, "lacks"), i, want) {
		long at = match_find(want, rows);

		if (at < 0)
			continue;
		str_printf(out, "%s%sthere is a row that must not be there: ", out->n ? "\n" : "",
		           where);
		match_show(json_array_get(rows, (size_t)at), out);
		holds = false;
	}
	return holds;
}
