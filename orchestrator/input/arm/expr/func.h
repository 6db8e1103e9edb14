/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of the template language, in tables: one per room of functions. */
#pragma once

#include "input/arm/expr/expr.h"

struct env;

typedef const struct val *func_call(struct env *e, const struct expr *at,
                                    const struct val *const *v, size_t n);
typedef const struct val *func_lazy(struct env *e, const struct expr *at);

struct func {
	const char *name;
	int8_t min, max; /* arguments; max -1: any number */
	/* What each argument must be, the last letter for all that follow: s string, i integer,
	 * n number, b boolean, a array, o object, l lambda, t text (a string or a number), ?
	 * anything but a lambda; in upper case: or null. */
	const char *types;
	func_call *call;
	func_lazy *lazy; /* instead: evaluates its arguments itself */
	bool open;       /* takes values that only Azure knows as they are */
};

extern const struct func funcs_logic[], funcs_strings[], funcs_uri[], funcs_arrays[],
    funcs_objects[], funcs_lambda[], funcs_numbers[], funcs_cidr[], funcs_dates[], funcs_ids[],
    funcs_scope[], funcs_resource[], funcs_deployment[];

const struct func *func_find(const char *name); /* case ignored; NULL */
/* All of them, sorted by name: *n of them. */
const struct func *const *func_all(size_t *n);
const char *func_nearest(const char *name); /* NULL when nothing is near */
