/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions are evaluated: calls check what they are given by the tables of functions. */
#include <errno.h>
#include <stdio.h>

#include "base/format.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/func.h"
#include "input/arm/expr/unknown.h"

const struct val *eval_fail(struct env *e, const struct expr *at, const char *hint, const char *fmt,
                            ...)
{
	struct fail *f = &e->a->fail;
	va_list ap;

	if (f->set)
		return NULL;
	f->set = true;
	f->reported = false;
	f->at = at;
	f->code = NULL;
	va_start(ap, fmt);
	f->msg = xvasprintf(fmt, ap);
	va_end(ap);
	f->hint = hint ? xstrdup(hint) : NULL;
	return NULL;
}

void eval_forget_failure(struct arm *a)
{
	free(a->fail.msg);
	free(a->fail.hint);
	a->fail = (struct fail){ 0 };
}

const struct val *eval_reported(struct env *e)
{
	eval_forget_failure(e->a);
	e->a->fail = (struct fail){ .set = true, .reported = true };
	return NULL;
}

const struct val *eval_big(struct env *e, const struct expr *at, const struct val *v)
{
	return v ? v : eval_fail(e, at, NULL, "the value gets too big or too deep");
}

const struct val *eval_text(struct env *e, const struct expr *at, struct str *s)
{
	const struct val *v =
	    s->n > VAL_MAX_STRING
	        ? eval_fail(e, at, NULL, "the string gets longer than %d MiB", VAL_MAX_STRING >> 20)
	        : val_strn(e->a->arena, str_get(s), s->n);

	str_free_p(s);
	return v;
}

bool eval_truth(const struct val *v, bool *ret)
{
	if (v->type == V_BOOL)
		*ret = v->b;
	else if (v->type == V_INT)
		*ret = v->i != 0;
	else if (v->type == V_STR && (strieq(v->s, "true") || strieq(v->s, "false")))
		*ret = strieq(v->s, "true");
	else
		return false;
	return true;
}

/* --- what is picked from a value ------------------------------------------------------------- */

static const struct val *fail_no_member(struct env *e, const struct expr *at,
                                        const struct val *base, const char *key)
{
	_cleanup_str_ struct str hint = { 0 };
	const char *names[64] = { NULL };
	size_t n = 0;

	for (; n < base->n && n < ARRAY_LEN(names); n++)
		names[n] = base->members[n].key;
	const char *near = str_nearest(key, names, n);

	if (near) {
		str_printf(&hint, "did you mean \"%s\"?", near);
	} else {
		str_add(&hint, n ? "it has" : "it is empty");
		for (size_t i = 0; i < n && i < 12; i++)
			str_printf(&hint, "%s %s", i ? "," : "", names[i]);
		if (n > 12)
			str_add(&hint, ", ...");
	}
	return eval_fail(e, at, str_get(&hint), "the object has no property \"%s\"", key);
}

static const struct val *fail_no_element(struct env *e, const struct expr *at,
                                         const struct val *base, int64_t i)
{
	_cleanup_free_ char *hint =
	    base->n ? xasprintf("the first is [0], the last [%u]", base->n - 1) : NULL;

	return eval_fail(e, at, hint, "the array has %u element%s, there is no [%lld]", base->n,
	                 base->n == 1 ? "" : "s", (long long)i);
}

const struct val *eval_member(struct env *e, const struct expr *at, const struct val *base,
                              const struct val *key, bool safe)
{
	const struct val *v = NULL;
	bool named = base->type == V_OBJ && key->type == V_STR,
	     counted = base->type == V_ARR && key->type == V_INT;

	if (base->type == V_NULL && safe)
		return &val_null;
	if (named)
		v = val_get(base, key->s);
	if (counted && key->i >= 0 && key->i < base->n)
		v = base->items[key->i];
	if (!v && safe && base->part)
		return &val_null; /* what the template sets is known: this is not set */
	if (base->open && (named || counted || (!base->n && key->type == V_INT) ||
	                   (base->type == V_STR && (key->type == V_INT || key->type == V_STR))))
		return unknown_member(e->a->arena, base, key, v);
	if (v)
		return v;
	if (named)
		return safe ? &val_null : fail_no_member(e, at, base, key->s);
	if (counted && !safe && base->invented)
		return val_open(e->a->arena, "an element of a list without a value");
	if (counted)
		return safe ? &val_null : fail_no_element(e, at, base, key->i);
	_cleanup_str_ struct str k = { 0 };

	val_brief(key, 60, &k);
	if (base->type == V_OBJ || base->type == V_ARR)
		return eval_fail(e, at, NULL, "%s is asked for [%s], which must be %s",
		                 val_type_str(base), str_get(&k),
		                 base->type == V_OBJ ? "a name" : "an integer");
	return eval_fail(e, at,
	                 base->type == V_NULL ? "\".?\" and \"[?\" take null for an answer" : NULL,
	                 "%s has no %s", val_type_str(base), str_get(&k));
}

