/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of bicep/: a text that is being read, character by character. */
#pragma once

#include "base/str.h"
#include "input/bicep/syntax.h"

enum { BICEP_DEPTH = 100 };

struct bscan {
	struct bicep_tree *t;
	struct bicep_file *file;
	const char *s;
	size_t at, n;
	unsigned depth; /* of expressions in expressions */
	bool failed;    /* reported; the statement is given up */
	/* bicep_parse_expr() for strings, and the statement reader for nested resources. */
	const struct bx *(*expr)(struct bscan *p);
	struct bicep_decl *(*statement)(struct bscan *p);
};

static inline char bscan_ahead(const struct bscan *p, size_t k)
{
	return p->at + k < p->n ? p->s[p->at + k] : '\0';
}

static inline char bscan_peek(const struct bscan *p)
{
	return bscan_ahead(p, 0);
}

void bscan_blanks(struct bscan *p);                    /* spaces and comments */
void bscan_lines(struct bscan *p);                     /* newlines, too */
bool bscan_is(struct bscan *p, const char *word);      /* behind blanks */
bool bscan_take(struct bscan *p, const char *word);    /* the same, and takes it */
bool bscan_take_on(struct bscan *p, const char *word); /* perhaps on a later line */
bool bscan_need(struct bscan *p, const char *word);    /* or reports that it lacks */
const char *bscan_name(struct bscan *p);               /* NULL: there is none */
bool bscan_at_end(struct bscan *p);                    /* of a line or of the text */
void bscan_skip_statement(struct bscan *p, size_t from);
/* One level deeper, from which who reads comes back by --p->depth; false, and reported: that is too
 * deep. */
bool bscan_enter(struct bscan *p);
void bscan_fail(struct bscan *p, const char *fmt, ...) PRINTF(2, 3);

struct bx *bx_new(struct bscan *p, enum bicep_sort sort, size_t at);
void bx_push(struct bscan *p, struct bx *x, const struct bx *item);

/* NULL: failed. */
const struct bx *bicep_parse_string(struct bscan *p); /* at "'" */
const struct bx *bicep_parse_expr(struct bscan *p);
const struct bx *bicep_parse_type(struct bscan *p);
/* "@name(...)" lines; pushes them to d. */
void bicep_parse_decorators(struct bscan *p, struct bicep_decl *d);
