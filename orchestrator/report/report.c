/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include "base/json.h"
#include "base/str.h"

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
	json_decref(r->failures);
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

static const char *const phase_keys[PHASE_MAX] = { "parseMs", "buildMs", "convergeMs", "checksMs",
	                                           "downMs" };

/* A byte that is not UTF-8 (say, in a file's name) must not make the whole report fail. */
static json_t *text_or_empty(const char *s)
{
	return text_json_of(s ? s : "");
}

json_t *report_json(const struct report_run *r)
{
	struct report_count n = report_count(r);
	json_t *checks = json_array(), *ms = json_object();

	for (int i = 0; i < PHASE_MAX; i++)
		json_object_set_new(ms, phase_keys[i], json_real(r->phase_ms[i]));
	for (size_t i = 0; i < r->n; i++) {
		const struct report_check *k = &r->checks[i];
		json_t *o = json_pack("{s:o, s:b, s:s, s:f, s:o}", "name", text_or_empty(k->name),
		                      "ok", k->ok, "level", k->warning ? "warning" : "error",
		                      "seconds", k->seconds, "detail", text_or_empty(k->detail));

		if (k->skipped)
			json_object_set_new(o, "skipped", json_true());
		if (k->action)
			json_object_set_new(o, "action", json_true());
		if (k->failure)
			json_object_set_new(o, "failure", json_true());
		if (k->hint && !k->ok && !k->skipped)
			json_object_set_new(o, "hint", text_or_empty(k->hint));
		json_array_append_new(checks, o);
	}
	json_t *o =
	    json_pack("{s:o, s:i, s:i, s:i, s:i, s:o, s:o}", "lab", text_or_empty(r->lab), "passed",
	              (int)n.passed, "failed", (int)n.failed, "skipped", (int)n.skipped, "warnings",
	              (int)n.warnings, "phases", ms, "checks", checks);

	if (r->file)
		json_object_set_new(o, "file", text_or_empty(r->file));
	if (r->repeats > 1)
		json_object_set_new(o, "repeat", json_integer(r->repeat));
	if (r->error)
		json_object_set_new(o, "error", text_or_empty(r->error));
	if (r->failures)
		json_object_set(o, "failures", r->failures);
	return o;
}

/* NULL for what is not said. */
static char *copy_member_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s && *s ? xstrdup(s) : NULL;
}

void report_from_json(const json_t *j, struct report_run *ret)
{
	const json_t *o;
	size_t i;

	*ret = (struct report_run){ .lab = copy_member_text(j, "lab"),
		                    .file = copy_member_text(j, "file"),
		                    .error = copy_member_text(j, "error"),
		                    .failures = json_incref(json_object_get(j, "failures")) };
	for (int p = 0; p < PHASE_MAX; p++)
		ret->phase_ms[p] =
		    json_number_value(json_object_get(json_object_get(j, "phases"), phase_keys[p]));
	json_array_foreach (json_object_get(j, "checks"), i, o) {
		struct report_check *k = report_add(ret);

		*k = (struct report_check){
			.name = xstrdup(json_string_value(json_object_get(o, "name"))),
			.ok = json_is_true(json_object_get(o, "ok")),
			.skipped = json_is_true(json_object_get(o, "skipped")),
			.warning = streq(json_string_value(json_object_get(o, "level")), "warning"),
			.action = json_is_true(json_object_get(o, "action")),
			.failure = json_is_true(json_object_get(o, "failure")),
			.seconds = json_number_value(json_object_get(o, "seconds")),
			.detail = copy_member_text(o, "detail"),
			.hint = copy_member_text(o, "hint"),
		};
	}
}
