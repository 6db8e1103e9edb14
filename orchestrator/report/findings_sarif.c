/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SARIF 2.1.0 (OASIS), as code scanning of GitHub, Azure DevOps and editors read it: one run, its
 * rules, a result for each finding. */
#include <ctype.h>

#include "base/json.h"
#include "base/str.h"
#include "report/findings.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* An URI reference of a path: section 3.4.3 of SARIF, RFC 3986. */
static json_t *path_uri(const char *path)
{
	_cleanup_str_ struct str s = { 0 };

	if (*path == '/')
		str_add(&s, "file://");
	for (const char *p = path; *p; p++)
		if (isalnum((unsigned char)*p) || strchr("/-._~", *p))
			str_addc(&s, *p);
		else
			str_printf(&s, "%%%02X", (unsigned char)*p);
	return json_string(str_get(&s));
}

/* An address of a design is an URI already. */
static json_t *file_json(const char *file)
{
	return json_pack("{s:o}", "uri",
	                 str_starts(file, "https://") ? text_json_of(file) : path_uri(file));
}

static json_t *physical_json(const struct finding_place *at)
{
	json_t *j = json_pack("{s:o}", "artifactLocation", file_json(at->file)), *region;

	if (at->line) {
		region = json_pack("{s:I}", "startLine", (json_int_t)at->line);
		if (at->column)
			json_object_set_new(region, "startColumn",
			                    json_integer((json_int_t)at->column));
		if (at->end_column)
			json_object_set_new(region, "endColumn",
			                    json_integer((json_int_t)at->end_column));
		json_object_set_new(j, "region", region);
	}
	return j;
}

static json_t *location_json(const struct finding_place *at, const char *pointer)
{
	json_t *j = json_pack("{s:o}", "physicalLocation", physical_json(at));

	if (*pointer)
		json_object_set_new(
		    j, "logicalLocations",
		    json_pack("[{s:o}]", "fullyQualifiedName", text_json_of(pointer)));
	return j;
}

/* The number of the rule in the list, which gets it. */
static size_t rule_index(json_t *rules, const char *id)
{
	const json_t *r;
	size_t i;

	json_array_foreach (rules, i, r)
		if (streq(json_string_value(json_object_get(r, "id")), id))
			return i;
	json_array_append_new(rules, json_pack("{s:s}", "id", id));
	return i;
}

static json_t *make_sarif_result(const struct checked_file *c, const struct finding *x,
                                 json_t *rules)
{
	static const char *const levels[] = { "error", "warning", "note" };
	struct finding_place at = finding_place(c, x);
	_cleanup_str_ struct str text = { 0 };
	json_t *j, *related = json_array();

	str_add(&text, x->message);
	if (x->hint)
		str_printf(&text, "\nhint: %s", x->hint);
	if (x->azure_code)
		str_printf(&text, "\nAzure answers: %s", x->azure_code);
	j = json_pack("{s:s, s:I, s:s, s:{s:o}, s:[o]}", "ruleId", x->rule, "ruleIndex",
	              (json_int_t)rule_index(rules, x->rule), "level", levels[x->severity],
	              "message", "text", text_json_of(str_get(&text)), "locations",
	              location_json(&at, x->pointer));
	for (size_t i = 1; x->places && i < FINDINGS_ALIKE && x->places[i]; i++) {
		struct finding_place other = finding_alike_place(c, x->places[i]);
		const char *hash = strchr(x->places[i], '#');

		json_array_append_new(related,
		                      location_json(&other, hash ? hash + 1 : x->places[i]));
		free(other.file);
	}
	if (json_array_size(related)) {
		json_object_set(j, "relatedLocations", related);
		json_object_set_new(j, "occurrenceCount", json_integer((json_int_t)x->count));
	}
	json_decref(related);
	free(at.file);
	return j;
}

json_t *checked_sarif(const struct checked_file *files, size_t n, const char *version)
{
	json_t *rules = json_array(), *results = json_array(), *notes = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct checked_file *c = &files[i];
		const struct finding_place at = { .file = c->name };

		if (c->error)
			json_array_append_new(notes,
			                      json_pack("{s:s, s:{s:o}, s:[o]}", "level", "error",
			                                "message", "text", text_json_of(c->error),
			                                "locations", location_json(&at, "")));
		for (size_t k = 0; k < c->f.n; k++)
			json_array_append_new(results, make_sarif_result(c, &c->f.items[k], rules));
	}
	json_t *invocation =
	    json_pack("{s:b}", "executionSuccessful", (int)!json_array_size(notes));

	if (json_array_size(notes))
		json_object_set(invocation, "toolExecutionNotifications", notes);
	json_decref(notes);
	return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:[o], s:o}]}", "$schema",
	                 SARIF_SCHEMA, "version", "2.1.0", "runs", "tool", "driver", "name",
	                 "vnetlab", "version", version, "rules", rules, "columnKind",
	                 "unicodeCodePoints", "invocations", invocation, "results", results);
}
