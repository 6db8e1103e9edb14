/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements.  One that cannot be read is reported, and left out. */
#include <ctype.h>

#include "input/bicep/scan.h"

static bool need_name(struct bscan *p, struct bicep_decl *d, const char *what)
{
	d->name = bscan_name(p);
	if (!d->name)
		bscan_fail(p, "the %s has no name", what);
	return d->name;
}

/* A text without expressions. */
static const char *need_text(struct bscan *p, const char *what)
{
	bscan_blanks(p);
	const struct bx *x = bscan_peek(p) == '\'' ? bicep_parse_string(p) : NULL;

	if (x && x->sort == BX_STRING)
		return x->name;
	bscan_fail(p, "%s is a string without expressions", what);
	return NULL;
}

static void parse_value(struct bscan *p, struct bicep_decl *d)
{
	bscan_lines(p);
	d->value = p->failed ? NULL : p->expr(p);
}

static void parse_param(struct bscan *p, struct bicep_decl *d)
{
	if (!need_name(p, d, "parameter"))
		return;
	if (!bscan_is(p, "=") && !bscan_at_end(p))
		d->type = bicep_parse_type(p);
	if (!p->failed && bscan_take(p, "="))
		parse_value(p, d);
}

static void parse_variable(struct bscan *p, struct bicep_decl *d)
{
	if (!need_name(p, d, "variable"))
		return;
	if (!bscan_is(p, "="))
		d->type = bicep_parse_type(p);
	if (bscan_need(p, "="))
		parse_value(p, d);
}

/* "{...}", "if (c) {...}", "[for ...]" */
static void parse_body(struct bscan *p, struct bicep_decl *d)
{
	bscan_lines(p);
	size_t at = p->at;

	if (!bscan_take(p, "if")) {
		parse_value(p, d);
		return;
	}
	struct bx *x = bx_new(p, BX_WHEN, at);

	bscan_lines(p);
	x->by = p->expr(p);
	bscan_lines(p);
	x->of = x->by ? p->expr(p) : NULL;
	d->value = x->of ? x : NULL;
}

static void parse_deployed(struct bscan *p, struct bicep_decl *d)
{
	bool module = d->sort == BS_MODULE;

	if (!need_name(p, d, module ? "module" : "resource"))
		return;
	d->text = need_text(p, module ? "the path of a module" : "the type of a resource");
	d->existing = !module && bscan_take(p, "existing");
	if (bscan_need(p, "="))
		parse_body(p, d);
	if (p->failed)
		return;
	const struct bx *body = d->value;

	while (body && (body->sort == BX_FOR || body->sort == BX_WHEN))
		body = body->of;
	if (!body || body->sort != BX_OBJECT) {
		bscan_fail(p, "the body of a %s is an object", module ? "module" : "resource");
		return;
	}
	for (size_t i = 0; i < body->n_items; i++)
		if (body->items[i]->sort == BX_RESOURCE)
			body->items[i]->decl->up = d;
}

static void parse_type_statement(struct bscan *p, struct bicep_decl *d)
{
	if (!need_name(p, d, "type") || !bscan_need(p, "="))
		return;
	bscan_lines(p);
	d->type = bicep_parse_type(p);
}

static void parse_output(struct bscan *p, struct bicep_decl *d)
{
	if (!need_name(p, d, "output"))
		return;
	d->type = bicep_parse_type(p);
	if (!p->failed && bscan_need(p, "="))
		parse_value(p, d);
}

static void parse_function(struct bscan *p, struct bicep_decl *d)
{
	if (!need_name(p, d, "function") || !bscan_need(p, "("))
		return;
	for (bscan_lines(p); !p->failed && !bscan_take(p, ")"); bscan_lines(p)) {
		const char *name = bscan_name(p);
		const struct bx *type = name ? bicep_parse_type(p) : NULL;

		if (!name)
			bscan_fail(p, "an argument of a function is \"name type\"");
		BICEP_PUSH(p->t->arena, d->args, d->n_args, d->cap_args) = name;
		d->n_args--;
		BICEP_PUSH(p->t->arena, d->arg_types, d->n_args, d->cap_arg_types) = type;
		bscan_lines(p);
		bscan_take(p, ",");
	}
	d->type = p->failed ? NULL : bicep_parse_type(p);
	if (d->type && bscan_need(p, "=>"))
		parse_value(p, d);
}

/* {a, b as c} from 'file', * as name from 'file' */
static void parse_import(struct bscan *p, struct bicep_decl *d)
{
	bscan_blanks(p);
	if (bscan_peek(p) == '\'') { /* of an extension */
		d->sort = BS_OTHER;
		while (!bscan_at_end(p))
			p->at++;
		return;
	}
	if (bscan_take(p, "*")) {
		if (bscan_need(p, "as"))
			need_name(p, d, "import");
	} else if (bscan_need(p, "{")) {
		for (bscan_lines(p); !p->failed && !bscan_take(p, "}"); bscan_lines(p)) {
			struct bicep_import i = { .name = bscan_name(p) };

			i.as = bscan_take(p, "as") ? bscan_name(p) : i.name;
			if (!i.name || !i.as)
				bscan_fail(p, "an import is \"name\", or \"name as other\"");
			BICEP_PUSH(p->t->arena, d->imports, d->n_imports, d->cap_imports) = i;
			bscan_lines(p);
			bscan_take(p, ",");
		}
	}
	bscan_lines(p);
	if (bscan_need(p, "from"))
		d->text = need_text(p, "the path of an import");
}

