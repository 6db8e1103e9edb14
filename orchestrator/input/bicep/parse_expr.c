/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions.  Microsoft Learn, "Bicep operators": precedence, low to high: ?:, ??, ||, &&,
 * == != =~ !~, < <= > >=, + -, * / %, unary, postfix. */
#include <ctype.h>
#include <errno.h>

#include "input/bicep/scan.h"

static const struct bx *parse_bicep_if(struct bscan *p);

/* --- lists, objects ----------------------------------------------------------------------------
 */

/* Between elements: newlines, commas.  False: neither, and no end. */
static bool take_separator(struct bscan *p, char end)
{
	bool any = false;

	for (;;) {
		bscan_blanks(p);
		char c = bscan_peek(p);

		if (c != '\n' && c != ',')
			return any || c == end;
		any = true;
		p->at++;
	}
}

static const struct bx *parse_spread(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_SPREAD, p->at);

	p->at += 3;
	x->of = parse_bicep_if(p);
	return x->of ? x : NULL;
}

/* The body of a for: "if (condition) value", or a value. */
static void parse_for_body(struct bscan *p, struct bx *x)
{
	bscan_lines(p);
	if (bscan_take(p, "if")) {
		bscan_lines(p);
		x->other = parse_bicep_if(p);
		bscan_lines(p);
	}
	x->of = p->failed ? NULL : parse_bicep_if(p);
	bscan_lines(p);
	bscan_need(p, "]");
}

/* Behind "[for". */
static const struct bx *parse_bicep_for(struct bscan *p, size_t at)
{
	struct bx *x = bx_new(p, BX_FOR, at);
	bool pair = bscan_take(p, "(");

	x->names[x->n_names++] = bscan_name(p);
	if (pair && bscan_need(p, ","))
		x->names[x->n_names++] = bscan_name(p);
	if (pair)
		bscan_need(p, ")");
	if (!p->failed && (!x->names[0] || (pair && !x->names[1])))
		bscan_fail(p, "the variable of the loop has no name");
	bscan_lines(p);
	if (bscan_need(p, "in")) {
		bscan_lines(p);
		x->by = parse_bicep_if(p);
		bscan_lines(p);
		if (bscan_need(p, ":"))
			parse_for_body(p, x);
	}
	return p->failed ? NULL : x;
}

static const struct bx *parse_array(struct bscan *p)
{
	size_t at = p->at++;
	struct bx *x = bx_new(p, BX_ARRAY, at);

	bscan_lines(p);
	if (bscan_take(p, "for"))
		return parse_bicep_for(p, at);
	while (!p->failed) {
		take_separator(p, ']');
		if (bscan_take(p, "]"))
			return x;
		const struct bx *item = bscan_is(p, "...") ? parse_spread(p) : parse_bicep_if(p);

		if (!item)
			return NULL;
		bx_push(p, x, item);
		if (!take_separator(p, ']'))
			bscan_fail(p, "elements stand on lines of their own, or a comma is between "
			              "them");
	}
	return NULL;
}

static const struct bx *parse_property(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_PROPERTY, p->at);

	if (bscan_peek(p) == '\'' || bscan_peek(p) == '$') {
		const struct bx *key = bicep_parse_string(p);

		if (!key)
			return NULL;
		if (key->sort == BX_STRING)
			x->name = key->name;
		else
			x->by = key;
	} else {
		x->name = bscan_name(p);
		if (!x->name)
			bscan_fail(p, "a property is \"name: value\"");
	}
	if (!bscan_need(p, ":"))
		return NULL;
	bscan_lines(p);
	x->of = parse_bicep_if(p);
	x->place.end = x->of ? x->of->place.end : 0;
	return x->of ? x : NULL;
}

static bool is_nested_resource(struct bscan *p)
{
	size_t at = p->at;
	bool is = bscan_peek(p) == '@' || (bscan_take(p, "resource") && !bscan_is(p, ":"));

	p->at = at;
	return is;
}

static const struct bx *parse_bicep_object(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_OBJECT, p->at++);

	while (!p->failed) {
		const struct bx *item;

		take_separator(p, '}');
		if (bscan_take(p, "}"))
			return x;
		if (bscan_is(p, "...")) {
			item = parse_spread(p);
		} else if (is_nested_resource(p)) {
			struct bx *r = bx_new(p, BX_RESOURCE, p->at);

			r->decl = p->statement(p);
			item = r->decl ? r : NULL;
		} else {
			item = parse_property(p);
		}
		if (!item)
			return NULL;
		bx_push(p, x, item);
		if (!take_separator(p, '}'))
			bscan_fail(p, "properties stand on lines of their own, or a comma is "
			              "between them");
	}
	return NULL;
}

/* --- primaries ---------------------------------------------------------------------------------
 */

