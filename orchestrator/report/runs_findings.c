/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs as the readers of findings want them: a finding for each check that failed, and for what
 * something that fails takes away. */
#include "base/str.h"
#include "report/failures.h"
#include "report/findings.h"

static void add_failed(struct checked_file *c, const struct report_check *k)
{
	_cleanup_free_ char *pointer = jptr_str(JPTR(JPTR(NULL, "checks"), k->name));

	finding_add(&c->f, k->warning ? SEV_WARNING : SEV_ERROR, "CHECK-FAILED", NULL, pointer,
	            k->hint, "%s: %s", k->name, k->detail && *k->detail ? k->detail : "failed");
	finding_stands_at(&c->f, k->line, k->column);
}

/* The rule for what a failure cost: an error above its budget; else a warning, when a check did not
 * hold for as long as it was away. */
static const char *rule_of_failure(const json_t *x)
{
	if (!json_is_true(json_object_get(x, "held")))
		return "FAILURE-BUDGET";
	if (json_is_true(json_object_get(x, "singlePointOfFailure")))
		return "FAILURE-SINGLE-POINT";
	return failure_takes_other_way(x) ? "FAILURE-OTHER-WAY" : NULL;
}

static void add_failure_finding(struct checked_file *c, const struct report_check *k,
                                const json_t *x)
{
	const char *key = failure_text(x, "budgetKey"), *rule = rule_of_failure(x);
	_cleanup_free_ char *pointer = jptr_str(JPTR(JPTR(NULL, "whenFails"), key));

	if (!rule)
		return;
	finding_add(&c->f, k->ok ? SEV_WARNING : SEV_ERROR, rule, NULL, *key ? pointer : "", NULL,
	            "%s: %s", k->name, k->detail ? k->detail : "failed");
	finding_stands_at(&c->f, k->line, k->column);
}

static void add_run(struct checked_file *c, const struct report_run *r)
{
	const json_t *failures = json_object_get(r->failures, "failures");
	size_t n = 0;

	for (size_t k = 0; k < r->n; k++) {
		if (r->checks[k].failure)
			add_failure_finding(c, &r->checks[k], json_array_get(failures, n++));
		else if (!r->checks[k].ok && !r->checks[k].skipped)
			add_failed(c, &r->checks[k]);
	}
	if (r->error)
		finding_add(&c->f, SEV_ERROR, "LAB-FAILED", NULL, "", NULL, "%s", r->error);
}

struct checked_file *runs_checked(const struct report_run *runs, size_t n)
{
	struct checked_file *files = xcalloc(n + 1, sizeof(*files));

	for (size_t i = 0; i < n; i++) {
		const struct report_run *r = &runs[i];
		struct checked_file *c = &files[i];

		c->name = xstrdup(r->file ? r->file : r->lab ? r->lab : "lab");
		places_add_file(findings_places(&c->f), "", c->name);
		add_run(c, r);
	}
	return files;
}

void checked_files_free(struct checked_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		checked_file_free(&files[i]);
	free(files);
}
