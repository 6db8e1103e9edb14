/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bicep's expressions, by what the evaluator makes of them: each row is a statement or two, and the
 * value of the output x. */
#include <cmocka.h>

#include "arm_case.h"
#include "input/bicep/bicep.h"

static json_t *output_of(const char *text, struct findings *f)
{
	json_t *templates = bicep_compile_text(text, strlen(text), f), *resources = NULL,
	       *outputs = NULL, *v;
	const struct arm_options o = { .file = "main.bicep",
		                       .name = "main.bicep",
		                       .sources = templates };
	struct err e = { 0 };

	if (!f->errors)
		arm_read(&o, &resources, &outputs, f, &e);
	v = json_incref(json_object_get(json_object_get(outputs, "x"), "value"));
	json_decref(templates);
	json_decref(resources);
	json_decref(outputs);
	return v;
}

static void check_value(const char *text, const char *want)
{
	struct findings f = { 0 };
	json_t *v = output_of(text, &f), *wanted = json_of(want);

	if (f.n && f.errors)
		fail_msg("%s: %s %s", text, f.items[0].rule, f.items[0].message);
	if (!v || !json_equal(v, wanted)) {
		_cleanup_free_ char *got = v ? json_dumps(v, JSON_ENCODE_ANY) : NULL;

		fail_msg("%s: %s, not %s", text, got ? got : "nothing", want);
	}
	json_decref(v);
	json_decref(wanted);
	findings_free(&f);
}

