/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "ARM template expressions": everything is a call, a literal, or what is picked
 * from one; white space is anywhere. */
#include "input/arm/expr/expr.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "input/arm/expr/func.h"

struct parser {
	struct arena *a;
	const struct func_table *funcs;
	const char *s;
	size_t n, at;
	unsigned depth;
	struct expr_error *e;
};

static void *fail(struct parser *p, size_t pos, const char *message)
{
	*p->e = (struct expr_error){ pos, message };
	return NULL;
}

static char peek(struct parser *p)
{
	while (p->at < p->n && isspace((unsigned char)p->s[p->at]))
		p->at++;
	return (char)(p->at < p->n ? p->s[p->at] : 0);
}

static bool take(struct parser *p, char c)
{
	if (peek(p) != c)
		return false;
	p->at++;
	return true;
}

static bool name_char(char c, bool first)
{
	unsigned char u = (unsigned char)c;

	return isalpha(u) || c == '_' || c == '$' || u >= 0x80 || (!first && isdigit(u));
}

static const char *take_name(struct parser *p)
{
	peek(p);
	size_t from = p->at;

	while (p->at < p->n && name_char(p->s[p->at], p->at == from))
		p->at++;
	if (p->at == from)
		return NULL;
	char *name = arena_alloc(p->a, p->at - from + 1);

	memcpy(name, p->s + from, p->at - from);
	return name;
}

static struct expr *new_expr(struct parser *p, enum expr_kind kind, size_t pos)
{
	struct expr *x = arena_alloc(p->a, sizeof(*x));

	x->kind = kind;
	x->pos = (uint32_t)pos;
	return x;
}

static const struct expr *string_literal(struct parser *p)
{
	_cleanup_str_ struct str s = { 0 };
	size_t from = p->at++;

	for (;; p->at++) {
		if (p->at >= p->n)
			return fail(p, from, "the string that begins here has no end");
		if (p->s[p->at] == '\'') {
			if (p->at + 1 >= p->n || p->s[p->at + 1] != '\'')
				break;
			p->at++; /* '' is one ' */
		}
		str_addc(&s, p->s[p->at]);
	}
	p->at++;
	struct expr *x = new_expr(p, E_VALUE, from);

	x->value = val_strn(p->a, str_get(&s), s.n);
	return x;
}

static const struct expr *number_literal(struct parser *p)
{
	size_t from = p->at;
	char *end;

	errno = 0;
	long long i = strtoll(p->s + from, &end, 10);
	struct expr *x = new_expr(p, E_VALUE, from);

	if (errno)
		return fail(p, from, "an integer has 64 bits");
	p->at = (size_t)(end - p->s);
	if (p->at < p->n && (*end == '.' || *end == 'e' || *end == 'E') && p->at + 1 < p->n &&
	    (isdigit((unsigned char)end[1]) || end[1] == '-' || end[1] == '+')) {
		x->value = val_float(p->a, strtod(p->s + from, &end));
		p->at = (size_t)(end - p->s);
	} else {
		x->value = val_int(p->a, i);
	}
	return x;
}

static const struct expr *expression(struct parser *p);

/* Behind "(" up to ")". */
static bool arguments(struct parser *p, struct expr *x, size_t open)
{
	const struct expr **list = NULL;
	size_t n = 0, cap = 0;
	bool ok = true;

	if (take(p, ')'))
		return true;
	do {
		const struct expr *arg = expression(p);

		ok = arg && (n < EXPR_MAX_ARGS || fail(p, open, "too many arguments"));
		if (ok)
			VEC_PUSH(list, n, cap) = arg;
	} while (ok && take(p, ','));
	if (ok && !take(p, ')'))
		ok = fail(p, peek(p) ? p->at : open,
		          peek(p) ? "\",\" or \")\" is missing here"
		                  : "this parenthesis is not closed");
	if (ok) {
		x->args = arena_array(p->a, n, sizeof(*x->args));
		memcpy(x->args, list, n * sizeof(*list));
		x->n_args = n;
	}
	free(list);
	return ok;
}

