/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/open.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/str.h"
#include "input/arm/arm.h"
#include "input/bicep/bicep.h"
#include "input/document.h"
#include "input/export/export.h"
#include "input/folder.h"
#include "input/import/import.h"
#include "input/kind.h"
#include "input/terraform/terraform.h"
#include "input/tfsource/tfsource.h"
#include "input/topology.h"

struct opening {
	const struct input_options *o;
	struct findings *f;
	struct export x;
	struct folder_templates templates; /* of a folder */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Where scripts lie that a template names; the caller frees. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return xstrdup(path);
	return !slash          ? xstrdup(".")
	       : slash == path ? xstrdup("/")
	                       : xstrndup(path, (size_t)(slash - path));
}

/* --- one document ------------------------------------------------------------------------------
 */

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

static struct arm_options template_options(const struct opening *op, const char *path,
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
static char *own_params_of(const struct opening *op, const char *path, bool in_folder)
{
	return in_folder && !has_params(op->o) ? beside(path, ".json", ".parameters.json") : NULL;
}

static int read_template(struct opening *op, const char *path, const char *name, bool in_folder,
                         struct err *e)
{
	_cleanup_free_ char *own = own_params_of(op, path, in_folder);
	const char *const list[] = { own, NULL };
	struct arm_options o = template_options(op, path, name, list);
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

static void add_terraform(struct opening *op, json_t *shown, const char *name)
{
	json_t *resources = terraform_resources(shown, name, op->f);

	json_array_extend(op->x.resources, resources);
	json_decref(resources);
}

static int read_document(struct opening *op, json_t *doc, const char *path, const char *name,
                         bool in_folder, struct err *e)
{
	enum input_kind k = input_kind(doc);

	switch (k) {
	case INPUT_ARM:
		return read_template(op, path, name, in_folder, e);
	case INPUT_TERRAFORM:
		add_terraform(op, doc, name);
		return 0;
	case INPUT_STATE: {
		json_t *shown = terraform_show_state(doc, name, op->f);

		if (shown)
			add_terraform(op, shown, name);
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
	if (in_folder && k == INPUT_TOPOLOGY && !json_object_get(doc, "virtualNetworks")) {
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

/* What is odd in a text that could be read.  A template's is read again, and reported then. */
static void report_oddities(struct opening *op, const json_t *doc, const char *name,
                            const struct findings *own)
{
	for (size_t i = 0; i < own->n && input_kind(doc) != INPUT_ARM; i++)
		finding_add_about(op->f, &own->items[i], own->items[i].severity, name);
}

/* A template's first reading, by which the folder is understood. */
static void look_at_template(struct opening *op, const char *path, const char *name)
{
	_cleanup_free_ char *own = own_params_of(op, path, true);
	const char *const list[] = { own, NULL };
	struct arm_options o = template_options(op, path, name, list);

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
	report_oddities(op, doc, name, &own);
	VEC_PUSH(d->v, d->n, d->cap) =
	    (struct folder_document){ xstrdup(path), xstrdup(name), doc };
	return 0;
}

static int read_folder(struct opening *op, struct err *e)
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
			r = read_document(op, d.v[i].doc, d.v[i].path, d.v[i].name, true, e);
		free(d.v[i].path);
		free(d.v[i].name);
		json_decref(d.v[i].doc);
	}
	free(d.v);
	return r;
}

/* --- names -------------------------------------------------------------------------------------
 */

/* What tools and examples call every file of theirs says nothing. */
static bool says_nothing(const char *name)
{
	static const char *const words[] = { "azuredeploy", "main",     "maintemplate", "template",
		                             "plan",        "tfplan",   "export",       "deploy",
		                             "resources",   "terraform" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (!strncasecmp(name, words[i], n) && (!name[n] || name[n] == '.'))
			return true;
	}
	return false;
}

/* [a-z0-9-], at most 63; the caller frees. */
static char *lab_name(const char *path)
{
	char real[PATH_MAX];
	_cleanup_free_ char *full = xstrdup(realpath(path, real) ? real : path);
	const char *base = base_name(full);

	if (says_nothing(base) && base > full + 1) {
		full[base - full - 1] = 0;
		base = base_name(full);
	}
	struct str s = { 0 };

	for (const char *c = base; *c && *c != '.' && s.n < 63; c++) {
		if (isalnum((unsigned char)*c))
			str_addc(&s, (char)tolower((unsigned char)*c));
		else if (s.n && s.s[s.n - 1] != '-')
			str_addc(&s, '-');
	}
	while (s.n && s.s[s.n - 1] == '-')
		s.s[--s.n] = 0;
	if (!s.n)
		str_add(&s, "lab");
	return str_take(&s);
}

/* --- checks beside it ----------------------------------------------------------------------------
 */

/* "x/main.json" -> "x/main.checks.json"; a folder "x/export" -> "x/export.checks.json". */
static char *checks_path(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n > 5 && !strncasecmp(path + n - 5, ".json", 5))
		n -= 5;
	return xasprintf("%.*s.checks.json", (int)n, path);
}

int input_add_checks(const char *file, json_t *topology, struct findings *f, struct err *e)
{
	json_t *doc = document_read(file, base_name(file), f, e), *checks, *v;
	const char *key;

	if (!doc)
		return e->code ? -e->code : -EINVAL;
	checks = json_object_get(doc, "checks");
	if (!json_is_object(checks))
		checks = doc;
	json_object_foreach (checks, key, v) {
		_cleanup_free_ char *ptr =
		    jptr_str(checks == doc ? JPTR(NULL, key) : JPTR(JPTR(NULL, "checks"), key));

		if (json_is_object(v) && !json_object_get(v, "source"))
			json_object_set_new(v, "source",
			                    json_sprintf("%s#%s", base_name(file), ptr));
	}
	json_object_set(topology, "checks", checks);
	json_decref(doc);
	return 0;
}

static int add_checks_beside(const char *path, json_t *topology, struct findings *f, struct err *e)
{
	_cleanup_free_ char *file = checks_path(path);
	struct stat st;

	if (stat(file, &st) < 0 || input_add_checks(file, topology, f, e) == 0)
		return 0;
	return e->code ? -e->code : 0; /* else there are findings, which are enough */
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static json_t *imported(struct opening *op, struct err *e)
{
	const char *path = op->o->path;
	_cleanup_free_ char *name = lab_name(path);
	const char *base = base_name(path);
	_cleanup_free_ char *folder = folder_of(path);
	struct import_options o = { *base ? base : path, folder, name, op->o->images };
	json_t *x = import_design(op->x.resources, &o, op->f);
	json_t *topology = json_object_get(x, "topology");
	json_t *design = NULL;
	char real[PATH_MAX];
	json_t *where = json_string(realpath(path, real) ? real : path); /* or it is not UTF-8 */

	if (add_checks_beside(path, topology, op->f, e) == 0)
		design = json_pack("{s:O, s:O, s:o, s:{s:O, s:O}}", "topology", topology, "files",
		                   json_object_get(x, "files"), "path",
		                   where ? where : json_string(""), "import", "coverage",
		                   json_object_get(x, "coverage"), "captures", op->x.captures);
	else
		json_decref(where);
	json_decref(x);
	return design;
}

static bool topology_options(const struct input_options *o)
{
	return (o->params && *o->params) || (o->links && *o->links) || (o->images && *o->images) ||
	       o->fetch;
}

/* Sources of other languages, whose compiler is not here. */
static bool refused(const char *path, struct findings *f)
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
		finding_add_source(f, SEV_ERROR, "INPUT-KIND-01", NULL, base_name(path),
		                   known[i][2], "%s is %s, not a design", base_name(path),
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
		            "-p, --link, --fetch and --node are for templates, plans and exports; "
		            "%s is a topology file",
		            name);
	return design_around(doc, op->o->path);
}

static json_t *open_file(struct opening *op, struct err *e)
{
	const char *path = op->o->path, *name = base_name(path);
	_cleanup_findings_ struct findings own = { 0 };
	_cleanup_str_ struct str text = { 0 };
	json_t *design = NULL, *doc;

	if (design_text(path, &text, op->f, e) < 0)
		return NULL;
	doc = parse(&text, name, &own);
	if (!doc) {
		places_add_file(findings_places(op->f), name, path);
		for (size_t i = 0; i < own.n && !refused(path, op->f); i++)
			finding_add_about(op->f, &own.items[i], own.items[i].severity, path);
		return NULL;
	}
	bool topology = input_kind(doc) == INPUT_TOPOLOGY;

	places_add_json(findings_places(op->f), topology ? "" : name,
	                op->o->shown ? op->o->shown : path, str_get(&text), text.n);
	report_oddities(op, doc, topology ? NULL : name, &own);
	if (topology)
		return open_topology(op, doc, name);
	if (read_document(op, doc, path, name, false, e) == 0 && !op->f->errors)
		design = imported(op, e);
	json_decref(doc);
	return design;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strieq(s + n - m, end);
}

/* The folder of Terraform's language that a path means, or NULL; the caller frees. */
static char *terraform_folder(const char *path, bool folder)
{
	if (folder)
		return tfsource_is(path) ? xstrdup(path) : NULL;
	return ends_with(path, ".tf") ? folder_of(path) : NULL;
}

static json_t *open_terraform(struct opening *op, const char *folder, struct err *e)
{
	json_t *shown = tfsource_read(folder, op->o->params, op->f, e), *design = NULL;

	if (shown && !op->f->errors) {
		add_terraform(op, shown, base_name(folder));
		if (!op->f->errors)
			design = imported(op, e);
	}
	json_decref(shown);
	return design;
}

/* The parameters that a file of Bicep gives: {name: {"value", "type"}}; NULL: with findings or *e.
 */
static json_t *bicep_parameters(const char *path, struct findings *f, struct err *e)
{
	size_t errors = f->errors;
	json_t *resources = NULL, *outputs = NULL, *sources;
	struct arm_options o = { .file = path };

	sources = bicep_params(path, &o.name, f, e);
	o.sources = sources;
	if (sources && f->errors == errors)
		arm_read(&o, &resources, &outputs, f, e);
	json_decref(resources);
	json_decref(sources);
	return outputs;
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

static json_t *open_bicep(struct opening *op, const char *file, struct err *e)
{
	json_t *resources = NULL, *outputs = NULL, *design = NULL, *given = json_object();
	const char **params = own_parameters(op, given, e), *name = NULL;
	struct arm_options o = template_options(op, file, NULL, &(const char *){ NULL });

	if (bicep_is_params(op->o->path) && !e->code) {
		json_t *own = bicep_parameters(op->o->path, op->f, e);

		json_object_update_missing(given, own);
		json_decref(own);
	}
	json_t *sources = e->code ? NULL : bicep_compile(file, &name, op->f, e);

	o.name = name;
	o.sources = sources;
	o.given = given;
	o.params = params;
	if (sources && !op->f->errors)
		arm_read(&o, &resources, &outputs, op->f, e);
	if (resources)
		json_array_extend(op->x.resources, resources);
	if (resources && !op->f->errors)
		design = imported(op, e);
	json_decref(resources);
	json_decref(outputs);
	json_decref(sources);
	json_decref(given);
	free(params);
	return design;
}

/* The file of Bicep that a path means; a folder with a topology file or with none of Bicep is
 * something else.  The caller frees. */
static char *bicep_source(const char *path, struct findings *f)
{
	return bicep_file_of(path, f);
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
	else if (read_folder(&op, e) == 0 && !f->errors)
		design = imported(&op, e);
	folder_templates_free(&op.templates);
	json_decref(op.x.resources);
	json_decref(op.x.captures);
	return design;
}
