/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of functions as what is needed. */
#include <math.h>
#include <stdio.h>

#include "base/format.h"
#include "input/hcl/func.h"

json_t *func_fail(struct hcl_call *c, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return hcl_fail(c->ev, c->e->place, "HCL-FUNC-02", NULL, "%s(): %s", c->name, text);
}

static bool wrong_argument(struct hcl_call *c, size_t i, const char *wanted)
{
	json_decref(func_fail(c, "argument %zu shall be %s, and is %s", i + 1, wanted,
	                      hcl_type_name(c->args[i])));
	return false;
}

bool func_text(struct hcl_call *c, size_t i, const char **ret)
{
	struct str s = { 0 };

	if (!hcl_to_text(c->args[i], &s)) {
		str_free_p(&s);
		return wrong_argument(c, i, "a string");
	}
	if (!json_is_string(c->args[i])) {
		json_decref(c->args[i]);
		c->args[i] = json_stringn(str_get(&s), s.n);
	}
	str_free_p(&s);
	*ret = json_string_value(c->args[i]);
	return *ret || wrong_argument(c, i, "a string");
}

bool func_number(struct hcl_call *c, size_t i, double *ret)
{
	json_t *v = hcl_to_number(c->args[i]);

	if (!v)
		return wrong_argument(c, i, "a number");
	*ret = json_number_value(v);
	json_decref(v);
	return true;
}

bool func_whole(struct hcl_call *c, size_t i, json_int_t *ret)
{
	double d;

	if (!func_number(c, i, &d))
		return false;
	if (floor(d) != d || fabs(d) > 9e15)
		return wrong_argument(c, i, "a whole number");
	*ret = (json_int_t)d;
	return true;
}

bool func_list(struct hcl_call *c, size_t i, json_t **ret)
{
	*ret = c->args[i];
	return json_is_array(*ret) || wrong_argument(c, i, "a list");
}

bool func_map(struct hcl_call *c, size_t i, json_t **ret)
{
	*ret = c->args[i];
	return json_is_object(*ret) || wrong_argument(c, i, "an object");
}

json_t *func_string(struct hcl_call *c, const char *s, size_t n)
{
	json_t *v = n > HCL_TEXT ? NULL : json_stringn(s ? s : "", n);

	return v ? v
	         : func_fail(c, n > HCL_TEXT ? "the text is too long" : "the text is not UTF-8");
}
