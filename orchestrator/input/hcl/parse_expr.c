/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions, by precedence. */
#include <ctype.h>

#include "input/hcl/scan.h"

static const struct hcl_expr *parse_hcl_unary(struct scan *p);

static void keep_items(struct scan *p, const struct hcl_expr *e)
{
	VEC_PUSH(p->t->freed, p->t->n_freed, p->t->cap_freed) = e->items;
}

/* --- lists, objects and their for
 * ----------------------------------------------------------------- */

/* Behind "for": "k, v in LIST :". */
static void parse_for_head(struct scan *p, struct hcl_expr *e)
{
	e->name = scan_name(p);
	if (e->name && scan_take(p, ",")) {
		e->key = e->name;
		e->name = scan_name(p);
	}
	if (!e->name || !scan_take(p, "in")) {
		scan_fail(p, "a for is: for NAME in LIST : VALUE, or for KEY, NAME in MAP : VALUE");
		return;
	}
	e->of = parse_expr(p);
	if (!p->failed && !scan_take(p, ":"))
		scan_fail(p, "\":\" is missing in a for");
}

static const struct hcl_expr *parse_hcl_for(struct scan *p, size_t at, bool map)
{
	struct hcl_expr *e = expr_new(p, map ? HCL_FOR_MAP : HCL_FOR_LIST, at);
	const char *end = map ? "}" : "]";

	parse_for_head(p, e);
	if (p->failed)
		return NULL;
	e->by = parse_expr(p);
	if (map && !p->failed) {
		if (!scan_take(p, "=>"))
			scan_fail(p, "\"=>\" is missing in a for of an object");
		else
			e->result = parse_expr(p);
		if (!p->failed)
			e->spread = scan_take(p, "...");
	}
	if (!p->failed && scan_take(p, "if"))
		e->other = parse_expr(p);
	if (!p->failed && !scan_take(p, end))
		scan_fail(p, "\"%s\" is missing behind a for", end);
	return p->failed ? NULL : e;
}

/* Up to the closing bracket; also arguments of a function. */
static const struct hcl_expr *parse_list(struct scan *p, struct hcl_expr *e, const char *end)
{
	size_t cap = 0;

	while (!p->failed && !scan_take(p, end)) {
		const struct hcl_expr *item = parse_expr(p);

		if (p->failed)
			break;
		expr_push(e, item, &cap);
		if (*end == ')' && scan_take(p, "...")) {
			e->spread = true;
			if (!scan_take(p, end))
				scan_fail(p, "\"%s\" is missing behind \"...\"", end);
			break;
		}
		if (!scan_take(p, ",") && !scan_is(p, end))
			scan_fail(p, "\",\" or \"%s\" is missing", end);
	}
	keep_items(p, e);
	return p->failed ? NULL : e;
}

/* A key is a name, which stands for itself, or an expression. */
static const struct hcl_expr *parse_key(struct scan *p)
{
	size_t from;

	scan_blanks(p, true);
	from = p->at;
	const char *name = scan_name(p);

	if (name && (scan_is(p, "=") || scan_is(p, ":")) && !scan_is(p, "=="))
		return expr_literal(p, from, json_string(name));
	p->at = from;
	return parse_expr(p);
}

static const struct hcl_expr *parse_hcl_object(struct scan *p, struct hcl_expr *e)
{
	size_t cap = 0;

	for (;;) {
		p->inside++;
		bool end = scan_take(p, "}");

		p->inside--;
		if (end || p->failed)
			break;
		p->inside++;
		const struct hcl_expr *key = parse_key(p);

		if (!p->failed && !scan_take(p, "=") && !scan_take(p, ":"))
			scan_fail(p, "\"=\" is missing behind a key");
		p->inside--;
		/* A value ends with its line, or at a comma. */
		unsigned inside = p->inside;

		p->inside = 0;
		scan_blanks(p, true);
		const struct hcl_expr *value = p->failed ? NULL : parse_expr(p);

		if (!p->failed) {
			expr_push(e, key, &cap);
			expr_push(e, value, &cap);
			scan_blanks(p, false);
			if (scan_peek(p) != '\n' && !scan_take(p, ",") && !scan_is(p, "}"))
				scan_fail(p,
				          "a new line, \",\" or \"}\" is missing behind a value");
		}
		p->inside = inside;
	}
	keep_items(p, e);
	return p->failed ? NULL : e;
}

static const struct hcl_expr *parse_brackets(struct scan *p, size_t at)
{
	bool map = scan_peek(p) == '{';
	const struct hcl_expr *e;

	p->at++;
	p->inside++;
	size_t from = p->at;

	if (scan_take(p, "for")) {
		e = parse_hcl_for(p, at, map);
	} else {
		p->at = from;
		e = NULL;
	}
	if (!e && !p->failed && !map)
		e = parse_list(p, expr_new(p, HCL_TUPLE, at), "]");
	p->inside--;
	if (!e && !p->failed)
		e = parse_hcl_object(p, expr_new(p, HCL_OBJECT, at));
	return e;
}