/* Behind "=>". */
static const struct bx *parse_lambda_body(struct bscan *p, struct bx *x)
{
	bscan_lines(p);
	x->of = parse_bicep_if(p);
	return x->of ? x : NULL;
}

/* "(a, b) =>"; NULL with the scan where it was: it is none. */
static struct bx *take_lambda_names(struct bscan *p)
{
	size_t at = p->at;
	struct bx *x = bx_new(p, BX_LAMBDA, at);

	p->at++;
	for (bscan_lines(p); !bscan_is(p, ")"); bscan_lines(p)) {
		const char *name = x->n_names < ARRAY_LEN(x->names) ? bscan_name(p) : NULL;

		if (!name)
			break;
		x->names[x->n_names++] = name;
		bscan_lines(p);
		if (!bscan_take(p, ","))
			break;
	}
	if (bscan_take(p, ")") && bscan_take(p, "=>"))
		return x;
	p->at = at;
	return NULL;
}

static const struct bx *parse_parens(struct bscan *p)
{
	struct bx *lambda = take_lambda_names(p);
	const struct bx *x;

	if (lambda)
		return parse_lambda_body(p, lambda);
	p->at++;
	bscan_lines(p);
	x = parse_bicep_if(p);
	bscan_lines(p);
	return x && bscan_need(p, ")") ? x : NULL;
}

static bool parse_bicep_arguments(struct bscan *p, struct bx *call)
{
	while (!p->failed) {
		take_separator(p, ')');
		if (bscan_take(p, ")"))
			return true;
		const struct bx *arg = parse_bicep_if(p);

		if (!arg)
			return false;
		bx_push(p, call, arg);
		bscan_lines(p);
		if (!bscan_is(p, ",") && !bscan_is(p, ")"))
			bscan_fail(p, "between arguments, a comma is missing");
	}
	return false;
}

static const struct bx *parse_bicep_number(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_INT, p->at);
	size_t from = p->at;

	while (isdigit((unsigned char)bscan_peek(p)))
		p->at++;
	const char *text = arena_printf(p->t->arena, "%.*s", (int)(p->at - from), p->s + from);

	errno = 0;
	x->number = strtoll(text, NULL, 10);
	if (errno)
		bscan_fail(p, "the number is too big");
	return p->failed ? NULL : x;
}

static const struct bx *parse_bicep_name(struct bscan *p)
{
	size_t at = p->at;
	struct bx *x = bx_new(p, BX_NAME, at);

	x->name = bscan_name(p);
	if (!x->name) {
		bscan_fail(p, p->at < p->n ? "here a value is expected"
		                           : "the text ends where a value is expected");
		return NULL;
	}
	x->place.end = p->at;
	if (streq(x->name, "null")) {
		x->sort = BX_NULL;
	} else if (streq(x->name, "true") || streq(x->name, "false")) {
		x->sort = BX_BOOL;
		x->number = *x->name == 't';
	} else if (bscan_take(p, "=>")) {
		x->sort = BX_LAMBDA;
		x->names[x->n_names++] = x->name;
		return parse_lambda_body(p, x);
	} else if (bscan_peek(p) == '(') {
		p->at++;
		x->sort = BX_CALL;
		return parse_bicep_arguments(p, x) ? x : NULL;
	}
	return x;
}

static const struct bx *parse_bicep_primary(struct bscan *p)
{
	char c;

	bscan_blanks(p);
	c = bscan_peek(p);
	if (c == '\'' || (c == '$' && bscan_ahead(p, 1) == '\''))
		return bicep_parse_string(p);
	if (c == '{')
		return parse_bicep_object(p);
	if (c == '[')
		return parse_array(p);
	if (c == '(')
		return parse_parens(p);
	if (isdigit((unsigned char)c))
		return parse_bicep_number(p);
	return parse_bicep_name(p);
}

/* --- what follows a value ----------------------------------------------------------------------
 */

/* Behind "[". */
static const struct bx *parse_index(struct bscan *p, const struct bx *of, size_t at)
{
	struct bx *x = bx_new(p, BX_INDEX, at);

	x->of = of;
	x->safe = bscan_take(p, "?");
	x->end = bscan_take(p, "^");
	bscan_lines(p);
	x->by = parse_bicep_if(p);
	bscan_lines(p);
	if (!x->by || !bscan_need(p, "]"))
		return NULL;
	x->place.end = p->at;
	return x;
}

/* Behind ".", ".?" or "::". */
static const struct bx *parse_member(struct bscan *p, const struct bx *of, size_t at,
                                     enum bicep_sort sort, bool safe)
{
	struct bx *x = bx_new(p, sort, at);

	bscan_lines(p);
	x->place.at = p->at;
	x->of = of;
	x->safe = safe;
	x->name = bscan_name(p);
	if (!x->name) {
		bscan_fail(p, "behind \".\" a name is expected");
		return NULL;
	}
	x->place.end = p->at;
	if (sort == BX_MEMBER && bscan_peek(p) == '(') {
		p->at++;
		x->sort = BX_CALL;
		return parse_bicep_arguments(p, x) ? x : NULL;
	}
	return x;
}

