/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of functions of the template language, as parser and evaluator get it handed: neither
 * knows which functions there are. */
#pragma once

#include "input/arm/expr/expr.h"

struct env;

typedef const struct val *func_call(struct env *e, const struct expr *at,
                                    const struct val *const *v, size_t n);
typedef const struct val *func_lazy(struct env *e, const struct expr *at);

struct func {
	const char *name;
	int8_t min, max; /* arguments; max -1: any number */
	/* A letter for what each argument must be, the last for all that follow: s string, i
	 * integer, n number, b boolean, a array, o object, l lambda, t text (a string or a number),
	 * ? anything but a lambda; in upper case: or null. */
	const char *types;
	func_call *call;
	func_lazy *lazy; /* instead: evaluates its arguments itself */
	bool open;       /* takes values that only Azure knows as they are */
};

struct func_table {
	const struct func *const *rows; /* sorted by name, case ignored */
	size_t n;
	const struct func *user; /* the row of all calls with a namespace */
};

const struct func *func_find(const struct func_table *t, const char *name); /* NULL: none */
const char *func_nearest(const struct func_table *t, const char *name);     /* NULL: none is near */
