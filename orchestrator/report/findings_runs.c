/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings as the readers of tests want them: a run for each file, a case for each finding. */
#include "base/str.h"
#include "report/findings.h"

/* "\nat FILE:LINE:COLUMN", or nothing. */
static char *place_line(const struct checked_file *c, const struct finding *x)
{
	struct finding_place at = finding_place(c, x);
	char *s =
	    !at.line ? xstrdup("") : xasprintf("\nat %s:%zu:%zu", at.file, at.line, at.column);

	free(at.file);
	return s;
}

static void add_case(struct report_run *r, const struct checked_file *c, const struct finding *x,
                     bool strict)
{
	_cleanup_free_ char *place = place_line(c, x);
	struct report_check *k = report_add(r);
	const char *at = x->source ? x->source : x->pointer;

	k->name = xasprintf("%s%s%s", x->rule, *at ? " at " : "", at);
	k->ok = x->severity == SEV_INFO;
	k->warning = x->severity == SEV_WARNING && !strict;
	k->detail = xasprintf("%s%s%s%s", x->message, x->azure_code ? "\nAzure answers: " : "",
	                      x->azure_code ? x->azure_code : "", place);
	k->hint = x->hint ? xstrdup(x->hint) : NULL;
}

struct report_run *checked_runs(const struct checked_file *files, size_t n, bool strict)
{
	struct report_run *runs = xcalloc(n + 1, sizeof(*runs));

	for (size_t i = 0; i < n; i++) {
		const struct checked_file *c = &files[i];

		runs[i] = (struct report_run){ .lab = xstrdup(c->name), .file = xstrdup(c->name) };
		for (size_t k = 0; k < c->f.n; k++)
			add_case(&runs[i], c, &c->f.items[k], strict);
		/* A reader that counts cases sees that the file was looked at. */
		if (!c->f.n) {
			struct report_check *k = report_add(&runs[i]);

			k->name = xstrdup(c->error ? "the file can be read" : "no findings");
			k->ok = !c->error;
			k->detail = c->error ? xstrdup(c->error) : NULL;
		}
	}
	return runs;
}
