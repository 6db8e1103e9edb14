/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/findings.h"

#include "base/json.h"
#include "base/str.h"
#include "report/report.h"

void checked_file_free(struct checked_file *c)
{
	free(c->name);
	free(c->folder);
	free(c->error);
	findings_free(&c->f);
	*c = (struct checked_file){ 0 };
}

/* source: "main.json#/resources/3", or NULL. */
static char *file_of(const struct checked_file *c, const char *source)
{
	const char *hash = source ? strchr(source, '#') : NULL;
	size_t n = hash ? (size_t)(hash - source) : source ? strlen(source) : 0;

	/* "#/resources/3" and what has no source stand in the file that was named. */
	if (!n || !c->folder || streq(source, c->name))
		return xstrdup(c->name);
	if (*source == '/' || !*c->folder)
		return xstrndup(source, n);
	return xasprintf("%s/%.*s", c->folder, (int)n, source);
}

struct finding_place finding_place(const struct checked_file *c, const struct finding *x)
{
	struct text_place at = { 0 };

	finding_at(&c->f, x, &at);
	return (struct finding_place){ file_of(c, x->source), at.line, at.column };
}

struct finding_place finding_alike_place(const struct checked_file *c, const char *where)
{
	bool pointer = *where == '/' && !strchr(where, '#');
	struct text_place at = { 0 };

	findings_at(&c->f, where, &at);
	return (struct finding_place){ file_of(c, pointer ? NULL : where), at.line, at.column };
}

json_t *checked_json(const struct checked_file *files, size_t n)
{
	json_t *all = json_array(), *errors = json_array(), *j, *x;
	size_t k;

	for (size_t i = 0; i < n; i++) {
		json_t *one = findings_json(&files[i].f);

		json_array_foreach (json_object_get(one, "findings"), k, x) {
			struct finding_place at = finding_place(&files[i], &files[i].f.items[k]);

			json_object_set_new(x, "file", text_json_of(at.file));
			free(at.file);
			if (at.line) {
				json_object_set_new(x, "line", json_integer((json_int_t)at.line));
				json_object_set_new(x, "column",
				                    json_integer((json_int_t)at.column));
			}
			json_array_append(all, x);
		}
		json_decref(one);
		if (files[i].error)
			json_array_append_new(
			    errors, json_pack("{s:o, s:o}", "file", text_json_of(files[i].name),
			                      "message", text_json_of(files[i].error)));
	}
	j = json_pack("{s:o}", "findings", all);
	if (json_array_size(errors))
		json_object_set(j, "errors", errors);
	json_decref(errors);
	return j;
}

/* --- JUnit --- */

static void add_case(struct report_run *r, const struct finding *x, bool strict)
{
	struct report_check *k = report_add(r);
	const char *at = x->source ? x->source : x->pointer;

	k->name = xasprintf("%s%s%s", x->rule, *at ? " at " : "", at);
	k->ok = x->severity == SEV_INFO;
	k->warning = x->severity == SEV_WARNING && !strict;
	k->detail = xasprintf("%s%s%s", x->message, x->azure_code ? "\nAzure answers: " : "",
	                      x->azure_code ? x->azure_code : "");
	k->hint = x->hint ? xstrdup(x->hint) : NULL;
}

void checked_write_junit(FILE *f, const struct checked_file *files, size_t n, bool strict)
{
	_cleanup_free_ struct report_run *runs = xcalloc(n + 1, sizeof(*runs));

	for (size_t i = 0; i < n; i++) {
		const struct checked_file *c = &files[i];

		runs[i] = (struct report_run){ .lab = xstrdup(c->name), .file = xstrdup(c->name) };
		for (size_t k = 0; k < c->f.n; k++)
			add_case(&runs[i], &c->f.items[k], strict);
		/* A reader that counts cases sees that the file was looked at. */
		if (!c->f.n) {
			struct report_check *k = report_add(&runs[i]);

			k->name = xstrdup(c->error ? "the file can be read" : "no findings");
			k->ok = !c->error;
			k->detail = c->error ? xstrdup(c->error) : NULL;
		}
	}
	report_write(f, REPORT_JUNIT, runs, n, false);
	for (size_t i = 0; i < n; i++)
		report_run_free(&runs[i]);
}
