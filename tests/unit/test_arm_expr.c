/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions of ARM templates, each function: expression => value, or what the error says. */
#include <stdio.h>

#include "base/str.h"
#include "input/arm/arm.h"
#include "input/arm/fn/table.h"
#include "unit.h"
struct row {
	const char *expr, *want; /* JSON; or "!..." a part of the message; "!!..." of the hint */
};

static const char template[] =
    "{'parameters': {"
    "  'Str': {'type': 'string', 'defaultValue': 'abc'},"
    "  'now': {'type': 'string', 'defaultValue': \"[utcNow('yyyy-MM-dd')]\"},"
    "  'id': {'type': 'string', 'defaultValue': '[newGuid()]'},"
    "  'maybe': {'type': 'string', 'nullable': true},"
    "  'loop': {'type': 'string', 'defaultValue': \"[parameters('loop')]\"}},"
    " 'variables': {"
    "  'obj': {'One': 1, 'two': {'Three': [1, 2, {'deep': true}]}},"
    "  'expr': {\"[concat('k', 'ey')]\": \"[add(1, 2)]\", 'lit': '[[x]', 'half': '[x'},"
    "  'list': ['a', 'b', 'c'],"
    "  'self': \"[variables('self')]\","
    "  'broken': \"[variables('nowhere')]\","
    "  'copy': [{'name': 'looped', 'count': 3, 'input': \"[copyIndex('looped', 1)]\"}],"
    "  'withCopy': {'copy': [{'name': 'xs', 'count': \"[length(variables('list'))]\","
    "    'input': {'n': \"[variables('list')[copyIndex('xs')]]\"}}], 'y': 1}},"
    " 'functions': [{'namespace': 'My', 'members': {"
    "  'twice': {'parameters': [{'name': 'n', 'type': 'int'}],"
    "    'output': {'type': 'int', 'value': \"[mul(parameters('n'), 2)]\"}},"
    "  'four': {'parameters': [], 'output': {'type': 'int', 'value': '[my.twice(2)]'}},"
    "  'nosy': {'parameters': [], 'output': {'type': 'int', 'value': \"[variables('obj')]\"}}}}]}";

static json_t *parse(const char *text)
{
	_cleanup_free_ char *s = xstrdup(text);
	json_error_t je;

	if (!strstr(text, "\\'")) /* single quotes, for the reader's sake */
		for (char *p = s, in = 0; *p; p++) {
			if (*p == '"')
				in = !in;
			if (*p == '\'' && !in)
				*p = '"';
		}
	json_t *j = json_loads(s, JSON_DECODE_ANY, &je);

	if (!j)
		fail_msg("%s: %s", text, je.text);
	return j;
}

static bool is(const struct row *r, json_t *tmpl)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_str_ struct str expr = { 0 };
	json_t *got = NULL;
	bool ok = false;

	str_printf(&expr, "[%s]", r->expr);
	int k = arm_expression(str_get(&expr), tmpl, &got, &f);

	if (*r->want == '!') {
		bool hint = r->want[1] == '!';
		const char *s = f.n ? hint ? f.items[0].hint : f.items[0].message : "";

		ok = k < 0 && f.errors == 1 && s && strstr(s, r->want + 1 + hint);
		if (!ok)
			print_message("# %s: %s %s\n", r->expr,
			              f.n ? f.items[0].message : "no error",
			              f.n && f.items[0].hint ? f.items[0].hint : "");
	} else {
		json_t *want = parse(r->want);
		_cleanup_free_ char *s =
		    got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

		ok = k == 0 && json_equal(got, want);
		if (!ok)
			print_message("# %s => %s, not %s; %s\n", r->expr, s ? s : "", r->want,
			              f.n ? f.items[0].message : "");
		json_decref(want);
	}
	json_decref(got);
	return ok;
}

