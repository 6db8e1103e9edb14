/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points of a class, and its CSV. */
#include "base/str.h"
#include "report/grades.h"
#include "unit.h"

static void add_task(struct grades *g, const char *name, unsigned points)
{
	VEC_PUSH(g->tasks, g->n_tasks, g->cap_tasks) = (struct grade_task){ xstrdup(name), points };
}

static struct grade *add_student(struct grades *g, const char *name, enum grade_state state)
{
	VEC_PUSH(g->v, g->n, g->cap) = (struct grade){ .student = xstrdup(name),
		                                       .file = xstrdup("x.vnetlab.json"),
		                                       .state = state };
	return &g->v[g->n - 1];
}

static void add_check(struct grade *x, const char *name, bool ok, bool skipped, const char *detail)
{
	*report_add(&x->run) = (struct report_check){
		.name = xstrdup(name), .ok = ok, .skipped = skipped, .detail = xstrdup(detail)
	};
}

static void fill(struct grades *g)
{
	add_task(g, "it \"arrives\"", 3);
	add_task(g, "it loops", 2);
	struct grade *anna = add_student(g, "anna", GRADE_GRADED);

	add_check(anna, "it \"arrives\"", true, false, "");
	add_check(anna, "it loops", false, false, "0 of 3, dropped\nhop by hop");
	struct grade *ben = add_student(g, "=1+1", GRADE_TIMED_OUT);

	ben->reason = xstrdup("its \x1b[5m4 s were over");
	add_check(ben, "it \"arrives\"", false, true, "");
}

static void csv_is_what_spreadsheets_take(void **state)
{
	struct grades g = { 0 };

	(void)state;
	fill(&g);
	_cleanup_free_ char *csv = grades_csv(&g);

	assert_string_equal(
	    csv, "student,state,points,of,reason,failed,\"it \"\"arrives\"\"\",it loops\r\n"
	         "anna,graded,3,5,,\"it loops: 0 of 3, dropped\",3,0\r\n"
	         "'=1+1,timedOut,0,5,its \\x1b[5m4 s were over,,0,0\r\n");
	grades_free(&g);
}

static void json_says_what_was_not_judged(void **state)
{
	struct grades g = { 0 };

	(void)state;
	fill(&g);
	json_t *j = grades_json(&g);
	const json_t *ben = json_array_get(json_object_get(j, "students"), 1);
	const json_t *failed = json_object_get(ben, "failed");

	assert_int_equal(json_integer_value(json_object_get(j, "of")), 5);
	assert_int_equal(json_array_size(failed), 2);
	assert_true(json_is_false(json_object_get(json_array_get(failed, 0), "judged")));
	assert_string_equal(json_string_value(json_object_get(ben, "state")), "timedOut");
	json_decref(j);
	grades_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_is_what_spreadsheets_take),
		cmocka_unit_test(json_says_what_was_not_judged),
	};

	return cmocka_run_group_tests_name("grades", tests, NULL, NULL);
}