static const struct bx *parse_bicep_postfix(struct bscan *p)
{
	bscan_blanks(p);
	size_t at = p->at;
	bool brackets = bscan_peek(p) == '(';
	const struct bx *x = parse_bicep_primary(p);

	if (x && !x->place.end && !brackets)
		((struct bx *)x)->place.end = p->at;
	while (x && !p->failed) {
		size_t before = p->at;

		if (bscan_peek(p) == '[') {
			p->at++;
			x = parse_index(p, x, at);
		} else if (bscan_take_on(p, "...")) {
			p->at = before;
			return x;
		} else if (bscan_take_on(p, ".?")) {
			x = parse_member(p, x, at, BX_MEMBER, true);
		} else if (bscan_take_on(p, ".")) {
			x = parse_member(p, x, at, BX_MEMBER, false);
		} else if (bscan_take(p, "::")) {
			x = parse_member(p, x, at, BX_NESTED, false);
		} else if (bscan_peek(p) == '!' && bscan_ahead(p, 1) != '=' &&
		           bscan_ahead(p, 1) != '~') {
			p->at++; /* "is not null": nothing */
		} else {
			return x;
		}
	}
	return NULL;
}

static const struct bx *parse_bicep_unary(struct bscan *p)
{
	bscan_blanks(p);
	char c = bscan_peek(p);
	struct bx *x;

	if (c != '!' && c != '-' && c != '+')
		return parse_bicep_postfix(p);
	if (!bscan_enter(p))
		return NULL;
	x = bx_new(p, c == '!' ? BX_NOT : BX_MINUS, p->at++);
	x->of = parse_bicep_unary(p);
	x->place.end = x->of ? x->of->place.end : 0;
	p->depth--;
	return !x->of ? NULL : c == '+' ? x->of : x;
}

/* --- operators ---------------------------------------------------------------------------------
 */

static const struct {
	const char *text;
	enum bicep_op op;
	unsigned level; /* 0 binds least */
} operators[] = { { "??", BOP_COALESCE, 0 }, { "||", BOP_OR, 1 }, { "&&", BOP_AND, 2 },
	          { "==", BOP_EQ, 3 },       { "!=", BOP_NE, 3 }, { "=~", BOP_LIKE, 3 },
	          { "!~", BOP_UNLIKE, 3 },   { "<=", BOP_LE, 4 }, { ">=", BOP_GE, 4 },
	          { "<", BOP_LT, 4 },        { ">", BOP_GT, 4 },  { "+", BOP_ADD, 5 },
	          { "-", BOP_SUB, 5 },       { "*", BOP_MUL, 6 }, { "/", BOP_DIV, 6 },
	          { "%", BOP_MOD, 6 } };
enum { LEVELS = 7 };

/* The operator that comes next, of that level; -1: none.  Those that can begin no element may stand
 * on the next line. */
static int take_operator(struct bscan *p, unsigned level)
{
	for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
		const char *text = operators[i].text;

		if (operators[i].level != level)
			continue;
		if (text[1] && level < 4 ? bscan_take_on(p, text) : bscan_take(p, text))
			return (int)i;
	}
	return -1;
}

static const struct bx *parse_level(struct bscan *p, unsigned level)
{
	size_t at = (bscan_blanks(p), p->at);
	const struct bx *left = level < LEVELS ? parse_level(p, level + 1) : parse_bicep_unary(p);
	int op;

	while (left && level < LEVELS && (op = take_operator(p, level)) >= 0) {
		struct bx *x = bx_new(p, BX_BINARY, at);

		bscan_lines(p);
		x->op = operators[op].op;
		x->of = left;
		x->by = parse_level(p, level + 1);
		x->place.end = x->by ? x->by->place.end : 0;
		left = x->by ? x : NULL;
	}
	return left;
}

static const struct bx *parse_bicep_if(struct bscan *p)
{
	bscan_blanks(p);
	size_t at = p->at;
	const struct bx *of;

	if (p->failed || !bscan_enter(p))
		return NULL;
	of = parse_level(p, 0);
	if (of && bscan_take_on(p, "?")) {
		struct bx *x = bx_new(p, BX_IF, at);

		x->of = of;
		bscan_lines(p);
		x->by = parse_bicep_if(p);
		bscan_lines(p);
		if (x->by && bscan_need(p, ":")) {
			bscan_lines(p);
			x->other = parse_bicep_if(p);
			x->place.end = x->other ? x->other->place.end : 0;
		}
		of = x->other ? x : NULL;
	}
	p->depth--;
	return p->failed ? NULL : of;
}

const struct bx *bicep_parse_expr(struct bscan *p)
{
	return parse_bicep_if(p);
}
