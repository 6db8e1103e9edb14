/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "report/markdown.h"
#include "report/matrix.h"
#include "report/write.h"

static char *change_sentence(const struct diff_line *l)
{
	const char *why = *l->cause ? l->cause : l->reason;

	if (l->kind == DIFF_OBJECTS)
		return xasprintf("%s is %s", l->from, l->now);
	return xasprintf("%s -> %s, %s: was %s, now %s%s%s", l->from, l->to, l->traffic, l->was,
	                 l->now, *why ? ": " : "", why);
}

static void add_diff_findings(const struct diff_report *r)
{
	static const char *const rules[] = { "", "DIFF-REACHABILITY", "DIFF-ROUTES", "DIFF-RULES",
		                             "DIFF-OBJECTS" };

	for (size_t i = 0; i < r->diff->n; i++) {
		const struct diff_line *l = &r->diff->v[i];
		_cleanup_free_ char *text = change_sentence(l);

		finding_add(&r->file->f, l->worse ? SEV_ERROR : SEV_INFO, rules[l->kind], NULL,
		            l->pointer, NULL, "%s", text);
	}
}

static void fill_diff_run(const struct diff_report *r, struct report_run *run)
{
	*run = (struct report_run){ .lab = xstrdup(r->now), .file = xstrdup(r->now) };
	for (size_t i = 0; i < r->diff->n; i++) {
		struct report_check *k = report_add(run);

		k->name = change_sentence(&r->diff->v[i]);
		k->ok = !r->diff->v[i].worse;
		k->detail = xstrdup(r->diff->v[i].reason);
	}
	if (!r->diff->n)
		*report_add(run) =
		    (struct report_check){ .name = xstrdup("no packet's way changes"), .ok = true };
}

static void add_diff_markdown(struct str *b, const struct diff_report *r)
{
	const struct diff *d = r->diff;
	size_t worse = 0;

	for (size_t i = 0; i < d->n; i++)
		worse += d->v[i].worse;
	str_add(b, "### vnetlab diff: ");
	markdown_escape(b, r->old);
	str_add(b, " to ");
	markdown_escape(b, r->now);
	if (!d->n) {
		str_add(b, "\n\nNo packet's way changes.\n");
		return;
	}
	str_printf(b, "\n\n%zu change%s, %zu for the worse.\n\n", d->n, d->n == 1 ? "" : "s",
	           worse);
	markdown_header(b, "", "From", "To", "Traffic", "Was", "Now", "Why");
	for (size_t i = 0; i < d->n && i < MARKDOWN_ROWS; i++) {
		const struct diff_line *l = &d->v[i];

		markdown_row(b, l->worse ? "worse" : "", l->from, l->to, l->traffic, l->was, l->now,
		             *l->cause ? l->cause : l->reason);
	}
	markdown_more(b, d->n);
}

void diff_write(FILE *f, enum report_format fmt, const struct diff_report *r)
{
	_cleanup_str_ struct str b = { 0 };
	struct report_run run;

	if (fmt == REPORT_MARKDOWN) {
		add_diff_markdown(&b, r);
		fputs(str_get(&b), f);
	} else if (fmt == REPORT_TAP || fmt == REPORT_JUNIT) {
		fill_diff_run(r, &run);
		report_write(f, fmt, &run, 1, false);
		report_run_free(&run);
	} else {
		add_diff_findings(r);
		checked_write(f, fmt, r->file, 1, false);
	}
}
