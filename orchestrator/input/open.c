/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what a path is, and opens it. */
#include "input/open.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/str.h"
#include "input/bicep/bicep.h"
#include "input/document.h"
#include "input/file.h"
#include "input/kind.h"
#include "input/open_priv.h"
#include "input/tfsource/tfsource.h"
#include "input/topology.h"

static bool topology_options(const struct input_options *o)
{
	return (o->params && *o->params) || (o->links && *o->links) || (o->images && *o->images) ||
	       (o->modules && *o->modules) || (o->without && *o->without) || o->fetch;
}

/* Sources of other languages, whose compiler is not here. */
static bool is_refused_source(const char *path, struct findings *f)
{
	static const char *const known[][3] = {
		{ ".tf", "Terraform's language",
		  "name its terraform.tfstate, or: terraform plan -out p; terraform show -json p" },
		{ ".sh", "a script", "name the template or the export instead" },
		{ ".ps1", "a script", "name the template or the export instead" },
	};
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		size_t m = strlen(known[i][0]);

		if (n <= m || !strieq(path + n - m, known[i][0]))
			continue;
		finding_add_source(f, SEV_ERROR, "INPUT-KIND-01", NULL, open_base_name(path),
		                   known[i][2], "%s is %s, not a design", open_base_name(path),
		                   known[i][1]);
		return true;
	}
	return false;
}

/* Strict JSON is what it is; else the dialects of templates and captures are tried.  A topology has
 * none: *ret_own says what is wrong with it. */
static json_t *parse(const struct str *text, const char *name, struct findings *own)
{
	_cleanup_findings_ struct findings ignored = { 0 };
	json_t *doc = design_parse(str_get(text), text->n, own);

	if (doc)
		return doc;
	doc = document_parse(str_get(text), text->n, name, &ignored);
	if (doc && input_kind(doc) != INPUT_TOPOLOGY) {
		findings_free(own);
		*own = ignored;
		ignored = (struct findings){ 0 };
		return doc;
	}
	json_decref(doc);
	return NULL;
}

static json_t *open_topology(struct opening *op, json_t *doc, const char *name)
{
	if (topology_options(op->o))
		finding_add(op->f, SEV_WARNING, "INPUT-OPTION-01", NULL, "", NULL,
		            "-p, --link, --fetch, --module, --without and --node are for "
		            "templates, plans and exports; "
		            "%s is a topology file",
		            name);
	return design_around(doc, op->o->path);
}

static json_t *open_file(struct opening *op, struct err *e)
{
	const char *path = op->o->path, *name = open_base_name(path);
	_cleanup_findings_ struct findings own = { 0 };
	_cleanup_str_ struct str text = { 0 };
	json_t *design = NULL, *doc;

	if (design_text(path, &text, op->f, e) < 0)
		return NULL;
	doc = parse(&text, name, &own);
	if (!doc) {
		places_add_file(findings_places(op->f), name, path);
		for (size_t i = 0; i < own.n && !is_refused_source(path, op->f); i++)
			finding_add_about(op->f, &own.items[i], own.items[i].severity, path);
		return NULL;
	}
	bool topology = input_kind(doc) == INPUT_TOPOLOGY;

	places_add_json(findings_places(op->f), topology ? "" : name,
	                op->o->shown ? op->o->shown : path, str_get(&text), text.n);
	open_report_oddities(op, doc, topology ? NULL : name, &own);
	if (topology)
		return open_topology(op, doc, name);
	if (open_read_document(op, doc, path, name, false, e) == 0 && !op->f->errors)
		design = open_imported(op, e);
	json_decref(doc);
	return design;
}

/* The folder of Terraform's language that a path means, or NULL; the caller frees. */
static char *terraform_folder(const char *path, bool folder)
{
	if (folder)
		return tfsource_is(path) ? xstrdup(path) : NULL;
	return file_has_ending(path, ".tf") ? open_folder_of(path) : NULL;
}

static json_t *open_terraform(struct opening *op, const char *folder, struct err *e)
{
	const struct tfsource_options o = { .folder = folder,
		                            .params = op->o->params,
		                            .modules = op->o->modules,
		                            .without = op->o->without };
	json_t *shown = tfsource_read(&o, op->f, e), *design = NULL;

	if (shown && !op->f->errors) {
		open_add_terraform(op, shown, open_base_name(folder));
		if (!op->f->errors)
			design = open_imported(op, e);
	}
	json_decref(shown);
	return design;
}

/* The file of Bicep that a path means; a folder with a topology file or with none of Bicep is
 * something else.  The caller frees. */
static char *bicep_source(const char *path, struct findings *f)
{
	return bicep_file_of(path, f);
}

static json_t *open_folder(struct opening *op, struct err *e)
{
	size_t errors = op->f->errors;
	_cleanup_free_ char *below = open_below(op->o->path, op->f);
	struct input_options o = *op->o;

	if (below) {
		o.path = below;
		return input_open(&o, op->f, e);
	}
	if (op->f->errors > errors || open_read_folder(op, e) < 0 || op->f->errors)
		return NULL;
	return open_imported(op, e);
}

json_t *input_open(const struct input_options *o, struct findings *f, struct err *e)
{
	struct opening op = { .o = o, .f = f, .x = { json_array(), json_array() } };
	struct stat st;
	json_t *design = NULL;

	bool there = stat(o->path, &st) == 0;
	_cleanup_free_ char *terraform =
	    there ? terraform_folder(o->path, S_ISDIR(st.st_mode)) : NULL;

	_cleanup_free_ char *bicep = there && !terraform ? bicep_source(o->path, f) : NULL;

	if (!there)
		err_sys(e, errno, "%s", o->path);
	else if (bicep)
		design = open_bicep(&op, bicep, e);
	else if (terraform)
		design = open_terraform(&op, terraform, e);
	else if (!S_ISDIR(st.st_mode))
		design = open_file(&op, e);
	else
		design = open_folder(&op, e);
	folder_templates_free(&op.templates);
	json_decref(op.x.resources);
	json_decref(op.x.captures);
	return design;
}
