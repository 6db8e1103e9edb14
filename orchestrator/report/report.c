/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

void report_run_free(struct report_run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->checks[i].name);
		free(r->checks[i].detail);
		free(r->checks[i].hint);
	}
	free(r->checks);
	free(r->lab);
	free(r->file);
	free(r->error);
	*r = (struct report_run){ 0 };
}

struct report_check *report_add(struct report_run *r)
{
	return &VEC_PUSH(r->checks, r->n, r->cap);
}

struct report_count report_count(const struct report_run *r)
{
	struct report_count c = { 0 };

	for (size_t i = 0; i < r->n; i++) {
		const struct report_check *k = &r->checks[i];

		if (k->skipped)
			c.skipped++;
		else if (k->ok)
			c.passed++;
		else if (k->warning)
			c.warnings++;
		else
			c.failed++;
	}
	return c;
}

bool report_ok(const struct report_run *r)
{
	return !r->error && !report_count(r).failed;
}

/* A string that is not UTF-8 (say, a file's name) must not make the whole report fail. */
static json_t *text_json(const char *s)
{
	json_t *j = json_string(s ? s : "");

	return j ? j : json_string("(not UTF-8)");
}

json_t *report_json(const struct report_run *r)
{
	static const char *const phases[PHASE_MAX] = { "parseMs", "buildMs", "convergeMs",
		                                       "checksMs", "downMs" };
	struct report_count n = report_count(r);
	json_t *checks = json_array(), *ms = json_object();

	for (int i = 0; i < PHASE_MAX; i++)
		json_object_set_new(ms, phases[i], json_real(r->phase_ms[i]));
	for (size_t i = 0; i < r->n; i++) {
		const struct report_check *k = &r->checks[i];
		json_t *o = json_pack("{s:o, s:b, s:s, s:f, s:o}", "name", text_json(k->name), "ok",
		                      k->ok, "level", k->warning ? "warning" : "error", "seconds",
		                      k->seconds, "detail", text_json(k->detail));

		if (k->skipped)
			json_object_set_new(o, "skipped", json_true());
		if (k->hint && !k->ok && !k->skipped)
			json_object_set_new(o, "hint", text_json(k->hint));
		json_array_append_new(checks, o);
	}
	json_t *o =
	    json_pack("{s:o, s:i, s:i, s:i, s:i, s:o, s:o}", "lab", text_json(r->lab), "passed",
	              (int)n.passed, "failed", (int)n.failed, "skipped", (int)n.skipped, "warnings",
	              (int)n.warnings, "phases", ms, "checks", checks);

	if (r->file)
		json_object_set_new(o, "file", text_json(r->file));
	if (r->repeats > 1)
		json_object_set_new(o, "repeat", json_integer(r->repeat));
	if (r->error)
		json_object_set_new(o, "error", text_json(r->error));
	return o;
}