/* What is printed is parsed to the same. */
static bool survives_printing(const char *text)
{
	struct arena *a = arena_new();
	_cleanup_str_ struct str s = { 0 }, once = { 0 }, twice = { 0 };
	struct expr_error e = { 0 };

	str_printf(&s, "[%s]", text);
	const struct expr *x = expr_parse(a, fn_table(), str_get(&s), s.n, &e);

	str_addc(&once, '[');
	str_addc(&twice, '[');
	if (x)
		expr_print(x, &once);
	str_addc(&once, ']');
	x = x ? expr_parse(a, fn_table(), str_get(&once), once.n, &e) : NULL;
	if (x)
		expr_print(x, &twice);
	str_addc(&twice, ']');
	arena_free(a);
	return x && streq(str_get(&once), str_get(&twice));
}

static void check(const struct row *rows, size_t n)
{
	json_t *tmpl = parse(template);
	size_t bad = 0;

	for (size_t i = 0; i < n; i++)
		bad += !is(&rows[i], tmpl) ||
		       (*rows[i].want != '!' && !survives_printing(rows[i].expr));
	json_decref(tmpl);
	print_message("# %zu expressions\n", n);
	assert_int_equal(bad, 0);
}
#define CHECK(rows) check(rows, ARRAY_LEN(rows))

static void grammar(void **state)
{
	static const struct row rows[] = {
		{ "'it''s'", "\"it's\"" },
		{ "''", "''" },
		{ "-5", "-5" },
		{ "  concat ( 'a' ,\n 'b' )  ", "'ab'" },
		{ "CONCAT('a', 'b')", "'ab'" },
		{ "sys.concat('a')", "'a'" },
		{ "az.true()", "true" },
		{ "variables('obj').one", "1" },
		{ "variables('OBJ').TWO.three[2].DEEP", "true" },
		{ "variables('obj')['two']['three'][add(0, 1)]", "2" },
		{ "variables('obj').?nope", "null" },
		{ "variables('obj').?nope.?more", "null" },
		{ "variables('obj').two.three[?7]", "null" },
		{ "variables('expr')", "{'key': 3, 'lit': '[x]', 'half': '[x'}" },
		{ "variables('looped')", "[1, 2, 3]" },
		{ "variables('withCopy')", "{'xs': [{'n': 'a'}, {'n': 'b'}, {'n': 'c'}], 'y': 1}" },
		{ "parameters('str')", "'abc'" },
		{ "parameters('maybe')", "null" },
		{ "parameters('now')", "'2025-01-01'" },
		{ "my.twice(21)", "42" },
		{ "MY.four()", "4" },
		{ "my.nosy()", "!sees no variables" },
		{ "my.twice()", "!takes 1 argument, not 0" },
		{ "my.thrice(1)", "!no function my.thrice()" },
		{ "your.twice(1)", "!no function your.twice()" },
		{ "variables('obj').twoo", "!no property \"twoo\"" },
		{ "variables('obj').twoo", "!!did you mean \"two\"?" },
		{ "variables('list')[3]", "!has 3 elements, there is no [3]" },
		{ "variables('list').x", "!must be an integer" },
		{ "variables('lisst')", "!!did you mean variables('list')?" },
		{ "parameters('qqqqqqqqqq')", "!!declare it in \"parameters\" of this template" },
		{ "variables('self')", "!depends on itself" },
		{ "parameters('loop')", "!depends on itself" },
		{ "variables('broken')", "!no variable \"nowhere\"" },
		{ "parameters('x')", "!no parameter \"x\"" },
		{ "concat('a'", "!this parenthesis is not closed" },
		{ "concat('a' 'b')", "!\",\" or \")\" is missing here" },
		{ "concat('a)", "!has no end" },
		{ "concat('a'))", "!should have ended here" },
		{ "abc", "!a name that is no function" },
		{ "\"x\"", "!single quotes" },
		{ "", "!an expression is missing" },
		{ "99999999999999999999", "!64 bits" },
		{ "cocnat('a')", "!!did you mean concat()?" },
		{ "not()", "!not() takes 1 argument, not 0" },
		{ "padLeft('a')", "!takes 2 to 3 arguments, not 1" },
		{ "add(1, 'x')",
		  "!argument 2 of add() must be an integer, but it is a string: 'x'" },
		{ "div(1, sub(2, 2))",
		  "!division by zero\n  [div(1, sub(2, 2))]\n          ^\n  sub(2, 2) is 0" },
		{ "null().x", "!null has no 'x'" },
	};

	(void)state;
	CHECK(rows);
}

