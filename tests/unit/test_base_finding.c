/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings, JSON pointers, errors, and the arena that models live in. */
#include <errno.h>

#include "base/err.h"
#include "base/finding.h"
#include "unit.h"

static void pointers(void **state)
{
	_cleanup_free_ char *root = jptr_str(NULL);
	_cleanup_free_ char *deep = jptr_str(JPTR_AT(JPTR(JPTR(JPTR(NULL, "a"), "b/c~d"), ""), 12));

	(void)state;
	assert_string_equal(root, "");
	assert_string_equal(deep, "/a/b~1c~0d//12");
}

/* Words that differ in more than numbers. */
static const char *letters(int i)
{
	static char word[8];

	for (int k = 0; k < 6; k++, i /= 26)
		word[k] = (char)('a' + i % 26);
	return word;
}

/* What says the same of many entries is said once, with the first places and how many. */
static void alike(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };

	(void)state;
	for (int i = 0; i < 400; i++) {
		_cleanup_free_ char *at = jptr_str(JPTR_AT(JPTR(NULL, "list"), (size_t)i));

		finding_add(&f, SEV_WARNING, "W-01", NULL, at, "mend it",
		            "\"r%d\" takes 10.0.%d.0/24", i, i);
		if (i < FINDINGS_ALIKE) /* few enough */
			finding_add(&f, SEV_WARNING, "W-02", NULL, at, NULL, "%d", i);
	}
	finding_add(&f, SEV_WARNING, "W-01", NULL, "/other/0", "mend it",
	            "\"r\" takes 10.0.0.0/24");
	finding_add(&f, SEV_WARNING, "W-01", NULL, "/list/0", "mend it", "\"r\" gives 10.0.0.0/24");
	finding_add(&f, SEV_ERROR, "E-01", NULL, "/list/0", "mend it", "\"r\" takes 10.0.0.0/24");
	assert_int_equal(f.warnings, 412);
	for (int twice = 0; twice < 2; twice++) {
		findings_sort(&f);
		assert_int_equal(f.n, 14);
		assert_int_equal(f.errors, 1);
		assert_int_equal(f.warnings, 13);
		assert_int_equal(f.dropped, 0);
		assert_string_equal(f.items[1].message, "\"r0\" takes 10.0.0.0/24");
		assert_int_equal(f.items[1].count, 400);
		assert_string_equal(f.items[1].places[0], "/list/0");
		assert_string_equal(f.items[1].places[9], "/list/9");
		assert_null(f.items[2].places);
	}
	/* One more of them, and it is counted. */
	finding_add(&f, SEV_WARNING, "W-01", NULL, "/list/400", "mend it",
	            "\"r4\" takes 10.0.4.0/24");
	findings_sort(&f);
	assert_int_equal(f.items[1].count, 401);
	assert_int_equal(f.warnings, 13);
	json_t *j = findings_json(&f), *x = json_array_get(json_object_get(j, "findings"), 1);

	assert_int_equal(json_integer_value(json_object_get(x, "count")), 401);
	assert_int_equal(json_array_size(json_object_get(x, "places")), FINDINGS_ALIKE);
	assert_string_equal(json_string_value(json_object_get(x, "pointer")), "/list/0");
	json_decref(j);
}

/* A mistake in a module that is used three times. */
static void same(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		finding_add_source(&f, SEV_ERROR, "E-01", NULL, "m.tf:1:1", "mend it", "no");
		finding_add_source(&f, SEV_ERROR, "E-01", NULL, "m.tf:2:1", "mend it", "no");
	}
	finding_add_source(&f, SEV_ERROR, "E-01", NULL, "m.tf:2:1", "mend that", "no");
	finding_add_source(&f, SEV_ERROR, "E-02", NULL, "m.tf", NULL, "no");
	finding_stands_at(&f, 1, 2);
	finding_add_source(&f, SEV_ERROR, "E-02", NULL, "m.tf", NULL, "no");
	finding_stands_at(&f, 2, 2); /* another line of the same file */
	for (int twice = 0; twice < 2; twice++) {
		findings_sort(&f);
		assert_int_equal(f.n, 5);
		assert_int_equal(f.errors, 5);
		assert_int_equal(f.items[0].count, 3);
		assert_null(f.items[0].places);
		assert_int_equal(f.items[2].count, 1);
	}
	/* Too many that are alike become one after all, and each is counted once. */
	for (int i = 0; i < 10; i++)
		finding_add_source(&f, SEV_ERROR, "E-01", NULL, "m.tf:3:1", "mend it", "no");
	findings_sort(&f);
	assert_int_equal(f.errors, 4);
	assert_int_equal(f.items[0].count, 16);
}

static void sorted(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };

	(void)state;
	findings_sort(&f);
	finding_add(&f, SEV_INFO, "I-01", NULL, "/a", NULL, "remark");
	finding_add(&f, SEV_WARNING, "W-01", NULL, "/b", "do %s", "warning");
	finding_add(&f, SEV_ERROR, "E-01", "Code", "/z", NULL, "%s", "first");
	finding_add(&f, SEV_ERROR, "E-02", NULL, "/z", NULL, "second");
	finding_add(&f, SEV_ERROR, "E-03", NULL, NULL, NULL, "whole");
	for (int i = 0; i < 3000; i++)
		finding_add(&f, SEV_INFO, "I-02", NULL, "/same", NULL, "%s", letters(i));
	assert_int_equal(f.errors, 3);
	assert_int_equal(f.warnings, 1);
	findings_sort(&f);
	assert_string_equal(f.items[0].rule, "E-03");
	assert_string_equal(f.items[1].rule, "E-01");
	assert_string_equal(f.items[2].rule, "E-02");
	assert_string_equal(f.items[3].rule, "W-01");
	assert_string_equal(f.items[3].hint, "do %s"); /* a hint is no format */
	assert_string_equal(f.items[4].rule, "I-01");
	for (int i = 0; i < 3000; i++)
		assert_string_equal(f.items[5 + i].message, letters(i));
}