/* --- calls ----------------------------------------------------------------------------------- */

static bool value_fits_letter(const struct val *v, char t)
{
	if (t >= 'A' && t <= 'Z') {
		if (v->type == V_NULL)
			return true;
		t += 'a' - 'A';
	}
	switch (t) {
	case 's':
		return v->type == V_STR;
	case 'i':
		return v->type == V_INT;
	case 'n':
		return v->type == V_INT || v->type == V_FLOAT;
	case 'b':
		return v->type == V_BOOL;
	case 'a':
		return v->type == V_ARR;
	case 'o':
		return v->type == V_OBJ;
	case 'l':
		return v->type == V_LAMBDA;
	case 't':
		return v->type == V_STR || v->type == V_INT || v->type == V_FLOAT ||
		       v->type == V_BOOL;
	default:
		return v->type != V_LAMBDA;
	}
}

static const char *letter_str(char t)
{
	switch (t | 0x20) {
	case 's':
		return "a string";
	case 'i':
		return "an integer";
	case 'n':
		return "a number";
	case 'b':
		return "a boolean";
	case 'a':
		return "an array";
	case 'o':
		return "an object";
	case 'l':
		return "a lambda";
	case 't':
		return "a string or a number";
	default:
		return "a value";
	}
}

static char letter_of_argument(const struct func *f, size_t i)
{
	size_t n = strlen(f->types);

	return !n ? '?' : f->types[i < n ? i : n - 1];
}

static const struct val *fail_arity(struct env *e, const struct expr *x)
{
	const struct func *f = x->func;
	_cleanup_free_ char *n = f->max < 0         ? xasprintf("at least %d", f->min)
	                         : f->min == f->max ? xasprintf("%d", f->min)
	                                            : xasprintf("%d to %d", f->min, f->max);

	return eval_fail(e, x, NULL, "%s() takes %s argument%s, not %u", f->name, n,
	                 streq(n, "1") || streq(n, "at least 1") ? "" : "s", x->n_args);
}

const struct val *eval_unknown(struct env *e, const struct expr *x)
{
	const char *near = x->ns ? NULL : func_nearest(e->a->funcs, x->name);
	_cleanup_free_ char *hint = near ? xasprintf("did you mean %s()?", near) : NULL;

	eval_fail(e, x, hint, "there is no function %s%s%s()", x->ns ? x->ns : "", x->ns ? "." : "",
	          x->name);
	e->a->fail.code = "InvalidTemplate";
	return NULL;
}

/* Adds the values of the failed call's arguments to its message. */
static void add_argument_values(struct env *e, const struct expr *x, const struct val *const *v,
                                size_t n)
{
	struct fail *f = &e->a->fail;
	_cleanup_str_ struct str s = { 0 };

	bool here = f->at == x;

	for (size_t i = 0; i < n; i++)
		here |= f->at == x->args[i];
	if (!f->set || f->reported || !here || !n)
		return;
	str_add(&s, f->msg);
	for (size_t i = 0; i < n && i < 6; i++) {
		_cleanup_str_ struct str source = { 0 };

		if (x->args[i]->kind == E_VALUE)
			continue;
		expr_print(x->args[i], &source);
		str_printf(&s, "\n%.80s%s is ", str_get(&source), source.n > 80 ? "..." : "");
		val_brief(v[i], 120, &s);
	}
	free(f->msg);
	f->msg = str_take(&s);
}

/* Steps for one argument of a call: one for each 16 characters or items, as functions look at
 * all of them. */
static long steps_for_value(const struct val *v)
{
	return v->type == V_STR || v->type == V_ARR || v->type == V_OBJ ? (long)v->n / 16 : 0;
}

