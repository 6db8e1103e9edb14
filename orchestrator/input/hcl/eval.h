/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evaluation of expressions.  Pure but for files, which the caller reads.
 *
 * A value is always there: what failed is reported once, and is unknown from then on. */
#pragma once

#include "input/hcl/syntax.h"
#include "input/hcl/value.h"

struct hcl_vars { /* of a for, or of templatefile(); the inner ones first */
	const struct hcl_vars *outer;
	const char *name;
	json_t *value; /* borrowed */
};

struct hcl_eval;
/* The sorts of expressions that are evaluated in files of their own. */
struct hcl_sorts {
	json_t *(*binary)(struct hcl_eval *ev, const struct hcl_expr *e);
	json_t *(*loop)(struct hcl_eval *ev, const struct hcl_expr *e);
	json_t *(*splat)(struct hcl_eval *ev, const struct hcl_expr *e);
	json_t *(*call)(struct hcl_eval *ev, const struct hcl_expr *e);
};
extern const struct hcl_sorts hcl_all_sorts;

struct hcl_eval {
	struct hcl_tree *tree;
	struct findings *findings;
	void *ctx; /* of the functions below */
	/* The value of a name that is no variable of a for; new reference, NULL: no such name. */
	json_t *(*name)(struct hcl_eval *ev, const char *name, const struct hcl_expr *at);
	/* A part of a handle; new reference, NULL: it has none of that name. */
	json_t *(*attr)(struct hcl_eval *ev, const json_t *handle, const char *name,
	                const struct hcl_expr *at);
	/* All that a handle has, as an object; new reference. */
	json_t *(*whole)(struct hcl_eval *ev, const json_t *handle);
	/* The text of a file, or false with the reason in *ret. */
	bool (*file)(struct hcl_eval *ev, const char *path, struct str *ret);
	/* The names of files below a folder, a new array; NULL: none can be had. */
	json_t *(*files)(struct hcl_eval *ev, const char *folder, const char *pattern);
	const struct hcl_sorts *sorts; /* hcl_all_sorts */
	const struct hcl_vars *vars;
	bool only_vars; /* within a file of templatefile(): no names from outside */
	json_t *item;   /* of the splat around; borrowed */
	unsigned quiet; /* within try() and can() */
	size_t errors;  /* also those that quiet kept back */
	unsigned depth;
	size_t steps;
	bool exhausted; /* HCL-LIMIT-01 is reported */
	unsigned uuids;
};

enum { HCL_EVAL_DEPTH = 400, HCL_EVAL_STEPS = 20000000, HCL_RANGE = 1024, HCL_TEXT = 8 << 20 };

json_t *hcl_eval(struct hcl_eval *ev, const struct hcl_expr *e); /* new reference */
/* Reports, unless quiet, and gives the unknown value that stands for what failed. */
json_t *hcl_fail(struct hcl_eval *ev, struct hcl_place at, const char *rule, const char *hint,
                 const char *fmt, ...) PRINTF(5, 6);
/* The evaluation takes too many steps: reported once, whatever is quiet. */
json_t *hcl_exhausted(struct hcl_eval *ev, struct hcl_place at);
/* A part of a value of any sort. */
json_t *hcl_attr_of(struct hcl_eval *ev, json_t *of /* borrowed */, const char *name,
                    const struct hcl_expr *at);
/* A handle becomes an object; else v itself.  Takes v. */
json_t *hcl_open(struct hcl_eval *ev, json_t *v);
json_t *hcl_open_deep(struct hcl_eval *ev, json_t *v, unsigned depth);

/* Inside: */
json_t *hcl_eval_binary(struct hcl_eval *ev, const struct hcl_expr *e);
json_t *hcl_eval_for(struct hcl_eval *ev, const struct hcl_expr *e);
json_t *hcl_eval_splat(struct hcl_eval *ev, const struct hcl_expr *e);
json_t *hcl_eval_call(struct hcl_eval *ev, const struct hcl_expr *e);
