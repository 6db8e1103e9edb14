/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One document, alone or of a folder: its resources. */
#include <errno.h>
#include <sys/stat.h>

#include "azure/kind.h"
#include "base/str.h"
#include "input/kind.h"
#include "input/open_priv.h"
#include "input/terraform/terraform.h"

/* "x/main.json" <-> "x/main.parameters.json", if it is there; the caller frees. */
static char *beside(const char *path, const char *from, const char *to)
{
	size_t n = strlen(path), m = strlen(from);
	struct stat st;

	if (n <= m || !strieq(path + n - m, from))
		return NULL;
	_cleanup_free_ char *other = xasprintf("%.*s%s", (int)(n - m), path, to);

	return stat(other, &st) == 0 ? take_ptr(other) : NULL;
}

static bool has_params(const struct input_options *o)
{
	return o->params && *o->params;
}

struct arm_options open_template_options(const struct opening *op, const char *path,
                                         const char *name, const char *const *own_params)
{
	return (struct arm_options){ .file = path,
		                     .name = name,
		                     .params = *own_params ? own_params : op->o->params,
		                     .links = op->o->links,
		                     .fetch = op->o->fetch,
		                     .resource_group = op->o->resource_group,
		                     .location = op->o->location,
		                     .taken = op->templates.taken };
}

/* In a folder a template finds its parameters itself, when none are given.  The caller frees. */
char *open_own_params(const struct opening *op, const char *path, bool in_folder)
{
	return in_folder && !has_params(op->o) ? beside(path, ".json", ".parameters.json") : NULL;
}

static int read_template(struct opening *op, const char *path, const char *name, bool in_folder,
                         struct err *e)
{
	_cleanup_free_ char *own = open_own_params(op, path, in_folder);
	const char *const list[] = { own, NULL };
	struct arm_options o = open_template_options(op, path, name, list);
	json_t *resources = NULL, *outputs = NULL;

	if (json_object_get(op->templates.skip, name))
		return 0;
	int r = arm_read(&o, &resources, &outputs, op->f, e);

	if (resources)
		json_array_extend(op->x.resources, resources);
	json_decref(resources);
	json_decref(outputs);
	return r == -EBADMSG ? 0 : r; /* the findings say it */
}

int open_read_document(struct opening *op, json_t *doc, const char *path, const char *name,
                       bool in_folder, struct err *e)
{
	enum input_kind k = input_kind(doc);

	switch (k) {
	case INPUT_ARM:
		return read_template(op, path, name, in_folder, e);
	case INPUT_TERRAFORM:
		open_add_terraform(op, doc, name);
		return 0;
	case INPUT_STATE: {
		json_t *shown = terraform_show_state(doc, name, op->f);

		if (shown)
			open_add_terraform(op, shown, name);
		json_decref(shown);
		return 0;
	}
	case INPUT_EXPORT:
		export_collect(&op->x, doc, name, op->f);
		return 0;
	case INPUT_CAPTURE:
		export_collect(&op->x, doc, name, op->f);
		if (!in_folder)
			finding_add_source(op->f, SEV_ERROR, "INPUT-KIND-01", NULL, name,
			                   "name the folder that has the resources as well",
			                   "%s is %s, not a design", name, input_kind_str(k));
		return 0;
	default:
		break;
	}
	if (in_folder && k == INPUT_TOPOLOGY && !kinds_needed(doc)) {
		export_collect(&op->x, doc, name, op->f); /* which finds nothing, and says so */
		return 0;
	}
	if (in_folder && k == INPUT_PARAMETERS && !has_params(op->o)) {
		_cleanup_free_ char *template = beside(path, ".parameters.json", ".json");

		if (template)
			return 0; /* it is read with that */
	}
	/* Beside a template or an export, these lie around. */
	finding_add_source(
	    op->f, in_folder ? SEV_INFO : SEV_ERROR, in_folder ? "INPUT-KIND-03" : "INPUT-KIND-01",
	    NULL, name, k == INPUT_PARAMETERS ? "name the template, and this file with -p" : NULL,
	    in_folder ? "%s is %s: not used" : "%s is %s, not a design", name, input_kind_str(k));
	return 0;
}

/* Reports what is odd in a text that could be read.  A template's is read again, and reported then.
 */
void open_report_oddities(struct opening *op, const json_t *doc, const char *name,
                          const struct findings *own)
{
	for (size_t i = 0; i < own->n && input_kind(doc) != INPUT_ARM; i++)
		finding_add_about(op->f, &own->items[i], own->items[i].severity, name);
}
