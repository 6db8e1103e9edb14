/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what a name means: a variable of a loop or a lambda, a declaration of the file, one of
 * another file. */
#include "base/suggest.h"
#include "input/bicep/lower.h"

void bicep_quote(const char *s, size_t n, struct str *out)
{
	str_addc(out, '\'');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\'')
			str_addc(out, '\'');
		str_addc(out, s[i]);
	}
	str_addc(out, '\'');
}

const struct bbind *blow_bind(const struct blow *l, const char *name)
{
	for (const struct bbind *b = l->binds; b; b = b->up)
		if (streq(b->name, name))
			return b;
	return NULL;
}

static bool is_visible(const struct bicep_decl *d, const struct bicep_decl *within)
{
	if (!d->up)
		return true;
	for (; within; within = within->up)
		if (d->up == within)
			return true;
	return false;
}

const struct bicep_decl *blow_find(struct blow *l, const char *name)
{
	const struct bicep_decl *found = NULL;

	for (size_t i = 0; i < l->file->n_decls; i++) {
		const struct bicep_decl *d = l->file->decls[i];

		if (d->sort != BS_OUTPUT && d->sort != BS_OTHER && d->sort != BS_IMPORT &&
		    streq(d->name, name) && is_visible(d, l->within) && (!found || d->up))
			found = d;
	}
	return found;
}

static const struct bicep_decl *find_exported(const struct bicep_file *f, const char *name)
{
	for (size_t i = 0; i < f->n_decls; i++) {
		const struct bicep_decl *d = f->decls[i];

		if ((d->sort == BS_VAR || d->sort == BS_TYPE || d->sort == BS_FUNC) &&
		    streq(d->name, name))
			return d;
	}
	return NULL;
}

/* The import, and the name there, that a name here means; NULL: none. */
static const struct bicep_decl *find_import(struct blow *l, const struct bx *x,
                                            const char **ret_name)
{
	const char *alias = x->of && x->of->sort == BX_NAME ? x->of->name : NULL;

	for (size_t i = 0; i < l->file->n_decls; i++) {
		const struct bicep_decl *d = l->file->decls[i];

		if (d->sort != BS_IMPORT)
			continue;
		if (alias && streq(d->name, alias)) {
			*ret_name = x->name;
			return d;
		}
		for (size_t k = 0; !x->of && k < d->n_imports; k++)
			if (streq(d->imports[k].as, x->name)) {
				*ret_name = d->imports[k].name;
				return d;
			}
	}
	return NULL;
}

/* The words for a type of a template, or of a module that is not here: types carry no packets, so
 * that such a file need not be read. */
const char *blow_foreign_type(struct blow *l, const struct bx *x)
{
	const char *name, *template = NULL, *type;
	const struct bicep_decl *i = find_import(l, x, &name);
	size_t n = i && i->text ? strlen(i->text) : 0;
	bool foreign = n && (str_starts(i->text, "br:") || str_starts(i->text, "br/") ||
	                     str_starts(i->text, "ts:") || str_starts(i->text, "ts/"));

	if (foreign && !bicep_is_cached(l, i->text))
		return "object";
	if (!foreign && (n < 6 || !strieq(i->text + n - 5, ".json")))
		return NULL;
	bicep_open(l, i->text, i->place, &template);
	type = template
	           ? json_string_value(json_object_get(
	                 json_object_get(json_object_get(json_object_get(l->b->templates, template),
	                                                 "definitions"),
	                                 name),
	                 "type"))
	           : NULL;
	return type ? type : "object";
}

const struct bicep_decl *blow_imported(struct blow *l, const struct bx *x)
{
	const char *name, *template = NULL;
	const struct bicep_decl *i = find_import(l, x, &name), *d;

	if (!i || !i->text)
		return NULL;
	struct bicep_file *f = bicep_open(l, i->text, i->place, &template);

	if (!f)
		return NULL;
	d = find_exported(f, name);
	if (!d)
		bicep_report(l, SEV_ERROR, "BICEP-NAME-01", x->place, NULL, "%s exports no \"%s\"",
		             i->text, name);
	return d;
}