static void strings(void **state)
{
	static const struct row rows[] = {
		{ "concat('a', 1, true(), null())", "'a1True'" },
		{ "concat(createArray(1), createArray(2, 3))", "[1, 2, 3]" },
		{ "concat('a', createArray())", "!strings or arrays, not both" },
		{ "string(true())", "'True'" },
		{ "string(createObject('a', createArray(1, 'x')))",
		  "\"{\\\"a\\\":[1,\\\"x\\\"]}\"" },
		{ "format('{0}-{1:D3}-{{x}}-{0}', 'a', 7)", "'a-007-{x}-a'" },
		{ "format('{0,5}|{0,-5}|{1:X4}|{1:N0}|{2:000}', 'ab', 4660, 9)",
		  "'   ab|ab   |1234|4,660|009'" },
		{ "format('>{0}<>{1}<', createObject('a', 'b', '!c', 2), createArray(true(), 2893, "
		  "'abc'))",
		  "\">{'a':'b','!c':2}<>[true,2893,'abc']<\"" },
		{ "format('{0}', false())", "'False'" },
		{ "format('{1}', 'a')", "!asks for {1}, and there are 1 values" },
		{ "format('{18446744073709551615}', 'a')", "!and there are 1 values" },
		{ "format('{x}', 'a')", "!a brace without" },
		{ "split('a,b;c', createArray(',', ';'))", "['a', 'b', 'c']" },
		{ "split('10.0.0.0/16', '/')[1]", "'16'" },
		{ "join(createArray('a', 1, true()), '-')", "'a-1-True'" },
		{ "toUpper('aé')", "\"AÉ\"" },
		{ "toLower('AÉ')", "\"aé\"" },
		{ "trim('  a b\t')", "'a b'" },
		{ "padLeft('1', 3, '0')", "'001'" },
		{ "padLeft(12, 4)", "'  12'" },
		{ "padLeft('12345', 3)", "'12345'" },
		{ "substring('hello', 1, 3)", "'ell'" },
		{ "substring('hällo', 1)", "\"ällo\"" },
		{ "substring('abc', 2, 2)", "!the string has 3 characters" },
		{ "replace('a.b.c', '.', '--')", "'a--b--c'" },
		{ "replace('Aa', 'a', 'x')", "'Ax'" },
		{ "startsWith('ABC', 'ab')", "true" },
		{ "endsWith('ABC', 'bc')", "true" },
		{ "endsWith('c', 'abc')", "false" },
		{ "indexOf('xABab', 'ab')", "1" },
		{ "lastIndexOf('xABab', 'AB')", "3" },
		{ "indexOf('abc', 'd')", "-1" },
		{ "lastIndexOf('abc', 'abcd')", "-1" },
		{ "lastIndexOf('äÄbäx', 'Bä')", "2" },
		{ "lastIndexOf('abc', '')", "3" },
		/* neither may take the square of the length */
		{ "lastIndexOf(padLeft('', 4000000, 'a'), 'A')", "3999999" },
		{ "indexOf(padLeft('', 4000000, 'a'), padLeft('b', 2000000, 'a'))", "-1" },
		{ "length(replace(padLeft('', 4000000, 'a'), padLeft('b', 2000000, 'a'), ''))",
		  "4000000" },
		{ "contains('Abc', 'a')", "false" },
		{ "contains('a1', 1)", "true" },
		{ "like('abcdef', 'a*c*')", "true" },
		{ "like('a', 'b')", "false" },
		{ "base64('one, two')", "'b25lLCB0d28='" },
		{ "base64ToString('b25lLCB0d28=')", "'one, two'" },
		{ "base64ToString('a!')", "!not base64" },
		{ "base64ToJson(base64('{\"a\": [1]}')).a[0]", "1" },
		{ "json('null')", "null" },
		{ "json('{''a'': 1,}')", "{'a': 1}" },
		{ "json('{')", "!not JSON" },
		{ "first('hello')", "'h'" },
		{ "last('hällö')", "\"ö\"" },
		{ "first('')", "''" },
		{ "take('abc', 9)", "'abc'" },
		{ "skip('äbc', 1)", "'bc'" },
		{ "length('äbc')", "3" },
		{ "empty('')", "true" },
		{ "uri('http://contoso.org/firstpath', 'myscript.sh')",
		  "'http://contoso.org/myscript.sh'" },
		{ "uri('https://h/a/b/main.json', 'nested/../x.json')", "'https://h/a/b/x.json'" },
		{ "uri('https://h/a/b/', '../../../x')", "'https://h/x'" },
		{ "uri('https://h/a/?sas', '/x?y=1')", "'https://h/x?y=1'" },
		{ "uri('https://h/a/b', 'https://other/c')", "'https://other/c'" },
		{ "uri('nowhere', 'x')", "!absolute base" },
		{ "uriComponent('http://a b/ä')", "'http%3A%2F%2Fa%20b%2F%C3%A4'" },
		{ "uriComponentToString('a%20b%2F')", "'a b/'" },
		{ "dataUri('Hello')", "'data:text/plain;charset=utf8;base64,SGVsbG8='" },
		{ "dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')", "'Hello, World!'" },
		{ "dataUriToString('data:,a%20b')", "'a b'" },
		{ "buildUri(createObject('scheme', 'https', 'host', 'h', 'port', 8080, 'path', "
		  "'/p', 'query', 'a=1'))",
		  "'https://h:8080/p?a=1'" },
		{ "parseUri('https://h:8080/p?a=1')",
		  "{'scheme': 'https', 'host': 'h', 'port': 8080, 'path': '/p', 'query': '?a=1'}" },
	};

	(void)state;
	CHECK(rows);
}

