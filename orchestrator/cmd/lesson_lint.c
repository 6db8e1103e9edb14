/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what is wrong with a lesson: its texts, its two designs, and, by the model alone, whether
 * the first leaves something to do and the second leaves nothing. */
#include "base/format.h"
#include "base/json.h"
#include "base/str.h"
#include "cmd/design.h"
#include "cmd/lesson.h"
#include "input/topology.h"
#include "proof/foretell.h"

PRINTF(2, 3) static void add_complaint(json_t *list, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	text_append(list, text);
}

static struct model *model_of(const struct lesson *l, json_t *topology, const char *which,
                              json_t *list)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", l->folder, l->file);
	_cleanup_findings_ struct findings f = { 0 };
	json_t *design = design_around(topology, path);
	struct model *m = design_checked(design, &f);

	for (size_t i = 0; i < f.n; i++)
		if (f.items[i].severity == SEV_ERROR)
			add_complaint(list, "%s: %s at %s: %s", which, f.items[i].rule,
			              f.items[i].pointer, f.items[i].message);
	json_decref(design);
	return f.errors ? model_free(m) : m;
}

static void judge_start(const struct model *m, json_t *list)
{
	struct foretelling *f = foretell(m);
	bool open = !m->n_checks;

	for (size_t i = 0; i < m->n_checks; i++)
		open |= f[i].v != FORETOLD_HOLDS;
	if (!open)
		add_complaint(
		    list, "the design: all tasks are done before the student has done anything");
	foretellings_free(f, m->n_checks);
}

static void judge_solution(const struct model *m, json_t *list)
{
	struct foretelling *f = foretell(m);

	for (size_t i = 0; i < m->n_checks; i++)
		if (f[i].v == FORETOLD_FAILS)
			add_complaint(list, "the solution: \"%s\" does not hold: %s",
			              m->checks[i].name, f[i].text);
	foretellings_free(f, m->n_checks);
}

static void lint_tasks(const struct lesson *l, json_t *list)
{
	const char *name;
	json_t *spec, *checks = json_object_get(l->topology, "checks");

	if (!json_object_size(checks))
		add_complaint(list, "the design has no checks: they are the tasks");
	json_object_foreach (checks, name, spec)
		if (json_object_get(spec, "do"))
			add_complaint(list,
			              "task \"%s\" does something: a student's lab is left alone",
			              name);
}

json_t *lesson_lint(const struct lesson *l)
{
	json_t *list = json_array();

	if (l->wrong)
		add_complaint(list, "%s", l->wrong);
	if (l->file && (!l->title || !*l->title))
		add_complaint(list, "lesson.md does not begin with a title: # TITLE");
	if (l->file && (!l->story || !*l->story))
		add_complaint(list, "lesson.md has no story below its title");
	if (l->file && !l->n_hints)
		add_complaint(list, "lesson.md has no hint: ## Hint");
	if (l->file && !l->solution)
		add_complaint(list, "lesson.md has no solution: ## Solution");
	if (!l->topology || !l->patch)
		return list;
	lint_tasks(l, list);
	struct model *start = model_of(l, json_deep_copy(l->topology), "the design", list);
	struct model *solved =
	    model_of(l, json_merged(l->topology, l->patch), "the solution", list);

	if (start)
		judge_start(start, list);
	if (solved)
		judge_solution(solved, list);
	model_free(start);
	model_free(solved);
	return list;
}