static const struct val *eval_call(struct env *e, const struct expr *x, const struct expr *asked)
{
	const struct func *f = x->func;
	const struct val *few[8], **v = few, *r = NULL;
	size_t n = x->n_args, i;
	bool unknown = false;

	if (!f)
		return eval_unknown(e, x);
	if (n < (size_t)f->min || (f->max >= 0 && n > (size_t)f->max))
		return fail_arity(e, x);
	if (f->lazy)
		return f->lazy(e, x);
	if (n > ARRAY_LEN(few))
		v = arena_array(e->a->arena, n, sizeof(*v));
	for (i = 0; i < n; i++) {
		char t = letter_of_argument(f, i);

		v[i] = eval_expr(e, x->args[i]);
		if (!v[i])
			return NULL;
		unknown |= val_is_unknown(v[i]);
		if (!f->open)
			v[i] = unknown_as_argument(e->a->arena, v[i], t);
		if (!value_fits_letter(v[i], t)) {
			_cleanup_str_ struct str got = { 0 };

			val_brief(v[i], 100, &got);
			return eval_fail(e, x->args[i], NULL,
			                 "argument %zu of %s() must be %s, but it is %s: %s", i + 1,
			                 x->name, letter_str(t), val_type_str(v[i]), str_get(&got));
		}
		e->a->steps += steps_for_value(v[i]);
	}
	e->asked = asked;
	r = f->call(e, x, v, n);
	if (!r)
		eval_big(e, x, NULL); /* unless the function gave a reason */
	if (unknown && !f->open && (r || !(e->a->over || e->a->fail.reported))) {
		if (!r)
			eval_forget_failure(e->a);
		r = unknown_answer(e->a->arena, x, r);
	}
	if (!r)
		add_argument_values(e, x, v, n);
	return r;
}

const struct val *eval_arg(struct env *e, const struct expr *x, size_t i)
{
	return eval_expr(e, x->args[i]);
}

const struct val *eval_lambda(struct env *e, const struct lambda *l, const struct val *const *v,
                              size_t n)
{
	struct env inner = *e;
	struct bind binds[3];

	inner.binds = l->binds;
	for (size_t i = 0; i < l->n_names && i < n && i < ARRAY_LEN(binds); i++) {
		binds[i] = (struct bind){ inner.binds, l->names[i], v[i] };
		inner.binds = &binds[i];
	}
	/* The value is in the arena, not in inner. */
	/* cppcheck-suppress returnDanglingLifetime */
	return eval_expr(&inner, l->body);
}

/* --- all of it ------------------------------------------------------------------------------- */

static const struct val *eval_part(struct env *e, const struct expr *x, const struct expr *asked);

/* x is where the chain of members `asked` begins, or in it. */
static const struct val *eval_expr_kind(struct env *e, const struct expr *x,
                                        const struct expr *asked)
{
	const struct val *base, *key;

	switch (x->kind) {
	case E_VALUE:
		return x->value;
	case E_CALL:
		return eval_call(e, x, asked);
	case E_PROPERTY:
		base = eval_part(e, x->base, asked);
		if (!base)
			return NULL;
		key = val_str(e->a->arena, x->name);
		return eval_member(e, x, base, key, x->safe);
	default:
		base = eval_part(e, x->base, asked);
		key = base ? eval_expr(e, x->args[0]) : NULL;
		return key ? eval_member(e, x, base, key, x->safe) : NULL;
	}
}

static const struct val *eval_part(struct env *e, const struct expr *x, const struct expr *asked)
{
	struct arm *a = e->a;
	const struct val *v;

	if (a->over)
		return eval_fail(e, x, NULL, "a limit was hit");
	if (++a->steps > ARM_MAX_STEPS || arena_size(a->arena) > VAL_MAX_MEMORY) {
		a->over = true;
		return eval_fail(
		    e, x, NULL,
		    "the template takes too much to evaluate: more than %d steps or %d "
		    "MiB",
		    ARM_MAX_STEPS, VAL_MAX_MEMORY >> 20);
	}
	if (a->depth >= ARM_MAX_EVAL)
		return eval_fail(e, x, NULL, "expressions wait for each other more than %d deep",
		                 ARM_MAX_EVAL);
	a->depth++;
	v = eval_expr_kind(e, x, asked);
	a->depth--;
	return v;
}

const struct val *eval_expr(struct env *e, const struct expr *x)
{
	return eval_part(e, x, x);
}