static void arrays_and_objects(void **state)
{
	static const struct row rows[] = {
		{ "createArray(1, 'a', createObject())", "[1, 'a', {}]" },
		{ "array('x')", "['x']" },
		{ "array(createArray(1))", "[1]" },
		{ "first(createArray())", "null" },
		{ "last(createArray(1, 2))", "2" },
		{ "take(createArray(1, 2, 3), 2)", "[1, 2]" },
		{ "skip(createArray(1, 2, 3), -1)", "[1, 2, 3]" },
		{ "length(createObject('a', 1))", "1" },
		{ "empty(null())", "true" },
		{ "empty(createArray())", "true" },
		{ "empty(1)", "!takes an array, an object or a string" },
		{ "contains(createArray('a', 'B'), 'b')", "false" },
		{ "contains(createObject('Key', null()), 'kEY')", "true" },
		{ "indexOf(createArray('a', 'b', 'a'), 'a')", "0" },
		{ "lastIndexOf(createArray('a', 'b', 'a'), 'a')", "2" },
		{ "range(5, 3)", "[5, 6, 7]" },
		{ "range(0, 10001)", "!0 to 10000" },
		{ "flatten(createArray(createArray(0, 1), createArray(2)))", "[0, 1, 2]" },
		{ "flatten(createArray(1))", "!arrays of arrays" },
		{ "distinct(createArray('a', 'b', 'a', createObject('x', 1), createObject('x', "
		  "1)))",
		  "['a', 'b', {'x': 1}]" },
		{ "tryIndexFromEnd(createArray(1, 2), 1)", "2" },
		{ "tryIndexFromEnd(createArray(1, 2), 3)", "null" },
		{ "union(createArray(1, 2), createArray(2, 3))", "[1, 2, 3]" },
		{ "union(createObject('a', createObject('b', 1, 'l', createArray(1))), "
		  "createObject('A', createObject('c', 2, 'l', createArray(2))))",
		  "{'a': {'b': 1, 'l': [2], 'c': 2}}" },
		{ "union(createArray(), createObject())", "!union() takes objects, or arrays" },
		{ "intersection(createArray(1, 2, 3), createArray(3, 2))", "[2, 3]" },
		{ "intersection(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 3))",
		  "{'b': 2}" },
		{ "items(createObject('b', 1, 'a', 2))",
		  "[{'key': 'a', 'value': 2}, {'key': 'b', 'value': 1}]" },
		{ "objectKeys(createObject('b', 1, 'a', 2))", "['b', 'a']" },
		{ "tryGet(variables('obj'), 'two', 'three', 2, 'deep')", "true" },
		{ "tryGet(variables('obj'), 'x', 'y')", "null" },
		{ "tryGet(null(), 'y')", "null" },
		{ "tryGet(createArray(1, 2), createObject('value', 1, 'fromEnd', true()))", "2" },
		{ "tryGet(createArray(1), createObject('value', -9223372036854775808, 'fromEnd', "
		  "true()))",
		  "null" },
		{ "shallowMerge(createArray(createObject('a', createObject('x', 1)), "
		  "createObject('a', createObject('y', 2))))",
		  "{'a': {'y': 2}}" },
		{ "createObject('a')", "!pairs" },
		{ "createObject(1, 2)", "!name of a property is a string" },
		{ "min(3, 1, 2)", "1" },
		{ "max(createArray(3, 1, 2))", "3" },
		{ "max(createArray())", "!of an empty array" },
		{ "map(variables('list'), lambda('x', toUpper(lambdaVariables('x'))))",
		  "['A', 'B', 'C']" },
		{ "map(variables('list'), lambda('x', 'i', format('{0}{1}', lambdaVariables('x'), "
		  "lambdaVariables('i'))))",
		  "['a0', 'b1', 'c2']" },
		{ "map(range(0, 2), lambda('x', map(range(0, 2), lambda('y', "
		  "add(mul(lambdaVariables('x'), 10), lambdaVariables('y'))))))",
		  "[[0, 1], [10, 11]]" },
		{ "filter(range(0, 6), lambda('x', equals(mod(lambdaVariables('x'), 2), 0)))",
		  "[0, 2, 4]" },
		{ "filter(range(0, 2), lambda('x', 'no'))", "!must give a boolean" },
		{ "reduce(range(1, 5), 1, lambda('a', 'b', mul(lambdaVariables('a'), "
		  "lambdaVariables('b'))))",
		  "120" },
		{ "reduce(createArray('a', 'b', 'c'), '', lambda('s', 'x', 'i', "
		  "if(equals(lambdaVariables('i'), 1), lambdaVariables('s'), "
		  "concat(lambdaVariables('s'), lambdaVariables('x')))))",
		  "'ac'" },
		{ "sort(createArray(8, 3, 10, -13, 5), lambda('x', 'y', less(lambdaVariables('x'), "
		  "lambdaVariables('y'))))",
		  "[-13, 3, 5, 8, 10]" },
		{ "toObject(createArray(123, 456), lambda('i', format('{0}', "
		  "div(lambdaVariables('i'), 100))), lambda('i', mod(lambdaVariables('i'), 10)))",
		  "{'1': 3, '4': 6}" },
		{ "mapValues(createObject('a', 1), lambda('v', mul(lambdaVariables('v'), 2)))",
		  "{'a': 2}" },
		{ "groupBy(createArray('ab', 'ac', 'b'), lambda('x', first(lambdaVariables('x'))), "
		  "lambda('x', length(lambdaVariables('x'))))",
		  "{'a': [2, 2], 'b': [1]}" },
		{ "map(createArray(1), lambda('x', lambdaVariables('y')))",
		  "!no lambda variable \"y\"" },
		{ "map(createArray(1), lambda(1))", "!has 1 to 2 variables, not 0" },
		{ "lambda('x', 1)", "!a lambda is no value" },
		{ "map(createArray(1), 2)", "!must be a lambda" },
	};

	(void)state;
	CHECK(rows);
}

