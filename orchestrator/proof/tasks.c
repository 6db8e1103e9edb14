/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/tasks.h"

#include "base/str.h"
#include "input/topology.h"

/* The time in which a task may become true by itself. */
enum { LOOK_WITHIN_MS = 1000 };

static int design_that_runs(struct lab_client *c, json_t **ret, struct err *e)
{
	json_t *reply = NULL;
	int r = lab_call(c, json_pack("{s:s}", "op", "design"), NULL, NULL, &reply, NULL, e);

	if (r == 0)
		*ret = json_deep_copy(json_object_get(reply, "design"));
	json_decref(reply);
	return r;
}

/* The model of the lab, with the lesson's tasks; NULL: they do not fit, as with a machine that the
 * student took away. */
static struct model *model_with(json_t *design, json_t *checks)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *copy = json_deep_copy(design);

	json_object_set_new(json_object_get(copy, "topology"), "checks", json_deep_copy(checks));
	struct model *m = design_checked(copy, &f);

	json_decref(copy);
	return f.errors ? model_free(m) : m;
}

/* Tasks that name what the lab has not; the others are left in checks. */
static void take_out_unfit(json_t *design, json_t *checks, struct report_run *run)
{
	const char *name;
	json_t *spec;
	void *next;

	json_object_foreach_safe (checks, next, name, spec) {
		json_t *one = json_pack("{s:O}", name, spec);
		struct model *m = model_with(design, one);

		if (!m) {
			*report_add(run) = (struct report_check){
				.name = xstrdup(name),
				.detail = xstrdup("it names what the lab does not have"),
			};
			json_object_del(checks, name);
		}
		model_free(m);
		json_decref(one);
	}
}

int tasks_look(struct lab_client *c, const char *lab, json_t *tasks, const struct run_options *o,
               struct report_run *run, struct err *e)
{
	json_t *design = NULL;
	int r = design_that_runs(c, &design, e);

	if (r < 0)
		return r;
	struct model *m = model_with(design, tasks);

	if (!m) {
		take_out_unfit(design, tasks, run);
		m = model_with(design, tasks);
	}
	for (size_t i = 0; m && i < m->n_checks; i++)
		if (m->checks[i].within_ms > LOOK_WITHIN_MS)
			m->checks[i].within_ms = LOOK_WITHIN_MS;
	if (m)
		r = run_checks(c, lab, m, o, run, e);
	model_free(m);
	json_decref(design);
	return r;
}