/* --- terms --------------------------------------------------------------------------------------
 */

static const struct hcl_expr *parse_hcl_number(struct scan *p)
{
	char *end;
	size_t at = p->at;
	_cleanup_free_ char *text = NULL;
	size_t n = 0;

	while (isdigit((unsigned char)scan_ahead(p, n)) ||
	       (scan_ahead(p, n) == '.' && isdigit((unsigned char)scan_ahead(p, n + 1))) ||
	       ((scan_ahead(p, n) | 0x20) == 'e' &&
	        (isdigit((unsigned char)scan_ahead(p, n + 1)) ||
	         (scan_ahead(p, n + 1) && strchr("+-", scan_ahead(p, n + 1)) &&
	          isdigit((unsigned char)scan_ahead(p, n + 2))))))
		n += (scan_ahead(p, n) | 0x20) == 'e' ? 2 : 1;
	text = xstrndup(p->s + p->at, n);
	p->at += n;
	long long whole = strtoll(text, &end, 10);

	if (!*end && n < 19)
		return expr_literal(p, at, json_integer(whole));
	return expr_literal(p, at, json_real(strtod(text, NULL)));
}

static const struct hcl_expr *parse_hcl_name(struct scan *p, size_t at)
{
	const char *name = scan_name(p);
	size_t behind = p->at;

	/* provider::namespace::function() */
	while (name && scan_peek(p) == ':' && scan_ahead(p, 1) == ':') {
		p->at += 2;
		const char *more = scan_name(p);

		name = more ? arena_printf(p->t->arena, "%s::%s", name, more) : NULL;
		behind = p->at;
	}
	if (!name) {
		bool end = p->at >= p->n || p->s[p->at] == '\n';

		scan_fail(p,
		          end ? "an expression is missing at the end of the line%.0s"
		              : "an expression is missing before \"%.1s\"",
		          p->s + p->at);
		return NULL;
	}
	if (scan_take(p, "(")) {
		struct hcl_expr *e = expr_new(p, HCL_CALL, at);

		e->name = name;
		p->inside++;
		const struct hcl_expr *call = parse_list(p, e, ")");

		p->inside--;
		return call;
	}
	p->at = behind;
	if (streq(name, "true") || streq(name, "false"))
		return expr_literal(p, at, json_boolean(*name == 't'));
	if (streq(name, "null"))
		return expr_literal(p, at, json_null());
	struct hcl_expr *e = expr_new(p, HCL_NAME, at);

	e->name = name;
	return e;
}

static const struct hcl_expr *parse_term(struct scan *p)
{
	scan_blanks(p, false);
	size_t at = p->at;
	char c = scan_peek(p);

	if (isdigit((unsigned char)c))
		return parse_hcl_number(p);
	if (c == '"')
		return parse_quoted(p);
	if (c == '<' && scan_ahead(p, 1) == '<')
		return parse_heredoc(p);
	if (c == '[' || c == '{')
		return parse_brackets(p, at);
	if (c == '(') {
		p->at++;
		p->inside++;
		const struct hcl_expr *e = parse_expr(p);

		if (!p->failed && !scan_take(p, ")"))
			scan_fail(p, "\")\" is missing");
		p->inside--;
		return e;
	}
	return parse_hcl_name(p, at);
}

/* --- what stands behind a term -------------------------------------------------------------------
 */

static struct hcl_expr *attr_of(struct scan *p, const struct hcl_expr *of, size_t at)
{
	struct hcl_expr *e = expr_new(p, HCL_ATTR, at);

	e->of = of;
	e->name = scan_name(p);
	return e;
}

static const struct hcl_expr *parse_hcl_index(struct scan *p, const struct hcl_expr *of, size_t at)
{
	struct hcl_expr *e = expr_new(p, HCL_INDEX, at);

	e->of = of;
	p->inside++;
	e->by = parse_expr(p);
	if (!p->failed && !scan_take(p, "]"))
		scan_fail(p, "\"]\" is missing");
	p->inside--;
	return e;
}

/* ".0" is an index, too. */
static const struct hcl_expr *legacy_index(struct scan *p, const struct hcl_expr *of, size_t at)
{
	struct hcl_expr *e = expr_new(p, HCL_INDEX, at);
	size_t from = p->at;
	json_int_t k = 0;

	while (isdigit((unsigned char)scan_peek(p)) && k < 1000000)
		k = k * 10 + (p->s[p->at++] - '0');
	e->of = of;
	e->by = expr_literal(p, from, json_integer(k));
	return e;
}

/* One step behind e, or NULL: there is none.  attrs_only: of ".*", which takes names alone. */
static const struct hcl_expr *parse_step(struct scan *p, const struct hcl_expr *e, size_t at,
                                         bool attrs_only)
{
	char next;

	scan_blanks(p, false);
	if (scan_peek(p) == '[' && !attrs_only) {
		if (scan_ahead(p, 1) == '*')
			return NULL;
		p->at++;
		return parse_hcl_index(p, e, at);
	}
	next = scan_ahead(p, 1);
	if (scan_peek(p) != '.' || next == '.' || next == '*')
		return NULL;
	p->at++;
	if (isdigit((unsigned char)next))
		return legacy_index(p, e, at);
	struct hcl_expr *attr = attr_of(p, e, at);

	if (!attr->name)
		scan_fail(p, "a name is missing behind \".\"");
	return attr;
}

