/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of hcl/: a text that is being read, character by character. */
#pragma once

#include "base/str.h"
#include "input/hcl/syntax.h"

enum { HCL_DEPTH = 100 };

struct indented { /* the texts of a "<<-", until all of its lines are known */
	struct indented_token *tokens;
	size_t n, cap;
	bool within_line; /* the last token did not end its line */
};

struct scan {
	struct hcl_tree *t;
	const struct hcl_file *file;
	const char *s; /* the text */
	size_t at, n;
	unsigned inside;           /* brackets around: newlines mean nothing there */
	unsigned depth;            /* of expressions in expressions */
	bool failed;               /* reported; the statement is given up */
	unsigned given_up;         /* statements */
	bool quiet;                /* do not report */
	struct indented *indented; /* the lines of the "<<-" that is being read, or NULL */
	const struct hcl_expr *(*expr)(struct scan *p); /* parse_expr(), for templates */
};

static inline char scan_peek(const struct scan *p)
{
	return p->at < p->n ? p->s[p->at] : '\0';
}

static inline char scan_ahead(const struct scan *p, size_t k)
{
	return p->at + k < p->n ? p->s[p->at + k] : '\0';
}

/* Spaces and comments; newlines too, within brackets or when asked for. */
void scan_blanks(struct scan *p, bool newlines);
bool scan_take(struct scan *p, const char *word); /* behind blanks; words of letters end there */
bool scan_is(struct scan *p, const char *word);   /* the same, and takes nothing */
/* A name (copied into the arena), behind blanks; NULL: there is none. */
const char *scan_name(struct scan *p);
void scan_fail(struct scan *p, const char *fmt, ...) PRINTF(2, 3); /* the first one is reported */
struct hcl_place scan_place(const struct scan *p);

/* The expression goes from there up to where the scan is; returns it. */
const struct hcl_expr *expr_spans(const struct scan *p, const struct hcl_expr *e, size_t from);
struct hcl_expr *expr_new(struct scan *p, enum hcl_sort sort, size_t at);
void expr_push(struct hcl_expr *e, const struct hcl_expr *item, size_t *cap);
struct hcl_expr *expr_literal(struct scan *p, size_t at, json_t *value /* stolen */);

/* NULL: failed. */
const struct hcl_expr *parse_expr(struct scan *p);
const struct hcl_expr *parse_quoted(struct scan *p);  /* at '"' */
const struct hcl_expr *parse_heredoc(struct scan *p); /* at "<<" */
/* Inside of a "<<-": a text of its template, whose value is made when all lines are known (text is
 * taken and left empty), and an interpolation or a directive. */
void indented_text(struct indented *x, struct hcl_expr *literal, struct str *text);
void indented_sequence(struct indented *x);
/* Makes the values of the texts; returns the literal that e is when it has nothing but texts, else
 * e. */
const struct hcl_expr *indented_end(struct scan *p, struct indented *x, const struct hcl_expr *e);
/* A template to the end of the text, without escapes by backslashes. */
const struct hcl_expr *parse_raw_template(struct scan *p);
