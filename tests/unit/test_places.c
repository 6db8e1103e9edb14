/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where values stand in a file: a table of text, pointer and place; names that stand twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/finding.h"
#include "base/json_places.h"
#include "base/str.h"

static const struct {
	const char *text, *pointer;
	unsigned line, column;
} rows[] = {
	{ "{}", "", 1, 1 },
	{ "\n  { \"a\": 1,\n    \"b\": [ 10,\n 20 ] }", "", 2, 3 },
	{ "\n  { \"a\": 1,\n    \"b\": [ 10,\n 20 ] }", "/a", 2, 5 },
	{ "\n  { \"a\": 1,\n    \"b\": [ 10,\n 20 ] }", "/b", 3, 5 },
	{ "\n  { \"a\": 1,\n    \"b\": [ 10,\n 20 ] }", "/b/0", 3, 12 },
	{ "\n  { \"a\": 1,\n    \"b\": [ 10,\n 20 ] }", "/b/1", 4, 2 },
	/* What is not there stands where it would be. */
	{ "{\n \"a\": {\n  \"x\": 1 } }", "/a/y/z", 2, 2 },
	{ "{\n \"a\": {\n  \"x\": 1 } }", "/ab", 1, 1 },
	{ "{\n \"a\": {\n  \"x\": 1 } }", "/a/x", 3, 3 },
	/* Names: escapes of JSON and of pointers, UTF-8 counted in characters. */
	{ "{ \"a/b~c\": 1 }", "/a~1b~0c", 1, 3 },
	{ "{ \"\\u00e4\\n\\\"\": 1 }", "/\u00e4\n\"", 1, 3 },
	{ "{ \"\\ud83d\\ude00\": 1 }", "/\U0001f600", 1, 3 },
	{ "{ \"\u00e4\u00e4\": 1, \"b\": 2 }", "/b", 1, 12 },
	{ "\xef\xbb\xbf{ \"b\": 2 }", "/b", 1, 3 },
	/* As people write it. */
	{ "// one\n{ /* two\n */ 'a': 'it\\'s', # three\n b: [1,], }", "/a", 3, 5 },
	{ "// one\n{ /* two\n */ 'a': 'it\\'s', # three\n b: [1,], }", "/b/0", 4, 6 },
	{ "WARNING: old\n{ \"a\": 1 }", "/a", 2, 3 },
	{ "{ \"a\": \"over\n two lines\", \"b\": 1 }", "/b", 2, 14 },
	{ "{ \"a\": \"http://x\", \"b\": \"{[\" , \"c\": 1 }", "/c", 1, 32 },
	/* The last of equal names counts, and what is in it. */
	{ "{ \"a\": {\"x\": 1},\n \"a\": {\"x\": 2} }", "/a", 2, 2 },
	{ "{ \"a\": {\"x\": 1},\n \"a\": {\"x\": 2} }", "/a/x", 2, 8 },
	/* No JSON: as far as it is one. */
	{ "{ \"a\": 1, b }", "/a", 1, 3 },
	{ "{ \"a\": 1, \"b\": \"no end", "/b", 1, 11 },
};

static void places_of_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct places *p = places_new();
		struct text_place at = { 0 };

		places_add_json(p, "x.json", "/tmp/x.json", rows[i].text, strlen(rows[i].text));
		assert_true(places_find(p, "x.json", rows[i].pointer, &at));
		if (at.line != rows[i].line || at.column != rows[i].column)
			fail_msg("%s in %s: %u:%u, not %u:%u", rows[i].pointer, rows[i].text,
			         at.line, at.column, rows[i].line, rows[i].column);
		assert_string_equal(at.file, "/tmp/x.json");
		places_free(p);
	}
}

struct one_by_one {
	struct places *p;
	size_t n;
};

static void compare_place(void *ctx, const struct json_value_place *v)
{
	struct one_by_one *x = ctx;
	struct text_place at;

	assert_true(places_find(x->p, "x", v->pointer, &at));
	if (at.line < v->line || (at.line == v->line && at.column < v->column))
		fail_msg("%s: %u:%u, not %u:%u", v->pointer, at.line, at.column, v->line,
		         v->column);
	if (at.line == v->line && at.column == v->column)
		x->n++;
}

