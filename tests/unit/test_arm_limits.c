/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates that want too much: each ends, soon, with a finding. */
#include "arm_case.h"

static void refused(const char *text, const char *rule, const char *part)
{
	_cleanup_made_ struct made m = make(text);

	assert_int_equal(m.r, -EBADMSG);
	for (size_t i = 0; i < m.f.n; i++)
		if (streq(m.f.items[i].rule, rule) && strstr(m.f.items[i].message, part))
			return;
	for (size_t i = 0; i < m.f.n; i++)
		print_message("# %s: %s\n", m.f.items[i].rule, m.f.items[i].message);
	fail_msg("no %s with \"%s\"", rule, part);
}

/* n variables, each made of the one before: "%d" of how is its number. */
static char *chain(int n, const char *first, const char *how)
{
	struct str s = { 0 };

	str_printf(&s, "{`variables`: {`v0`: %s", first);
	for (int i = 1; i <= n; i++) {
		str_printf(&s, ", `v%d`: `[", i);
		for (const char *p = how; *p; p++) {
			if (*p == '%')
				str_printf(&s, "variables('v%d')", i - 1);
			else
				str_addc(&s, *p);
		}
		str_add(&s, "]`");
	}
	str_printf(&s,
	           "}, `resources`: [], `outputs`: {`o`: {`type`: `string`, `value`: "
	           "`[variables('v%d')]`}}}",
	           n);
	return str_take(&s);
}

static void bombs(void **state)
{
	static const struct {
		int n;
		const char *first, *how, *says;
	} t[] = {
		{ 60, "`x`", "concat(%, %)", "longer than" },
		{ 60, "`x`", "createArray(%, %)", "too big" },
		{ 60, "{`a`: 1}", "createObject('l', %, 'r', %)", "too big" },
		{ 60, "[1]", "concat(%, %)", "too big" },
		{ 140, "`x`", "createArray(%)", "" }, /* deep, not too deep */
		{ 80, "`x`", "array(createArray(%))", "" },
		{ 5000, "`x`", "first(createArray(%))", "wait for each other" },
		{ 30, "`x`", "replace(padLeft(%, 100000, 'x'), 'x', 'xxxxxxxxxx')", "longer than" },
		{ 30, "`xx`", "format('{0}{0}{0}{0}', %)", "longer than" },
		{ 60, "`x`", "base64(string(createArray(%, %)))", "longer than" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *text = chain(t[i].n, t[i].first, t[i].how);

		if (*t[i].says) {
			refused(text, "ARM-EXPR-01", t[i].says);
		} else {
			_cleanup_made_ struct made m = make(text);

			no_findings(&m);
		}
	}
}

static void work(void **state)
{
	(void)state;
	refused("{`resources`: [], `outputs`: {`o`: {`type`: `int`, `value`:"
	        " `[length(map(range(0, 10000), lambda('a', map(range(0, 10000), lambda('b', "
	        "add(1, lambdaVariables('b')))))))]`}}}",
	        "ARM-EXPR-01", "takes too much to evaluate");
	refused("{`resources`: [], `outputs`: {`o`: {`type`: `int`, `value`:"
	        " `[reduce(range(0, 10000), createArray(), lambda('a', 'b', "
	        "createArray(lambdaVariables('a'))))]`}}}",
	        "ARM-EXPR-01", "too big or too deep");
	/* few calls, each of which reads a lot */
	refused("{`variables`: {`x`: `[padLeft('', 4000000, 'x')]`}, `resources`: [], `outputs`: "
	        "{`o`: {`type`: `int`, `value`:"
	        " `[length(map(range(0, 10000), lambda('a', length(variables('x')))))]`}}}",
	        "ARM-EXPR-01", "takes too much to evaluate");
	refused("{`resources`: [], `outputs`: {`o`: {`type`: `int`, `value`:"
	        " `[length(split(padLeft('', 4000000, 'x'), map(range(0, 10000), lambda('a', "
	        "string(lambdaVariables('a'))))))]`}}}",
	        "ARM-EXPR-01", "this takes too long");
	refused("{`functions`: [{`namespace`: `f`, `members`: {`f`: {`parameters`: [{`name`: `n`, "
	        "`type`: `int`}],"
	        " `output`: {`type`: `int`, `value`: `[f.f(add(parameters('n'), 1))]`}}}}], "
	        "`resources`: [],"
	        " `outputs`: {`o`: {`type`: `int`, `value`: `[f.f(0)]`}}}",
	        "ARM-EXPR-01", "wait for each other");
}

static void many(void **state)
{
	_cleanup_str_ struct str s = { 0 }, deep = { 0 };

	(void)state;
	/* 800 x 800: two loops in each other */
	refused("{`resources`: [{`type`: `Microsoft.Resources/deployments`, `name`: `[concat('d', "
	        "copyIndex())]`,"
	        " `copy`: {`name`: `l`, `count`: 800}, `properties`: {`template`: {`resources`: "
	        "[{`type`: `a.b/c`,"
	        " `name`: `[concat('x', copyIndex())]`, `copy`: {`name`: `m`, `count`: 800}}]}}}]}",
	        "ARM-LIMIT-01", "more than 50000 resources");
	str_add(&s, "{`resources`: []}");
	for (int i = 0; i < 30; i++) {
		_cleanup_free_ char *inner = str_take(&s);

		str_printf(
		    &s,
		    "{`resources`: [{`type`: `Microsoft.Resources/deployments`, `name`: `d%d`, "
		    "`properties`: {`template`: %s}}]}",
		    i, inner);
	}
	refused(str_get(&s), "ARM-LIMIT-01", "in each other");
	for (int i = 0; i < 1000; i++)
		str_add(&deep, "[");
	refused(str_get(&deep), "ARM-JSON-01", "line 1");
	str_add(&deep, "1");
	for (int i = 0; i < 1000; i++)
		str_add(&deep, "]");
	refused(str_get(&deep), "ARM-LIMIT-01", "nested more than");
	refused("[]", "ARM-JSON-02", "a template is an object");
	refused("{`resources`: 5}", "ARM-RES-01", "must be an array");
	refused("{`a`: }", "ARM-JSON-01", "line 1, column");
}

/* Each asks the one behind it: what is too deep is said; what only comes later is not deep. */
static void long_chains(void **state)
{
	_cleanup_str_ struct str s = { 0 }, d = { 0 };

	(void)state;
	str_add(&s, "{`resources`: [");
	str_add(&d, "{`resources`: [");
	for (int i = 0; i < 1000; i++) {
		str_printf(&s,
		           "%s{`type`: `a.b/c`, `name`: `r%d`, `properties`: {`x`: "
		           "`[reference('r%d').x]`}}",
		           i ? "," : "", i, i + 1);
		str_printf(&d, "%s{`type`: `a.b/c`, `name`: `r%d`, `dependsOn`: [`r%d`]}",
		           i ? "," : "", i, i + 1);
	}
	str_add(&s, ", {`type`: `a.b/c`, `name`: `r1000`, `properties`: {`x`: 1}}]}");
	str_add(&d, ", {`type`: `a.b/c`, `name`: `r1000`}]}");
	refused(str_get(&s), "ARM-EXPR-01", "wait for each other more than");
	_cleanup_made_ struct made m = make(str_get(&d));

	no_findings(&m);
	assert_int_equal(json_array_size(m.resources), 1001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bombs),
		cmocka_unit_test(work),
		cmocka_unit_test(many),
		cmocka_unit_test(long_chains),
	};

	return cmocka_run_group_tests_name("arm_limits", tests, NULL, NULL);
}
