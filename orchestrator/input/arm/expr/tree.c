/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values with expressions and copy loops in them.  A finding about one that fails shows where it
 * stands, the expression with a caret under the place, the values involved, what to do.
 *
 * Microsoft Learn, "Resource iteration", "Property iteration", "Variable iteration", "Output
 * iteration in ARM templates": at most 800 iterations, 0 is none. */
#include <errno.h>
#include <stdio.h>

#include "base/utf8.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/tree.h"

struct place {
	const char *file, *base;
};

/* A window on the expression, and under it the caret. */
static void add_excerpt(const char *text, size_t n, size_t pos, struct str *out)
{
	enum { WIDTH = 96, BEFORE = 60 };
	size_t from = pos > BEFORE && n > WIDTH ? pos - BEFORE : 0;
	size_t to = n - from > WIDTH ? from + WIDTH : n;
	size_t column = 0;

	from = utf8_cut(text, from);
	while (to < n && utf8_continues(text[to]))
		to++;
	str_add(out, from ? "\n  ..." : "\n  ");
	for (size_t i = from; i < to; i++) {
		unsigned char c = (unsigned char)text[i];

		str_addc(out, (char)(c < 0x20 ? ' ' : c));
		column += i < pos && !utf8_continues(text[i]);
	}
	str_add(out, to < n ? "...\n" : "\n");
	str_printf(out, "%*s^", (int)(column + (from ? 5 : 2)), "");
}

/* Reports the failure, unless that is done, and forgets it. */
static void report_failure(struct env *e, const char *text, size_t n, const struct place *p,
                           const struct jptr *at)
{
	struct fail *f = &e->a->fail;

	if (!f->reported && !e->a->quiet) {
		_cleanup_str_ struct str s = { 0 };
		_cleanup_free_ char *tail = jptr_str(at), *ptr = xasprintf("%s%s", p->base, tail);
		size_t first = strcspn(f->msg, "\n"), pos = f->at ? f->at->pos : 0;
		size_t known = e->a->f->n;

		str_addn(&s, f->msg, first);
		add_excerpt(text, n, pos, &s);
		for (const char *line = f->msg + first; *line;) {
			size_t len = strcspn(line + 1, "\n");

			str_printf(&s, "\n  %.*s", (int)len, line + 1);
			line += 1 + len;
		}
		arm_finding(e->a, SEV_ERROR, "ARM-EXPR-01", f->code, p->file, ptr, f->hint, "%s",
		            str_get(&s));
		if (e->a->f->n > known)
			finding_is_about_part(e->a->f, pos);
	}
	eval_forget_failure(e->a);
}

static const struct val *eval_string(struct env *e, const struct val *v, const struct place *p,
                                     const struct jptr *at)
{
	struct expr_error pe = { 0 };
	const struct val *r = NULL;

	if (!v->expr) /* parsed once: a loop evaluates the same text many times */
		((struct val *)v)->expr = expr_parse(e->a->arena, e->a->funcs, v->s, v->n, &pe);
	if (v->expr) {
		r = eval_expr(e, v->expr);
	} else {
		const struct expr here = { .pos = (uint32_t)pe.pos };

		eval_fail(e, &here, NULL, "%s", pe.message);
		report_failure(e, v->s, v->n, p, at);
		return NULL;
	}
	if (r && r->type == V_LAMBDA)
		r = eval_fail(e, v->expr, NULL,
		              "a lambda is no value: it belongs into map(), filter() ...");
	if (!r)
		report_failure(e, v->s, v->n, p, at);
	return r;
}

/* --- copy loops ------------------------------------------------------------------------------ */

static int refuse_loop(struct env *e, const char *file, const char *ptr, const char *hint,
                       const char *what)
{
	arm_finding(e->a, SEV_ERROR, "ARM-COPY-01", "InvalidTemplate", file, ptr, hint, "%s", what);
	return -EBADMSG;
}

/* "mode" and "batchSize" say when Azure deploys each iteration, which does not matter here:
 * only their values are checked. */