/* name( or ns.name( */
static const struct expr *call(struct parser *p)
{
	size_t from = p->at, open;
	const char *name = take_name(p);
	struct expr *x = new_expr(p, E_CALL, from);

	if (take(p, '.')) {
		x->ns = name;
		name = take_name(p);
		if (!name)
			return fail(p, p->at, "the name of a function is missing here");
		if (!strcasecmp(x->ns, "sys") || !strcasecmp(x->ns, "az"))
			x->ns = NULL;
	}
	open = p->at;
	if (!take(p, '('))
		return fail(p, from,
		            "a name that is no function: \"(\" must follow, or it is a "
		            "string and wants quotes ('...')");
	x->name = name;
	x->func = x->ns ? p->funcs->user : func_find(p->funcs, name);
	return arguments(p, x, open) ? x : NULL;
}

static const struct expr *primary(struct parser *p)
{
	char c = peek(p);

	if (c == '\'')
		return string_literal(p);
	if (isdigit((unsigned char)c) ||
	    ((c == '-' || c == '+') && p->at + 1 < p->n && isdigit((unsigned char)p->s[p->at + 1])))
		return number_literal(p);
	if (name_char(c, true))
		return call(p);
	if (c == '"')
		return fail(p, p->at, "strings in expressions stand in single quotes");
	return fail(p, p->at, c ? "no expression begins like this" : "an expression is missing");
}

static const struct expr *postfix(struct parser *p, const struct expr *base)
{
	for (;;) {
		char c = peek(p);
		size_t pos = p->at;

		if (c != '.' && c != '[')
			return base;
		p->at++;
		struct expr *x = new_expr(p, c == '.' ? E_PROPERTY : E_INDEX, pos);

		x->base = base;
		x->safe = take(p, '?');
		if (c == '.') {
			x->name = take_name(p);
			if (!x->name)
				return fail(p, p->at, "the name of a property is missing here");
		} else {
			x->args = arena_array(p->a, 1, sizeof(*x->args));
			x->n_args = 1;
			x->args[0] = expression(p);
			if (!x->args[0])
				return NULL;
			if (!take(p, ']'))
				return fail(p, pos, "this bracket is not closed");
		}
		base = x;
	}
}

static const struct expr *expression(struct parser *p)
{
	if (++p->depth > EXPR_MAX_DEPTH)
		return fail(p, p->at, "nested more than 100 deep");
	const struct expr *x = primary(p);

	if (x)
		x = postfix(p, x);
	p->depth--;
	return x;
}

const struct expr *expr_parse(struct arena *a, const struct func_table *funcs, const char *text,
                              size_t n, struct expr_error *e)
{
	/* The last bracket is out of reach, so that nothing runs over it. */
	struct parser p = { .a = a, .funcs = funcs, .s = text, .n = n - 1, .at = 1, .e = e };
	const struct expr *x = expression(&p);

	if (x && peek(&p))
		return fail(&p, p.at, "the expression should have ended here");
	return x;
}

void expr_print(const struct expr *x, struct str *out)
{
	switch (x->kind) {
	case E_VALUE:
		if (x->value->type != V_STR) {
			val_json_text(x->value, '\'', out);
			return;
		}
		str_addc(out, '\'');
		for (uint32_t i = 0; i < x->value->n; i++)
			str_printf(out, x->value->s[i] == '\'' ? "''" : "%c", x->value->s[i]);
		str_addc(out, '\'');
		return;
	case E_CALL:
		str_printf(out, "%s%s%s(", x->ns ? x->ns : "", x->ns ? "." : "", x->name);
		for (size_t i = 0; i < x->n_args; i++) {
			if (i)
				str_add(out, ", ");
			expr_print(x->args[i], out);
		}
		str_addc(out, ')');
		return;
	case E_PROPERTY:
		expr_print(x->base, out);
		str_printf(out, ".%s%s", x->safe ? "?" : "", x->name);
		return;
	default:
		expr_print(x->base, out);
		str_add(out, x->safe ? "[?" : "[");
		expr_print(x->args[0], out);
		str_addc(out, ']');
	}
}
