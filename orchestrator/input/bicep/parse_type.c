/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types.  Microsoft Learn, "Data types in Bicep", "User-defined data types in Bicep". */
#include "input/bicep/scan.h"

static const struct bx *parse_union(struct bscan *p);

static void skip_separators(struct bscan *p)
{
	do
		bscan_lines(p);
	while (bscan_take(p, ","));
}

static struct bx *parse_type_property(struct bscan *p)
{
	struct bicep_decl ignored = { 0 };
	struct bx *x;

	bicep_parse_decorators(p, &ignored);
	bscan_lines(p);
	x = bx_new(p, BX_PROPERTY, p->at);
	if (bscan_peek(p) == '\'') {
		const struct bx *key = bicep_parse_string(p);

		x->name = key && key->sort == BX_STRING ? key->name : NULL;
	} else {
		x->name = bscan_take(p, "*") ? "*" : bscan_name(p);
	}
	if (!x->name)
		bscan_fail(p, "a property of a type is \"name: type\"");
	if (!bscan_need(p, ":"))
		return NULL;
	bscan_lines(p);
	x->type = parse_union(p);
	return x->type ? x : NULL;
}

static const struct bx *parse_object_type(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_OBJECT, p->at++);

	for (skip_separators(p); !p->failed && !bscan_take(p, "}"); skip_separators(p)) {
		const struct bx *item = parse_type_property(p);

		if (!item)
			return NULL;
		bx_push(p, x, item);
	}
	return p->failed ? NULL : x;
}

static const struct bx *parse_tuple_type(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_ARRAY, p->at++);

	for (skip_separators(p); !p->failed && !bscan_take(p, "]"); skip_separators(p)) {
		struct bicep_decl ignored = { 0 };

		bicep_parse_decorators(p, &ignored);
		bscan_lines(p);
		const struct bx *item = parse_union(p);

		if (!item)
			return NULL;
		bx_push(p, x, item);
	}
	return p->failed ? NULL : x;
}

/* resourceInput<'Microsoft.Network/virtualNetworks@2024-01-01'>.properties: of some shape. */
static const struct bx *parse_type_name(struct bscan *p)
{
	struct bx *x = bx_new(p, BX_NAME, p->at);

	x->name = bscan_name(p);
	if (!x->name) {
		bscan_fail(p, "here a type is expected");
		return NULL;
	}
	if (bscan_take(p, "<")) {
		bscan_lines(p);
		x->by = parse_union(p);
		bscan_lines(p);
		x->name = "object";
		if (!bscan_need(p, ">"))
			return NULL;
	}
	return x;
}

static const struct bx *parse_type_primary(struct bscan *p)
{
	const struct bx *x;
	char c;

	bscan_blanks(p);
	c = bscan_peek(p);
	if (c == '{')
		return parse_object_type(p);
	if (c == '[')
		return parse_tuple_type(p);
	if (c == '(') {
		p->at++;
		bscan_lines(p);
		x = parse_union(p);
		bscan_lines(p);
		return x && bscan_need(p, ")") ? x : NULL;
	}
	if (c == '\'')
		return bicep_parse_string(p);
	if (c == '-' || c == '!' || (c >= '0' && c <= '9'))
		return p->expr(p); /* a number alone */
	return parse_type_name(p);
}

static struct bx *wrap_type(struct bscan *p, enum bicep_sort sort, const struct bx *of)
{
	struct bx *x = bx_new(p, sort, of->place.at);

	x->of = of;
	return x;
}

/* Behind "[". */
static const struct bx *parse_type_index(struct bscan *p, const struct bx *of)
{
	if (bscan_take(p, "]"))
		return wrap_type(p, BX_LIST, of);
	if (!bscan_take(p, "*") && !p->expr(p))
		return NULL;
	return bscan_need(p, "]") ? wrap_type(p, BX_ANY_PART, of) : NULL;
}

static const struct bx *parse_type_postfix(struct bscan *p)
{
	const struct bx *x = parse_type_primary(p);

	while (x) {
		if (bscan_peek(p) == '[') {
			p->at++;
			x = parse_type_index(p, x);
		} else if (bscan_take(p, "?")) {
			x = wrap_type(p, BX_NULLABLE, x);
		} else if (bscan_peek(p) == '!') {
			p->at++;
		} else if (bscan_peek(p) == '.') {
			p->at++;
			struct bx *part = wrap_type(p, BX_MEMBER, x);

			if (bscan_take(p, "*"))
				part->sort = BX_ANY_PART;
			else if (!(part->name = bscan_name(p)))
				bscan_fail(p, "behind \".\" a name is expected");
			x = p->failed ? NULL : part;
		} else {
			break;
		}
	}
	return x;
}

static const struct bx *parse_union(struct bscan *p)
{
	struct bx *all = NULL;
	const struct bx *x;

	if (p->failed || !bscan_enter(p))
		return NULL;
	bscan_take_on(p, "|");
	bscan_lines(p);
	x = parse_type_postfix(p);
	while (x && bscan_take_on(p, "|")) {
		if (!all) {
			all = bx_new(p, BX_UNION, x->place.at);
			bx_push(p, all, x);
		}
		bscan_lines(p);
		x = parse_type_postfix(p);
		if (x)
			bx_push(p, all, x);
	}
	p->depth--;
	return p->failed ? NULL : x && all ? all : x;
}

const struct bx *bicep_parse_type(struct bscan *p)
{
	return parse_union(p);
}

void bicep_parse_decorators(struct bscan *p, struct bicep_decl *d)
{
	for (bscan_lines(p); !p->failed && bscan_take(p, "@"); bscan_lines(p)) {
		const struct bx *x = p->expr(p);

		if (x && x->sort != BX_CALL)
			bscan_fail(p, "a decorator is \"@name()\"");
		else if (x)
			BICEP_PUSH(p->t->arena, d->decorators, d->n_decorators, d->cap_decorators) =
			    x;
	}
}
