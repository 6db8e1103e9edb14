/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which the jobs of vnetlab test are started. */
#include <stdlib.h>

#include "cmd/test.h"

struct job_length {
	size_t job;
	long least_ms;
	size_t nics; /* of equal ones, that with more takes longer to build */
};

static int compare_lengths(const void *a, const void *b)
{
	const struct job_length *x = a, *y = b;

	if (x->least_ms != y->least_ms)
		return x->least_ms < y->least_ms ? 1 : -1;
	if (x->nics != y->nics)
		return x->nics < y->nics ? 1 : -1;
	return x->job < y->job ? -1 : 1;
}

void test_order_jobs(struct test_session *s)
{
	if (s->at_once < 2 || s->stops_early)
		return;
	_cleanup_free_ struct job_length *v = xcalloc(s->n_runs + 1, sizeof(*v));

	for (size_t i = 0; i < s->n_runs; i++) {
		const struct model *m = s->jobs[i].design->model;

		v[i].job = i;
		if (m) {
			v[i].least_ms = run_least_ms(m, &s->options);
			v[i].nics = m->n_nics;
		}
	}
	qsort(v, s->n_runs, sizeof(*v), compare_lengths);
	s->order = xcalloc(s->n_runs + 1, sizeof(*s->order));
	for (size_t i = 0; i < s->n_runs; i++)
		s->order[i] = v[i].job;
}
