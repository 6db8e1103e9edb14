/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters: given ones, default values, and what stands in for those that shape no network. */
#include <errno.h>
#include <stdio.h>

#include "base/format.h"
#include "input/arm/deploy/ask.h"
#include "input/arm/deploy/param.h"
#include "input/arm/expr/eval.h"
#include "input/arm/expr/tree.h"
#include "input/arm/value/text.h"

static struct symbol *find_param(struct deployment *d, const char *name)
{
	struct symbol *s = NULL;
	const char *key = arm_lower(d->a->arena, name);

	HASH_FIND_STR(d->params, key, s);
	return s;
}

/* --- what is given --------------------------------------------------------------------------- */

static void report_param(struct deployment *d, const struct symbol *s, const char *rule,
                         const char *hint, const char *fmt, ...) PRINTF(5, 6);
static void report_param(struct deployment *d, const struct symbol *s, const char *rule,
                         const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL, *tail = jptr_str(JPTR(JPTR(NULL, "parameters"), s->name)),
	                    *ptr = xasprintf("%s%s", d->ptr, tail);
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	arm_finding(d->a, SEV_ERROR, rule, "InvalidTemplate", d->file, ptr, hint, "%s", msg);
}

/* "name=value" of the command line, by the declared type. */
static const struct val *param_from_text(struct deployment *d, const struct symbol *s,
                                         const struct val *text)
{
	const char *type = param_type(d, s->decl);
	const struct val *v;
	char *end;

	if (strieq(type, "string") || strieq(type, "securestring"))
		return text;
	if (strieq(type, "int")) {
		errno = 0;
		long long i = strtoll(text->s, &end, 10);

		if (text->n && !*end && !errno)
			return val_int(d->a->arena, i);
	} else if (strieq(type, "bool")) {
		if (strieq(text->s, "true") || strieq(text->s, "false"))
			return val_bool(strieq(text->s, "true"));
	} else {
		v = text_parse(d->a, text->s, text->n, NULL, false);
		if (v && v->type == (strieq(type, "array") ? V_ARR : V_OBJ))
			return v;
	}
	report_param(d, s, "ARM-PARAM-02", NULL,
	             "the parameter \"%s\" is of type %s, \"%.60s\" is none", s->name, type,
	             text->s);
	return NULL;
}

static bool param_type_fits(const char *type, const struct val *v)
{
	if (v->open)
		return true;
	if (strieq(type, "int"))
		return v->type == V_INT;
	if (strieq(type, "bool"))
		return v->type == V_BOOL;
	if (strieq(type, "array"))
		return v->type == V_ARR;
	if (strieq(type, "object") || strieq(type, "secureobject"))
		return v->type == V_OBJ;
	return v->type == V_STR;
}

static bool is_allowed_value(const struct val *list, const struct val *v)
{
	if (!list || list->type != V_ARR || v->type == V_ARR || v->type == V_NULL || v->open)
		return true;
	for (uint32_t i = 0; i < list->n; i++)
		if (val_equal(list->items[i], v) ||
		    (v->type == V_STR && list->items[i]->type == V_STR &&
		     strieq(v->s, list->items[i]->s)))
			return true;
	return false;
}

static bool check_param_bounds(struct deployment *d, const struct symbol *s, const struct val *decl,
                               const struct val *v)
{
	static const struct {
		const char *key;
		bool length, least;
	} rules[] = { { "minValue", false, true },
		      { "maxValue", false, false },
		      { "minLength", true, true },
		      { "maxLength", true, false } };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct val *bound = val_get(decl, rules[i].key);
		int64_t x = v->type == V_INT   ? v->i
		            : v->type == V_STR ? (int64_t)utf8_count(v->s, v->n)
		                               : v->n;

		if (!bound || bound->type != V_INT || v->open ||
		    rules[i].length != (v->type == V_STR || v->type == V_ARR) ||
		    (!rules[i].length && v->type != V_INT))
			continue;
		if (rules[i].least ? x >= bound->i : x <= bound->i)
			continue;
		report_param(d, s, "ARM-PARAM-03", NULL,
		             "the parameter \"%s\" has a %s of %lld, its %s is %lld", s->name,
		             rules[i].length ? "length" : "value", (long long)x, rules[i].key,
		             (long long)bound->i);
		return false;
	}
	return true;
}

/* Checks a value that the user gave by Azure's rules: type, allowedValues, bounds.  NULL:
 * refused, and reported. */
