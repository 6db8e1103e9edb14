/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evaluations that are under way, each within the one before.  An attempt that met one of them is
 * in vain until that one has ended: without this, deployments that all wait for the same one would
 * be tried in every order. */
#include "input/arm/run/run.h"

size_t under_way_begin(struct inst *i)
{
	struct arm *a = i->d->a;
	size_t before = i->under_way;

	VEC_PUSH(a->under_way, a->n_under_way, a->cap_under_way) = ++a->last_number;
	i->under_way = a->n_under_way;
	return before;
}

void under_way_end(struct inst *i, size_t before)
{
	i->d->a->n_under_way--;
	i->under_way = before;
}

void under_way_meet(struct inst *i)
{
	struct arm *a = i->d->a;

	a->cycle = true;
	if (i->under_way > a->met)
		a->met = i->under_way;
}

void under_way_stopped(struct inst *i)
{
	struct arm *a = i->d->a;

	i->waits_at = a->met;
	i->waits_for = a->met && a->met <= a->n_under_way ? a->under_way[a->met - 1] : 0;
}

bool under_way_stops(const struct inst *i)
{
	const struct arm *a = i->d->a;

	return i->waits_for && i->waits_at <= a->n_under_way &&
	       a->under_way[i->waits_at - 1] == i->waits_for;
}

bool under_way_hides(struct arm *a)
{
	size_t at = 0;

	for (size_t k = 0; a->n_waiting && k < a->n_deployments; k++)
		for (size_t j = 0; j < a->deployments[k]->n_insts; j++) {
			const struct inst *i = a->deployments[k]->insts[j];

			if (!i->nested && under_way_stops(i) && i->waits_at > at)
				at = i->waits_at;
		}
	if (!at)
		return false;
	a->cycle = true;
	if (at > a->met)
		a->met = at;
	return true;
}
