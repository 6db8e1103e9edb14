/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values with expressions in them, and what is said when one fails: where it stands, the expression
 * with a caret under the place, the values involved, what to do. */
#include <errno.h>
#include <stdio.h>

#include "input/arm/run/run.h"

struct place {
	const char *file, *base;
};

void arm_finding(struct arm *a, enum severity sev, const char *rule, const char *code,
                 const char *file, const char *ptr, const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL, *where = xasprintf("%s#%s", file, ptr);
	va_list ap;

	if (a->quiet)
		return;
	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) < 0)
		abort();
	va_end(ap);
	finding_add_source(a->f, sev, rule, code, where, hint, "%s", msg);
}

/* A window on the expression, and under it the caret. */
static void excerpt(const char *text, size_t n, size_t pos, struct str *out)
{
	enum { WIDTH = 96, BEFORE = 60 };
	size_t from = pos > BEFORE && n > WIDTH ? pos - BEFORE : 0;
	size_t to = n - from > WIDTH ? from + WIDTH : n;
	size_t column = 0;

	while (from && ((unsigned char)text[from] & 0xc0) == 0x80)
		from--;
	while (to < n && ((unsigned char)text[to] & 0xc0) == 0x80)
		to++;
	str_add(out, from ? "\n  ..." : "\n  ");
	for (size_t i = from; i < to; i++) {
		unsigned char c = (unsigned char)text[i];

		str_addc(out, (char)(c < 0x20 ? ' ' : c));
		column += i < pos && (c & 0xc0) != 0x80;
	}
	str_add(out, to < n ? "...\n" : "\n");
	str_printf(out, "%*s^", (int)(column + (from ? 5 : 2)), "");
}

/* What failed is said, once. */
static void report(struct env *e, const char *text, size_t n, const struct place *p,
                   const struct jptr *at)
{
	struct fail *f = &e->a->fail;

	if (!f->said && !e->a->quiet) {
		_cleanup_str_ struct str s = { 0 };
		_cleanup_free_ char *tail = jptr_str(at), *ptr = xasprintf("%s%s", p->base, tail);
		size_t first = strcspn(f->msg, "\n");

		str_addn(&s, f->msg, first);
		excerpt(text, n, f->at ? f->at->pos : 0, &s);
		for (const char *line = f->msg + first; *line;) {
			size_t len = strcspn(line + 1, "\n");

			str_printf(&s, "\n  %.*s", (int)len, line + 1);
			line += 1 + len;
		}
		arm_finding(e->a, SEV_ERROR, "ARM-EXPR-01", f->code, p->file, ptr, f->hint, "%s",
		            str_get(&s));
	}
	free(f->msg);
	free(f->hint);
	*f = (struct fail){ 0 };
}

static const struct val *eval_string(struct env *e, const struct val *v, const struct place *p,
                                     const struct jptr *at)
{
	struct expr_error pe = { 0 };
	const struct val *r = NULL;

	if (!v->expr) /* kept: a loop evaluates the same text over and over */
		((struct val *)v)->expr = expr_parse(e->a->arena, e->a->funcs, v->s, v->n, &pe);
	if (v->expr) {
		r = eval_expr(e, v->expr);
	} else {
		const struct expr here = { .pos = (uint32_t)pe.pos };

		eval_fail(e, &here, NULL, "%s", pe.message);
		report(e, v->s, v->n, p, at);
		return NULL;
	}
	if (r && r->type == V_LAMBDA)
		r = eval_fail(e, v->expr, NULL,
		              "a lambda is no value: it belongs into map(), filter() ...");
	if (!r)
		report(e, v->s, v->n, p, at);
	return r;
}

static const struct val *eval_tree(struct env *e, const struct val *v, const struct place *p,
                                   const struct jptr *at);

static const struct val *eval_object(struct env *e, const struct val *v, const struct place *p,
                                     const struct jptr *at)
{
	struct val_builder b = { .a = e->a->arena };
	bool failed = false;

	for (uint32_t i = 0; i < v->n; i++) {
		const struct member *m = &v->members[i];
		struct jptr here = { at, m->key, 0 };
		const struct val *x;
		const char *key = m->key;
		size_t n = strlen(key);

		if (strieq(key, "copy") && copy_is_property(m->v)) {
			failed |= copy_properties(e, m->v, p->file, p->base, &here, &b) < 0;
			continue;
		}
		if (val_is_expr(key, n)) {
			const struct val *k = val_strn(e->a->arena, key, n);

			k = eval_string(e, k, p, &here);
			failed |= !k;
			if (!k)
				continue;
			if (k->type != V_STR) {
				_cleanup_str_ struct str s = { 0 };

				val_brief(k, 60, &s);
				k = val_str(e->a->arena, str_get(&s));
			}
			key = k->s;
		} else if (n >= 3 && str_starts(key, "[[") && key[n - 1] == ']') {
			key++;
		}
		x = eval_tree(e, m->v, p, &here);
		failed |= !x;
		if (x)
			val_set(&b, key, x);
	}
	return failed ? NULL : val_built_obj(&b);
}

static const struct val *eval_array(struct env *e, const struct val *v, const struct place *p,
                                    const struct jptr *at)
{
	const struct val **items = arena_array(e->a->arena, v->n + 1, sizeof(*items));
	bool failed = false;

	for (uint32_t i = 0; i < v->n; i++) {
		struct jptr here = { at, NULL, i };

		items[i] = eval_tree(e, v->items[i], p, &here);
		failed |= !items[i];
	}
	return failed ? NULL : val_arr(e->a->arena, items, v->n);
}

static const struct val *eval_tree(struct env *e, const struct val *v, const struct place *p,
                                   const struct jptr *at)
{
	unsigned depth = e->a->depth;
	const struct val *r;

	if (!v->dynamic)
		return v;
	if (v->type == V_STR)
		return eval_string(e, v, p, at);
	if (depth >= ARM_MAX_EVAL) {
		eval_fail(e, NULL, NULL, "expressions wait for each other too deep");
		report(e, "", 0, p, at);
		return NULL;
	}
	e->a->depth++;
	r = v->type == V_OBJ ? eval_object(e, v, p, at) : eval_array(e, v, p, at);
	e->a->depth = depth;
	return r;
}

const struct val *tree_eval_at(struct env *e, const struct val *v, const char *file,
                               const char *base, const struct jptr *at)
{
	const struct place p = { file, base };

	return eval_tree(e, v, &p, at);
}

const struct val *tree_eval(struct env *e, const struct val *v, const struct jptr *at,
                            const struct deployment *where)
{
	return tree_eval_at(e, v, where->file, where->ptr, at);
}
