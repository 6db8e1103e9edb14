/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls: of functions that templates have, of those that only Bicep has, of the design's own. */
#include "base/suggest.h"
#include "input/bicep/lower.h"

static bool is_function(const struct bicep *b, const char *name)
{
	if (str_starts(name, "list") || streq(name, "fail"))
		return true;
	for (size_t i = 0; i < b->n_functions; i++)
		if (strieq(b->functions[i], name))
			return true;
	return false;
}

static void append_call_arguments(struct blow *l, const struct bx *x, size_t from, struct str *out)
{
	const struct bicep_decl *each =
	    !from && x->n_items ? bicep_whole_loop(l, x->items[0]) : NULL;

	for (size_t i = from; i < x->n_items; i++) {
		const struct bx *arg = x->items[i];

		if (i)
			str_add(out, ", ");
		if (arg->sort == BX_LAMBDA)
			bicep_lambda(l, arg->names, arg->n_names, arg->of,
			             streq(x->name, "reduce") ? NULL : each, out);
		else
			l->text(l, arg, out);
	}
}

static bool method_call(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bicep_decl *d;
	struct btarget t;

	if (x->of->sort == BX_NAME && (streq(x->of->name, "az") || streq(x->of->name, "sys"))) {
		struct bx plain = *x;

		plain.of = NULL;
		return bicep_call(l, &plain, out);
	}
	if (blow_target(l, x->of, &t)) {
		blow_needs(l, t.decl);
		if (streq(x->name, "getSecret")) {
			str_add(out, "'secret'");
			return true;
		}
		l->runtime = true;
		str_printf(out, "%s(", x->name);
		deploy_id(l, &t, out);
		if (!x->n_items)
			str_printf(out, ", '%s'", deploy_version(l, t.decl));
		for (size_t i = 0; i < x->n_items; i++) {
			str_add(out, ", ");
			l->text(l, x->items[i], out);
		}
		str_addc(out, ')');
		return true;
	}
	const struct bx name = {
		.sort = BX_MEMBER, .of = x->of, .name = x->name, .place = x->place
	};

	d = blow_imported(l, &name);
	if (d && d->sort == BS_FUNC) {
		str_printf(out, "__bicep.%s(", l->function(l, d));
		append_call_arguments(l, x, 0, out);
		str_addc(out, ')');
		return true;
	}
	bicep_report(l, SEV_ERROR, "BICEP-FUNC-01", x->place, NULL,
	             "there is no function %s() of this", x->name);
	return false;
}

static const struct bicep_decl *own_function(struct blow *l, const struct bx *x)
{
	const struct bx name = { .sort = BX_NAME, .name = x->name, .place = x->place };
	const struct bicep_decl *d = blow_find(l, x->name);

	if (!d || d->sort != BS_FUNC)
		d = is_function(l->b, x->name) ? NULL : blow_imported(l, &name);
	return d && d->sort == BS_FUNC ? d : NULL;
}

static void report_no_function(struct blow *l, const struct bx *x)
{
	size_t compared = 0;
	_cleanup_free_ char *hint =
	    suggest_name(x->name, l->b->functions, l->b->n_functions, &compared);

	bicep_report(l, SEV_ERROR, "BICEP-FUNC-01", x->place, hint, "there is no function %s()",
	             x->name);
}

/* Those that the front end itself answers; false: it is none. */
static bool own_call(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bx *arg = x->n_items ? x->items[0] : NULL;
	bool loads;
	json_t *v = bicep_loaded(l, x, &loads);

	if (loads) {
		if (v)
			json_expression(v, out);
		else
			str_add(out, "null()");
		json_decref(v);
		return true;
	}
	if (streq(x->name, "any") && x->n_items == 1 && arg) {
		l->text(l, arg, out);
		return true;
	}
	if (streq(x->name, "nameof") && x->n_items == 1 && arg && arg->name) {
		bicep_quote(arg->name, strlen(arg->name), out);
		return true;
	}
	if (!l->b->params_file ||
	    (!streq(x->name, "readEnvironmentVariable") && !streq(x->name, "getSecret") &&
	     !streq(x->name, "externalInput")))
		return false;
	if (*x->name == 'r' && x->n_items > 1)
		l->text(l, x->items[1], out); /* no environment is read: the same lab everywhere */
	else
		str_add(out, "''");
	return true;
}

bool bicep_call(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bicep_decl *d;

	if (x->of)
		return method_call(l, x, out);
	if (own_call(l, x, out))
		return true;
	d = own_function(l, x);
	if (d) {
		str_printf(out, "__bicep.%s(", l->function(l, d));
	} else if (is_function(l->b, x->name)) {
		str_printf(out, "%s(", x->name);
		l->runtime =
		    l->runtime || str_starts(x->name, "list") || streq(x->name, "reference");
	} else {
		report_no_function(l, x);
		return false;
	}
	append_call_arguments(l, x, 0, out);
	str_addc(out, ')');
	return true;
}
