/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/failures.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "proof/failures_priv.h"
#include "proof/look.h"
#include "proof/standing.h"

enum { FLOW_WITHIN_MS = 3000 }; /* packets of checks that hold flow by then */

static int send_fault(struct lab_client *c, const char *words, json_t **ret_faults, struct err *e)
{
	_cleanup_free_ char *copy = xstrdup(words);
	json_t *argv = json_array(), *reply = NULL;
	char *save = NULL;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		json_array_append_new(argv, json_string(w));
	int r = lab_call(c, json_pack("{s:s, s:o}", "op", "fault", "argv", argv), NULL, NULL,
	                 &reply, NULL, e);

	if (r == 0 && ret_faults)
		*ret_faults = json_incref(json_object_get(reply, "faults"));
	json_decref(reply);
	return r < 0 ? err_wrap(e, "fault %s", words) : 0;
}

/* --- the lab as it should be ------------------------------------------------------------------
 */

int failures_whole(struct lab_client *c, const char *lab, struct err *e)
{
	json_t *faults = NULL;
	int rc = send_fault(c, "list", &faults, e);
	const char *first = json_string_value(json_array_get(faults, 0));

	if (rc == 0 && first)
		rc = err_set(e, EBUSY,
		             "the lab has a fault already (%s), and what fails is compared with a "
		             "whole one: vnetlab fault clear -n %s",
		             first, lab);
	json_decref(faults);
	return rc;
}

/* An audit of flaps remembers what was done to the lab. */
static bool is_of_use(const struct fr *r, const struct check *c)
{
	return (!r->o->filter || str_glob(r->o->filter, c->name)) && !check_audits(c, CHECK_FLAPS);
}

/* Checks behind a "do" are about a lab in which that was done. */
static size_t collect_checks(const struct fr *r, const struct check **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < r->m->n_checks && r->m->checks[i].sort->ask; i++)
		if (is_of_use(r, &r->m->checks[i]))
			ret[n++] = &r->m->checks[i];
	return n;
}

static bool is_watched(const struct check *c)
{
	return c->sort == &sort_packet && check_arrives(c);
}

static int look_at_whole_lab(struct fr *r, struct err *e)
{
	_cleanup_free_ const struct check **all = xcalloc(r->m->n_checks + 1, sizeof(*all));
	size_t n = collect_checks(r, all);
	_cleanup_free_ struct judgement *j = xcalloc(n + 1, sizeof(*j));
	json_t *status = NULL;
	int rc = look_once(r->c, all, n, j, &status, e);

	r->watched = xcalloc(n + 1, sizeof(*r->watched));
	r->looked = xcalloc(n + 1, sizeof(*r->looked));
	r->ways = xcalloc(n + 1, sizeof(*r->ways));
	for (size_t i = 0; i < n; i++) {
		if (j[i].holds && is_watched(all[i]))
			r->watched[r->n_watched++] = all[i];
		else if (j[i].holds)
			r->looked[r->n_looked++] = all[i];
		judgement_free(&j[i]);
	}
	for (size_t i = 0; rc == 0 && i < r->n_watched; i++)
		r->ways[i] = look_way(r->c, r->watched[i]);
	if (rc == 0 && status)
		r->standing = lab_standing(status);
	else if (rc == 0)
		rc = err_set(e, EIO, "lab %s does not tell its status", r->lab);
	json_decref(status);
	return rc;
}

/* --- one failure ------------------------------------------------------------------------------
 */

static void choose_watched(const struct fr *r, struct fr_case *k)
{
	k->v = xcalloc(r->n_watched + 1, sizeof(*k->v));
	k->of = xcalloc(r->n_watched + 1, sizeof(*k->of));
	for (size_t i = 0; i < r->n_watched; i++)
		if (!failure_takes(k->x, r->m, r->watched[i])) {
			k->of[k->n] = i;
			k->v[k->n++] = r->watched[i];
		}
}

static int start_case_packets(struct fr *r, struct fr_case *k, struct err *e)
{
	long latest = clock_ms() + FLOW_WITHIN_MS;
	int rc = losses_start(r->lab, k->v, k->n, &k->packets, e);

	while (rc >= 0 && !losses_all_flow(k->packets) && clock_ms() < latest &&
	       !failures_stopped(r))
		rc = losses_take(k->packets, clock_ms() + 20, e);
	return rc;
}

static int break_it(struct fr *r, struct fr_case *k, struct err *e)
{
	int rc = 0;

	losses_begin(k->packets);
	r->faulty = true;
	for (size_t i = 0; rc == 0 && i < k->x->n_faults; i++)
		rc = send_fault(r->c, k->x->faults[i], NULL, e);
	return rc;
}

