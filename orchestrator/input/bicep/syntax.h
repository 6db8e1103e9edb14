/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bicep's syntax (Microsoft Learn, "Bicep file structure and syntax") as a tree: statements,
 * expressions, types.  Pure: from text to tree, without any meaning. */
#pragma once

#include <stdbool.h>

#include "input/hcl/syntax.h" /* places */

enum bicep_sort {
	BX_NULL,
	BX_BOOL,     /* number */
	BX_INT,      /* number */
	BX_STRING,   /* name */
	BX_FORMAT,   /* items: put together as a string */
	BX_NAME,     /* name */
	BX_MEMBER,   /* of.name; safe: of.?name */
	BX_NESTED,   /* of::name */
	BX_INDEX,    /* of[by]; safe: of[?by]; end: of[^by] */
	BX_CALL,     /* name(items), or of.name(items) */
	BX_ARRAY,    /* [items] */
	BX_OBJECT,   /* {items}: of BX_PROPERTY, BX_SPREAD, BX_RESOURCE */
	BX_PROPERTY, /* name: of, or, when the name is computed, by: of */
	BX_SPREAD,   /* ...of */
	BX_RESOURCE, /* decl, nested in another one */
	BX_NOT,      /* !of */
	BX_MINUS,    /* -of */
	BX_BINARY,   /* of op by */
	BX_IF,       /* of ? by : other */
	BX_LAMBDA,   /* (names) => of */
	BX_FOR,      /* [for names[0], names[1] in by: if (other) of] */
	BX_WHEN,     /* if (by) of: the body of a resource */
	/* of types: */
	BX_LIST,     /* of[] */
	BX_NULLABLE, /* of? */
	BX_UNION,    /* items */
	BX_ANY_PART, /* of[*], of.* */
};

enum bicep_op {
	BOP_OR,
	BOP_AND,
	BOP_EQ,
	BOP_NE,
	BOP_LIKE,
	BOP_UNLIKE,
	BOP_LT,
	BOP_LE,
	BOP_GT,
	BOP_GE,
	BOP_ADD,
	BOP_SUB,
	BOP_MUL,
	BOP_DIV,
	BOP_MOD,
	BOP_COALESCE
};

struct bicep_decl;

struct bx {
	enum bicep_sort sort;
	enum bicep_op op;
	bool safe, end;
	struct hcl_place place;
	const char *name;
	long long number;
	const struct bx *of, *by, *other;
	const struct bx **items;
	size_t n_items, cap_items;
	const char *names[3]; /* of a lambda, of a for */
	size_t n_names;
	struct bicep_decl *decl;
	const struct bx *type; /* of a property in a type */
};

enum bicep_statement {
	BS_PARAM,
	BS_VAR,
	BS_RESOURCE,
	BS_MODULE,
	BS_OUTPUT,
	BS_TYPE,
	BS_FUNC,
	BS_TARGET,  /* targetScope = value */
	BS_USING,   /* text: the file; of a parameter file */
	BS_EXTENDS, /* text: the file */
	BS_IMPORT,  /* imported: value: an object of name: its name there; name: of * as name */
	BS_OTHER,   /* metadata, assert, extension: without effect */
};

struct bicep_file;
struct bicep_import {
	const char *name, *as;
};

struct bicep_decl {
	enum bicep_statement sort;
	struct hcl_place place;
	struct bicep_file *file;
	const char *name;
	const char *text; /* "type@version" of a resource, the path of a module or an import */
	const struct bx *type, *value;
	bool existing;
	const struct bx **decorators; /* of BX_CALL */
	size_t n_decorators, cap_decorators;
	const char **args; /* of a function, and their types */
	const struct bx **arg_types;
	size_t n_args, cap_args, cap_arg_types;
	struct bicep_import *imports;
	size_t n_imports, cap_imports;
	struct bicep_decl *up; /* the resource that it is nested in */
};

struct bicep_file {
	const char *name; /* as findings call it: relative to the folder of the main file */
	struct hcl_file text;
	struct bicep_decl **decls; /* nested resources, too */
	size_t n_decls, cap_decls;
	void *more; /* of who uses the tree */
};

struct bicep_tree {
	struct arena *arena; /* all of the tree lives there */
	struct findings *findings;
};

/* Reads a file; what cannot be read is reported, and left out.  name and text are copied. */
struct bicep_file *bicep_parse(struct bicep_tree *t, const char *name, const char *text, size_t n);

void bicep_say(struct findings *f, enum severity sev, const char *rule, struct hcl_place at,
               const char *hint, const char *text);
/* The value of a property of an object, or NULL. */
const struct bx *bx_property(const struct bx *object, const char *name);
const struct bx *bicep_decorator(const struct bicep_decl *d, const char *name); /* NULL: none */
/* Grows by doubling in the arena. */
#define BICEP_PUSH(arena, items, n, cap) \
	(*({ \
		if ((n) == (cap)) { \
			size_t cap_ = (cap) ? 2 * (cap) : 4; \
			void *new_ = arena_array((arena), cap_, sizeof(*(items))); \
			if (n) \
				memcpy(new_, (items), (n) * sizeof(*(items))); \
			(items) = new_; \
			(cap) = cap_; \
		} \
		&(items)[(n)++]; \
	}))
