/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions by which an expression sees its deployment: parameters, variables, loops. */
#include <stdio.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/fn/fn.h"

FN(fn_parameters)
{
	const struct val *x = e->args ? val_get(e->args, v[0]->s) : NULL;

	if (x)
		return x;
	if (e->args)
		return eval_fail(e, at, "a function sees its own parameters only",
		                 "the function has no parameter \"%s\"", v[0]->s);
	return param_value(e, at, v[0]->s);
}

FN(fn_variables)
{
	if (e->args)
		return eval_fail(e, at, "give it as an argument",
		                 "a user-defined function sees no variables");
	return var_value(e, at, v[0]->s);
}

/* copyIndex(), copyIndex(offset), copyIndex('loop'), copyIndex('loop', offset).  Without a name it
 * is the resource's loop; in variables and outputs the only one there is. */
FN(fn_copy_index)
{
	const char *name = n && v[0]->type == V_STR ? v[0]->s : NULL;
	size_t used = name != NULL;
	const struct loop *found = NULL;

	if (n > used && v[used]->type != V_INT)
		return eval_fail(e, at, NULL, "copyIndex() takes the name of a loop and an offset");
	for (const struct loop *l = e->loops; l && !found; l = l->up)
		if (name ? strieq(l->name, name) : !l->property)
			found = l;
	if (!found && !name)
		found = e->loops;
	if (!found && name)
		return eval_fail(e, at, NULL, "this does not stand in a loop \"%s\"", name);
	if (!found)
		return eval_fail(e, at, NULL, "copyIndex() stands outside of a copy loop");
	return val_int(e->a->arena, found->index + (n > used ? v[used]->i : 0));
}

const struct func funcs_deployment[] = {
	{ "parameters", 1, 1, "s", fn_parameters },
	{ "variables", 1, 1, "s", fn_variables },
	{ "copyIndex", 0, 2, "?", fn_copy_index },
	{ 0 },
};