/* Whatever happens to the connection meanwhile: Ctrl-C cuts it. */
static int mend_all(struct fr *r, struct err *e)
{
	struct lab_client *c = NULL;
	int rc = lab_connect(r->lab, &c, e);

	if (rc >= 0)
		rc = send_fault(c, "clear", NULL, e);
	if (rc >= 0)
		r->faulty = false;
	lab_disconnect(c);
	return rc;
}

static int run_case(struct fr *r, struct fr_case *k, struct err *e)
{
	json_t *status = NULL;
	int rc = look_once(r->c, NULL, 0, NULL, &status, e);

	k->alive = status ? lab_alive_of(status, r->m, k->x) : 0;
	json_decref(status);
	choose_watched(r, k);
	if (rc == 0)
		rc = start_case_packets(r, k, e);
	if (rc == 0 && !failures_stopped(r))
		rc = break_it(r, k, e);
	if (rc == 0)
		rc = failure_watch(r, k, e);
	if (r->faulty) {
		struct err why = { 0 };
		int mended = mend_all(r, &why);

		if (mended < 0 && rc == 0)
			*e = why;
		rc = rc < 0 ? rc : mended;
	}
	if (rc == 0 && !failures_stopped(r))
		rc = failure_return(r, k, e);
	k->packets = losses_free(k->packets);
	free(k->v);
	free(k->of);
	return rc;
}

static void tell_progress(const struct fr *r, const struct failure *x, size_t done, size_t n)
{
	_cleanup_free_ char *text =
	    xasprintf("%s: failure %zu of %zu: %s", r->lab, done + 1, n, x->name);

	if (r->o->on_progress)
		r->o->on_progress(r->o->ctx, text);
}

static bool is_chosen_failure(const struct fr *r, const struct failure *x)
{
	return !r->o->which || str_glob(r->o->which, x->name);
}

static int run_cases(struct fr *r, struct report_run *rep, struct err *e)
{
	size_t n = 0, done = 0;
	int rc = 0;

	for (size_t i = 0; i < r->all.n; i++)
		n += is_chosen_failure(r, &r->all.v[i]);
	if (!n)
		return err_set(e, ENOENT, "nothing%s%s can fail in this design",
		               r->o->which ? " called " : "", r->o->which ? r->o->which : "");
	for (size_t i = 0; rc == 0 && i < r->all.n; i++) {
		struct fr_case k = { .x = &r->all.v[i], .number = i };

		if (!is_chosen_failure(r, k.x))
			continue;
		tell_progress(r, k.x, done++, n);
		k.budget_ms = failure_budget(r->m, &r->all, i, &k.budget_key);
		k.result = json_pack("{s:s, s:s, s:o}", "failure", k.x->name, "kind",
		                     failure_kind_str(k.x->kind), "faults",
		                     texts_json(k.x->faults, k.x->n_faults));
		rc = run_case(r, &k, e);
		if (rc < 0 && rc != -EINTR)
			err_wrap(e, "failure of %s", k.x->name);
		if (failures_stopped(r))
			rc = err_set(e, EINTR, "interrupted");
		else if (rc == 0)
			failure_report(r, &k, rep);
		json_array_append_new(r->list, k.result);
	}
	return rc;
}

static void fr_done(struct fr *r)
{
	for (size_t i = 0; i < r->n_watched; i++)
		free(r->ways[i]);
	free(r->ways);
	free(r->watched);
	free(r->looked);
	json_decref(r->standing);
	failures_free(&r->all);
}

int failures_run(struct lab_client *c, const char *lab, const struct model *m,
                 const struct failures_options *o, struct report_run *rep, struct err *e)
{
	_cleanup_(
	    fr_done) struct fr r = { .c = c, .lab = lab, .m = m, .o = o, .list = json_array() };
	int rc;

	failures_of(m, o->pairs, &r.all);
	rep->failures = json_pack("{s:o}", "failures", r.list);
	rc = failures_whole(c, lab, e);
	if (rc == 0)
		rc = look_at_whole_lab(&r, e);
	if (rc == 0 && !r.n_watched)
		rc =
		    err_set(e, ENOENT,
		            "no check of packets that arrive holds in lab %s: nothing shows what a "
		            "failure breaks",
		            lab);
	json_object_set_new(rep->failures, "checks", json_array());
	for (size_t i = 0; i < r.n_watched; i++)
		json_array_append_new(json_object_get(rep->failures, "checks"),
		                      json_string(r.watched[i]->name));
	return rc < 0 ? rc : run_cases(&r, rep, e);
}
