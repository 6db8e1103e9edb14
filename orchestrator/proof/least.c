/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/outage.h"
#include "proof/run.h"

/* Checks between two actions run side by side: the one that watches longest counts.  An action is
 * run when it is chosen, or a check behind it is. */
long run_least_ms(const struct model *m, const struct run_options *o)
{
	long least = 0, longest = 0;
	bool behind = false;

	for (size_t i = m->n_checks; i-- > 0;) {
		const struct check *c = &m->checks[i];

		behind |= run_chosen(o, c);
		if (!c->sort->ask) {
			least += longest + (behind && c->from ? OUTAGE_LEAST_MS : 0);
			longest = 0;
		} else if (run_chosen(o, c) && (long)c->stable_ms > longest) {
			longest = (long)c->stable_ms;
		}
	}
	return least + longest;
}
