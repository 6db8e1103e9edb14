/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deploys what must be there before a template: "GET-PREREQ-vnetName" in the parameter files of
 * Azure's quick start templates is the output "vnetName" of prereqs/prereq.azuredeploy.json beside
 * them.  It is deployed first, as their pipeline does. */
#include "input/arm/prereq.h"
#include "input/arm/deploy/param.h"
#include "input/arm/resource/resource.h"

#include <stdio.h>
#include <unistd.h>

static const char file[] = "prereqs/prereq.azuredeploy.json";

static const struct val *parse_prereq_file(struct arm *a, const char *name, bool template)
{
	_cleanup_str_ struct str text = { 0 };
	const char *path = arena_printf(a->arena, "%s/%s", a->dir, name);

	if (access(path, R_OK) != 0 || arm_file_read(a, path, a->dir, &text) < 0)
		return NULL;
	arm_place_file(a, name, NULL, &text);
	return text_parse(a, str_get(&text), text.n, name, template);
}

static void deploy_prereq(struct arm *a)
{
	const struct val *tmpl = a->dir ? parse_prereq_file(a, file, true) : NULL;
	struct deployment *d = tmpl && tmpl->type == V_OBJ ? deployment_new(a, NULL) : NULL;

	if (!d)
		return;
	a->prereq = d;
	d->file = file;
	d->uri = ARM_LOCAL "prereqs/prereq.azuredeploy.json";
	d->name = "prereq";
	d->tmpl = tmpl;
	d->given =
	    val_get(parse_prereq_file(a, "prereqs/prereq.azuredeploy.parameters.json", false),
	            "parameters");
	d->scope = a->root->scope;
	params_declare(d);
	vars_declare(d);
	deployment_expand(d);
	deployment_eval(d);
	deployment_outputs(d);
}

const struct val *prereq_output(struct arm *a, const char *name)
{
	if (!a->prereq_tried) {
		a->prereq_tried = true; /* first: its own parameters must not ask again */
		deploy_prereq(a);
	}
	return a->prereq ? val_get(val_get(a->prereq->outputs, name), "value") : NULL;
}
