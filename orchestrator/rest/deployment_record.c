/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record that is kept of a deployment, and its operations. */
#include <time.h>

#include "base/json.h"
#include "base/str.h"
#include "rest/defaults.h"
#include "rest/deployment.h"

static bool is_secure(const char *type)
{
	return strieq(type, "securestring") || strieq(type, "secureobject");
}

/* The type as Azure spells it: "String". */
static json_t *type_json(const char *type)
{
	static const char *const types[] = { "String", "Int",          "Bool",        "Object",
		                             "Array",  "SecureString", "SecureObject" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strieq(type, types[i]))
			return json_string(types[i]);
	return json_string(type);
}

/* The parameters that were given, and defaults that are no expressions; secrets without their
 * values, and so what a linked file gives. */
static json_t *parameters_json(const struct deployed *d)
{
	json_t *all = json_object(), *decl;
	const char *name;

	json_object_foreach (json_object_get(d->template, "parameters"), name, decl) {
		const char *type = member_text(decl, "type", NULL);
		json_t *given = json_object_get(d->parameters, name);
		json_t *value = json_object_get(given, "value");
		json_t *dflt = json_object_get(decl, "defaultValue");
		const char *words = json_string_value(dflt);
		json_t *one = json_pack("{s:o}", "type", type_json(type ? type : "object"));

		if (!value && !d->parameters_link && !(words && *words == '['))
			value = dflt;
		if (value && !(type && is_secure(type)))
			json_object_set(one, "value", value);
		json_object_set_new(all, name, one);
	}
	return all;
}

static json_t *outputs_json(const struct deployed *d)
{
	json_t *all = json_object(), *v;
	const char *name;

	json_object_foreach (d->outputs, name, v) {
		const char *type = member_text(v, "type", NULL);
		json_t *one = json_pack("{s:o}", "type", type_json(type ? type : "object"));

		if (!(type && is_secure(type)))
			json_object_set(one, "value", json_object_get(v, "value"));
		json_object_set_new(all, name, one);
	}
	return all;
}

static json_t *now_json(void)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[40];

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.0000000Z", &tm);
	return json_string(text);
}

static json_t *ids_json(const struct deployed *d)
{
	json_t *list = json_array(), *r;
	size_t i;

	json_array_foreach (d->resources, i, r)
		json_array_append_new(list, json_pack("{s:s}", "id", member_text(r, "id", NULL)));
	return list;
}

/* A number that is the same for the same template. */
static json_t *hash_json(const json_t *template)
{
	_cleanup_free_ char *text =
	    template ? json_dumps(template, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	uint64_t h = text ? bytes_hash(BYTES_HASH_SEED, text, strlen(text)) : 0;

	return json_sprintf("%llu", (unsigned long long)h);
}

json_t *deployment_record(const struct rest_id *id, const struct deployed *d,
                          const struct rest_failure *f)
{
	_cleanup_free_ char *guid = make_guid();
	json_t *properties = json_pack(
	    "{s:o,s:s,s:o,s:s,s:o,s:s,s:s,s:[],s:[],s:o,s:o,s:O*,s:O*}", "templateHash",
	    hash_json(d->template), "mode", "Incremental", "parameters", parameters_json(d),
	    "provisioningState", f ? "Failed" : "Succeeded", "timestamp", now_json(), "duration",
	    "PT1S", "correlationId", guid, "providers", "dependencies", "outputs",
	    f ? json_object() : outputs_json(d), "outputResources", ids_json(d), "templateLink",
	    d->template_link, "parametersLink", d->parameters_link);

	if (f) {
		json_t *e = rest_failure_json(f);

		json_object_set(properties, "error", json_object_get(e, "error"));
		json_decref(e);
	}
	return json_pack("{s:s,s:s,s:s,s:o}", "id", id->path, "name", id->name, "type",
	                 "Microsoft.Resources/deployments", "properties", properties);
}

/* --- operations
 * ----------------------------------------------------------------------------------- */

static json_t *operation_of(const json_t *record, const char *id, size_t number)
{
	const json_t *properties = json_object_get(record, "properties");
	json_t *error = json_object_get(properties, "error");
	_cleanup_free_ char *no = xasprintf("%zu", number);
	struct rest_id of = { 0 };
	struct err e;
	json_t *target = json_pack("{s:s}", "id", id);

	if (rest_id_parse(id, false, &of, &e) == 0 && of.type) {
		json_object_set_new(target, "resourceType", json_string(of.type));
		json_object_set_new(target, "resourceName", json_string(of.name ? of.name : ""));
	}
	rest_id_done(&of);
	return json_pack("{s:o,s:s,s:{s:s,s:O,s:o,s:s,s:O,s:s,s:o*}}", "id",
	                 json_sprintf("%s/operations/%s", member_text(record, "id", NULL), no),
	                 "operationId", no, "properties", "provisioningOperation", "Create",
	                 "provisioningState", json_object_get(properties, "provisioningState"),
	                 "targetResource", target, "statusCode", error ? "BadRequest" : "OK",
	                 "timestamp", json_object_get(properties, "timestamp"), "duration", "PT1S",
	                 "statusMessage", error ? json_pack("{s:O}", "error", error) : NULL);
}

json_t *deployment_operations(const json_t *record)
{
	json_t *list = json_array(), *r;
	size_t i;

	json_array_foreach (
	    json_object_get(json_object_get(record, "properties"), "outputResources"), i, r)
		json_array_append_new(list, operation_of(record, member_text(r, "id", NULL), i));
	return json_pack("{s:o}", "value", list);
}