static const struct val *check_param_value(struct deployment *d, const struct symbol *s,
                                           const struct val *v)
{
	const struct val *decl = param_declaration(d, s->decl);
	const char *type = param_type(d, s->decl);
	_cleanup_str_ struct str got = { 0 }, list = { 0 };

	val_brief(v, 60, &got);
	if (!param_type_fits(type, v)) {
		report_param(d, s, "ARM-PARAM-02", NULL,
		             "the parameter \"%s\" is of type %s, its value is %s: %s", s->name,
		             type, val_type_str(v), str_get(&got));
		return NULL;
	}
	if (!is_allowed_value(val_get(decl, "allowedValues"), v)) {
		val_brief(val_get(decl, "allowedValues"), 200, &list);
		report_param(d, s, "ARM-PARAM-03", str_get(&list),
		             "%s is not an allowed value of the parameter \"%s\"", str_get(&got),
		             s->name);
		return NULL;
	}
	return check_param_bounds(d, s, decl, v) ? v : NULL;
}

/* Is it a text that the user was to replace? "## TO BE DEFINED ##", "<name>". */
static bool is_param_blank(const struct val *v)
{
	size_t n = v->type == V_STR ? v->n : 0;

	return n > 2 &&
	       ((v->s[0] == '#' && v->s[n - 1] == '#') || (v->s[0] == '<' && v->s[n - 1] == '>'));
}

static void warn_param_blank(struct deployment *d, const struct symbol *s, const struct val *v)
{
	_cleanup_free_ char *tail = jptr_str(JPTR(JPTR(NULL, "parameters"), s->name));
	_cleanup_free_ char *hint = xasprintf("-p %s=VALUE", s->name);

	arm_finding(d->a, SEV_WARNING, "ARM-PARAM-07", NULL, d->file, tail, hint,
	            "the value of the parameter \"%s\", \"%.60s\", looks like one to fill in",
	            s->name, v->s);
}

/* NULL: it must be asked for. */
static const struct val *invent_param(struct deployment *d, const char *name, const char *type,
                                      const struct val *decl)
{
	bool tell, secret;
	const struct val *v = param_made_up(d, name, type, decl, &tell, &secret);

	if (tell)
		param_tell(d, name, v, secret);
	return v;
}

/* NULL with *failed: it is wrong, and reported; without: none is given. */
static const struct val *eval_given_param(struct deployment *d, struct symbol *s, bool *failed)
{
	const struct val *text = val_get(s->given, "text"), *v = val_get(s->given, "value");

	if (text) {
		v = param_from_text(d, s, text);
	} else if (!v && val_get(s->given, "reference")) { /* a key vault's secret */
		v = invent_param(d, s->name, "securestring", s->decl);
	} else {
		v = v && v->type != V_NULL
		        ? param_placeholder(d->a, v, s->name, param_type(d, s->decl),
		                            param_declaration(d, s->decl))
		        : NULL;
		if (!v)
			return NULL;
		if (is_param_blank(v) && !d->parent && !d->a->o->there) {
			const struct val *own =
			    invent_param(d, s->name, param_type(d, s->decl), s->decl);

			if (!own && !val_get(s->decl, "defaultValue"))
				return NULL; /* asked for */
			if (!own)
				warn_param_blank(d, s, v);
			v = own ? own : v;
		}
	}
	if (v && v->type != V_NULL && !d->parent)
		v = check_param_value(d, s, v);
	*failed = !v;
	return v;
}

/* --- values ---------------------------------------------------------------------------------- */

static void report_missing_param(struct deployment *d, struct symbol *s)
{
	if (d->parent)
		report_param(d, s, "ARM-PARAM-01",
		             "the deployment of this template must pass it in its \"parameters\"",
		             "the nested template gets no value for its parameter \"%s\" (%s)",
		             s->name, param_type(d, s->decl));
	else
		param_ask(d, s);
}

/* Does Azure refuse the template for its own default value?  A text that is none of allowedValues,
 * and a resource group's values where none is deployed to. */
static bool is_default_refused(struct deployment *d, const struct symbol *s)
{
	const struct val *v = val_get(s->decl, "defaultValue"),
	                 *list = val_get(param_declaration(d, s->decl), "allowedValues");

	if (!v || v->type != V_STR || d->parent)
		return false;
	if (v->s[0] == '[' && v->s[1] != '[')
		return d->scope.kind != SCOPE_RG && strcasestr(v->s, "resourceGroup()");
	return !is_allowed_value(list, v);
}

static void warn_default_refused(struct deployment *d, const struct symbol *s)
{
	_cleanup_free_ char *tail = jptr_str(JPTR(JPTR(NULL, "parameters"), s->name));
	_cleanup_free_ char *hint = xasprintf("-p %s=VALUE", s->name);
	const struct val *v = val_get(s->decl, "defaultValue");

	arm_finding(d->a, SEV_WARNING, "ARM-PARAM-10", "InvalidTemplate", d->file, tail, hint,
	            "the default value of the parameter \"%s\", %.60s, is %s: as if it had none",
	            s->name, v->s,
	            *v->s == '[' ? "one of a resource group, and this is deployed to none"
	                         : "none of its allowedValues");
}

