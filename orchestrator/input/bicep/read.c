/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/bicep/bicep.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/suggest.h"
#include "input/arm/arm.h"
#include "input/bicep/lower.h"
#include "input/file.h"

bool bicep_is(const char *path)
{
	return file_has_ending(path, ".bicep");
}

bool bicep_is_params(const char *path)
{
	return file_has_ending(path, ".bicepparam");
}

/* --- what a path is ----------------------------------------------------------------------------
 */

static char *in_folder_of(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return slash ? xasprintf("%.*s/%s", (int)(slash - path), path, name) : xstrdup(name);
}

static void begin_bicep(struct bicep *b, struct findings *f);
static json_t *finish_bicep(struct bicep *b);

/* A file that a parameter file names must be of the same repository or folder.  One that is not
 * there is: who opens it says so. */
static bool is_of_design(const char *path, const char *named, struct findings *f)
{
	char real[PATH_MAX];
	struct bicep b;
	bool inside = true;

	begin_bicep(&b, f);
	if (realpath(named, real) && bicep_open_root(&b, path)) {
		size_t n = strlen(b.root);

		inside = str_starts(real, b.root) && (n <= 1 || real[n] == '/');
	}
	json_decref(finish_bicep(&b));
	return inside;
}

/* The file that a statement of a parameter file names: what it is for, or what it extends.  NULL:
 * none. */
static char *named_by(const char *path, enum bicep_statement sort, struct findings *f)
{
	_cleanup_findings_ struct findings ignored = { 0 }; /* reading it reports them */
	struct bicep_tree t = { arena_new(), &ignored };
	_cleanup_str_ struct str text = { 0 };
	struct bicep_file *file = NULL;
	char *out = NULL;

	if (file_read(path, FILE_MAX_CONFIG, &text, NULL) == 0)
		file = bicep_parse(&t, path, str_get(&text), text.n);
	for (size_t i = 0; file && i < file->n_decls && !out; i++) {
		const struct bicep_decl *d = file->decls[i];

		if (d->sort != sort || !d->text)
			continue;
		out = in_folder_of(path, d->text);
		if (is_of_design(path, out, f))
			continue;
		bicep_say(f, SEV_ERROR, "BICEP-FILE-01", d->place, NULL,
		          "the parameter file names a file that leads out of the design");
		free(out);
		out = NULL;
	}
	arena_free(t.arena);
	return out;
}

/* The file that a parameter file is for. */
static char *used_by(const char *path, struct findings *f)
{
	size_t errors = f->errors;
	char *out = named_by(path, BS_USING, f);

	if (!out && f->errors == errors)
		finding_add_source(f, SEV_ERROR, "BICEP-PARAM-03", NULL, path,
		                   "using './main.bicep'",
		                   "the parameter file names no file that it is for");
	return out;
}

char *bicep_extended(const char *path, struct findings *f)
{
	return named_by(path, BS_EXTENDS, f);
}

/* Names of the .bicep files of a folder, at most `max`; *ret_json: it has JSON, too. */
static size_t list_sources(const char *folder, char **names, size_t max, bool *ret_json)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	*ret_json = false;
	for (struct dirent *e; d && n < max && (e = readdir(d));) {
		*ret_json |= file_has_ending(e->d_name, ".json");
		if (*e->d_name != '.' && bicep_is(e->d_name))
			names[n++] = xstrdup(e->d_name);
	}
	if (d)
		closedir(d);
	return n;
}

/* Is the file used as a module by another one of the folder? */
static bool is_module(const char *folder, char **names, size_t n, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < n && !found; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, names[i]),
		                    *quoted = xasprintf("%s'", name);
		_cleanup_str_ struct str text = { 0 };

		if (!streq(names[i], name) && file_read(path, FILE_MAX_CONFIG, &text, NULL) == 0)
			found = strstr(str_get(&text), quoted);
	}
	return found;
}

static char *file_of_folder(const char *folder, struct findings *f)
{
	char *names[64], *found = NULL;
	bool json;
	size_t n = list_sources(folder, names, ARRAY_LEN(names), &json), roots = 0;
	_cleanup_str_ struct str list = { 0 };

	for (size_t i = 0; i < n && !found; i++)
		if (strieq(names[i], "main.bicep"))
			found = xasprintf("%s/%s", folder, names[i]);
	for (size_t i = 0; i < n && !found; i++)
		if (!is_module(folder, names, n, names[i])) {
			roots++;
			str_printf(&list, "%s%s", list.n ? ", " : "", names[i]);
		}
	for (size_t i = 0; i < n && !found && roots == 1; i++)
		if (streq(names[i], str_get(&list)))
			found = xasprintf("%s/%s", folder, names[i]);
	if (!found && roots > 1 && !json) /* else the templates or the export there are meant */
		finding_add_source(f, SEV_ERROR, "INPUT-FORM-01", NULL, folder, "name one of them",
		                   "more than one design is here: %s", str_get(&list));
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	return found;
}

char *bicep_file_of(const char *path, struct findings *f)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return NULL;
	if (S_ISDIR(st.st_mode))
		return file_of_folder(path, f);
	if (bicep_is_params(path))
		return used_by(path, f);
	return bicep_is(path) ? xstrdup(path) : NULL;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static void begin_bicep(struct bicep *b, struct findings *f)
{
	*b = (struct bicep){ .arena = arena_new(),
		             .findings = f,
		             .root_fd = -1,
		             .below = "",
		             .root = "the folder of the design",
		             .templates = json_object(),
		             .references = json_object(),
		             .configs = json_object() };
	b->tree = (struct bicep_tree){ b->arena, f };
	b->functions = arm_functions(&b->n_functions);
}

