/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A matrix for people: equal answers are one line, the worst first.  Pure. */
#pragma once

#include "matrix/matrix.h"

struct matrix_line {
	const char *from, *to;                /* "Spoke/w (3)", "fw, internet" */
	const char *traffic;                  /* "all", "tcp 443" */
	const char *answer;                   /* "delivered", "loop at fw" */
	const char *way;                      /* "direct", "by fw", "by fw, back directly" */
	const struct matrix_outcome *outcome; /* of the first pair */
	size_t pairs;
};

struct matrix_lines {
	struct matrix_line *v;
	size_t n, cap;
	size_t count[MX_LOOP + 1]; /* pairs of sender and destination, by their worst answer */
	struct arena *arena;
};

/* all: destinations, too, that nobody of the design has. */
void matrix_lines(const struct matrix *x, bool all, struct matrix_lines *ret);
void matrix_lines_done(struct matrix_lines *l);
/* {"lines":[...], "counts":{...}, "sources", "classes", "unread":[...], "bad"}; new
 * reference. */
json_t *matrix_lines_json(const struct matrix *x, bool all);
/* "by fw, back directly", of an outcome's ways. */
const char *outcome_way(struct arena *a, const struct matrix_outcome *o);
/* The name of a class in a line: "web1", "Spoke/w (3)", "dc1 10.40.0.0/16". */
const char *class_label(struct arena *a, const struct model *m, const struct matrix_class *c);
const char *end_label(struct arena *a, const struct matrix_end *e);
/* A pair that people ask about: nobody's addresses and those of wires are not. */
bool pair_matters(const struct matrix_end *e, const struct matrix_class *c);
