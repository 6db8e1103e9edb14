/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The template's own functions, called with their namespace.  Microsoft Learn, "User-defined
 * functions in ARM template": they see their parameters and nothing else. */
#include <stdio.h>

#include "input/arm/expr/tree.h"
#include "input/arm/fn/fn.h"

static const struct val *find_function(const struct val *tmpl, const char *ns, const char *name,
                                       size_t *ret)
{
	const struct val *list = val_get(tmpl, "functions");

	for (uint32_t i = 0; list && list->type == V_ARR && i < list->n; i++) {
		const struct val *f = val_get(val_get(list->items[i], "members"), name);

		*ret = i;
		if (f && strieq(val_get_str(list->items[i], "namespace"), ns))
			return f;
	}
	return NULL;
}

LAZY(call_user_function)
{
	struct deployment *d = e->d;
	size_t index;
	const struct val *f = find_function(d->tmpl, at->ns, at->name, &index);
	const struct val *params = val_get(f, "parameters"), *out = val_get(f, "output");
	size_t n = params && params->type == V_ARR ? params->n : 0;
	struct val_builder b = { .a = e->a->arena };

	if (!f)
		return eval_unknown(e, at);
	if (at->n_args != n)
		return eval_fail(e, at, NULL, "%s.%s() takes %zu argument%s, not %u", at->ns,
		                 at->name, n, n == 1 ? "" : "s", at->n_args);
	for (size_t i = 0; i < n; i++) {
		const struct val *v = eval_expr(e, at->args[i]);
		const char *name = val_get_str(params->items[i], "name");

		if (!v)
			return NULL;
		val_set(&b, name ? name : "", v);
	}
	struct env inner = { .a = e->a, .d = d, .home = e->home, .args = val_built_obj(&b) };
	_cleanup_free_ char *base =
	    xasprintf("%s/functions/%zu/members/%s/output/value", d->ptr, index, at->name);
	const struct val *text = val_get(out, "value");

	if (!inner.args || !text)
		return eval_fail(e, at, NULL, "%s.%s() has no output", at->ns, at->name);
	const struct val *r = tree_eval_at(&inner, text, d->file, base, NULL);

	if (!r && !e->a->fail.set)
		eval_reported(e);
	return r;
}

const struct func func_user = { "", 0, -1, "", NULL, call_user_function };
