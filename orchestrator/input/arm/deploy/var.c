/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables: evaluated when first asked for, so that one that is wrong and not used does no harm.
 */
#include <errno.h>
#include <stdio.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/tree.h"
#include "input/arm/value/text.h"

static struct symbol *enter_variable(struct deployment *d, const char *name)
{
	struct symbol *s = NULL;
	const char *key = arm_lower(d->a->arena, name);

	HASH_FIND_STR(d->vars, key, s);
	if (s)
		return s;
	s = arena_alloc(d->a->arena, sizeof(*s));
	s->name = name;
	HASH_ADD_KEYPTR(hh, d->vars, key, strlen(key), s);
	return s;
}

void vars_declare(struct deployment *d)
{
	const struct val *vars = val_get(d->tmpl, "variables");

	if (!vars || vars->type != V_OBJ)
		return;
	for (uint32_t i = 0; i < vars->n; i++) {
		const struct member *m = &vars->members[i];

		if (!strieq(m->key, "copy") || !copy_is_property(m->v)) {
			enter_variable(d, m->key)->decl = m->v;
			continue;
		}
		for (uint32_t k = 0; k < m->v->n; k++) {
			const char *name = val_get_str(m->v->items[k], "name");
			struct symbol *s = name ? enter_variable(d, name) : NULL;

			if (s) {
				s->copy = m->v->items[k];
				s->copy_index = k;
			}
		}
	}
}

static const struct val *eval_variable_loop(struct env *e, struct symbol *s)
{
	struct deployment *d = e->d;
	struct val_builder b = { .a = e->a->arena };
	_cleanup_free_ char *ptr = xasprintf("%s/variables/copy/%zu", d->ptr, s->copy_index);

	if (copy_property(e, s->copy, d->file, ptr, &b) < 0)
		return NULL;
	return val_get(val_built_obj(&b), s->name);
}

const struct val *symbol_missing(struct env *e, const struct expr *at, const struct symbol *table,
                                 const char *kind, const char *name)
{
	const char *names[256] = { NULL };
	size_t n = 0;

	for (const struct symbol *x = table; x && n < ARRAY_LEN(names); x = x->hh.next)
		names[n++] = x->name;
	const char *near = str_nearest(name, names, n);
	_cleanup_free_ char *hint = near
	                                ? xasprintf("did you mean %ss('%s')?", kind, near)
	                                : xasprintf("declare it in \"%ss\" of this template", kind);

	eval_fail(e, at, hint, "there is no %s \"%s\"", kind, name);
	e->a->fail.code = "InvalidTemplate";
	return NULL;
}

const struct val *var_value(struct env *e, const struct expr *at, const char *name)
{
	struct symbol *s = NULL;
	const char *key = arm_lower(e->a->arena, name);

	HASH_FIND_STR(e->d->vars, key, s);
	if (!s)
		return symbol_missing(e, at, e->d->vars, "variable", name);
	if (s->state == ST_BUSY)
		return eval_fail(e, at, NULL, "the variable \"%s\" depends on itself", name);
	if (s->state == ST_NEW) {
		struct env inner = { .a = e->a, .d = e->d, .home = e->d };
		struct jptr top = { NULL, "variables", 0 }, here = { &top, s->name, 0 };

		s->state = ST_BUSY;
		s->value = s->copy ? eval_variable_loop(&inner, s)
		                   : tree_eval(&inner, s->decl, &here, e->d);
		s->state = s->value ? ST_DONE : ST_FAILED;
		if (!s->value && e->a->cycle)
			s->state = ST_NEW; /* it waits for what is under way: try again */
	}
	if (s->state == ST_FAILED || !s->value)
		eval_reported(e);
	return s->value;
}
