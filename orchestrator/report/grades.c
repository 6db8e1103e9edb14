/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/grades.h"

#include "base/json.h"
#include "base/str.h"
#include "base/visible.h"

const char *grade_state_str(enum grade_state s)
{
	static const char *const words[] = { "graded", "invalid", "timedOut",
		                             "tooBig", "broken",  "notRun" };

	return words[s];
}

void grades_free(struct grades *g)
{
	for (size_t i = 0; i < g->n_tasks; i++)
		free(g->tasks[i].name);
	for (size_t i = 0; i < g->n; i++) {
		free(g->v[i].student);
		free(g->v[i].file);
		free(g->v[i].reason);
		report_run_free(&g->v[i].run);
	}
	free(g->tasks);
	free(g->v);
	*g = (struct grades){ 0 };
}

/* ---- points ---- */

const struct report_check *grade_check(const struct grade *x, const struct grade_task *t)
{
	for (size_t i = 0; i < x->run.n; i++)
		if (streq(x->run.checks[i].name, t->name))
			return x->run.checks[i].skipped ? NULL : &x->run.checks[i];
	return NULL;
}

unsigned grade_got(const struct grade *x, const struct grade_task *t)
{
	const struct report_check *c = grade_check(x, t);

	return c && c->ok ? t->points : 0;
}

unsigned grade_sum(const struct grades *g, const struct grade *x)
{
	unsigned sum = 0;

	for (size_t i = 0; i < g->n_tasks; i++)
		sum += grade_got(x, &g->tasks[i]);
	return sum;
}

unsigned grades_most(const struct grades *g)
{
	unsigned sum = 0;

	for (size_t i = 0; i < g->n_tasks; i++)
		sum += g->tasks[i].points;
	return sum;
}

/* ---- JSON ---- */

json_t *grade_json(const struct grades *g, const struct grade *x)
{
	json_t *failed = json_array();

	for (size_t i = 0; i < g->n_tasks; i++) {
		const struct grade_task *t = &g->tasks[i];
		const struct report_check *c = grade_check(x, t);

		if (c && c->ok)
			continue;
		json_t *o = json_pack("{s:o, s:i, s:b, s:o}", "name", text_json_of(t->name),
		                      "points", (int)t->points, "judged", c != NULL, "detail",
		                      text_json_of(c && c->detail ? c->detail : ""));

		if (c && c->hint)
			json_object_set_new(o, "hint", text_json_of(c->hint));
		json_array_append_new(failed, o);
	}
	json_t *o = json_pack("{s:o, s:o, s:s, s:i, s:i, s:o, s:f}", "student",
	                      text_json_of(x->student), "file", text_json_of(x->file), "state",
	                      grade_state_str(x->state), "points", (int)grade_sum(g, x), "of",
	                      (int)grades_most(g), "failed", failed, "seconds", x->seconds);

	json_object_set_new(o, "reason", x->reason ? text_json_of(x->reason) : json_null());
	return o;
}

json_t *grades_json(const struct grades *g)
{
	json_t *tasks = json_array(), *students = json_array();

	for (size_t i = 0; i < g->n_tasks; i++)
		json_array_append_new(tasks, json_pack("{s:o, s:i}", "name",
		                                       text_json_of(g->tasks[i].name), "points",
		                                       (int)g->tasks[i].points));
	for (size_t i = 0; i < g->n; i++)
		json_array_append_new(students, grade_json(g, &g->v[i]));
	return json_pack("{s:o, s:i, s:o}", "checks", tasks, "of", (int)grades_most(g), "students",
	                 students);
}

/* ---- CSV ---- */

/* A terminal may be what shows it. */
static void append_csv_cell(struct str *s, const char *cell)
{
	_cleanup_free_ char *visible = text_visible(cell, strlen(cell), false);
	const char *text = visible;
	bool quoted = strpbrk(text, "\",\n") != NULL;

	if (quoted)
		str_addc(s, '"');
	if (*text && strchr("=+-@\t", *text))
		str_addc(s, '\'');
	for (; *text; text++) {
		if (*text == '"')
			str_addc(s, '"');
		str_addc(s, *text);
	}
	if (quoted)
		str_addc(s, '"');
}

/* "the packet arrives: 0 of 1 answered; ..." */
static void list_failed(const struct grades *g, const struct grade *x, struct str *out)
{
	for (size_t i = 0; i < g->n_tasks; i++) {
		const struct report_check *c = grade_check(x, &g->tasks[i]);

		if (!c || c->ok)
			continue;
		const char *why = c->detail ? c->detail : "";

		str_printf(out, "%s%s: %.*s", out->n ? "; " : "", c->name, (int)strcspn(why, "\n"),
		           why);
	}
}

static void append_grade_row(const struct grades *g, const struct grade *x, struct str *s)
{
	_cleanup_str_ struct str failed = { 0 };

	list_failed(g, x, &failed);
	append_csv_cell(s, x->student);
	str_printf(s, ",%s,%u,%u,", grade_state_str(x->state), grade_sum(g, x), grades_most(g));
	append_csv_cell(s, x->reason ? x->reason : "");
	str_addc(s, ',');
	append_csv_cell(s, str_get(&failed));
	for (size_t i = 0; i < g->n_tasks; i++)
		str_printf(s, ",%u", grade_got(x, &g->tasks[i]));
	str_add(s, "\r\n");
}

char *grades_csv(const struct grades *g)
{
	struct str s = { 0 };

	str_add(&s, "student,state,points,of,reason,failed");
	for (size_t i = 0; i < g->n_tasks; i++) {
		str_addc(&s, ',');
		append_csv_cell(&s, g->tasks[i].name);
	}
	str_add(&s, "\r\n");
	for (size_t i = 0; i < g->n; i++)
		append_grade_row(g, &g->v[i], &s);
	return str_take(&s);
}
