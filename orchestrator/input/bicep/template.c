/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file becomes a template; the files of its modules, too, each once. */
#include "input/bicep/lower.h"

static const char *schema_of(const struct bicep_file *f)
{
	static const char *const names[][2] = {
		{ "subscription", "2018-05-01/subscriptionDeploymentTemplate" },
		{ "managementGroup", "2019-08-01/managementGroupDeploymentTemplate" },
		{ "tenant", "2019-08-01/tenantDeploymentTemplate" },
	};

	for (size_t i = 0; i < f->n_decls; i++) {
		const struct bicep_decl *d = f->decls[i];

		if (d->sort != BS_TARGET || !d->value || d->value->sort != BX_STRING)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (streq(names[k][0], d->value->name))
				return names[k][1];
	}
	return "2019-04-01/deploymentTemplate";
}

static void add_module(struct blow *l, const struct bicep_decl *d)
{
	const char *template = NULL;
	struct bicep_file *f = bicep_open(l, d->text, d->place, &template);
	struct bicep *b = l->b;

	if (template) {
		declare_module(l, d, template, NULL);
		return;
	}
	if (!f)
		return;
	if (!json_object_get(b->templates, f->name)) {
		if (b->nesting >= BICEP_NESTING) {
			bicep_report(l, SEV_ERROR, "BICEP-LIMIT-01", d->place, NULL,
			             "modules in modules are taken %d deep", BICEP_NESTING);
			return;
		}
		b->nesting++;
		bicep_template(b, f);
		b->nesting--;
	}
	if (json_is_null(json_object_get(b->templates, f->name)))
		bicep_report(l, SEV_ERROR, "BICEP-CIRCLE-01", d->place, NULL,
		             "the module %s uses itself", d->text);
	else
		declare_module(l, d, f->name, f);
}

/* Two of one name: the later one is what is wrong. */
static void check_names(struct blow *l)
{
	json_t *names = json_object();

	for (size_t i = 0; i < l->main->n_decls; i++) {
		const struct bicep_decl *d = l->main->decls[i];

		if (!d->name || d->up || d->sort == BS_OTHER || d->sort == BS_OUTPUT)
			continue;
		if (json_object_get(names, d->name))
			bicep_report(l, SEV_ERROR, "BICEP-NAME-03", d->place, NULL,
			             "there are two declarations of \"%s\"", d->name);
		json_object_set_new(names, d->name, json_true());
	}
	json_decref(names);
}

json_t *bicep_template(struct bicep *b, struct bicep_file *f)
{
	struct blow l = { .b = b,
		          .main = f,
		          .file = f,
		          .pulled = json_object(),
		          .text = bicep_text,
		          .value = bicep_value,
		          .variable = declare_variable,
		          .function = declare_function };

	l.template = json_pack(
	    "{s:o, s:s, s:s, s:{}, s:[], s:{}, s:{}, s:{}, s:{}}", "$schema",
	    json_sprintf("https://schema.management.azure.com/schemas/%s.json#", schema_of(f)),
	    "languageVersion", "2.0", "contentVersion", "1.0.0.0", "definitions", "functions",
	    "parameters", "variables", "resources", "outputs");
	json_object_set_new(b->templates, f->name, json_null()); /* it is under way */
	check_names(&l);
	declare_all(&l);
	for (size_t i = 0; i < f->n_decls; i++) {
		const struct bicep_decl *d = f->decls[i];

		if (d->sort == BS_RESOURCE)
			declare_resource(&l, d);
		else if (d->sort == BS_MODULE)
			add_module(&l, d);
	}
	json_object_set_new(b->templates, f->name, l.template);
	json_decref(l.pulled);
	free(l.marks);
	str_free_p(&l.pointer);
	return l.template;
}
