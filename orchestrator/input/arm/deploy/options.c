/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what the command line gives: parameter files and single values. */
#include <errno.h>
#include <stdio.h>

#include "input/arm/deploy/deploy.h"

/* {"value": v} or {"text": s} */
static const struct val *wrap_param_value(struct arm *a, const char *key, const struct val *v)
{
	struct val_builder b = { .a = a->arena };

	val_set(&b, key, v);
	return val_built_obj(&b);
}

static bool is_param_wrapped(const struct val *v)
{
	return v->type == V_OBJ && (val_get(v, "value") || val_get(v, "reference"));
}

static int add_param_file(struct arm *a, const char *path, struct val_builder *b, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	const struct val *doc, *params;
	int r = arm_file_read(a, path, NULL, &text);

	if (r < 0)
		return err_sys(e, -r, "%s", path);
	if (str_starts(str_get(&text), "using ")) {
		arm_finding(a, SEV_ERROR, "ARM-PARAM-06", NULL, path, "",
		            "bicep build-params makes a JSON file of it",
		            "this is a Bicep parameter file");
		return -EBADMSG;
	}
	arm_place_file(a, path, path, &text);
	doc = text_parse(a, str_get(&text), text.n, path, false);
	if (!doc)
		return -EBADMSG;
	params = val_get(doc, "parameters");
	if (!params)
		params = doc; /* name and value, as some labs' init.json */
	if (params->type != V_OBJ) {
		arm_finding(a, SEV_ERROR, "ARM-PARAM-06", NULL, path, "", NULL,
		            "a parameter file is an object: {\"parameters\": {\"name\": "
		            "{\"value\": ...}}}");
		return -EBADMSG;
	}
	for (uint32_t i = 0; i < params->n; i++) {
		const struct val *v = params->members[i].v;

		val_set(b, params->members[i].key,
		        is_param_wrapped(v) || params != doc ? v : wrap_param_value(a, "value", v));
	}
	return 0;
}

static int add_param_option(struct arm *a, const char *p, struct val_builder *b, struct err *e)
{
	size_t n = strcspn(p, "=");
	_cleanup_str_ struct str text = { 0 };

	if (!p[n] || *p == '@')
		return add_param_file(a, *p == '@' ? p + 1 : p, b, e);
	char *name = arena_alloc(a->arena, n + 1);

	memcpy(name, p, n);
	p += n + 1;
	if (*p == '@') {
		int r = arm_file_read(a, p + 1, NULL, &text);

		if (r < 0)
			return err_sys(e, -r, "%s", p + 1);
		val_set(b, name,
		        wrap_param_value(a, "text", val_strn(a->arena, str_get(&text), text.n)));
	} else {
		val_set(b, name, wrap_param_value(a, "text", val_str(a->arena, p)));
	}
	return 0;
}

const struct val *params_of_options(struct arm *a, struct err *e)
{
	struct val_builder b = { .a = a->arena };
	const struct val *given = a->o->given ? val_from_json(a->arena, a->o->given, false) : NULL;

	if (given)
		val_set_all(&b, given);
	for (const char *const *p = a->o->params; p && *p; p++) {
		int r = add_param_option(a, *p, &b, e);

		if (r < 0 && r != -EBADMSG) /* what is a finding does not end the run */
			return NULL;
	}
	return val_built_obj(&b);
}
