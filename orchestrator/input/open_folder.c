/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All documents of a folder: templates that are parts of others are not read by themselves. */
#include "base/str.h"
#include "input/document.h"
#include "input/kind.h"
#include "input/open_priv.h"

/* A template's first reading, by which the folder is understood. */
static void look_at_template(struct opening *op, const char *path, const char *name)
{
	_cleanup_free_ char *own = open_own_params(op, path, true);
	const char *const list[] = { own, NULL };
	struct arm_options o = open_template_options(op, path, name, list);

	folder_add_template(&op->templates, &o);
}

struct folder_document {
	char *path, *name;
	json_t *doc;
};

struct folder_documents {
	struct opening *op;
	struct folder_document *v;
	size_t n, cap;
};

static int collect_file(void *ctx, const char *path, const char *name, struct err *e)
{
	struct folder_documents *d = ctx;
	struct opening *op = d->op;
	_cleanup_findings_ struct findings own = { .table = findings_places(op->f) };
	json_t *doc = document_read(path, name, &own, e);

	own.table = NULL;
	if (!doc && !own.n)
		return -e->code;
	if (!doc) {
		finding_add_source(op->f, SEV_WARNING, "INPUT-KIND-04", NULL, name, NULL,
		                   "%s is not used: it is no JSON: %s", name, own.items[0].message);
		finding_stands_at(op->f, own.items[0].line, own.items[0].column);
		return 0;
	}
	open_report_oddities(op, doc, name, &own);
	VEC_PUSH(d->v, d->n, d->cap) =
	    (struct folder_document){ xstrdup(path), xstrdup(name), doc };
	return 0;
}

int open_read_folder(struct opening *op, struct err *e)
{
	struct folder_documents d = { .op = op };
	int r = export_folder(op->o->path, collect_file, &d, op->f, e);
	size_t templates = 0;

	for (size_t i = 0; i < d.n; i++)
		templates += input_kind(d.v[i].doc) == INPUT_ARM;
	for (size_t i = 0; i < d.n && templates > 1; i++)
		if (input_kind(d.v[i].doc) == INPUT_ARM)
			look_at_template(op, d.v[i].path, d.v[i].name);
	folder_decide(&op->templates, op->o->path, op->f);
	for (size_t i = 0; i < d.n; i++) {
		if (r == 0)
			r = open_read_document(op, d.v[i].doc, d.v[i].path, d.v[i].name, true, e);
		free(d.v[i].path);
		free(d.v[i].name);
		json_decref(d.v[i].doc);
	}
	free(d.v);
	return r;
}