static json_t *finish_bicep(struct bicep *b)
{
	json_t *templates = b->templates;

	if (b->root_fd >= 0)
		close(b->root_fd);
	json_decref(b->references);
	json_decref(b->configs);
	free(b->functions);
	free(b->sources);
	arena_free(b->arena);
	return templates;
}

/* Reports references of --module that the design does not have. */
static void report_module_options(const struct bicep *b)
{
	for (size_t i = 0; b->elsewhere && b->elsewhere[i]; i++) {
		const char **names = xcalloc(json_object_size(b->references) + 1, sizeof(*names)),
		           *key;
		size_t n = 0, compared = 0;
		bool used = false;
		json_t *v;

		json_object_foreach (b->references, key, v) {
			names[n++] = key;
			used = used || bicep_given_by(b->elsewhere[i], key);
		}
		_cleanup_free_ char *hint = suggest_name(b->elsewhere[i], names, n, &compared);

		if (!used)
			finding_add_source(
			    b->findings, SEV_ERROR, "BICEP-MODULE-03", NULL, "--module", hint,
			    "--module %s: the design has no such module", b->elsewhere[i]);
		free(names);
	}
}

/* "base" of a parameter file that extends another: an object of that one's values. */
static void declare_base(struct bicep *b, struct bicep_file *main, const json_t *base)
{
	json_t *values = json_object(), *v;
	const char *key;

	json_object_foreach ((json_t *)base, key, v)
		json_object_set(values, key, json_object_get(v, "value"));
	char *text = json_dumps(values, JSON_COMPACT | JSON_ENCODE_ANY);
	struct bx *s = arena_alloc(b->arena, sizeof(*s)),
	          *call = arena_alloc(b->arena, sizeof(*call));
	struct bicep_decl *d = arena_alloc(b->arena, sizeof(*d));
	const struct bx **items = arena_array(b->arena, 1, sizeof(*items));

	*s = (struct bx){ .sort = BX_STRING, .name = arena_strdup(b->arena, text) };
	s->place.file = &main->text;
	items[0] = s;
	*call = (struct bx){
		.sort = BX_CALL, .place = s->place, .name = "json", .items = items, .n_items = 1
	};
	*d = (struct bicep_decl){
		.sort = BS_VAR, .place = s->place, .file = main, .name = "base", .value = call
	};
	BICEP_PUSH(b->arena, main->decls, main->n_decls, main->cap_decls) = d;
	free(text);
	json_decref(values);
}

static json_t *compile_bicep(const char *path, bool params, const json_t *base,
                             const char *const *modules, const char **ret_name, struct findings *f,
                             struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	json_t *templates, *v;
	const char *key;
	struct bicep b;

	if (file_read(path, FILE_MAX_CONFIG, &text, e) < 0)
		return NULL;
	begin_bicep(&b, f);
	b.params_file = params;
	b.elsewhere = modules;
	if (!bicep_open_root(&b, path)) {
		err_sys(e, errno, "%s", path);
		json_decref(finish_bicep(&b));
		return NULL;
	}
	const char *slash = strrchr(path, '/');

	b.shown = arena_printf(b.arena, "%.*s", slash ? (int)(slash + 1 - path) : 0, path);
	places_add_file(findings_places(f), b.main, path);
	struct bicep_file *main = bicep_parse(&b.tree, b.main, str_get(&text), text.n);

	VEC_PUSH(b.sources, b.n_sources, b.cap_sources) =
	    (struct bicep_source){ .name = main->name, .file = main };
	if (base)
		declare_base(&b, main, base);
	bicep_template(&b, main);
	report_module_options(&b);
	_cleanup_free_ char *name = xstrdup(main->name);

	templates = finish_bicep(&b);
	json_object_foreach (templates, key, v)
		if (streq(key, name))
			*ret_name = key;
	return templates;
}

json_t *bicep_compile(const char *path, const char *const *modules, const char **ret_name,
                      struct findings *f, struct err *e)
{
	return compile_bicep(path, false, NULL, modules, ret_name, f, e);
}

json_t *bicep_params(const char *path, const json_t *base, const char **ret_name,
                     struct findings *f, struct err *e)
{
	return compile_bicep(path, true, base, NULL, ret_name, f, e);
}

json_t *bicep_compile_text(const char *text, size_t n, struct findings *f)
{
	struct bicep b;

	begin_bicep(&b, f);
	bicep_template(&b, bicep_parse(&b.tree, "main.bicep", text, n));
	return finish_bicep(&b);
}

static json_t *nested(json_t *templates, const char *name, unsigned depth)
{
	json_t *out = json_deep_copy(json_object_get(templates, name)), *r;
	const char *key;

	json_object_foreach (json_object_get(out, "resources"), key, r) {
		json_t *properties = json_object_get(r, "properties");
		const char *uri = json_string_value(
		    json_object_get(json_object_get(properties, "templateLink"), "uri"));

		if (!uri || !str_starts(uri, "source:") || depth > BICEP_NESTING)
			continue;
		json_object_set_new(properties, "template", nested(templates, uri + 7, depth + 1));
		json_object_del(properties, "templateLink");
	}
	return out;
}

json_t *bicep_whole(json_t *templates, const char *name)
{
	return nested(templates, name, 0);
}