static void logic_and_numbers(void **state)
{
	static const struct row rows[] = {
		{ "if(true(), 'yes', variables('nowhere'))", "'yes'" },
		{ "if(equals(1, 2), fail('not asked'), 'no')", "'no'" },
		{ "if('x', 1, 2)", "!wants a boolean here, not a string" },
		{ "if('True', 1, 2)", "1" },
		{ "and(false(), variables('nowhere'))", "false" },
		{ "and(true(), true())", "true" },
		{ "or(true(), variables('nowhere'))", "true" },
		{ "not(false())", "true" },
		{ "coalesce(null(), parameters('maybe'), 'x', variables('nowhere'))", "'x'" },
		{ "coalesce(null())", "null" },
		{ "bool('true')", "true" },
		{ "bool(0)", "false" },
		{ "bool('maybe')", "!takes \"true\"" },
		{ "equals('a', 'A')", "false" },
		{ "equals(1, '1')", "false" },
		{ "equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))", "true" },
		{ "equals(null(), null())", "true" },
		{ "greater(2, 1)", "true" },
		{ "greaterOrEquals(1, 1)", "true" },
		{ "less('a', 'b')", "true" },
		{ "lessOrEquals(2, 1)", "false" },
		{ "less(1, 'b')", "!two numbers or two strings" },
		{ "fail('no hub')", "!the template refuses: no hub" },
		{ "int('42')", "42" },
		{ "int(float('3.7'))", "3" },
		{ "int('4x')", "!cannot make an integer" },
		{ "float(3)", "3.0" },
		{ "add(1, -2)", "-1" },
		{ "sub(7, 3)", "4" },
		{ "mul(6, 7)", "42" },
		{ "div(7, 2)", "3" },
		{ "mod(80, -4)", "0" },
		{ "mod(-7, 3)", "-1" },
		{ "add(9223372036854775807, 1)", "!64 bits" },
		{ "mul(9223372036854775807, 2)", "!64 bits" },
		{ "div(-9223372036854775807, -1)", "9223372036854775807" },
	};

	(void)state;
	CHECK(rows);
}

