/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/design.h"
#include "cmd/address.h"
#include "cmd/topology.h"

#include <errno.h>

#include "base/clock.h"
#include "base/finding_edit.h"
#include "input/open.h"
#include "input/topology.h"
#include "lab/client/paths.h"

void design_close(struct opened *o)
{
	json_decref(o->design);
	model_free(o->model);
	free(o->lab);
	free(o->path);
	findings_free(&o->findings);
	*o = (struct opened){ 0 };
}

void design_leave(struct opened *o)
{
	static struct opened left; /* so that it is no leak */

	design_close(&left);
	left = *o;
	*o = (struct opened){ 0 };
}

json_t *design_load(const struct cmd_args *a, const char *path, struct findings *f, struct err *e)
{
	struct input_options o = {
		.path = path,
		.shown = address_name(path),
		.params = arg_values(a, "param"),
		.links = arg_values(a, "link"),
		.images = arg_values(a, "node"),
		.modules = arg_values(a, "module"),
		.without = arg_values(a, "without"),
		.fetch = arg_flag(a, "fetch"),
		.resource_group = arg_value(a, "resource-group"),
		.location = arg_value(a, "location"),
	};

	json_t *design = input_open(&o, f, e);

	if (!design)
		findings_fold(f);
	return design;
}

bool design_disk(const struct cmd_args *a, long *ret)
{
	return arg_number(a, "disk", 16, 1 << 20, 0, ret);
}

int design_open(const struct cmd_args *a, const char *file, struct opened *ret)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_free_ char *path = NULL;
	struct err e = { 0 };
	long began = clock_us();
	int status;

	if (topology_path(a, file, &path, &status) < 0)
		return status;
	_cleanup_opened_ struct opened o = { .design = design_load(a, path, &f, &e) };

	if (!o.design && e.code)
		return ui_error(&e);
	if (o.design)
		json_object_del(o.design, "import"); /* of no use to the driver */
	if (o.design) {
		o.model = design_checked(o.design, &f);
		design_check_images(o.design, &f);
	}
	ui_findings(&f);
	if (!o.model || f.errors)
		return EX_INVALID_DESIGN;
	o.lab = xstrdup(a->lab && *a->lab ? a->lab : o.model->name);
	if (lab_name_check(o.lab, &e) < 0)
		return ui_usage(a, "%s", e.msg);
	o.path = xstrdup(address_name(path));
	findings_clear(&f);
	o.findings = f;
	f = (struct findings){ 0 };
	o.parse_ms = (clock_us() - began + 500) / 1000;
	*ret = o;
	o = (struct opened){ 0 };
	return EX_DONE;
}
