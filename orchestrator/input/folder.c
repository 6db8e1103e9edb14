/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/folder.h"

#include <limits.h>
#include <stdlib.h>

#include "base/str.h"
#include "input/alternatives.h"
#include "input/arm/resource/shared.h"

void folder_templates_free(struct folder_templates *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].path);
		free(t->v[i].name);
		json_decref(t->v[i].resources);
	}
	free(t->v);
	json_decref(t->linked);
	json_decref(t->taken);
	json_decref(t->skip);
	*t = (struct folder_templates){ 0 };
}

void folder_add_template(struct folder_templates *t, const struct arm_options *o)
{
	_cleanup_findings_ struct findings ignored = { 0 };
	struct arm_options own = *o;
	json_t *resources = NULL, *outputs = NULL;
	struct err e = { 0 };

	t->linked = t->linked ? t->linked : json_array();
	t->taken = t->taken ? t->taken : json_object();
	own.linked = t->linked;
	own.taken = t->taken;
	arm_read(&own, &resources, &outputs, &ignored, &e);
	json_decref(outputs);
	VEC_PUSH(t->v, t->n, t->cap) =
	    (struct folder_template){ xstrdup(o->file), xstrdup(o->name),
		                      resources ? resources : json_array() };
}

/* --- what is not read ------------------------------------------------------------------------ */

static bool is_linked(const struct folder_templates *t, const char *path)
{
	char real[PATH_MAX], other[PATH_MAX];
	json_t *v;
	size_t i;

	if (!realpath(path, real))
		return false;
	json_array_foreach (t->linked, i, v)
		if (realpath(json_string_value(v), other) && streq(real, other))
			return true;
	return false;
}

static void leave_out_template(struct folder_templates *t, const char *name)
{
	json_object_set_new(t->skip, name, json_true());
}

static void leave_out_linked(struct folder_templates *t, struct findings *f)
{
	for (size_t i = 0; i < t->n; i++) {
		if (!is_linked(t, t->v[i].path))
			continue;
		leave_out_template(t, t->v[i].name);
		finding_add_source(f, SEV_INFO, "INPUT-KIND-03", NULL, t->v[i].name, NULL,
		                   "%s is a linked template: read where another one names it",
		                   t->v[i].name);
	}
}

/* A line to paste: the name within quotes where a shell would divide it. */
static char *paste_line(const char *folder, const char *name)
{
	size_t n = strlen(folder);
	_cleanup_free_ char *path =
	    xasprintf("%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
	const char *quote = strpbrk(path, " '\"$&();<>|*?[]#~`\\") ? "'" : "";

	return xasprintf("vnetlab check %s%s%s", quote, path, quote);
}

static void report_alternative(const struct template_of_folder *x, const char *folder,
                               struct findings *f)
{
	const char *slash = strrchr(x->both, '/');
	_cleanup_free_ char *line = paste_line(folder, x->name);
	_cleanup_free_ char *hint = xasprintf("%s reads this one instead", line);

	finding_add_source(
	    f, SEV_WARNING, "INPUT-CHOICE-01", NULL, x->name, hint,
	    "%s and %s are alternatives, or meant for two resource groups: both build "
	    "\"%s\"; the lab has %s",
	    x->instead->name, x->name, slash ? slash + 1 : x->both, x->instead->name);
}

static void leave_out_alternatives(struct folder_templates *t, const char *folder,
                                   struct findings *f)
{
	_cleanup_free_ struct template_of_folder *v = xcalloc(t->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (!json_object_get(t->skip, t->v[i].name))
			v[n++] = (struct template_of_folder){ .name = t->v[i].name,
				                              .resources = t->v[i].resources };
	find_alternatives(v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i].instead) {
			leave_out_template(t, v[i].name);
			report_alternative(&v[i], folder, f);
		}
}

void folder_decide(struct folder_templates *t, const char *folder, struct findings *f)
{
	json_t *taken = t->taken;

	t->skip = json_object();
	if (t->n < 2)
		return;
	leave_out_linked(t, f);
	leave_out_alternatives(t, folder, f);
	/* An address that a later file gives is not free for an earlier one. */
	t->taken = shared_given(taken);
	json_decref(taken);
}
