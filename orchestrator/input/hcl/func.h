/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of hcl/: functions, a table for each subject. */
#pragma once

#include "input/hcl/eval.h"

enum { FUNC_ARGS = 64 };

struct hcl_call {
	struct hcl_eval *ev;
	const struct hcl_expr *e; /* the call */
	const char *name;
	json_t *args[FUNC_ARGS]; /* handles are opened */
	size_t n;
};

struct hcl_func {
	const char *name; /* NULL ends a table */
	unsigned min, max;
	json_t *(*fn)(struct hcl_call *c); /* new reference */
	/* It bears unknown values within lists and objects, and passes them on; without, what has
	 * one is unknown. */
	bool bears;
};

extern const struct hcl_func hcl_text_funcs[], hcl_list_funcs[], hcl_map_funcs[],
    hcl_number_funcs[], hcl_net_funcs[], hcl_code_funcs[], hcl_file_funcs[], hcl_time_funcs[],
    hcl_regex_funcs[];

/* NULL: there is none of that name; *ret_near: the nearest. */
const struct hcl_func *hcl_func_find(const char *name, const char **ret_near);

/* Arguments as what is needed; false: hcl_fail() has reported it. */
bool func_text(struct hcl_call *c, size_t i, const char **ret); /* kept by the call */
bool func_number(struct hcl_call *c, size_t i, double *ret);
bool func_whole(struct hcl_call *c, size_t i, json_int_t *ret);
bool func_list(struct hcl_call *c, size_t i, json_t **ret); /* borrowed */
bool func_map(struct hcl_call *c, size_t i, json_t **ret);
json_t *func_fail(struct hcl_call *c, const char *fmt, ...) PRINTF(2, 3);
json_t *func_string(struct hcl_call *c, const char *s, size_t n);
