/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of Bicep, with its parameters. */
#include "base/str.h"
#include "input/bicep/bicep.h"
#include "input/open_priv.h"

enum { EXTENDED = 20 }; /* parameter files that extend each other */

static json_t *read_parameters(const char *path, unsigned depth, struct findings *f, struct err *e)
{
	size_t errors = f->errors;
	json_t *resources = NULL, *outputs = NULL, *sources = NULL, *base = NULL;
	struct arm_options o = { .file = path };
	_cleanup_free_ char *extended = bicep_extended(path, f);

	if (extended && depth == EXTENDED)
		finding_add_source(f, SEV_ERROR, "BICEP-LIMIT-01", NULL, path, NULL,
		                   "more than %d parameter files extend each other", EXTENDED);
	else if (extended)
		base = read_parameters(extended, depth + 1, f, e);
	if (f->errors == errors && !e->code)
		sources = bicep_params(path, base, &o.name, f, e);
	o.sources = sources;
	o.only_whole = true;
	if (sources && f->errors == errors)
		arm_read(&o, &resources, &outputs, f, e);
	if (outputs && base) /* what this file gives counts more */
		json_object_update_missing(outputs, base);
	json_decref(base);
	json_decref(resources);
	json_decref(sources);
	return outputs;
}

json_t *bicep_parameters(const char *path, struct findings *f, struct err *e)
{
	return read_parameters(path, 0, f, e);
}

/* Bicep's parameter files among those of the command line: their values go into *ret_given, the
 * others into the list that is returned; the caller frees it. */
static const char **own_parameters(struct opening *op, json_t *given, struct err *e)
{
	size_t n = 0, kept = 0;

	while (op->o->params && op->o->params[n])
		n++;
	const char **list = xcalloc(n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		const char *p = op->o->params[i];

		p += *p == '@';
		if (strchr(p, '=') || !bicep_is_params(p)) {
			list[kept++] = op->o->params[i];
			continue;
		}
		json_t *own = bicep_parameters(p, op->f, e);

		json_object_update(given, own);
		json_decref(own);
	}
	return list;
}

json_t *open_bicep(struct opening *op, const char *file, struct err *e)
{
	json_t *resources = NULL, *outputs = NULL, *design = NULL, *given = json_object();
	const char **params = own_parameters(op, given, e), *name = NULL;
	struct arm_options o = open_template_options(op, file, NULL, &(const char *){ NULL });

	if (bicep_is_params(op->o->path) && !e->code) {
		json_t *own = bicep_parameters(op->o->path, op->f, e);

		json_object_update_missing(given, own);
		json_decref(own);
	}
	json_t *sources = e->code ? NULL : bicep_compile(file, op->o->modules, &name, op->f, e);

	o.name = name;
	o.sources = sources;
	o.only_whole = true;
	o.given = given;
	o.params = params;
	if (sources && !op->f->errors)
		arm_read(&o, &resources, &outputs, op->f, e);
	if (resources)
		json_array_extend(op->x.resources, resources);
	if (resources && !op->f->errors)
		design = open_imported(op, e);
	json_decref(resources);
	json_decref(outputs);
	json_decref(sources);
	json_decref(given);
	free(params);
	return design;
}
