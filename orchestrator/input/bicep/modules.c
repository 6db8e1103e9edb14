/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules: Bicep files of the design, templates beside them, those of registries. */
#include <fcntl.h>

#include "input/bicep/lower.h"
#include "input/file.h"

static const char *add_module_template(struct blow *l, const char *name, const struct str *text,
                                       struct hcl_place at)
{
	const char *s = str_get(text);
	json_error_t e;

	if (json_object_get(l->b->templates, name))
		return name;
	if (text->n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3))
		s += 3;
	json_t *t = json_loads(s, 0, &e);

	if (!json_is_object(t)) {
		json_decref(t);
		bicep_report(l, SEV_ERROR, "BICEP-MODULE-01", at, NULL,
		             "%s is no template (JSON): line %d, column %d: %s", name, e.line,
		             e.column, e.text);
		return NULL;
	}
	places_add_json(findings_places(l->b->findings), name, name, s, strlen(s));
	json_object_set_new(l->b->templates, name, t);
	return name;
}

static const char *open_registry(struct blow *l, const char *reference, struct hcl_place at)
{
	const char *hint, *path = bicep_registry_path(l, reference, &hint);
	const char *option =
	    arena_printf(l->b->arena, "--module '%s=FILE' names its template", reference);
	_cleanup_str_ struct str text = { 0 };
	_cleanup_close_ int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

	if (fd >= 0 && file_read_fd(fd, BICEP_FILE_MAX, &text) == 0)
		return add_module_template(l, path, &text, at);
	bool given = bicep_given(l->b, reference);

	if (given)
		hint = arena_printf(l->b->arena,
		                    "--module says that it is %s, which cannot be read", path);
	else if (path)
		hint = arena_printf(l->b->arena, "bicep restore fetches it, to %s; or %s", path,
		                    option);
	bicep_report(l, SEV_ERROR, "BICEP-MODULE-02", at, hint ? hint : option,
	             "the module %s is not here", reference);
	return NULL;
}

/* --- local ones --------------------------------------------------------------------------------
 */

static struct bicep_source *add_source(struct bicep *b, const char *name)
{
	struct bicep_source *s = &VEC_PUSH(b->sources, b->n_sources, b->cap_sources);

	s->name = name;
	return s;
}

struct bicep_file *bicep_open(struct blow *l, const char *path, struct hcl_place at,
                              const char **ret_template)
{
	struct bicep *b = l->b;
	const char *from, *name;
	_cleanup_str_ struct str text = { 0 };
	int r;

	*ret_template = NULL;
	json_object_set_new(b->references, path, json_true());
	if (bicep_given(b, path) || str_starts(path, "br:") || str_starts(path, "br/") ||
	    str_starts(path, "ts:") || str_starts(path, "ts/")) {
		*ret_template = open_registry(l, path, at);
		return NULL;
	}
	from = bicep_from_root(l, path);
	name = from ? bicep_name_of(b, from) : NULL;
	for (size_t i = 0; name && i < b->n_sources; i++)
		if (streq(b->sources[i].name, name)) {
			if (!b->sources[i].file && json_object_get(b->templates, name))
				*ret_template = name;
			return b->sources[i].file;
		}
	if (b->n_sources >= BICEP_FILES) {
		bicep_report(l, SEV_ERROR, "BICEP-LIMIT-01", at, NULL,
		             "more than %d files are not taken", BICEP_FILES);
		return NULL;
	}
	r = bicep_read(b, from, &text);
	if (!name || r < 0) {
		bicep_report_file(l, "BICEP-MODULE-01", path, at, r);
		return NULL;
	}
	size_t n = strlen(name), at_source = b->n_sources;

	add_source(b, name);
	if (n > 5 && strieq(name + n - 5, ".json")) {
		*ret_template = add_module_template(l, name, &text, at);
		return NULL;
	}
	places_add_file(findings_places(b->findings), name,
	                *name == '/' ? name : arena_printf(b->arena, "%s%s", b->shown, name));
	struct bicep_file *f = bicep_parse(&b->tree, name, str_get(&text), text.n);

	b->sources[at_source].file = f;
	return f;
}
