/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failure while it lasts: until nothing changes any more, and until the lab is whole again. */
#include <errno.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "proof/failures_priv.h"
#include "proof/look.h"
#include "proof/standing.h"

enum {
	LOOK_MS = 100,
	QUIET_MS = 600,   /* so long without a change, and packets flow: it is over */
	BROKEN_MS = 1500, /* the same when some do not: nothing comes any more */
	BEYOND_MS = 700,  /* a budget is watched for this much longer than it is */
	/* A lab that is mended is whole by then; with the delays of Azure's. */
	RETURN_MS = 60000,
	RETURN_AZURE_MS = 240000
};

struct watch {
	long begun, changed; /* clock_ms() */
	json_t *standing;    /* as last seen */
	unsigned alive;      /* sessions of what is away that have not noticed */
	bool settled;        /* the virtual router has applied all that it was told */
};

bool failures_stopped(const struct fr *r)
{
	return r->o->stop && *r->o->stop;
}

static int look_at_status(struct fr *r, const struct fr_case *k, struct watch *w, struct err *e)
{
	json_t *status = NULL;
	int rc = look_once(r->c, NULL, 0, NULL, &status, e);

	if (rc < 0 || !status) {
		json_decref(status);
		return rc < 0 ? rc : err_set(e, EIO, "lab %s does not tell its status", r->lab);
	}
	json_t *now = lab_standing(status);

	if (!json_equal(now, w->standing))
		w->changed = clock_ms();
	json_decref(w->standing);
	w->standing = now;
	w->alive = lab_alive_of(status, r->m, k->x);
	w->settled = streq(json_string_value(json_object_get(now, STANDING_ROUTER)), "running");
	json_decref(status);
	return 0;
}

/* --- while it is away -------------------------------------------------------------------------
 */

/* Has nobody noticed yet that it is away?  Then hold times and probes of load balancers run. */
static bool is_unnoticed(const struct fr_case *k, const struct watch *w)
{
	return w->alive && (k->x->n_cables ? w->alive >= k->alive : true);
}

static bool is_over(const struct fr *r, const struct fr_case *k, const struct watch *w)
{
	long now = clock_ms(), limit = r->o->away_ms;
	bool flow = losses_all_flow(k->packets);

	if (k->budget_ms >= 0 && k->budget_ms + BEYOND_MS > limit)
		limit = k->budget_ms + BEYOND_MS;
	if (now - w->begun >= limit)
		return true;
	if (!w->settled || (!flow && is_unnoticed(k, w)))
		return false;
	return now - w->changed >= (flow ? QUIET_MS : BROKEN_MS);
}

static json_t *check_result(const struct fr_case *k, size_t i, struct outage o)
{
	return json_pack("{s:s, s:i, s:i, s:f, s:b, s:b}", "check", k->v[i]->name, "sent",
	                 (int)o.sent, "lost", (int)o.lost, "lostMs", o.gap_ms, "back", o.recovered,
	                 "otherWay", false);
}

static void explain_broken(struct fr *r, const struct fr_case *k, size_t i, json_t *to)
{
	_cleanup_free_ char *why = look_why(r->c, k->v[i]);

	json_object_set_new(to, "way", text_json_of(r->ways[k->of[i]]));
	json_object_set_new(to, "reason", text_json_of(why));
}

/* They arrive; a check that names their way does not hold when that is another one. */
static void explain_other_way(const struct fr *r, const struct fr_case *k, size_t i,
                              const char *seen, json_t *to)
{
	json_object_set_new(to, "otherWay", json_true());
	json_object_set_new(to, "way", text_json_of(r->ways[k->of[i]]));
	json_object_set_new(to, "seen", text_json_of(seen));
}

static void note_packets(struct fr *r, struct fr_case *k)
{
	json_t *list = json_array(), *gone = json_array();
	_cleanup_free_ char **others = xcalloc(k->n + 1, sizeof(*others));
	bool back = true, other_way = false;
	double worst = 0;

	look_ways(r->c, k->v, k->n, others);
	for (size_t i = 0; i < k->n; i++) {
		_cleanup_free_ char *seen = others[i];
		struct outage o = losses_of(k->packets, i);

		/* Packets that do not flow now have not come back, though some were answered. */
		if (o.lost && !losses_flow(k->packets, i))
			o.recovered = false;
		json_t *x = check_result(k, i, o);

		if (!o.recovered)
			explain_broken(r, k, i, x);
		else if (seen)
			explain_other_way(r, k, i, seen, x);
		back &= o.recovered;
		other_way |= o.recovered && seen;
		worst = o.gap_ms > worst ? o.gap_ms : worst;
		json_array_append_new(list, x);
	}
	for (size_t i = 0; i < r->n_watched; i++)
		if (failure_takes(k->x, r->m, r->watched[i]))
			json_array_append_new(gone, json_string(r->watched[i]->name));
	json_object_set_new(k->result, "lostMs", json_real(worst));
	json_object_set_new(k->result, "back", json_boolean(back));
	json_object_set_new(k->result, "otherWay", json_boolean(other_way));
	json_object_set_new(k->result, "packets", list);
	json_object_set_new(k->result, "goneWithIt", gone);
}

