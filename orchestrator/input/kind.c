/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/kind.h"

#include <string.h>

#include "base/str.h"
#include "input/resources.h"
#include "input/terraform/terraform.h"
#include "input/topology_def.h"

/* Exports wrap lists: {"value": [...]}, {"data": [...]}, and what `az ... create` prints. */
enum { MAX_WRAPPED = 4 };

/* The first row of a list says what they all are. */
static const json_t *first_row(const json_t *doc)
{
	const json_t *list = json_is_array(doc) ? doc : json_object_get(doc, "value");

	return json_array_get(list, 0);
}

enum capture_kind input_capture(const json_t *doc)
{
	const char *key;
	json_t *v;
	const json_t *row = first_row(doc);

	if (json_object_get(row, "nextHopType") && json_object_get(row, "addressPrefix") &&
	    (json_object_get(row, "state") || json_object_get(row, "source")) &&
	    !json_object_get(row, "id"))
		return CAPTURE_EFFECTIVE;
	if (json_object_get(row, "asPath") && json_object_get(row, "network"))
		return CAPTURE_GATEWAY;
	if (json_object_get(row, "neighbor") && json_object_get(row, "routesReceived"))
		return CAPTURE_GATEWAY;
	json_object_foreach ((json_t *)doc, key, v)
		if (str_starts(key, "RouteServiceRole_IN_"))
			return CAPTURE_LEARNED;
	return CAPTURE_NONE;
}

static bool has_resources(const json_t *doc, int depth)
{
	const char *key;
	json_t *v;
	size_t i;

	if (input_is_resource(doc))
		return true;
	if (depth == MAX_WRAPPED)
		return false;
	json_array_foreach ((json_t *)doc, i, v)
		if (has_resources(v, depth + 1))
			return true;
	/* A topology's objects are in maps of maps; what wraps resources is one list or one. */
	json_object_foreach ((json_t *)doc, key, v)
		if (!schema_field(topology_def(), key) && has_resources(v, depth + 1))
			return true;
	return false;
}

static bool schema_has(const json_t *doc, const char *word)
{
	return strcasestr(input_text(doc, "$schema"), word);
}

enum input_kind input_kind(const json_t *doc)
{
	if (schema_has(doc, "deploymentTemplate.json"))
		return INPUT_ARM;
	if (schema_has(doc, "deploymentParameters.json"))
		return INPUT_PARAMETERS;
	if (json_object_get(doc, "resources") && json_object_get(doc, "contentVersion"))
		return INPUT_ARM;
	if (json_object_get(doc, "format_version") &&
	    (json_object_get(doc, "planned_values") || json_object_get(doc, "values") ||
	     json_object_get(doc, "resource_changes")))
		return INPUT_TERRAFORM;
	/* Cut down by somebody who wanted the values alone. */
	if (json_object_get(json_object_get(doc, "planned_values"), "root_module"))
		return INPUT_TERRAFORM;
	if (terraform_is_state(doc))
		return INPUT_STATE;
	if (input_capture(doc) != CAPTURE_NONE)
		return INPUT_CAPTURE;
	if (has_resources(doc, 0))
		return INPUT_EXPORT;
	/* An empty answer of az or REST. */
	if (json_object_size(doc) == 1 && json_is_array(json_object_get(doc, "value")))
		return INPUT_EXPORT;
	return INPUT_TOPOLOGY;
}

const char *input_kind_str(enum input_kind k)
{
	static const char *const names[] = {
		[INPUT_TOPOLOGY] = "a topology file",
		[INPUT_ARM] = "an ARM template",
		[INPUT_PARAMETERS] = "a parameter file",
		[INPUT_TERRAFORM] = "a Terraform plan or state",
		[INPUT_STATE] = "a Terraform state in its own format",
		[INPUT_EXPORT] = "an export of resources",
		[INPUT_CAPTURE] = "captured routes",
	};

	return names[k];
}