/* Microsoft Learn's own examples. */
static void addresses_and_dates(void **state)
{
	static const struct row rows[] = {
		{ "parseCidr('10.144.0.0/20')",
		  "{'network': '10.144.0.0', 'netmask': '255.255.240.0', 'broadcast': "
		  "'10.144.15.255',"
		  " 'firstUsable': '10.144.0.1', 'lastUsable': '10.144.15.254', 'cidr': 20}" },
		{ "parseCidr('fdad:3236:5555::/48')",
		  "{'network': 'fdad:3236:5555::', 'netmask': 'ffff:ffff:ffff::', 'firstUsable': "
		  "'fdad:3236:5555::',"
		  " 'lastUsable': 'fdad:3236:5555:ffff:ffff:ffff:ffff:ffff', 'cidr': 48}" },
		{ "map(range(0, 5), lambda('i', cidrSubnet('10.144.0.0/20', 24, "
		  "lambdaVariables('i'))))",
		  "['10.144.0.0/24', '10.144.1.0/24', '10.144.2.0/24', '10.144.3.0/24', "
		  "'10.144.4.0/24']" },
		{ "cidrSubnet('fdad:3236:5555::/48', 52, 15)", "'fdad:3236:5555:f000::/52'" },
		{ "cidrSubnet('10.0.0.0/24', 26, 4)", "!there is no number 4" },
		{ "cidrSubnet('10.0.0.0/24', 20, 0)", "!a subnet of a /24" },
		{ "map(range(0, 5), lambda('i', cidrHost('10.144.3.0/24', lambdaVariables('i'))))",
		  "['10.144.3.1', '10.144.3.2', '10.144.3.3', '10.144.3.4', '10.144.3.5']" },
		{ "cidrHost('10.0.0.0/30', 2)", "!no usable address number 2" },
		{ "parseCidr('10.0.0/8')", "!is not a network" },
		{ "dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')", "'2023-04-07T14:53:14Z'" },
		{ "dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')", "'2020-03-29T14:53:14Z'" },
		{ "dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H')", "'2020-04-07T15:53:14Z'" },
		{ "dateTimeAdd('2020-04-07T23:30:00+02:00', 'PT1H', 'ddd dd/MM/yy HH:mm')",
		  "'Tue 07/04/20 22:30'" },
		{ "dateTimeAdd('2020-04-07', 'P1Y2M1W3DT4H5M6S')", "'2021-06-17T04:05:06Z'" },
		{ "dateTimeAdd('2020-04-07', 'PT1M')", "'2020-04-07T00:01:00Z'" },
		{ "dateTimeAdd('2020-04-07', 'P1Y1Y')", "!not a duration" },
		{ "dateTimeAdd('2020-04-07', 'P1D1M')", "!not a duration" },
		{ "dateTimeAdd('2020-04-07', 'P1H')", "!not a duration" },
		{ "dateTimeAdd('2020-04-07', 'PT1D')", "!not a duration" },
		{ "dateTimeAdd('2020-04-07', 'PT1HT1M')", "!not a duration" },
		{ "dateTimeAdd('2020-04-07', 'P')", "!not a duration" },
		{ "dateTimeAdd('yesterday', 'P1D')", "!is not a date" },
		{ "dateTimeFromEpoch(1683040573)", "'2023-05-02T15:16:13Z'" },
		{ "dateTimeToEpoch('2023-05-02T15:16:13Z')", "1683040573" },
		{ "utcNow()", "!only in the default value" },
		{ "newGuid()", "!only in the default value" },
	};

	(void)state;
	CHECK(rows);
}

