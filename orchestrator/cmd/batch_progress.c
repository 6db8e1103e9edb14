/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the progress of a batch while it runs. */
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/batch.h"

enum { REPORTS_EVERY_MS = 1000 };

/* "40 s", "12 min", "3 h"; NULL: not known yet. */
static char *time_left(const struct batch *b)
{
	size_t ran = b->done - b->known, left = b->chosen - b->done;

	if (!ran || !left)
		return NULL;
	double s = (test_now_ms() - b->began_ms) / 1e3 / (double)ran * (double)left;

	if (s < 100)
		return xasprintf("%.0f s", s < 1 ? 1 : s);
	return s < 6000 ? xasprintf("%.0f min", s / 60) : xasprintf("%.1f h", s / 3600);
}

void batch_progress(const struct batch *b)
{
	_cleanup_free_ char *left = time_left(b);

	ui_progress("%zu of %zu done, %zu running, %zu failed%s%s%s", b->done, b->chosen,
	            b->running, b->failed, left ? ", about " : "", left ? left : "",
	            left ? " left" : "");
}

static double seconds_of(const struct report_run *r)
{
	double ms = 0;

	for (int i = 0; i < PHASE_MAX; i++)
		ms += r->phase_ms[i];
	return ms / 1e3;
}

static void print_result(const struct batch *b, const struct batch_lab *l,
                         const struct report_run *r)
{
	struct report_count n = report_count(r);
	_cleanup_free_ char *left = time_left(b);

	ui_progress_end();
	ui_print("[%zu/%zu] %s %s", b->done, b->chosen, report_ok(r) ? "ok  " : "FAIL", l->file);
	if (l->known)
		ui_print(": its result was there\n");
	else
		ui_print(": %u held, %u failed, %.1f s%s%s%s\n", n.passed, n.failed, seconds_of(r),
		         left ? "; about " : "", left ? left : "", left ? " left" : "");
	for (size_t i = 0; i < r->n; i++)
		if (!r->checks[i].ok && !r->checks[i].skipped && !r->checks[i].warning)
			ui_print("    %s\n", r->checks[i].name);
	if (r->error)
		ui_print("    %s\n", r->error);
	fflush(stdout);
}

void batch_took(struct batch *b, struct batch_lab *l, json_t *result)
{
	struct report_run run = { 0 };
	struct err e = { 0 };
	double now = test_now_ms();

	json_decref(l->result);
	l->result = result;
	report_from_json(json_object_get(result, "run"), &run);
	b->done++;
	b->known += l->known;
	b->failed += !report_ok(&run);
	if (b->options.format == REPORT_HUMAN && !b->a->quiet) {
		print_result(b, l, &run);
	} else if (b->options.format == REPORT_JSON) {
		free(run.file);
		run.file = xstrdup(l->file);
		report_write(stdout, REPORT_JSON, &run, 1, false);
		fflush(stdout);
	}
	report_run_free(&run);
	/* what prevents it is reported in the end */
	if (now - b->written_ms > REPORTS_EVERY_MS) {
		(void)batch_reports_write(b, &e);
		b->written_ms = test_now_ms();
	}
	batch_progress(b);
}

json_t *batch_result_of_error(const struct batch_lab *l, const char *how)
{
	struct report_run run = { .lab = xstrdup(l->key),
		                  .file = xstrdup(l->file),
		                  .error = xstrdup(how),
		                  .repeat = 1,
		                  .repeats = 1 };
	json_t *j = json_pack("{s:o, s:s, s:b}", "run", report_json(&run), "digest",
	                      l->digest ? l->digest : "", "final", 0);

	report_run_free(&run);
	return j;
}
