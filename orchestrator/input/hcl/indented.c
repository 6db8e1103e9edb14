/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a "<<-" lose the indentation that all of them have. */
#include <ctype.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/hcl/scan.h"

/* The tokens of a "<<-": HCL takes the indentation away behind the strip markers, so that a line of
 * which a marker took the blanks counts as one without any (hashicorp/hcl,
 * hclsyntax/parser_template.go). */
struct indented_token {
	struct hcl_expr *literal; /* NULL: an interpolation or a directive */
	struct str text;
	bool begins_line;
};

static bool ends_line(const struct indented_token *t)
{
	return t->text.n && t->text.s[t->text.n - 1] == '\n';
}

void indented_text(struct indented *x, struct hcl_expr *literal, struct str *text)
{
	struct indented_token t = { literal, *text, !x->within_line };

	*text = (struct str){ 0 };
	x->within_line = !ends_line(&t);
	VEC_PUSH(x->tokens, x->n, x->cap) = t;
}

void indented_sequence(struct indented *x)
{
	VEC_PUSH(x->tokens, x->n, x->cap) =
	    (struct indented_token){ .begins_line = !x->within_line };
	x->within_line = true;
}

static size_t count_blanks(const struct indented_token *t)
{
	size_t k = 0;

	while (k < t->text.n && isspace((unsigned char)t->text.s[k]))
		k++;
	return k;
}

/* A line of blanks alone does not count, and is left as it is. */
static bool has_indent(const struct indented_token *t)
{
	return t->begins_line && !(ends_line(t) && count_blanks(t) == t->text.n);
}

static size_t smallest_indent(const struct indented *x)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < x->n; i++)
		if (has_indent(&x->tokens[i]) && count_blanks(&x->tokens[i]) < least)
			least = count_blanks(&x->tokens[i]);
	return least;
}

const struct hcl_expr *indented_end(struct scan *p, struct indented *x, const struct hcl_expr *e)
{
	size_t indent = smallest_indent(x);
	_cleanup_str_ struct str all = { 0 };
	bool plain = x->n > 0;

	for (size_t i = 0; i < x->n; i++) {
		struct indented_token *t = &x->tokens[i];
		size_t skip = has_indent(t) ? indent : 0;
		const char *text = str_get(&t->text) + skip;

		if (t->literal) {
			json_t *value = json_stringn(text, t->text.n - skip);

			t->literal->value = value ? value : json_string("");
			json_array_append_new(p->t->literals, t->literal->value);
		}
		plain = plain && t->literal;
		str_addn(&all, text, t->text.n - skip);
		str_free_p(&t->text);
	}
	free(x->tokens);
	return plain && e ? expr_literal(p, e->place.at, json_stringn(str_get(&all), all.n)) : e;
}