/* Pairs that others published: terraform-provider-azapi's tests and documentation (unique_string);
 * the documentation of AzExpression's New-AzGuid, which calls the library that Azure evaluates
 * templates with; RFC 4122's algorithm with the name space of Bicep's documentation. */
static void hashes(void **state)
{
	static const struct row rows[] = {
		{ "uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000', "
		  "'resource-id')",
		  "'cwvxuqg24sifi'" },
		{ "uniqueString('/subscriptions/12345678-1234-1234-1234-123456789012/"
		  "resourceGroups/my-rg', 'Microsoft.Storage/storageAccounts')",
		  "'z22rah77jfqry'" },
		{ "guid('test', 'value')", "'95b33d6a-06a0-5961-9b94-a0f6c648352b'" },
		{ "guid('a', 'b', 'c')", "'a98fa280-e03f-5afa-8d8e-92d0a9c201e8'" },
		{ "equals(guid('a-b'), guid('a', 'b'))", "true" },
		{ "length(uniqueString(''))", "13" },
	};

	(void)state;
	CHECK(rows);
}

static void resources(void **state)
{
#define SUB "/subscriptions/00000000-0000-0000-0000-000000000000"
#define RG SUB "/resourceGroups/lab"
#define NET "/providers/Microsoft.Network"
	static const struct row rows[] = {
		{ "resourceId('Microsoft.Network/virtualNetworks', 'hub')",
		  "'" RG NET "/virtualNetworks/hub'" },
		{ "resourceid('Microsoft.Network/virtualNetworks/', 'hub')",
		  "'" RG NET "/virtualNetworks/hub'" },
		{ "resourceId('rg2', 'Microsoft.Network/virtualNetworks/subnets', 'hub', 'a')",
		  "'" SUB "/resourceGroups/rg2" NET "/virtualNetworks/hub/subnets/a'" },
		{ "resourceId('s', 'rg2', 'Microsoft.Network/routeTables', 'r')",
		  "'/subscriptions/s/resourceGroups/rg2" NET "/routeTables/r'" },
		{ "resourceId('Microsoft.Network/virtualNetworks/subnets', 'hub')",
		  "!same number of parts" },
		{ "resourceId('hub', 'spoke')", "!finds no resource type" },
		{ "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'x')",
		  "'" SUB "/resourceGroups/x'" },
		{ "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')",
		  "'" SUB "/providers/Microsoft.Authorization/roleDefinitions/x'" },
		{ "tenantResourceId('Microsoft.Authorization/roleDefinitions', 'x')",
		  "'/providers/Microsoft.Authorization/roleDefinitions/x'" },
		{ "managementGroupResourceId('Microsoft.Authorization/policyDefinitions', 'x')",
		  "'/providers/Microsoft.Management/managementGroups/lab/providers/"
		  "Microsoft.Authorization/policyDefinitions/x'" },
		{ "extensionResourceId('/subscriptions/s', 'Microsoft.Authorization/locks', 'l')",
		  "'/subscriptions/s/providers/Microsoft.Authorization/locks/l'" },
		{ "resourceGroup().name", "'lab'" },
		{ "resourceGroup().id", "'" RG "'" },
		{ "resourceGroup().location", "'westeurope'" },
		{ "subscription().id", "'" SUB "'" },
		{ "tenant().tenantId", "'00000000-0000-0000-0000-000000000001'" },
		{ "managementGroup().name", "'lab'" },
		{ "deployment().name", "'test'" },
		{ "uri(deployment().properties.templateLink.uri, 'x.json')",
		  "'https://template.invalid/x.json'" },
		{ "environment().suffixes.storage", "'core.windows.net'" },
		{ "deployer().tenantId", "'00000000-0000-0000-0000-000000000001'" },
		{ "providers('Microsoft.Network', 'virtualNetworks').apiVersions[0]",
		  "\"providers('Microsoft.Network').apiVersions[0]\"" },
		{ "pickZones('Microsoft.Network', 'publicIPAddresses', 'westeurope', 2)",
		  "['1', '2']" },
		{ "toPhysicalZone('s', 'westeurope', '2')", "'westeurope-az2'" },
		{ "toLogicalZones('s', 'westeurope', createArray('westeurope-az2'))", "['2']" },
		{ "toPhysicalZones('s', 'westeurope', createArray('1', '3'))",
		  "['westeurope-az1', 'westeurope-az3']" },
		{ "toLogicalZone('s', 'westeurope', 'westeurope-az3')", "'3'" },
		{ "listKeys('x', '2020-01-01').key1", "\"listKeys('x').key1\"" },
		{ "listSecrets('x', '2020-01-01').a", "\"listSecrets('x').a\"" },
		{ "reference('hub')", "!no resource \"hub\" in this template" },
		{ "references('hubs')", "!no copy loop \"hubs\"" },
		{ "copyIndex()", "!outside of a copy loop" },
		{ "copyIndex('x')", "!does not stand in a loop \"x\"" },
	};

	(void)state;
	CHECK(rows);
}

