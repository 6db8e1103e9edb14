/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hcl_print [-r] FILE.tf: writes what the parser made of a file as Terraform's language, each
 * operator in brackets; -r: blocks in reverse order.  Parsed again, the text must give the same
 * tree: a test prints it twice. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "input/hcl/syntax.h"

static const char *const ops[] = { "||", "&&", "==", "!=", "<", "<=", ">",
	                           ">=", "+",  "-",  "*",  "/", "%" };

static void print_expr(struct str *o, const struct hcl_expr *e);

/* "$" and "%" are written by their numbers: a brace may follow. */
static void print_text(struct str *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || strchr("\"\\$%", s[i]))
			str_printf(o, "\\u%04x", (unsigned char)s[i]);
		else
			str_addc(o, s[i]);
}

static void print_json(struct str *o, const json_t *v)
{
	if (json_is_string(v)) {
		str_addc(o, '"');
		print_text(o, json_string_value(v), json_string_length(v));
		str_addc(o, '"');
	} else if (json_is_real(v)) {
		_cleanup_free_ char *text = xasprintf("%.17g", json_real_value(v));

		str_printf(o, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
	} else {
		_cleanup_free_ char *text = json_dumps(v, JSON_ENCODE_ANY);

		str_add(o, text);
	}
}

/* What stands between quotes, or between directives. */
static void print_parts(struct str *o, const struct hcl_expr *e)
{
	if (e->sort == HCL_LITERAL && streq(json_string_value(e->value), "")) {
		str_add(o, "${\"\"}"); /* what it stands beside is a string */
	} else if (e->sort == HCL_LITERAL && json_is_string(e->value)) {
		print_text(o, json_string_value(e->value), json_string_length(e->value));
	} else if (e->sort == HCL_TEMPLATE) {
		for (size_t i = 0; i < e->n_items; i++)
			print_parts(o, e->items[i]);
	} else if (e->sort == HCL_FOR_TEXT) {
		str_printf(o, "%%{for %s%s%s in ", e->key ? e->key : "", e->key ? ", " : "",
		           e->name);
		print_expr(o, e->of);
		str_add(o, "}");
		print_parts(o, e->by);
		str_add(o, "%{endfor}");
	} else {
		str_add(o, "${");
		print_expr(o, e);
		str_add(o, "}");
	}
}

static void print_items(struct str *o, const struct hcl_expr *e, const char *open, const char *end)
{
	str_add(o, open);
	for (size_t i = 0; i < e->n_items; i++) {
		str_add(o, i ? ", " : "");
		print_expr(o, e->items[i]);
	}
	str_printf(o, "%s%s", e->spread ? "..." : "", end);
}

static void print_object(struct str *o, const struct hcl_expr *e)
{
	str_add(o, "{");
	for (size_t i = 0; i + 1 < e->n_items; i += 2) {
		bool plain = e->items[i]->sort == HCL_LITERAL;

		str_add(o, plain ? "\n" : "\n(");
		print_expr(o, e->items[i]);
		str_add(o, plain ? " = " : ") = ");
		print_expr(o, e->items[i + 1]);
	}
	str_add(o, "\n}");
}

static void print_for(struct str *o, const struct hcl_expr *e)
{
	bool map = e->sort == HCL_FOR_MAP;

	str_printf(o, "%cfor %s%s%s in ", map ? '{' : '[', e->key ? e->key : "", e->key ? ", " : "",
	           e->name);
	print_expr(o, e->of);
	str_add(o, " : ");
	print_expr(o, e->by);
	if (map) {
		str_add(o, " => ");
		print_expr(o, e->result);
		str_add(o, e->spread ? "..." : "");
	}
	if (e->other) {
		str_add(o, " if ");
		print_expr(o, e->other);
	}
	str_addc(o, map ? '}' : ']');
}

static void print_operator(struct str *o, const struct hcl_expr *e)
{
	str_add(o, e->sort == HCL_NOT ? "(!" : e->sort == HCL_MINUS ? "(-" : "(");
	print_expr(o, e->of);
	if (e->sort == HCL_BINARY) {
		str_printf(o, " %s ", ops[e->op]);
		print_expr(o, e->by);
	} else if (e->sort == HCL_IF) {
		str_add(o, " ? ");
		print_expr(o, e->by);
		str_add(o, " : ");
		print_expr(o, e->other);
	}
	str_addc(o, ')');
}

/* What stands before "." or "["; a splat takes all that follows it, so that it has brackets. */
static void print_base(struct str *o, const struct hcl_expr *e)
{
	bool bare = e->sort == HCL_NAME || e->sort == HCL_ITEM || e->sort == HCL_ATTR ||
	            e->sort == HCL_INDEX || e->sort == HCL_CALL;

	str_add(o, bare ? "" : "(");
	print_expr(o, e);
	str_add(o, bare ? "" : ")");
}

static void print_expr(struct str *o, const struct hcl_expr *e)
{
	switch (e->sort) {
	case HCL_LITERAL:
		print_json(o, e->value);
		return;
	case HCL_TEMPLATE:
	case HCL_FOR_TEXT:
		str_addc(o, '"');
		print_parts(o, e);
		str_addc(o, '"');
		return;
	case HCL_NAME:
		str_add(o, e->name);
		return;
	case HCL_ITEM: /* of the splat, which has written "[*]" */
		return;
	case HCL_ATTR:
		print_base(o, e->of);
		str_printf(o, ".%s", e->name);
		return;
	case HCL_INDEX:
		print_base(o, e->of);
		str_addc(o, '[');
		print_expr(o, e->by);
		str_addc(o, ']');
		return;
	case HCL_SPLAT:
		print_base(o, e->of);
		str_add(o, "[*]");
		print_expr(o, e->by);
		return;
	case HCL_CALL:
		str_add(o, e->name);
		print_items(o, e, "(", ")");
		return;
	case HCL_TUPLE:
		print_items(o, e, "[", "]");
		return;
	case HCL_OBJECT:
		print_object(o, e);
		return;
	case HCL_FOR_LIST:
	case HCL_FOR_MAP:
		print_for(o, e);
		return;
	default:
		print_operator(o, e);
	}
}

static void print_body(struct str *o, const struct hcl_body *b, bool reverse)
{
	for (size_t i = 0; i < b->n_attrs; i++) {
		str_printf(o, "%s = ", b->attrs[i].name);
		print_expr(o, b->attrs[i].expr);
		str_add(o, "\n");
	}
	for (size_t i = 0; i < b->n_blocks; i++) {
		const struct hcl_block *x = &b->blocks[reverse ? b->n_blocks - 1 - i : i];

		str_add(o, x->type);
		for (size_t k = 0; k < x->n_labels; k++)
			str_printf(o, " \"%s\"", x->labels[k]);
		str_add(o, " {\n");
		print_body(o, x->body, false);
		str_add(o, "}\n");
	}
}

int main(int argc, char **argv)
{
	bool reverse = argc == 3 && streq(argv[1], "-r");
	FILE *f = argc == 2 || reverse ? fopen(argv[argc - 1], "re") : NULL;
	_cleanup_str_ struct str text = { 0 }, out = { 0 };
	_cleanup_findings_ struct findings found = { 0 };
	struct hcl_tree t;
	char buf[4096];
	size_t n;

	if (!f) {
		fprintf(stderr, "usage: hcl_print [-r] FILE\n");
		return 2;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_addn(&text, buf, n);
	fclose(f);
	hcl_tree_init(&t, &found);
	print_body(&out, hcl_parse_body(&t, argv[argc - 1], str_get(&text), text.n), reverse);
	hcl_tree_free(&t);
	fputs(str_get(&out), stdout);
	return found.errors != 0;
}
