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

static void *fail_parse(struct parser *p, size_t pos, const char *message)
{
	*p->e = (struct expr_error){ pos, message };
	return NULL;
}

static char peek_char(struct parser *p)
{
	while (p->at < p->n && isspace((unsigned char)p->s[p->at]))
		p->at++;
	return (char)(p->at < p->n ? p->s[p->at] : 0);
}

static bool take_char(struct parser *p, char c)
{
	if (peek_char(p) != c)
		return false;
	p->at++;
	return true;
}

static bool is_name_char(char c, bool first)
{
	unsigned char u = (unsigned char)c;

	return isalpha(u) || c == '_' || c == '$' || u >= 0x80 || (!first && isdigit(u));
}

/* Returns how long the name is that begins at p->at, behind blanks, and goes behind it. */
static size_t pass_name(struct parser *p)
{
	peek_char(p);
	size_t from = p->at;

	while (p->at < p->n && is_name_char(p->s[p->at], p->at == from))
		p->at++;
	return p->at - from;
}

static const char *parse_name(struct parser *p)
{
	size_t n = pass_name(p);
	char *name = n ? arena_alloc(p->a, n + 1) : NULL;

	if (n)
		memcpy(name, p->s + p->at - n, n);
	return name;
}

/* The same for a name that is mostly a function's: the text is that of its row. */
static const char *parse_function_name(struct parser *p)
{
	const struct func *f = NULL;
	char text[32] = "";
	size_t before = p->at, n = pass_name(p);

	if (n && n < sizeof(text)) {
		memcpy(text, p->s + p->at - n, n);
		f = func_find(p->funcs, text);
	}
	if (f && streq(f->name, text))
		return f->name;
	p->at = before;
	return parse_name(p);
}

static struct expr *new_expr(struct parser *p, enum expr_kind kind, size_t pos)
{
	struct expr *x =
	    arena_alloc(p->a, kind == E_VALUE ? offsetof(struct expr, name) : sizeof(*x));

	x->kind = (uint8_t)kind;
	x->pos = (uint32_t)pos;
	return x;
}

static const struct expr *parse_string_literal(struct parser *p)
{
	_cleanup_str_ struct str s = { 0 };
	size_t from = p->at++;

	for (;; p->at++) {
		if (p->at >= p->n)
			return fail_parse(p, from, "the string that begins here has no end");
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

static const struct expr *parse_number_literal(struct parser *p)
{
	size_t from = p->at;
	char *end;

	errno = 0;
	long long i = strtoll(p->s + from, &end, 10);
	struct expr *x = new_expr(p, E_VALUE, from);

	if (errno)
		return fail_parse(p, from, "an integer has 64 bits");
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

static const struct expr *parse_expression(struct parser *p);

/* Behind "(" up to ")". */
static bool parse_arguments(struct parser *p, struct expr *x, size_t open)
{
	const struct expr **list = NULL;
	size_t n = 0, cap = 0;
	bool ok = true;

	if (take_char(p, ')'))
		return true;
	do {
		const struct expr *arg = parse_expression(p);

		ok = arg && (n < EXPR_MAX_ARGS || fail_parse(p, open, "too many arguments"));
		if (ok)
			VEC_PUSH(list, n, cap) = arg;
	} while (ok && take_char(p, ','));
	if (ok && !take_char(p, ')'))
		ok = fail_parse(p, peek_char(p) ? p->at : open,
		                peek_char(p) ? "\",\" or \")\" is missing here"
		                             : "this parenthesis is not closed");
	if (ok) {
		x->args = arena_array(p->a, n, sizeof(*x->args));
		memcpy(x->args, list, n * sizeof(*list));
		x->n_args = (uint32_t)n;
	}
	free(list);
	return ok;
}

/* name( or ns.name( */
static const struct expr *parse_call(struct parser *p)
{
	size_t from = p->at, open;
	const char *name = parse_function_name(p);
	struct expr *x = new_expr(p, E_CALL, from);

	if (take_char(p, '.')) {
		x->ns = name;
		name = parse_name(p);
		if (!name)
			return fail_parse(p, p->at, "the name of a function is missing here");
		if (!strcasecmp(x->ns, "sys") || !strcasecmp(x->ns, "az"))
			x->ns = NULL;
	}
	open = p->at;
	if (!take_char(p, '('))
		return fail_parse(p, from,
		                  "a name that is no function: \"(\" must follow, or it is a "
		                  "string and wants quotes ('...')");
	x->name = name;
	x->func = x->ns ? p->funcs->user : func_find(p->funcs, name);
	return parse_arguments(p, x, open) ? x : NULL;
}

static const struct expr *parse_primary(struct parser *p)
{
	char c = peek_char(p);

	if (c == '\'')
		return parse_string_literal(p);
	if (isdigit((unsigned char)c) ||
	    ((c == '-' || c == '+') && p->at + 1 < p->n && isdigit((unsigned char)p->s[p->at + 1])))
		return parse_number_literal(p);
	if (is_name_char(c, true))
		return parse_call(p);
	if (c == '"')
		return fail_parse(p, p->at, "strings in expressions stand in single quotes");
	return fail_parse(p, p->at,
	                  c ? "no expression begins like this" : "an expression is missing");
}

static const struct expr *parse_postfix(struct parser *p, const struct expr *base)
{
	for (;;) {
		char c = peek_char(p);
		size_t pos = p->at;

		if (c != '.' && c != '[')
			return base;
		p->at++;
		struct expr *x = new_expr(p, c == '.' ? E_PROPERTY : E_INDEX, pos);

		x->base = base;
		x->safe = take_char(p, '?');
		if (c == '.') {
			x->name = parse_name(p);
			if (!x->name)
				return fail_parse(p, p->at,
				                  "the name of a property is missing here");
		} else {
			x->args = arena_array(p->a, 1, sizeof(*x->args));
			x->n_args = 1;
			x->args[0] = parse_expression(p);
			if (!x->args[0])
				return NULL;
			if (!take_char(p, ']'))
				return fail_parse(p, pos, "this bracket is not closed");
		}
		base = x;
	}
}

static const struct expr *parse_expression(struct parser *p)
{
	if (++p->depth > EXPR_MAX_DEPTH)
		return fail_parse(p, p->at, "nested more than 100 deep");
	const struct expr *x = parse_primary(p);

	if (x)
		x = parse_postfix(p, x);
	p->depth--;
	return x;
}

const struct expr *expr_parse(struct arena *a, const struct func_table *funcs, const char *text,
                              size_t n, struct expr_error *e)
{
	/* Without the closing bracket, which the parser must not take for that of an index. */
	struct parser p = { .a = a, .funcs = funcs, .s = text, .n = n - 1, .at = 1, .e = e };
	const struct expr *x = parse_expression(&p);

	if (x && peek_char(&p))
		return fail_parse(&p, p.at, "the expression should have ended here");
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