/* What users write is what there is: every function that the documentation of the language lists.
 */
static void all_there(void **state)
{
	static const char listed[] = "parameters variables deployment environment lambdaVariables "
	                             "lambda resourceId reference references "
	                             "resourceGroup subscription subscriptionResourceId "
	                             "extensionResourceId tenantResourceId managementGroup "
	                             "managementGroupResourceId tenant deployer providers "
	                             "pickZones list list* listKeys toLogicalZone toLogicalZones "
	                             "toPhysicalZone toPhysicalZones concat format string split "
	                             "uri uniqueString guid newGuid json base64 "
	                             "base64ToString base64ToJson toUpper toLower padLeft "
	                             "substring replace take skip trim startsWith endsWith "
	                             "indexOf lastIndexOf join dataUri dataUriToString "
	                             "uriComponent uriComponentToString buildUri parseUri like "
	                             "createArray createObject union contains length empty first "
	                             "last array range items objectKeys tryGet "
	                             "tryIndexFromEnd flatten shallowMerge intersection min max "
	                             "distinct copyIndex map filter reduce sort "
	                             "toObject mapValues groupBy if equals and or not bool true "
	                             "false null coalesce greater greaterOrEquals "
	                             "less lessOrEquals int add sub mul div mod float parseCidr "
	                             "cidrSubnet cidrHost utcNow dateTimeAdd "
	                             "dateTimeFromEpoch dateTimeToEpoch fail";
	_cleanup_free_ char *copy = xstrdup(listed);
	size_t n, want = 0, have = 0;
	const char **names = arm_functions(&n);

	(void)state;
	for (char *save = NULL, *s = strtok_r(copy, " ", &save); s;
	     s = strtok_r(NULL, " ", &save)) {
		bool found = false;

		for (size_t i = 0; i < n && !found; i++)
			found = streq(names[i], s);
		if (!found)
			print_message("# %s is missing\n", s);
		want++;
		have += found;
	}
	print_message("# functions: %zu of %zu listed; %zu in all\n", have, want, n);
	free(names);
	assert_int_equal(have, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar),
		cmocka_unit_test(strings),
		cmocka_unit_test(arrays_and_objects),
		cmocka_unit_test(logic_and_numbers),
		cmocka_unit_test(addresses_and_dates),
		cmocka_unit_test(hashes),
		cmocka_unit_test(resources),
		cmocka_unit_test(all_there),
	};

	return cmocka_run_group_tests_name("arm_expr", tests, NULL, NULL);
}