/* The innermost object with a "source" on the way of a pointer is the place. */
static void located(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *doc = json_loads("{\"vnets\": {\"a/b~c\": {\"source\": \"t.json#/1\", \"x\": 1,"
	                         " \"list\": [{}, {\"source\": \"t.json#/1/9\"}]}, \"n\": {}}}",
	                         0, NULL);
	static const struct {
		const char *pointer, *source;
	} cases[] = {
		{ "/vnets/a~1b~0c", "t.json#/1" },
		{ "/vnets/a~1b~0c/x", "t.json#/1" },
		{ "/vnets/a~1b~0c/y/z", "t.json#/1" },
		{ "/vnets/a~1b~0c/list/0", "t.json#/1" },
		{ "/vnets/a~1b~0c/list/1/q", "t.json#/1/9" },
		{ "/vnets/n/x", NULL },
		{ "", NULL },
		{ "/other", NULL },
		{ "nonsense", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		finding_add(&f, SEV_ERROR, "E-01", NULL, cases[i].pointer, NULL, "x");
	finding_add_source(&f, SEV_INFO, "I-01", NULL, "u.json#/vnets/a~1b~0c", NULL, "y");
	findings_locate(&f, doc);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (cases[i].source)
			assert_string_equal(f.items[i].source, cases[i].source);
		else
			assert_null(f.items[i].source);
	}
	assert_string_equal(f.items[f.n - 1].source, "u.json#/vnets/a~1b~0c");
	assert_string_equal(f.items[f.n - 1].pointer, "/vnets/a~1b~0c");
	json_decref(doc);
}

static void too_many(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };

	(void)state;
	for (int i = 0; i < FINDINGS_MAX + 7; i++)
		finding_add(&f, SEV_ERROR, "E-01", NULL, "", NULL, "%s", letters(i));
	assert_int_equal(f.n, FINDINGS_MAX);
	assert_int_equal(f.errors, FINDINGS_MAX + 7);
	assert_int_equal(f.dropped, 7);
}

static void json(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };

	(void)state;
	finding_add(&f, SEV_ERROR, "E-01", "Code", "/z", NULL, "it is \"bad\"");
	json_t *j = findings_json(&f), *x = json_array_get(json_object_get(j, "findings"), 0);

	assert_string_equal(json_string_value(json_object_get(x, "severity")), "error");
	assert_string_equal(json_string_value(json_object_get(x, "rule")), "E-01");
	assert_string_equal(json_string_value(json_object_get(x, "pointer")), "/z");
	assert_string_equal(json_string_value(json_object_get(x, "message")), "it is \"bad\"");
	assert_true(json_is_null(json_object_get(x, "hint")));
	assert_string_equal(json_string_value(json_object_get(x, "azureCode")), "Code");
	assert_true(json_is_null(json_object_get(x, "source")));
	assert_int_equal(json_object_size(x), 7);
	json_decref(j);
}

static void errors(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, ENOENT, "no lab \"%s\"", "x"), -ENOENT);
	assert_string_equal(e.msg, "no lab \"x\"");
	assert_int_equal(err_wrap(&e, "node %d", 7), -ENOENT);
	assert_string_equal(e.msg, "node 7: no lab \"x\"");
	assert_int_equal(err_sys(&e, EACCES, "open %s", "y"), -EACCES);
	assert_string_equal(e.msg, "open y: Permission denied");
	assert_int_equal(err_set(&e, 0, "x"), -EIO); /* never success by accident */
	assert_int_equal(err_set(NULL, ENOMEM, "x"), -ENOMEM);
	assert_int_equal(err_wrap(NULL, "x"), -EIO);
	for (int i = 0; i < 2000; i++)
		err_wrap(&e, "again and again");
	assert_true(strlen(e.msg) < sizeof(e.msg));
}

static void arena(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	char *s = arena_strdup(a, "kept");

	for (size_t i = 1; i < 40000; i += 37) {
		unsigned char *p = arena_alloc(a, i);

		assert_int_equal((uintptr_t)p % 8, 0);
		for (size_t k = 0; k < i; k += 511)
			assert_int_equal(p[k], 0);
		memset(p, 0xee, i);
	}
	assert_string_equal(s, "kept");
	assert_string_equal(arena_printf(a, "%d-%s", 5, s), "5-kept");
	assert_null(arena_strdup(a, NULL));
	assert_non_null(arena_array(a, 0, 8));
	assert_true(arena_size(a) > 20000 * 540);
	assert_null(arena_free(a));
	/* One of a few small objects takes little: there is one for each file of a design. */
	a = arena_new();
	for (size_t i = 0; i < 10; i++)
		assert_int_equal((uintptr_t)arena_alloc(a, 40) % 8, 0);
	assert_true(arena_size(a) <= 1024);
	a = arena_free(a);
	assert_null(arena_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many), cmocka_unit_test(pointers), cmocka_unit_test(alike),
		cmocka_unit_test(same),     cmocka_unit_test(sorted),   cmocka_unit_test(located),
		cmocka_unit_test(json),     cmocka_unit_test(errors),   cmocka_unit_test(arena),
	};

	return cmocka_run_group_tests_name("base_finding", tests, NULL, NULL);
}
