/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/deployment_link.h"

#include "base/json.h"
#include "base/str.h"
#include "input/resources.h"

bool deployment_says(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	return v && !json_is_null(v);
}

bool deployment_has_link(const json_t *properties)
{
	return deployment_says(properties, "parametersLink") ||
	       !json_is_object(json_object_get(properties, "template"));
}

json_t *deployment_link_shown(const json_t *link)
{
	json_t *shown = json_is_object(link) ? json_copy((json_t *)link) : NULL;
	const char *uri = json_string_value(json_object_get(link, "uri"));

	json_object_del(shown, "queryString");
	if (uri)
		json_object_set_new(shown, "uri", json_stringn(uri, strcspn(uri, "?")));
	return shown;
}

/* What a client sends is a value; in a template "[...]" would be an expression. */
static char *escape_text(const char *s)
{
	size_t n = strlen(s);

	return xasprintf("%s%s", n > 1 && s[0] == '[' && s[n - 1] == ']' ? "[" : "", s);
}

static json_t *escape_value(const json_t *j)
{
	_cleanup_free_ char *text = json_is_string(j) ? escape_text(json_string_value(j)) : NULL;
	const char *name;
	json_t *out, *v;
	size_t i;

	if (text)
		return json_string(text);
	if (!json_is_object(j) && !json_is_array(j))
		return json_incref((json_t *)j);
	out = json_is_object(j) ? json_object() : json_array();
	json_object_foreach ((json_t *)j, name, v) {
		_cleanup_free_ char *key = escape_text(name);

		json_object_set_new(out, key, escape_value(v));
	}
	json_array_foreach ((json_t *)j, i, v)
		json_array_append_new(out, escape_value(v));
	return out;
}

static const char subscription_schema[] =
    "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";

json_t *deployment_around_link(const struct rest_id *id, const json_t *properties)
{
	static const char *const links[] = { "templateLink", "parametersLink", "parameters" };
	json_t *inner = json_pack("{s:s,s:{s:s}}", "mode", "Incremental",
	                          "expressionEvaluationOptions", "scope", "inner");
	json_t *template = json_object_get(properties, "template");

	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (deployment_says(properties, links[i]))
			json_object_set_new(inner, links[i],
			                    escape_value(json_object_get(properties, links[i])));
	if (json_is_object(template)) {
		json_object_set(inner, "template", template);
		json_object_del(inner, "templateLink");
	}
	/* One of a subscription names none of its groups. */
	return json_pack("{s:s*,s:s,s:[{s:s,s:s,s:s,s:o}]}", "$schema",
	                 id->group ? NULL : subscription_schema, "contentVersion", "1.0.0.0",
	                 "resources", "type", "Microsoft.Resources/deployments", "apiVersion",
	                 "2021-04-01", "name", id->name, "properties", inner);
}

void deployment_unwrap_link(const struct rest_id *id, struct deployed *d)
{
	json_t *r;
	size_t i;

	json_array_foreach (d->resources, i, r) {
		const char *own = member_text(r, "id", NULL);
		_cleanup_free_ char *key = resource_key(own ? own : "");

		if (!streq(key, id->key))
			continue;
		json_decref(d->outputs);
		d->outputs =
		    json_incref(json_object_get(json_object_get(r, "properties"), "outputs"));
		json_array_remove(d->resources, i);
		return;
	}
}