static const struct {
	const char *word;
	enum bicep_statement sort;
	void (*parse)(struct bscan *p, struct bicep_decl *d);
} statements[] = {
	{ "param", BS_PARAM, parse_param },          { "var", BS_VAR, parse_variable },
	{ "resource", BS_RESOURCE, parse_deployed }, { "module", BS_MODULE, parse_deployed },
	{ "output", BS_OUTPUT, parse_output },       { "type", BS_TYPE, parse_type_statement },
	{ "func", BS_FUNC, parse_function },         { "import", BS_IMPORT, parse_import },
};

/* metadata, assert, extension, provider: read over. */
static bool take_without_effect(struct bscan *p, struct bicep_decl *d)
{
	d->sort = BS_OTHER;
	if (bscan_take(p, "metadata") || bscan_take(p, "assert")) {
		bscan_name(p);
		if (bscan_need(p, "="))
			parse_value(p, d);
		return true;
	}
	if (!bscan_take(p, "extension") && !bscan_take(p, "provider"))
		return false;
	while (!bscan_at_end(p)) {
		if (bscan_peek(p) == '{') {
			p->expr(p);
			return true;
		}
		p->at++;
	}
	return true;
}

static bool take_statement(struct bscan *p, struct bicep_decl *d)
{
	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		if (bscan_take(p, statements[i].word)) {
			d->sort = statements[i].sort;
			statements[i].parse(p, d);
			return true;
		}
	if (bscan_take(p, "targetScope")) {
		d->sort = BS_TARGET;
		if (bscan_need(p, "="))
			parse_value(p, d);
		return true;
	}
	if (bscan_take(p, "using") || bscan_is(p, "extends")) {
		d->sort = bscan_take(p, "extends") ? BS_EXTENDS : BS_USING;
		if (!bscan_take(p, "none"))
			d->text = need_text(p, "the path of a file");
		return true;
	}
	return take_without_effect(p, d);
}

/* The end of the part before "=" in "resource v 'type@version' = {". */
static size_t end_of_head(const struct bscan *p)
{
	size_t end = p->at;

	while (end < p->n && !strchr("={\n", p->s[end]))
		end++;
	while (end > p->at && strchr(" \t\r", p->s[end - 1]))
		end--;
	return end;
}

static struct bicep_decl *parse_statement(struct bscan *p)
{
	struct bicep_decl *d = arena_alloc(p->t->arena, sizeof(*d));

	d->file = p->file;
	if (!bscan_enter(p))
		return NULL;
	bicep_parse_decorators(p, d);
	bscan_lines(p);
	d->place = (struct hcl_place){ &p->file->text, p->at, end_of_head(p) };
	if (!p->failed && !take_statement(p, d))
		bscan_fail(p, "here a statement is expected: param, var, resource, module, output "
		              "...");
	p->depth--;
	if (p->failed)
		return NULL;
	BICEP_PUSH(p->t->arena, p->file->decls, p->file->n_decls, p->file->cap_decls) = d;
	return d;
}

struct bicep_file *bicep_parse(struct bicep_tree *t, const char *name, const char *text, size_t n)
{
	struct bicep_file *f = arena_alloc(t->arena, sizeof(*f));
	char *copy = arena_alloc(t->arena, n + 1);

	if (n)
		memcpy(copy, text, n);
	f->name = arena_strdup(t->arena, name);
	f->text = (struct hcl_file){ .name = f->name, .text = copy, .n = n };
	places_add_source(findings_places(t->findings), f->name, text, n);
	struct bscan p = { .t = t,
		           .file = f,
		           .s = copy,
		           .n = n,
		           .expr = bicep_parse_expr,
		           .statement = parse_statement };

	if (n >= 3 && !memcmp(copy, "\xEF\xBB\xBF", 3))
		p.at = 3;
	enum { MISTAKES = 100 }; /* the place of each is looked for from the beginning */
	unsigned mistakes = 0;

	for (bscan_lines(&p); p.at < p.n; bscan_lines(&p)) {
		size_t from = p.at;

		if (parse_statement(&p) && !bscan_at_end(&p))
			bscan_fail(&p, "a statement ends with its line");
		if (!p.failed)
			continue;
		p.failed = false;
		p.depth = 0;
		if (++mistakes == MISTAKES) {
			bscan_fail(&p, "these are %d mistakes: the rest of the file is not read",
			           MISTAKES);
			break;
		}
		bscan_skip_statement(&p, from);
	}
	return f;
}

const struct bx *bx_property(const struct bx *object, const char *name)
{
	for (size_t i = 0; object && i < object->n_items; i++)
		if (object->items[i]->sort == BX_PROPERTY && streq(object->items[i]->name, name))
			return object->items[i]->of;
	return NULL;
}

const struct bx *bicep_decorator(const struct bicep_decl *d, const char *name)
{
	for (size_t i = 0; i < d->n_decorators; i++)
		if (streq(d->decorators[i]->name, name))
			return d->decorators[i];
	return NULL;
}
