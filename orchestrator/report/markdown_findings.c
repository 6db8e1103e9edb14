/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/findings.h"
#include "report/markdown.h"

static char *place_text(const struct checked_file *c, const struct finding *x)
{
	struct finding_place at = finding_place(c, x);
	char *s = at.line ? xasprintf("%s:%zu", at.file, at.line) : xstrdup(at.file);

	free(at.file);
	return s;
}

static void add_finding_row(struct str *b, const struct checked_file *c, const struct finding *x)
{
	_cleanup_free_ char *where = place_text(c, x);

	str_printf(b, "| %s | ", severity_str(x->severity));
	markdown_escape(b, where);
	str_printf(b, " | %s | ", x->rule);
	markdown_escape(b, x->message);
	if (x->count > 1)
		str_printf(b, " (and so in %zu more places)", x->count - 1);
	if (x->hint) {
		str_add(b, "<br>hint: ");
		markdown_escape(b, x->hint);
	}
	if (x->azure_code) {
		str_add(b, "<br>Azure answers: ");
		markdown_escape(b, x->azure_code);
	}
	str_add(b, " |\n");
}

static void add_findings(struct str *b, const struct checked_file *files, size_t n, size_t all)
{
	size_t shown = 0;

	if (!all)
		return;
	str_addc(b, '\n');
	markdown_header(b, "", "Where", "Rule", "What");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < files[i].f.n && shown < MARKDOWN_ROWS; k++, shown++)
			add_finding_row(b, &files[i], &files[i].f.items[k]);
	markdown_more(b, all);
}

void checked_markdown(struct str *b, const struct checked_file *files, size_t n)
{
	size_t errors = 0, warnings = 0, all = 0;

	for (size_t i = 0; i < n; i++) {
		errors += files[i].f.errors;
		warnings += files[i].f.warnings;
		all += files[i].f.n;
	}
	str_printf(b, "### vnetlab check: %zu error%s, %zu warning%s in %zu file%s\n", errors,
	           errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s", n,
	           n == 1 ? "" : "s");
	for (size_t i = 0; i < n; i++)
		if (files[i].error) {
			str_add(b, "\n- cannot be read: ");
			markdown_escape(b, files[i].error);
			str_addc(b, '\n');
		}
	add_findings(b, files, n, all);
}