static const struct val *eval_param(struct deployment *d, struct symbol *s)
{
	bool failed = false, refused = is_default_refused(d, s);
	const struct val *v = eval_given_param(d, s, &failed),
	                 *text = val_get(s->decl, "defaultValue");
	const struct val *nullable = val_get(param_declaration(d, s->decl), "nullable");

	if (v || failed)
		return v;
	if (refused && d->a->o->there && *text->s != '[')
		return check_param_value(d, s, text);
	if (text && (!refused || d->a->o->there)) {
		struct env inner = { .a = d->a, .d = d, .home = d, .defaults = true };

		return tree_eval(&inner, text,
		                 JPTR(JPTR(JPTR(NULL, "parameters"), s->name), "defaultValue"), d);
	}
	if ((nullable && nullable->type == V_BOOL && nullable->b) ||
	    ((nullable = val_get(s->decl, "nullable")) && nullable->type == V_BOOL && nullable->b))
		return &val_null;
	/* For a real deployment nothing is made up. */
	v = d->a->o->there ? NULL : invent_param(d, s->name, param_type(d, s->decl), s->decl);
	if (!v)
		report_missing_param(d, s);
	return v;
}

static bool param_must_be_given(struct deployment *d, const struct symbol *s)
{
	const struct val *v = val_get(s->given, "value");

	return (!val_get(s->decl, "defaultValue") ||
	        (!d->a->o->there && is_default_refused(d, s))) &&
	       !val_get(s->given, "text") && !val_get(s->given, "reference") &&
	       (!v || v->type == V_NULL || (is_param_blank(v) && !d->a->o->there) ||
	        (v->type == V_STR && str_starts(v->s, "GET-PREREQ-")));
}

/* Report all parameters that need a value at once, used or not, as Azure does. */
static void look_at_missing_params(struct deployment *d)
{
	struct asking *asking = params_ask_begin(d);

	for (struct symbol *s = d->params; s; s = s->hh.next)
		if (param_must_be_given(d, s)) {
			if (val_get(s->decl, "defaultValue"))
				warn_default_refused(d, s);
			s->value = eval_param(d, s);
			s->state = s->value ? ST_DONE : ST_FAILED;
		}
	params_ask_end(d, asking);
}

void params_declare(struct deployment *d)
{
	const struct val *params = val_get(d->tmpl, "parameters");

	for (uint32_t i = 0; params && params->type == V_OBJ && i < params->n; i++) {
		const struct member *m = &params->members[i];
		struct symbol *s = find_param(d, m->key);
		const char *key = arm_lower(d->a->arena, m->key);

		if (s)
			continue;
		s = arena_alloc(d->a->arena, sizeof(*s));
		s->name = m->key;
		s->decl = m->v;
		s->given = val_get(d->given, m->key);
		HASH_ADD_KEYPTR(hh, d->params, key, strlen(key), s);
	}
	if (!d->parent)
		look_at_missing_params(d);
	for (uint32_t i = 0; !d->parent && d->given && i < d->given->n; i++) {
		const char *names[256] = { NULL }, *near, *name = d->given->members[i].key;
		_cleanup_free_ char *hint = NULL;
		size_t n = 0;

		if (find_param(d, name))
			continue;
		for (struct symbol *s = d->params; s && n < ARRAY_LEN(names); s = s->hh.next)
			names[n++] = s->name;
		near = str_nearest(name, names, n);
		hint = near ? xasprintf("did you mean \"%s\"?", near) : NULL;
		arm_finding(d->a, SEV_WARNING, "ARM-PARAM-04", "InvalidTemplate", d->file,
		            "/parameters", hint,
		            "a value is given for \"%s\", which is no parameter of this template",
		            name);
	}
}

const struct val *param_value(struct env *e, const struct expr *at, const char *name)
{
	struct symbol *s = find_param(e->d, name);

	if (!s)
		return symbol_missing(e, at, e->d->params, "parameter", name);
	if (s->state == ST_BUSY)
		return eval_fail(e, at, NULL, "the default value of \"%s\" depends on itself",
		                 name);
	if (s->state == ST_NEW) {
		s->state = ST_BUSY;
		s->value = eval_param(e->d, s);
		s->state = s->value ? ST_DONE : e->a->cycle ? ST_NEW : ST_FAILED;
	}
	if (!s->value)
		eval_reported(e);
	return s->value;
}
