/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions: the text between "[" and "]" as a tree. */
#pragma once

#include "input/arm/value/val.h"

enum expr_kind { E_VALUE, E_CALL, E_PROPERTY, E_INDEX };

struct func;
struct func_table;

struct expr {
	uint8_t kind;    /* enum expr_kind */
	bool safe;       /* ".?name", "[?index]" */
	uint32_t pos;    /* offset in the text, for the caret */
	uint32_t n_args; /* of a call; of an index 1 */
	union {
		const struct val *value;  /* E_VALUE: it has no more than this */
		const struct expr **args; /* of a call; of an index: the index */
	};
	/* E_CALL: ns is set for user-defined functions only, whose row is the table's `user`; func
	 * is NULL when there is no such function.  E_PROPERTY: name. */
	const char *name;
	union {
		const struct func *func;
		const struct expr *base; /* E_PROPERTY, E_INDEX */
	};
	const char *ns;
};

struct expr_error {
	size_t pos;
	const char *message; /* static */
};

enum { EXPR_MAX_DEPTH = 100, EXPR_MAX_ARGS = 5000 };

/* text: with its brackets; calls get their rows of the table.  NULL with *e. */
const struct expr *expr_parse(struct arena *a, const struct func_table *funcs, const char *text,
                              size_t n, struct expr_error *e);
/* The tree as text again: what comes out is parsed to the same tree. */
void expr_print(const struct expr *x, struct str *out);