/* Checks of sessions, routes and of what must not arrive: as they are in the end. */
static int note_others(struct fr *r, struct fr_case *k, struct err *e)
{
	_cleanup_free_ struct judgement *j = xcalloc(r->n_looked + 1, sizeof(*j));
	json_t *status = NULL, *list = json_array();
	int rc = look_once(r->c, r->looked, r->n_looked, j, &status, e);

	for (size_t i = 0; i < r->n_looked; i++) {
		if (!j[i].holds && !failure_takes(k->x, r->m, r->looked[i]))
			json_array_append_new(list,
			                      json_pack("{s:s, s:o}", "check", r->looked[i]->name,
			                                "seen", text_json_of(j[i].text)));
		judgement_free(&j[i]);
	}
	json_object_set_new(k->result, "doNotHold", list);
	json_decref(status);
	return rc;
}

int failure_watch(struct fr *r, struct fr_case *k, struct err *e)
{
	struct watch w = { .begun = clock_ms(), .changed = clock_ms() };
	int rc = 0;

	do {
		rc = losses_take(k->packets, clock_ms() + LOOK_MS, e);
		if (rc == 0)
			rc = look_at_status(r, k, &w, e);
	} while (rc == 0 && !failures_stopped(r) && !is_over(r, k, &w));
	json_object_set_new(k->result, "awayMs", json_integer(clock_ms() - w.begun));
	json_object_set_new(k->result, "unnoticed", json_boolean(is_unnoticed(k, &w)));
	json_decref(w.standing);
	if (rc == 0 && !failures_stopped(r)) {
		note_packets(r, k);
		rc = note_others(r, k, e);
	}
	return rc;
}

/* --- and back ---------------------------------------------------------------------------------
 */

static void note_way_back(struct fr_case *k, long ms)
{
	json_t *list = json_array();
	double worst = 0;

	for (size_t i = 0; i < k->n; i++) {
		struct outage o = losses_of(k->packets, i);

		if (!o.lost)
			continue;
		worst = o.gap_ms > worst ? o.gap_ms : worst;
		json_array_append_new(list, check_result(k, i, o));
	}
	json_object_set_new(k->result, "returnMs", json_integer(ms));
	json_object_set_new(k->result, "returnLostMs", json_real(worst));
	json_object_set_new(k->result, "returnPackets", list);
}

/* All checks that held do so again; also those that went with it. */
static int all_hold(struct fr *r, char **ret_missing, struct err *e)
{
	size_t n = r->n_watched + r->n_looked;
	_cleanup_free_ const struct check **all = xcalloc(n + 1, sizeof(*all));
	_cleanup_free_ struct judgement *j = xcalloc(n + 1, sizeof(*j));
	json_t *status = NULL;

	for (size_t i = 0; i < n; i++)
		all[i] = i < r->n_watched ? r->watched[i] : r->looked[i - r->n_watched];
	int rc = look_once(r->c, all, n, j, &status, e);

	for (size_t i = 0; i < n; i++) {
		if (!j[i].holds && !*ret_missing)
			*ret_missing =
			    xasprintf("\"%s\" does not hold: %s", all[i]->name, j[i].text);
		judgement_free(&j[i]);
	}
	json_decref(status);
	return rc;
}

static int look_whether_whole(struct fr *r, struct fr_case *k, struct watch *w, char **ret_missing,
                              struct err *e)
{
	int rc = losses_take(k->packets, clock_ms() + LOOK_MS, e);

	if (rc == 0)
		rc = look_at_status(r, k, w, e);
	if (rc < 0)
		return rc;
	*ret_missing = lab_standing_difference(r->standing, w->standing);
	if (!*ret_missing && !losses_all_flow(k->packets))
		*ret_missing = xstrdup("packets of some check are lost");
	return *ret_missing ? 0 : all_hold(r, ret_missing, e);
}

int failure_return(struct fr *r, struct fr_case *k, struct err *e)
{
	struct watch w = { .begun = clock_ms(), .changed = clock_ms() };
	long limit = r->m->settings.timing_azure ? RETURN_AZURE_MS : RETURN_MS;
	int rc;

	losses_begin(k->packets);
	for (;;) {
		_cleanup_free_ char *missing = NULL;

		rc = look_whether_whole(r, k, &w, &missing, e);
		if (rc < 0 || !missing || failures_stopped(r))
			break;
		if (clock_ms() - w.begun < limit)
			continue;
		rc = err_set(e, ETIMEDOUT, "the lab did not become as before within %ld s: %s",
		             limit / 1000, missing);
		break;
	}
	if (rc == 0)
		note_way_back(k, clock_ms() - w.begun);
	json_decref(w.standing);
	return rc;
}
