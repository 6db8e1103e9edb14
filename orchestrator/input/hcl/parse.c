/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies: attributes and blocks.  What cannot be read ends with its line or its block, so that ten
 * mistakes are ten findings. */
#include <stdlib.h>

#include "input/hcl/scan.h"

enum {
	BLOCK_DEPTH = 64,
	MISTAKES = 100, /* of a file: each of them may look for its end in all of it */
};

static struct hcl_body *parse_items(struct scan *p, unsigned depth);

/* The end of a statement that begins at from: the line on which no bracket is open any more, or the
 * bracket of the block around.  p->n: brackets are open to the end. */
static size_t statement_end(const struct scan *p, size_t from)
{
	unsigned open = 0;

	for (size_t at = from; at < p->n; at++) {
		char c = p->s[at];

		if (c == '"') /* to its end, or that of the line */
			while (at + 1 < p->n && p->s[at + 1] != '"' && p->s[at + 1] != '\n')
				at += p->s[at + 1] == '\\' ? 2 : 1;
		if (c == '"')
			at++;
		else if (strchr("{[(", c))
			open++;
		else if ((strchr("}])", c) || c == '\n') && !open)
			return at;
		else if (strchr("}])", c))
			open--;
	}
	return p->n;
}

/* Counts a mistake; true: it was the last one, and the rest of the file is given up. */
static bool has_too_many(struct scan *p)
{
	if (++p->given_up == MISTAKES) {
		p->failed = false;
		scan_fail(p, "these are %d mistakes: the rest of the file is not read", MISTAKES);
	}
	if (p->given_up >= MISTAKES)
		p->at = p->n; /* and p->failed stays: nobody adds to it */
	return p->given_up >= MISTAKES;
}

/* Behind a mistake: the statement that began at `from` is given up, or, when its brackets have no
 * end, the line. */
static void skip_broken_statement(struct scan *p, size_t from)
{
	if (has_too_many(p))
		return;
	size_t end = statement_end(p, from);

	p->at = end < p->n && end >= p->at ? end : statement_end(p, p->at);
	p->failed = false;
	p->inside = 0;
	p->depth = 0;
}

static const char *parse_label(struct scan *p)
{
	if (!scan_is(p, "\""))
		return scan_name(p);
	const struct hcl_expr *e = parse_quoted(p);

	if (!e)
		return NULL;
	if (e->sort != HCL_LITERAL) {
		scan_fail(p, "a block's label is a plain string");
		return NULL;
	}
	return arena_strdup(p->t->arena, json_string_value(e->value));
}

static void parse_block(struct scan *p, struct hcl_body *b, const char *type, size_t at,
                        unsigned depth)
{
	enum { LABELS = 8 };
	const char *labels[LABELS], *label;
	size_t n = 0, end = at + strlen(type);

	while (!p->failed && n < LABELS && !scan_is(p, "{") && (label = parse_label(p))) {
		labels[n++] = label;
		end = p->at;
	}
	if (p->failed)
		return;
	if (!scan_take(p, "{")) {
		scan_fail(p, "behind \"%s\" there is neither \"=\" nor a block", type);
		return;
	}
	if (depth == BLOCK_DEPTH) {
		scan_fail(p, "blocks are nested more than %d deep", BLOCK_DEPTH);
		return;
	}
	struct hcl_body *body = parse_items(p, depth + 1);
	struct hcl_block *x = &VEC_PUSH(b->blocks, b->n_blocks, b->cap_blocks);

	x->type = type;
	x->labels = arena_array(p->t->arena, n + 1, sizeof(*x->labels));
	memcpy(x->labels, labels, n * sizeof(*labels));
	x->n_labels = n;
	x->body = body;
	x->place = (struct hcl_place){ p->file, at, end };
	if (!scan_take(p, "}"))
		scan_fail(p, "\"}\" is missing behind block \"%s\"", type);
}

