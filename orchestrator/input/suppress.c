/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/suppress.h"

#include "base/finding_edit.h"
#include "base/str.h"

/* Every rule there is: tests/golden/check.t writes the list. */
static const char *const rules[] = {
#include "input/rule_names.inc"
};

static const json_t *suppressed(const json_t *design)
{
	return json_object_get(json_object_get(design, "topology"), "suppress");
}

static bool is_never_suppressed(const char *rule)
{
	return streq(rule, "IMAGE-03");
}

static bool is_rule(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (streq(rules[i], name))
			return true;
	return false;
}

static bool has_error_of(const struct findings *f, const char *rule)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].severity == SEV_ERROR && streq(f->items[i].rule, rule))
			return true;
	return false;
}

void design_check_suppress(const json_t *design, struct findings *f)
{
	json_t *map = (json_t *)suppressed(design), *reason;
	const char *rule;

	json_object_foreach (map, rule, reason) {
		_cleanup_free_ char *pointer = jptr_str(JPTR(JPTR(NULL, "suppress"), rule));
		const char *near =
		    is_rule(rule) ? NULL : str_nearest(rule, rules, ARRAY_LEN(rules));
		_cleanup_free_ char *hint = near ? xasprintf("did you mean \"%s\"?", near) : NULL;

		if (!is_rule(rule))
			finding_add(f, SEV_WARNING, "SUPPRESS-01", NULL, pointer, hint,
			            "there is no rule \"%s\"", rule);
		else if (is_never_suppressed(rule))
			finding_add(f, SEV_WARNING, "SUPPRESS-02", NULL, pointer,
			            "whoever runs the lab decides that",
			            "%s is about what a design may do to this machine, and is not "
			            "suppressed",
			            rule);
		else if (has_error_of(f, rule))
			finding_add(f, SEV_WARNING, "SUPPRESS-02", NULL, pointer,
			            "mend what it finds, or keep it in a baseline (vnetlab check "
			            "--baseline)",
			            "%s is an error here, and only warnings are suppressed", rule);
	}
}

void design_suppress(const json_t *design, struct findings *f)
{
	const json_t *map = suppressed(design);
	bool any = false;

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];
		const char *reason = json_string_value(json_object_get(map, x->rule));

		if (x->severity != SEV_WARNING || !reason || is_never_suppressed(x->rule))
			continue;
		_cleanup_free_ char *words = xasprintf("suppressed (%s): ", reason);

		finding_soften(f, i, words);
		any = true;
	}
	if (any)
		findings_sort(f);
}