/* What is looked through level by level is what is told of the whole text. */
static void levels_of_places(void **state)
{
	static const char text[] = "{ \"a\": { \"b\": [ 1, {\"c\": \"{[\"}, [] ],\n \"d\": {} },\n"
	                           "// note {\n \"e/f\": { \"g\": { \"\": \"\\\"}\" } }, h: 'i' }";
	struct one_by_one x = { .p = places_new() };
	struct text_place at;

	(void)state;
	places_add_json(x.p, "x", "x", text, strlen(text));
	assert_true(places_find(x.p, "x", "/e~1f/g/", &at)); /* the last level first */
	assert_int_equal(at.line, 4);
	assert_int_equal(at.column, 18);
	json_places(text, strlen(text), compare_place, &x);
	assert_int_equal(x.n, 12);
	places_free(x.p);
}

/* Arrays within arrays end at a bound, not at the stack's. */
static void deep_text(void **state)
{
	enum { DEEP = 100000 };
	struct places *p = places_new();
	struct text_place at;
	char *text = xmalloc(DEEP);

	(void)state;
	memset(text, '[', DEEP);
	places_add_json(p, "x", "x", text, DEEP);
	assert_true(places_find(p, "x", "/0/0", &at));
	assert_int_equal(at.column, 3);
	free(text);
	places_free(p);
}

/* Another language's reader: places of its own, and words for them. */
static void places_of_others(void **state)
{
	struct places *p = places_new();
	struct text_place at;

	(void)state;
	places_add_file(p, "main.tf", "lab/main.tf");
	places_add(p, "main.tf", "/resource/azurerm_route/r", 7, 1, 0);
	places_add_alias(p, "main.tf", "azurerm_route.r", "/resource/azurerm_route/r/next_hop");
	assert_true(places_find(p, "main.tf", "azurerm_route.r", &at));
	assert_int_equal(at.line, 7);
	assert_true(places_find(p, "lab/main.tf", "azurerm_route.unknown", &at));
	assert_int_equal(at.line, 0);
	assert_false(places_find(p, "other.tf", "", &at));
	places_free(p);
	assert_false(places_find(NULL, "x", "", &at));
}

static void places_of_findings(void **state)
{
	static const char text[] = "{\n \"a\": {\n  \"b\": 1 } }";
	_cleanup_findings_ struct findings f = { 0 };
	struct text_place at;

	(void)state;
	places_add_json(findings_places(&f), "", "x.vnetlab.json", text, strlen(text));
	places_add_json(findings_places(&f), "main.json", "dir/main.json", text, strlen(text));
	finding_add(&f, SEV_ERROR, "A-B-01", NULL, "/a/b", NULL, "one");
	finding_add_source(&f, SEV_ERROR, "A-B-02", NULL, "main.json#/a", NULL, "two");
	finding_add_source(&f, SEV_ERROR, "A-B-03", NULL, "dir/main.json", NULL, "three");
	finding_stands_at(&f, 9, 9);
	finding_add_source(&f, SEV_ERROR, "A-B-04", NULL, "none.json#/a", NULL, "four");
	assert_true(finding_at(&f, &f.items[0], &at));
	assert_string_equal(at.file, "x.vnetlab.json");
	assert_int_equal(at.line, 3);
	assert_true(finding_at(&f, &f.items[1], &at));
	assert_string_equal(at.file, "dir/main.json");
	assert_int_equal(at.line, 2);
	assert_true(finding_at(&f, &f.items[2], &at));
	assert_int_equal(at.line, 9);
	assert_false(finding_at(&f, &f.items[3], &at));
}

static void add_pointer(void *ctx, const struct json_value_place *v)
{
	str_printf(ctx, "%u:%u %s\n", v->line, v->column, v->pointer);
}

static void names_that_stand_twice(void **state)
{
	static const struct {
		const char *text, *twice;
	} cases[] = {
		{ "{ \"a\": 1, \"b\": {\"a\": 1}, \"c\": [{\"a\": 1}, {\"a\": 1}] }", "" },
		{ "{ \"a\": 1,\n \"a\": 2 }", "2:2 /a\n" },
		{ "{ \"a\": 1, \"a\": 2, \"a\": 3 }", "1:11 /a\n1:19 /a\n" },
		{ "{ \"a\": {\"x\": 1}, \"a\": {\"x\": 2, \"y\": {}} }", "1:18 /a\n" },
		{ "[{\"a\": 1}, {\"a\": {\"n\": 1, \"n\": 2}}]", "1:27 /1/a/n\n" },
		{ "{ \"a\": 1, \"\\u0061\": 2 }", "1:11 /a\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_str_ struct str s = { 0 };

		json_twice(cases[i].text, strlen(cases[i].text), add_pointer, &s);
		assert_string_equal(str_get(&s), cases[i].twice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_of_values),   cmocka_unit_test(levels_of_places),
		cmocka_unit_test(deep_text),          cmocka_unit_test(places_of_others),
		cmocka_unit_test(places_of_findings), cmocka_unit_test(names_that_stand_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
