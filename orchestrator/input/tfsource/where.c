/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the files of a module, and the modules that are left out. */
#include "base/suggest.h"
#include "input/tfsource/source.h"

/* "a/../b/./c" -> "b/c"; what leads above the beginning stays in front. */
static char *clean_path(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *parts[256], *save = NULL;
	size_t n = 0;
	struct str out = { 0 };

	for (char *p = strtok_r(copy, "/", &save); p && n < ARRAY_LEN(parts);
	     p = strtok_r(NULL, "/", &save)) {
		if (streq(p, "."))
			continue;
		if (streq(p, "..") && n && !streq(parts[n - 1], ".."))
			n--;
		else
			parts[n++] = p;
	}
	if (*path == '/')
		str_addc(&out, '/');
	for (size_t i = 0; i < n; i++)
		str_printf(&out, "%s%s", i ? "/" : "", parts[i]);
	if (!out.n)
		str_add(&out, ".");
	return str_take(&out);
}

/* "hub.nva" of module.hub[0].module.nva; the caller frees. */
static char *key_of_call(const struct tfs_module *m, const char *name)
{
	struct str key = { 0 };

	for (const char *p = m->address; *p;) {
		p += str_starts(p, "module.") ? strlen("module.") : 0;
		size_t n = strcspn(p, "[.");

		str_printf(&key, "%.*s.", (int)n, p);
		p += n;
		if (*p == '[')
			p += strcspn(p, "]") + 1;
		p += *p == '.';
	}
	str_add(&key, name);
	return str_take(&key);
}

/* The folder into which `terraform init` has put the modules of others. */
static char *fetched_folder(struct source *s, struct tfs_module *m, const char *name)
{
	_cleanup_str_ struct str text = { 0 };
	_cleanup_free_ char *key = key_of_call(m, name);
	json_t *doc, *x;
	size_t i;
	char *found = NULL;

	if (!tfs_read(s, ".terraform/modules/modules.json", &text))
		return NULL;
	doc = json_loads(str_get(&text), 0, NULL);
	json_array_foreach (json_object_get(doc, "Modules"), i, x)
		if (streq(json_string_value(json_object_get(x, "Key")), key) &&
		    json_is_string(json_object_get(x, "Dir")))
			found = clean_path(json_string_value(json_object_get(x, "Dir")));
	json_decref(doc);
	return found;
}

/* The part of "git::https://h/p.git//net/hub?ref=1" that a user may name alone, without "//net/hub"
 * and what follows: its length. */
static size_t package_length(const char *source)
{
	const char *scheme = strstr(source, "://"), *sub;

	sub = strstr(scheme ? scheme + 3 : source, "//");
	return sub ? (size_t)(sub - source) : strcspn(source, "?");
}

/* The folder that "SOURCE=DIR" gives the source; NULL: it is another one.  The caller frees. */
static char *folder_by_option(const char *option, const char *source)
{
	size_t n = strlen(source), package = package_length(source);

	if (str_starts(option, source) && option[n] == '=')
		return xstrdup(option + n + 1);
	if (strncmp(option, source, package) != 0 || option[package] != '=')
		return NULL;
	const char *sub = source + package;

	return *sub == '/'
	           ? xasprintf("%s/%.*s", option + package + 1, (int)strcspn(sub + 2, "?"), sub + 2)
	           : xstrdup(option + package + 1);
}

/* The module's folder as --module has it, absolute; NULL: none, or reported (*ret_reported). */
static char *given_folder(struct source *s, const char *source, struct hcl_place at,
                          bool *ret_reported)
{
	for (size_t i = 0; s->elsewhere && s->elsewhere[i]; i++) {
		_cleanup_free_ char *folder = folder_by_option(s->elsewhere[i], source);
		char *real = folder ? tfs_open_outside(s, folder) : NULL;

		if (real)
			return real;
		if (!folder)
			continue;
		hcl_report(s->findings, SEV_ERROR, "TF-MODULE-01", at, NULL,
		           "--module says that %s is in %s, which cannot be opened", source,
		           folder);
		*ret_reported = true;
		return NULL;
	}
	return NULL;
}

static bool is_local(const char *source)
{
	return str_starts(source, "./") || str_starts(source, "../") || streq(source, ".") ||
	       streq(source, "..");
}