void blow_unknown_name(struct blow *l, const struct bx *x)
{
	const char *names[512];
	const char *from;
	size_t n = 0, compared = 0;

	if (find_import(l, x, &from)) /* its file is what is wrong, and reported */
		return;
	for (size_t i = 0; i < l->file->n_decls && n < ARRAY_LEN(names); i++)
		if (l->file->decls[i]->name && l->file->decls[i]->sort != BS_OUTPUT)
			names[n++] = l->file->decls[i]->name;
	for (const struct bbind *b = l->binds; b && n < ARRAY_LEN(names); b = b->up)
		names[n++] = b->name;
	_cleanup_free_ char *hint = n ? suggest_name(x->name, names, n, &compared) : NULL;

	bicep_report(l, SEV_ERROR, "BICEP-NAME-01", x->place, hint,
	             "there is no parameter, variable or resource \"%s\"", x->name);
}

const struct bx *bicep_body(const struct bicep_decl *d)
{
	const struct bx *x = d->value;

	while (x && (x->sort == BX_FOR || x->sort == BX_WHEN))
		x = x->of;
	return x;
}

const struct bx *bicep_loop(const struct bicep_decl *d)
{
	for (; d; d = d->up)
		if (d->value && d->value->sort == BX_FOR)
			return d->value;
	return NULL;
}

const char *bicep_symbol(struct blow *l, const struct bicep_decl *d)
{
	return d->up ? arena_printf(l->b->arena, "%s::%s", bicep_symbol(l, d->up), d->name)
	             : d->name;
}

void blow_needs(struct blow *l, const struct bicep_decl *d)
{
	if (l->needs)
		json_object_set_new(l->needs, bicep_symbol(l, d), json_true());
}

static const struct bicep_decl *find_nested(const struct bicep_decl *up, const char *name)
{
	for (size_t i = 0; i < up->file->n_decls; i++)
		if (up->file->decls[i]->up == up && streq(up->file->decls[i]->name, name))
			return up->file->decls[i];
	return NULL;
}

bool blow_target(struct blow *l, const struct bx *x, struct btarget *ret)
{
	const struct bbind *bind;
	const struct bicep_decl *d;
	_cleanup_str_ struct str index = { 0 };

	*ret = (struct btarget){ 0 };
	switch (x->sort) {
	case BX_NAME:
		bind = blow_bind(l, x->name);
		if (bind) {
			if (!bind->each)
				return false;
			ret->decl = bind->each;
			ret->each = arena_printf(l->b->arena, "lambdaVariables('%s')", x->name);
			return true;
		}
		d = blow_find(l, x->name);
		if (!d || (d->sort != BS_RESOURCE && d->sort != BS_MODULE))
			return false;
		ret->decl = d;
		/* Within its own loop, and that of what is nested in it, this iteration. */
		for (const struct bicep_decl *w = l->within; w; w = w->up)
			if (w->up == d && bicep_loop(d))
				ret->index = arena_printf(l->b->arena, "copyIndex('%s')",
				                          bicep_symbol(l, l->within));
		return true;
	case BX_NESTED:
		if (!blow_target(l, x->of, ret))
			return false;
		d = find_nested(ret->decl, x->name);
		if (!d)
			bicep_report(l, SEV_ERROR, "BICEP-NAME-01", x->place, NULL,
			             "\"%s\" has no resource \"%s\"", ret->decl->name, x->name);
		ret->decl = d ? d : ret->decl;
		return true;
	case BX_INDEX:
		if (!blow_target(l, x->of, ret) || ret->index || ret->each ||
		    !bicep_loop(ret->decl) || x->end)
			return false;
		l->text(l, x->by, &index);
		ret->index = arena_strdup(l->b->arena, str_get(&index));
		return true;
	default:
		return false;
	}
}