static void test_values(void **state)
{
	static const char *const rows[][2] = {
		{ "output x int = 1 + 2 * 3 - 4 / 2 % 3", "5" },
		{ "output x int = (1 + 2) * -3", "-9" },
		{ "output x bool = 1 < 2 && !(2 <= 1) || false", "true" },
		{ "output x bool = 'a' =~ 'A' && 'a' !~ 'b' && 'a' != 'A'", "true" },
		{ "output x string = null ?? 'b'", "`b`" },
		{ "output x string = true ? false ? 'a' : 'b' : 'c'", "`b`" },
		{ "output x string = true\n  ? 'a'\n  : 'b'", "`a`" },
		{ "var n = 'w'\noutput x string = 'a{0}${n}\\'${1 + 1}\\u{e9}'",
		  "`a{0}w'2\u00e9`" },
		{ "output x string = '''\na ${b}\n'''", "`a ${b}\\n`" },
		{ "var n = 'w'\noutput x string = $'''\na ${n}'''", "`a w`" },
		{ "output x string = '[resourceId()]'", "`[resourceId()]`" },
		{ "output x array = [1, 2\n3\n]", "[1, 2, 3]" },
		{ "output x object = { a: 1, 'b c': true\n d: null }",
		  "{`a`: 1, `b c`: true, `d`: null}" },
		{ "var k = 'z'\noutput x object = { '${k}1': 2 }", "{`z1`: 2}" },
		{ "var o = { a: 1 }\noutput x object = { b: 2, ...o }", "{`b`: 2, `a`: 1}" },
		{ "var l = [1]\noutput x array = [0, ...l, 2]", "[0, 1, 2]" },
		{ "output x array = [for i in range(1, 3): i * 2]", "[2, 4, 6]" },
		{ "output x array = [for (v, i) in ['a', 'b']: '${v}${i}']", "[`a0`, `b1`]" },
		{ "output x array = [for i in range(0, 4): if (i > 1) i]", "[2, 3]" },
		{ "output x array = [for (v, i) in ['a', 'b', 'c']: if (v != 'b') i]", "[0, 2]" },
		{ "output x array = [for a in [1, 2]: [for b in [10, 20]: a * b]]",
		  "[[10, 20], [20, 40]]" },
		{ "output x array = map(filter([1, 2, 3], n => n > 1), (n, i) => n + i)",
		  "[2, 4]" },
		{ "output x int = reduce([1, 2, 3], 0, (a, b) => a + b)", "6" },
		{ "output x array = sort([2, 1], (a, b) => a < b)", "[1, 2]" },
		{ "var o = { a: { b: 1 } }\noutput x int = o.a.b + o['a'].b", "2" },
		{ "var o = { a: 1 }\noutput x string = o.?b.c.d ?? 'none'", "`none`" },
		{ "var l = [1, 2, 3]\noutput x array = [l[^1], l[?9] ?? 'none', l[0]]",
		  "[3, `none`, 1]" },
		{ "var o = {}\noutput x bool = contains(o, 'a') || empty(o)!", "true" },
		{ "func f(a string, n int) string => '${a}-${n + 1}'\noutput x string = f('q', 1)",
		  "`q-2`" },
		{ "type t = 'a' | 'b'\nparam p t = 'b'\noutput x t = p", "`b`" },
		{ "param p { a: string, b: int? }[]? = [{ a: 'x' }]\noutput x string = p![0].a",
		  "`x`" },
		{ "param p string?\noutput x string = p ?? 'no'", "`no`" },
		{ "@description('d')\n@minLength(1)\nparam p string = 'v' // c\n/* c */ output x "
		  "string = p",
		  "`v`" },
		{ "output x string = az.toUpper(sys.toLower(any('Ab')))", "`AB`" },
		{ "#disable-next-line x\nmetadata a = { b: 1 }\nvar v = 3\noutput x string = "
		  "nameof(v)",
		  "`v`" },
		{ "\xEF\xBB\xBFvar v = 3\r\noutput x int = v\r\n", "3" },
		{ "resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = {\n name: 'v'\n"
		  "  resource s 'subnets' = { name: 's' }\n}\n"
		  "output x array = [v.name, v.type, v.apiVersion, v::s.name, last(split(v::s.id, "
		  "'/'))]",
		  "[`v`, `Microsoft.Network/virtualNetworks`, `2023-09-01`, `s`, `s`]" },
		{ "resource v 'Microsoft.Network/virtualNetworks@2023-09-01' existing = {\n"
		  " name: 'v'\n scope: resourceGroup('other')\n}\n"
		  "output x string = split(v.id, '/')[4]",
		  "`other`" },
		{ "resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = [for i in range(0, "
		  "2): {\n"
		  " name: 'v${i}'\n properties: { addressSpace: { addressPrefixes: "
		  "['10.${i}.0.0/16'] } }\n}]\n"
		  "output x array = [v[1].name, v[1].properties.addressSpace.addressPrefixes[0], "
		  "length(map(v, n => n.id))]",
		  "[`v1`, `10.1.0.0/16`, 2]" },
		{ "resource v 'Microsoft.Network/virtualNetworks@2023-09-01' = if (1 > 2) {\n "
		  "name: 'v'\n}\n"
		  "output x string = v.?properties.addressSpace ?? 'off'",
		  "`off`" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_value(rows[i][0], rows[i][1]);
}

static void test_findings(void **state)
{
	static const struct {
		const char *text, *rule;
		unsigned line, column;
	} rows[] = {
		{ "var a = 1 2", "BICEP-SYNTAX-01", 1, 11 },
		{ "var a = 'x", "BICEP-SYNTAX-01", 1, 11 },
		{ "var a = {\n b: \n}", "BICEP-SYNTAX-01", 3, 1 },
		{ "output x string = \u00e9", "BICEP-SYNTAX-01", 1, 19 },
		{ "output x string = nothing", "BICEP-NAME-01", 1, 19 },
		{ "output x string = 'a${  nothing}'", "BICEP-NAME-01", 1, 25 },
		{ "type t = string\noutput x string = t", "BICEP-NAME-02", 2, 19 },
		{ "var a = 1\nvar a = 2", "BICEP-NAME-03", 2, 1 },
		{ "output x string = uper('a')", "BICEP-FUNC-01", 1, 19 },
		{ "param p nothing", "BICEP-TYPE-01", 1, 9 },
		{ "var a = b\nvar b = a", "BICEP-CIRCLE-01", 1, 1 },
		{ "resource v 'M.N/v@1' = {\n}", "BICEP-RES-01", 1, 1 },
		{ "resource v 'M.N/v@1' = {\n ...{}\n name: 'v'\n}", "BICEP-RES-02", 2, 2 },
		{ "module m './none.bicep' = {\n name: 'm'\n}", "BICEP-MODULE-01", 1, 1 },
		{ "module m 'ts:a/b:1' = {\n name: 'm'\n}", "BICEP-MODULE-02", 1, 1 },
		{ "output x string = loadTextContent('none')", "BICEP-FILE-01", 1, 35 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct findings f = { 0 };
		json_t *v = output_of(rows[i].text, &f);

		if (!f.n || !streq(f.items[0].rule, rows[i].rule) ||
		    f.items[0].line != rows[i].line || f.items[0].column != rows[i].column)
			fail_msg("%s: %s %u:%u", rows[i].text, f.n ? f.items[0].rule : "nothing",
			         f.n ? f.items[0].line : 0, f.n ? f.items[0].column : 0);
		json_decref(v);
		findings_free(&f);
	}
}

/* Ten mistakes are ten findings. */
static void test_recovery(void **state)
{
	_cleanup_str_ struct str text = { 0 };
	struct findings f = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		str_printf(&text, "var a%d = = %d\n\nvar good%d = {\n a: [1]\n}\n", i, i, i);
	json_decref(bicep_compile_text(str_get(&text), text.n, &f));
	assert_int_equal(f.errors, 10);
	findings_free(&f);
}

static void test_depth(void **state)
{
	_cleanup_str_ struct str text = { 0 };
	struct findings f = { 0 };

	(void)state;
	str_add(&text, "var a = ");
	for (int i = 0; i < 100000; i++)
		str_add(&text, i % 2 ? "[" : "(");
	json_decref(bicep_compile_text(str_get(&text), text.n, &f));
	assert_int_equal(f.errors, 1);
	findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
