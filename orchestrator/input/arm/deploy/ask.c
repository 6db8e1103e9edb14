/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/deploy/ask.h"

#include <stdio.h>

#include "input/arm/deploy/example.h"
#include "input/arm/deploy/param.h"
#include "input/arm/deploy/typed.h"
#include "input/arm/deploy/used.h"

struct asking {
	struct asking *up;   /* of the template that this one is deployed before */
	struct str invented; /* "name value, ..." */
	struct str options;  /* "-p name=example ..." of what is asked for, n of them */
	size_t n;
	struct examples examples;
};

static enum carried carried_by(const struct deployment *d, const struct symbol *s)
{
	return param_carries(s->name, param_type(d, s->decl),
	                     val_get_str(val_get(s->decl, "metadata"), "description"));
}

struct asking *params_ask_begin(struct deployment *d)
{
	struct asking *k = xcalloc(1, sizeof(*k));

	k->up = d->a->asking;
	d->a->asking = k;
	for (const struct symbol *s = d->params; s; s = s->hh.next) {
		const struct val *own = val_get(s->decl, "defaultValue"),
		                 *v = val_get(s->given, "value");

		v = v ? v : own;
		if (v && v->type == V_STR && !v->dynamic)
			example_around(&k->examples, carried_by(d, s), v->s);
	}
	return k;
}

void params_ask_end(struct deployment *d, struct asking *k)
{
	if (k->invented.n)
		arm_finding(d->a, SEV_INFO, "ARM-PARAM-08", NULL, d->file, "/parameters",
		            "-p NAME=VALUE gives another one",
		            "these parameters have no value, and carry no packets; invented: %s",
		            str_get(&k->invented));
	if (k->n > 1)
		arm_finding(d->a, SEV_INFO, "ARM-PARAM-09", NULL, d->file, "/parameters",
		            str_get(&k->options),
		            "%zu parameters need a value; all of them, with examples:", k->n);
	d->a->asking = k->up;
	str_free_p(&k->invented);
	str_free_p(&k->options);
	free(k);
}

/* A list that is one of ARM's properties as it stands has ARM's form. */
static bool add_list_of_property(struct deployment *d, const struct symbol *s, struct examples *x,
                                 struct str *out)
{
	struct param_use use;

	if (!strieq(param_type(d, s->decl), "array"))
		return false;
	param_used(d, s->name, &use);
	if (!use.property)
		return false;
	if (strieq(use.property, "securityRules") || strieq(use.property, "routes")) {
		str_add(out, "[]");
		return true;
	}
	if (!strieq(use.property, "subnets"))
		return false;
	/* "subnet": so is a name called that is invented for subnetName. */
	str_add(out, "[{\"name\": \"subnet\", \"properties\": {\"addressPrefix\": \"");
	param_example(x, CARRIES_SUBNET, s->name, "string", s->decl, out);
	str_add(out, "\"}}]");
	return true;
}

/* "virtualNetworkResourceIdList": one that is deployed elsewhere. */
static bool add_list_of_ids(struct deployment *d, const struct symbol *s, struct str *out)
{
	if (!strieq(param_type(d, s->decl), "array") || !strcasestr(s->name, "resourceId"))
		return false;
	const struct val *id = param_stand_in(d, s->name, "string", s->decl);

	if (id)
		str_printf(out, "[\"%s\"]", id->s);
	return id;
}

/* Writes how the parameter is given; false: with words that stand for the value, as there is no
 * example. */
static bool add_example(struct deployment *d, const struct symbol *s, struct examples *x,
                        struct str *out)
{
	const char *type = param_type(d, s->decl);
	_cleanup_str_ struct str value = { 0 };
	bool said = param_example(x, carried_by(d, s), s->name, type, param_declaration(d, s->decl),
	                          &value) ||
	            typed_example(d, x, s->name, s->decl, &value) ||
	            add_list_of_property(d, s, x, &value) || add_list_of_ids(d, s, &value);

	if (!said)
		str_add(&value, strieq(type, "array") ? "[...]" : "{...}");
	example_option(s->name, str_get(&value), out);
	return said;
}

void param_ask(struct deployment *d, const struct symbol *s)
{
	const struct val *list = val_get(param_declaration(d, s->decl), "allowedValues");
	const char *type = param_type(d, s->decl);
	const char *text = val_get_str(val_get(s->decl, "metadata"), "description");
	_cleanup_str_ struct str values = { 0 }, hint = { 0 };
	_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(NULL, "parameters"), s->name));
	struct examples alone = { 0 };
	struct asking *k = d->a->asking;

	if (list)
		val_brief(list, 300, &values);
	bool said = add_example(d, s, k ? &k->examples : &alone, &hint);

	if (k)
		str_printf(&k->options, "%s%s", k->n++ ? " " : "", str_get(&hint));
	if (!said)
		str_printf(&hint, ", -p %s=@FILE, or -p FILE.parameters.json", s->name);
	arm_finding(d->a, SEV_ERROR, "ARM-PARAM-01", "InvalidTemplate", d->file, ptr,
	            str_get(&hint), "the parameter \"%s\" (%s) needs a value%s%s%s%s", s->name,
	            type, text ? ": " : "", text ? text : "", values.n ? "\n  one of " : "",
	            str_get(&values));
}

void param_tell(struct deployment *d, const char *name, const struct val *v, bool secret)
{
	struct asking *k = d->a->asking;

	if (!k)
		return;
	str_printf(&k->invented, "%s%s", k->invented.n ? ", " : "", name);
	if (secret)
		return;
	str_addc(&k->invented, ' ');
	val_brief(v, 60, &k->invented);
}
