/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the files of functions share. */
#pragma once

#include "base/addr.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/func.h"
#include "input/arm/value/text.h"

/* A function of the tables: not all of them need all that they get. */
#define FN(name) \
	static const struct val *name( \
	    __attribute__((unused)) struct env *e, __attribute__((unused)) const struct expr *at, \
	    __attribute__((unused)) const struct val *const *v, __attribute__((unused)) size_t n)
#define LAZY(name) static const struct val *name(struct env *e, const struct expr *at)

func_call fn_format;
const struct val *union_arrays(struct env *e, const struct expr *at, const struct val *const *v,
                               size_t n);

/* One table for each file of the room; fn/table.c gathers them. */
extern const struct func funcs_logic[], funcs_strings[], funcs_uri[], funcs_arrays[],
    funcs_objects[], funcs_lambda[], funcs_numbers[], funcs_cidr[], funcs_dates[], funcs_ids[],
    funcs_scope[], funcs_resource[], funcs_deployment[];
extern const struct func func_user;