static const struct hcl_expr *parse_hcl_postfix(struct scan *p)
{
	scan_blanks(p, false);
	size_t from = p->at;
	bool brackets = scan_peek(p) == '(';
	const struct hcl_expr *e = parse_term(p), *next;

	if (!brackets)
		expr_spans(p, e, from);
	while (!p->failed) {
		size_t at = p->at;

		scan_blanks(p, false);
		bool full =
		    scan_peek(p) == '[' && scan_ahead(p, 1) == '*' && scan_ahead(p, 2) == ']';
		bool attrs = scan_peek(p) == '.' && scan_ahead(p, 1) == '*';

		if (full || attrs) {
			struct hcl_expr *splat = expr_new(p, HCL_SPLAT, from);

			p->at += full ? 3 : 2;
			splat->of = e;
			splat->by = expr_new(p, HCL_ITEM, at);
			while (!p->failed && (next = parse_step(p, splat->by, from, attrs)))
				splat->by = expr_spans(p, next, from);
			e = expr_spans(p, splat, from);
			continue;
		}
		next = parse_step(p, e, from, false);
		if (!next) {
			p->at = at;
			break;
		}
		e = expr_spans(p, next, from);
	}
	return p->failed ? NULL : e;
}

/* --- operators ----------------------------------------------------------------------------------
 */

static const struct hcl_expr *parse_hcl_unary(struct scan *p)
{
	scan_blanks(p, false);
	size_t at = p->at;
	char c = scan_peek(p);

	if (c != '-' && !(c == '!' && scan_ahead(p, 1) != '='))
		return parse_hcl_postfix(p);
	struct hcl_expr *x = expr_new(p, c == '-' ? HCL_MINUS : HCL_NOT, at);

	if (++p->depth > HCL_DEPTH) {
		scan_fail(p, "expressions are nested more than %d deep", HCL_DEPTH);
	} else {
		p->at++;
		x->of = parse_hcl_unary(p);
		x->place.end = x->of ? x->of->place.end : 0;
	}
	p->depth--;
	return p->failed ? NULL : x;
}

static const struct {
	const char *text;
	enum hcl_op op;
	int level;
} operators[] = {
	{ "||", HCL_OR, 1 }, { "&&", HCL_AND, 2 }, { "==", HCL_EQ, 3 }, { "!=", HCL_NE, 3 },
	{ "<=", HCL_LE, 4 }, { ">=", HCL_GE, 4 },  { "<", HCL_LT, 4 },  { ">", HCL_GT, 4 },
	{ "+", HCL_ADD, 5 }, { "-", HCL_SUB, 5 },  { "*", HCL_MUL, 6 }, { "/", HCL_DIV, 6 },
	{ "%", HCL_MOD, 6 },
};

static const struct hcl_expr *parse_binary(struct scan *p, int level)
{
	const struct hcl_expr *left = parse_hcl_unary(p);

	for (;;) {
		size_t i;

		if (p->failed)
			return NULL;
		scan_blanks(p, false);
		for (i = 0; i < ARRAY_LEN(operators); i++)
			if (operators[i].level >= level && scan_is(p, operators[i].text))
				break;
		/* "%{" begins a directive, "=>" belongs to a for. */
		if (i == ARRAY_LEN(operators) ||
		    (operators[i].op == HCL_MOD && scan_ahead(p, 1) == '{'))
			return left;
		p->at += strlen(operators[i].text);
		scan_blanks(p, false);
		struct hcl_expr *e = expr_new(p, HCL_BINARY, left->place.at);

		e->op = operators[i].op;
		e->of = left;
		e->by = parse_binary(p, operators[i].level + 1);
		e->place.end = e->by ? e->by->place.end : 0;
		left = e;
	}
}

const struct hcl_expr *parse_expr(struct scan *p)
{
	const struct hcl_expr *e;

	if (++p->depth > HCL_DEPTH)
		scan_fail(p, "expressions are nested more than %d deep", HCL_DEPTH);
	e = p->failed ? NULL : parse_binary(p, 1);
	scan_blanks(p, false);
	if (e && scan_take(p, "?")) {
		struct hcl_expr *x = expr_new(p, HCL_IF, e->place.at);

		x->of = e;
		/* Many write it over several lines. */
		scan_blanks(p, true);
		x->by = parse_expr(p);
		scan_blanks(p, true);
		if (!p->failed && !scan_take(p, ":"))
			scan_fail(p, "\":\" is missing behind \"?\"");
		scan_blanks(p, true);
		x->other = p->failed ? NULL : parse_expr(p);
		x->place.end = x->other ? x->other->place.end : 0;
		e = x;
	}
	p->depth--;
	return p->failed ? NULL : e;
}