/* NULL: it is not here. */
static char *find_folder(struct source *s, struct tfs_module *m, const struct hcl_block *call,
                         const char *source, struct hcl_place at, bool *ret_reported)
{
	char *folder, *given;

	if (!is_local(source)) {
		folder = fetched_folder(s, m, call->labels[0]);
		return folder ? folder : given_folder(s, source, at, ret_reported);
	}
	_cleanup_free_ char *path = xasprintf("%s/%s", m->code->folder, source);

	folder = clean_path(path);
	if (tfs_has_code(s, folder))
		return folder;
	given = given_folder(s, source, at, ret_reported);
	if (!given)
		return folder;
	free(folder);
	return given;
}

const struct tfs_code *tfs_code_of_call(struct source *s, struct tfs_module *m,
                                        const struct hcl_block *call)
{
	const struct hcl_expr *e = hcl_attr_find(call->body, "source");
	const char *source = e && e->sort == HCL_LITERAL ? json_string_value(e->value) : NULL;
	bool reported = false;

	if (!source) {
		hcl_report(s->findings, SEV_ERROR, "TF-MODULE-01", call->place, NULL,
		           "module \"%s\" has no source", call->labels[0]);
		return NULL;
	}
	json_object_set_new(s->sources, source, json_true());
	_cleanup_free_ char *folder = find_folder(s, m, call, source, e->place, &reported);

	if (reported)
		return NULL;
	if (folder)
		return tfs_code(s, folder, &e->place);
	_cleanup_free_ char *hint =
	    xasprintf("terraform init fetches it: vnetlab reads it then; or --module '%.*s=DIR', "
	              "or --without %s",
	              (int)package_length(source), source, call->labels[0]);

	hcl_report(s->findings, SEV_ERROR, "TF-MODULE-02", e->place, hint,
	           "module \"%s\" is %s, which is not here", call->labels[0], source);
	return NULL;
}

/* --- what is left out ---------------------------------------------------------------------------
 */

/* "module.hub.module.nva" means what "hub.nva" does; the caller frees. */
static char *key_of_option(const char *option)
{
	struct str key = { 0 };

	for (const char *p = option; *p;) {
		p += str_starts(p, "module.") ? strlen("module.") : 0;
		size_t n = strcspn(p, ".");

		str_printf(&key, "%s%.*s", key.n ? "." : "", (int)n, p);
		p += n;
		p += *p == '.';
	}
	str_add(&key, "");
	return str_take(&key);
}

bool tfs_is_left_out(struct source *s, struct tfs_module *m, const struct hcl_block *call)
{
	_cleanup_free_ char *key = key_of_call(m, call->labels[0]);
	bool met = json_object_get(s->calls, key);

	json_object_set_new(s->calls, key, json_true());
	for (size_t i = 0; s->without && s->without[i]; i++) {
		_cleanup_free_ char *left = key_of_option(s->without[i]);

		if (!streq(left, key))
			continue;
		if (!met)
			hcl_report(s->findings, SEV_INFO, "TF-MODULE-03", call->place, NULL,
			           "module \"%s\" is left out: --without says so", call->labels[0]);
		return true;
	}
	return false;
}

static void report_option(struct source *s, const char *option, const char *name, json_t *known)
{
	const char **names = xcalloc(json_object_size(known) + 1, sizeof(*names)), *key;
	size_t n = 0, compared = 0;
	json_t *v;

	json_object_foreach (known, key, v)
		names[n++] = key;
	_cleanup_free_ char *hint = suggest_name(name, names, n, &compared);

	finding_add_source(s->findings, SEV_ERROR, "TF-MODULE-04", NULL, option, hint,
	                   "%s %s: the design has no such module", option, name);
	free(names);
}

void tfs_report_options(struct source *s)
{
	json_t *v;
	const char *source;

	for (size_t i = 0; s->without && s->without[i]; i++) {
		_cleanup_free_ char *key = key_of_option(s->without[i]);

		if (!json_object_get(s->calls, key))
			report_option(s, "--without", s->without[i], s->calls);
	}
	for (size_t i = 0; s->elsewhere && s->elsewhere[i]; i++) {
		bool used = false;

		json_object_foreach (s->sources, source, v) {
			_cleanup_free_ char *folder = folder_by_option(s->elsewhere[i], source);

			used = used || folder;
		}
		if (!used)
			report_option(s, "--module", s->elsewhere[i], s->sources);
	}
}