static int check_loop_mode(struct env *e, const struct val *copy, const char *file, const char *ptr)
{
	const struct val *mode = val_get(copy, "mode"), *batch = val_get(copy, "batchSize");

	if (mode && !mode->dynamic &&
	    !(mode->type == V_STR && (strieq(mode->s, "serial") || strieq(mode->s, "parallel"))))
		return refuse_loop(e, file, ptr, NULL,
		                   "the mode of a loop is \"parallel\" or \"serial\"");
	if (batch && !batch->dynamic && !(batch->type == V_INT && batch->i >= 1))
		return refuse_loop(e, file, ptr, NULL, "batchSize must be an integer from 1 on");
	return 0;
}

int copy_count(struct env *e, const struct val *copy, const char *file, const char *ptr,
               int64_t *ret)
{
	_cleanup_free_ char *at = xasprintf("%s/count", ptr), *what = NULL;
	const struct val *v = val_get(copy, "count");

	if (!v)
		return refuse_loop(e, file, ptr, "add \"count\": how often",
		                   "the loop has no count");
	v = tree_eval_at(e, v, file, at, NULL);
	if (!v || check_loop_mode(e, copy, file, ptr) < 0)
		return -EBADMSG;
	if (v->type != V_INT) {
		_cleanup_str_ struct str s = { 0 };

		val_brief(v, 60, &s);
		what = xasprintf("the count of a loop must be an integer, but it is %s: %s",
		                 val_type_str(v), str_get(&s));
		return refuse_loop(e, file, at,
		                   v->type == V_STR ? "int() makes an integer of a string" : NULL,
		                   what);
	}
	if (v->i < 0 || v->i > ARM_MAX_COPY) {
		what = xasprintf("a loop of %lld iterations: Azure takes 0 to %d", (long long)v->i,
		                 ARM_MAX_COPY);
		return refuse_loop(e, file, at, NULL, what);
	}
	*ret = v->i;
	return 0;
}

bool copy_is_property(const struct val *v)
{
	if (v->type != V_ARR || !v->n)
		return false;
	for (uint32_t i = 0; i < v->n; i++)
		if (!val_get(v->items[i], "name") || !val_get(v->items[i], "input"))
			return false;
	return true;
}

int copy_property(struct env *e, const struct val *copy, const char *file, const char *ptr,
                  struct val_builder *b)
{
	const char *name = val_get_str(copy, "name");
	const struct val *input = val_get(copy, "input"), *v;
	struct val_builder list = { .a = e->a->arena };
	_cleanup_free_ char *base = xasprintf("%s/input", ptr);
	int64_t n;

	if (!name)
		return refuse_loop(e, file, ptr, NULL, "the name of a loop must be a string");
	if (copy_count(e, copy, file, ptr, &n) < 0)
		return -EBADMSG;
	for (int64_t i = 0; i < n; i++) {
		struct loop loop = { e->loops, name, true, i };
		struct env inner = *e;

		inner.loops = &loop;
		v = tree_eval_at(&inner, input, file, base, NULL);
		if (!v) /* the other iterations would fail in the same way */
			return -EBADMSG;
		val_push(&list, v);
	}
	v = val_built_arr(&list);
	if (!v)
		return refuse_loop(e, file, ptr, NULL, "what the loop makes is too big");
	val_set(b, name, v);
	return 0;
}

static int copy_properties(struct env *e, const struct val *list, const char *file,
                           const char *base, const struct jptr *at, struct val_builder *b)
{
	_cleanup_free_ char *tail = jptr_str(at);
	int r = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		_cleanup_free_ char *ptr = xasprintf("%s%s/%u", base, tail, i);

		if (copy_property(e, list->items[i], file, ptr, b) < 0)
			r = -EBADMSG;
	}
	return r;
}

/* --- objects and arrays ---------------------------------------------------------------------- */

static const struct val *eval_tree(struct env *e, const struct val *v, const struct place *p,
                                   const struct jptr *at);

static const struct val *eval_object_tree(struct env *e, const struct val *v, const struct place *p,
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
		report_failure(e, "", 0, p, at);
		return NULL;
	}
	e->a->depth++;
	r = v->type == V_OBJ ? eval_object_tree(e, v, p, at) : eval_array(e, v, p, at);
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
