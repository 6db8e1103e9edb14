/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HCL's native syntax (https://github.com/hashicorp/hcl) as a tree: bodies of attributes and
 * blocks, expressions, templates.  Pure: from text to tree, without any meaning. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/finding.h"

struct hcl_file { /* what a place in it is told by */
	const char *name, *text;
	size_t n;
};

struct hcl_place {
	const struct hcl_file *file;
	size_t at;  /* bytes from its beginning */
	size_t end; /* behind it; 0: not known */
};

enum hcl_sort {
	HCL_LITERAL,  /* value */
	HCL_TEMPLATE, /* items: put together as a string */
	HCL_NAME,     /* name: a variable, the first of a traversal */
	HCL_ATTR,     /* of.name */
	HCL_INDEX,    /* of[by] */
	HCL_SPLAT,    /* of[*]: each, with HCL_ITEM in it, of every element */
	HCL_ITEM,     /* the element of the splat around it */
	HCL_NOT,      /* !of */
	HCL_MINUS,    /* -of */
	HCL_BINARY,   /* of op by */
	HCL_IF,       /* of ? by : other */
	HCL_CALL,     /* name(items), the last one spread where `spread` */
	HCL_TUPLE,    /* [items] */
	HCL_OBJECT,   /* {items}: key and value in turn */
	HCL_FOR_LIST, /* [for key, name in of : by if other] */
	HCL_FOR_MAP,  /* {for key, name in of : by => value if other}; spread: "..." groups */
	HCL_FOR_TEXT, /* %{for key, name in of}by%{endfor} */
};

enum hcl_op {
	HCL_OR,
	HCL_AND,
	HCL_EQ,
	HCL_NE,
	HCL_LT,
	HCL_LE,
	HCL_GT,
	HCL_GE,
	HCL_ADD,
	HCL_SUB,
	HCL_MUL,
	HCL_DIV,
	HCL_MOD
};

struct hcl_expr {
	enum hcl_sort sort;
	enum hcl_op op;
	bool spread;
	struct hcl_place place;
	const char *name, *key; /* key: of a for, or NULL */
	json_t *value;          /* of a literal; kept by the tree */
	const struct hcl_expr *of, *by, *other, *result;
	const struct hcl_expr **items;
	size_t n_items;
};

struct hcl_attr {
	const char *name;
	const struct hcl_expr *expr;
	struct hcl_place place;
};

struct hcl_body;
struct hcl_block {
	const char *type;
	const char **labels;
	size_t n_labels;
	struct hcl_body *body;
	struct hcl_place place;
};

struct hcl_body {
	struct hcl_attr *attrs;
	size_t n_attrs, cap_attrs;
	struct hcl_block *blocks;
	size_t n_blocks, cap_blocks;
};

/* Trees live as long as the arena and literals, an array that keeps their values. */
struct hcl_tree {
	struct arena *arena;
	json_t *literals;
	struct findings *findings; /* HCL-SYNTAX-01 and their like */
	void **freed;              /* arrays of bodies */
	size_t n_freed, cap_freed;
};
void hcl_tree_init(struct hcl_tree *t, struct findings *f);
void hcl_tree_free(struct hcl_tree *t);

/* Reads a file; what cannot be read is reported, and left out.  name and text are copied. */
struct hcl_body *hcl_parse_body(struct hcl_tree *t, const char *name, const char *text, size_t n);
/* A text with ${} and %{} in it, as templatefile() reads it; NULL: reported. */
const struct hcl_expr *hcl_parse_template(struct hcl_tree *t, const char *name, const char *text,
                                          size_t n);
/* One expression, as a value of -p: [1, 2]; NULL: it is none (nothing is reported). */
const struct hcl_expr *hcl_parse_value(struct hcl_tree *t, const char *text);

const struct hcl_expr *hcl_attr_find(const struct hcl_body *b, const char *name);

/* Columns count characters, from 1; a tab is one.  end_column: behind the last one in that line, 0:
 * not known. */
struct hcl_span {
	unsigned line, column, end_column;
};
struct hcl_span hcl_span(struct hcl_place p);
/* "FILE:LINE:COLUMN"; the caller frees. */
char *hcl_place_str(struct hcl_place p);
void hcl_report(struct findings *f, enum severity sev, const char *rule, struct hcl_place p,
                const char *hint, const char *fmt, ...) PRINTF(6, 7);
