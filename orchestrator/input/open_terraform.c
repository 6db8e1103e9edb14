/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what Terraform makes, and what templates make that it deploys. */
#include <strings.h>

#include "base/str.h"
#include "input/open_priv.h"
#include "input/terraform/terraform.h"

/* "/subscriptions/S/resourceGroups/G/..." -> G; the caller frees. */
static char *copy_group_name(const char *id)
{
	const char *group = id ? strcasestr(id, "/resourceGroups/") : NULL;

	group = group ? group + strlen("/resourceGroups/") : "lab";
	return xstrndup(group, strcspn(group, "/"));
}

/* azurerm_resource_group_template_deployment: its template, with its parameters.  *taken: addresses
 * of templates beside it. */
static void add_deployment_template(struct opening *op, json_t *deployment, json_t *taken,
                                    json_t *add)
{
	json_t *properties = json_object_get(deployment, "properties");
	json_t *template = json_object_get(properties, "template");
	const char *name = json_string_value(json_object_get(deployment, "source"));
	_cleanup_free_ char *group =
	    copy_group_name(json_string_value(json_object_get(deployment, "id")));
	json_t *resources = NULL, *outputs = NULL, *sources;
	struct err e = { 0 };

	if (!json_is_object(template) || !name)
		return;
	/* Findings name the resource that has the template. */
	_cleanup_free_ char *called = xasprintf("the template of %s", strrchr(name, '#') + 1);

	sources = json_pack("{s:O}", called, template);
	const struct arm_options o = {
		.file = op->o->path,
		.name = called,
		.links = op->o->links,
		.fetch = op->o->fetch,
		.resource_group = group,
		.location = op->o->location,
		.deployment = json_string_value(json_object_get(deployment, "name")),
		.taken = taken,
		.sources = sources,
		.given = json_object_get(properties, "parameters"),
	};

	if (arm_read(&o, &resources, &outputs, op->f, &e) < 0 && e.code)
		finding_add_source(op->f, SEV_ERROR, "INPUT-KIND-04", NULL, called, NULL, "%s",
		                   e.msg);
	json_array_extend(add, resources);
	json_decref(resources);
	json_decref(outputs);
	json_decref(sources);
}

void open_add_terraform(struct opening *op, json_t *shown, const char *name)
{
	json_t *resources = terraform_resources(shown, name, op->f), *x;
	json_t *taken = json_object(), *add = json_array();
	size_t i;

	json_array_foreach (resources, i, x)
		if (streq(json_string_value(json_object_get(x, "type")),
		          "Microsoft.Resources/deployments"))
			add_deployment_template(op, x, taken, add);
	json_array_extend(op->x.resources, resources);
	json_array_extend(op->x.resources, add);
	json_decref(resources);
	json_decref(taken);
	json_decref(add);
}
