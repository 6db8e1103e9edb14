/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/findings.h"

#include "base/json.h"
#include "base/str.h"

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

/* "main.tf:7:1#azurerm_subnet.s" has more than a file in front of "#". */
static bool in_source(const char *source)
{
	size_t n = source ? strcspn(source, "#") : 0, digits = 0;

	for (size_t i = n; i && source[i - 1] >= '0' && source[i - 1] <= '9'; i--)
		digits++;
	return digits && n > digits && source[n - digits - 1] == ':';
}

struct finding_place finding_place(const struct checked_file *c, const struct finding *x)
{
	struct text_place at = { 0 };

	bool found = finding_at(&c->f, x, &at);

	return (struct finding_place){ found && in_source(x->source) ? xstrdup(at.file)
		                                                     : file_of(c, x->source),
		                       at.line, at.column, at.end_column };
}

struct finding_place finding_alike_place(const struct checked_file *c, const char *where)
{
	bool pointer = *where == '/' && !strchr(where, '#');
	struct text_place at = { 0 };

	bool found = findings_at(&c->f, where, &at);

	return (struct finding_place){ found && in_source(where)
		                           ? xstrdup(at.file)
		                           : file_of(c, pointer ? NULL : where),
		                       at.line, at.column, at.end_column };
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
			if (at.end_column)
				json_object_set_new(x, "end_column",
				                    json_integer((json_int_t)at.end_column));
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