static void parse_item(struct scan *p, struct hcl_body *b, unsigned depth)
{
	size_t at = p->at;
	const char *name = scan_is(p, "\"") ? parse_label(p) : scan_name(p);

	if (!name) {
		scan_fail(p, "a name is missing before \"%.1s\"", p->s + p->at);
	} else if (scan_is(p, "=") && !scan_is(p, "==")) {
		p->at++;
		const struct hcl_expr *e = parse_expr(p);

		if (e)
			VEC_PUSH(b->attrs, b->n_attrs, b->cap_attrs) =
			    (struct hcl_attr){ name, e, { p->file, at, at + strlen(name) } };
	} else {
		parse_block(p, b, name, at, depth);
	}
	scan_blanks(p, false);
	if (!p->failed && p->at < p->n && scan_peek(p) != '\n' && scan_peek(p) != '}' &&
	    !scan_take(p, ","))
		scan_fail(p, "a new line is missing behind \"%s\"", name);
	if (p->failed)
		skip_broken_statement(p, at);
}

static int compare_attrs(const void *a, const void *b)
{
	const struct hcl_attr *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order ? order : (*x)->place.at < (*y)->place.at ? -1 : 1;
}

/* An argument is given once; the first one stays. */
static void report_attrs_given_twice(struct scan *p, const struct hcl_body *b)
{
	_cleanup_free_ const struct hcl_attr **v = xcalloc(b->n_attrs + 1, sizeof(*v));

	for (size_t i = 0; i < b->n_attrs; i++)
		v[i] = &b->attrs[i];
	if (b->n_attrs)
		qsort(v, b->n_attrs, sizeof(*v), compare_attrs);
	for (size_t i = 1; i < b->n_attrs && !p->quiet; i++)
		if (streq(v[i]->name, v[i - 1]->name)) {
			_cleanup_free_ char *first = hcl_place_str(v[i - 1]->place);

			hcl_report(p->t->findings, SEV_ERROR, "HCL-SYNTAX-01", v[i]->place,
			           "take one of them out", "\"%s\" is given twice, at %s as well",
			           v[i]->name, first);
		}
}

static struct hcl_body *parse_items(struct scan *p, unsigned depth)
{
	struct hcl_body *b = arena_alloc(p->t->arena, sizeof(*b));

	for (;;) {
		scan_blanks(p, true);
		if (p->at >= p->n)
			break;
		if (scan_peek(p) == '}') {
			if (depth)
				break;
			scan_fail(p, "\"}\" closes nothing");
			if (has_too_many(p))
				break;
			p->failed = false;
			p->at++;
			continue;
		}
		size_t at = p->at;

		parse_item(p, b, depth);
		p->at += p->at == at; /* goes on whatever stands there */
	}
	report_attrs_given_twice(p, b);
	VEC_PUSH(p->t->freed, p->t->n_freed, p->t->cap_freed) = b->attrs;
	VEC_PUSH(p->t->freed, p->t->n_freed, p->t->cap_freed) = b->blocks;
	return b;
}

static struct scan begin_scan(struct hcl_tree *t, const char *name, const char *text, size_t n)
{
	struct hcl_file *file = arena_alloc(t->arena, sizeof(*file));
	char *copy = arena_alloc(t->arena, n + 1);

	memcpy(copy, text, n);
	*file = (struct hcl_file){ .name = arena_strdup(t->arena, name), .text = copy, .n = n };
	return (struct scan){ .t = t, .file = file, .s = copy, .n = n, .expr = parse_expr };
}

struct hcl_body *hcl_parse_body(struct hcl_tree *t, const char *name, const char *text, size_t n)
{
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
		text += 3;
		n -= 3;
	}
	struct scan p = begin_scan(t, name, text, n);

	places_add_source(findings_places(t->findings), name, text, n);
	return parse_items(&p, 0);
}

const struct hcl_expr *hcl_parse_template(struct hcl_tree *t, const char *name, const char *text,
                                          size_t n)
{
	struct scan p = begin_scan(t, name, text, n);

	places_add_source(findings_places(t->findings), name, text, n);
	return parse_raw_template(&p);
}

const struct hcl_expr *hcl_parse_value(struct hcl_tree *t, const char *text)
{
	struct scan p = begin_scan(t, "-p", text, strlen(text));

	p.quiet = true;
	const struct hcl_expr *e = parse_expr(&p);

	scan_blanks(&p, true);
	return e && !p.failed && p.at == p.n ? e : NULL;
}
