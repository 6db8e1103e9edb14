/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that lie over a student's design: when they stand, what runs, how they end. */
#include "unit.h"

#include <jansson.h>

#include "base/json.h"
#include "plan/overlay.h"

static json_t *read_design(const char *hop)
{
	return json_pack("{s:{s:{s:{s:{s:{s:s}}}}, s:{s:{s:i}}}, s:{s:s}}", "topology",
	                 "routeTables", "rt", "routes", "out", "hop", hop, "virtualMachines", "fw",
	                 "x", 1, "files", "a.conf", "peer 1");
}

static json_t *three_faults(json_t *d)
{
	return json_pack("[o,o,o]",
	                 overlay_fault(d, "/topology/routeTables/rt/routes/out", "hop",
	                               "/routeTables/rt/routes/out/hop", json_string("10.0.0.5")),
	                 overlay_fault(d, "/topology/virtualMachines/fw", "powerState",
	                               "/virtualMachines/fw/powerState",
	                               json_string("deallocated")),
	                 overlay_fault(d, "/files", "a.conf", "/virtualMachines/fw/config/a.conf",
	                               json_string("peer 2")));
}

static const char *text_at(json_t *d, const char *pointer)
{
	const char *s = json_string_value(json_at_pointer(d, pointer));

	return s ? s : "none";
}

static void test_overlay_runs_beside_what_is_given(void **state)
{
	json_t *d = read_design("10.0.0.4"), *faults = three_faults(d);
	json_t *run = overlay_design(faults, d);

	(void)state;
	assert_string_equal(text_at(run, "/topology/routeTables/rt/routes/out/hop"), "10.0.0.5");
	assert_string_equal(text_at(run, "/topology/virtualMachines/fw/powerState"), "deallocated");
	assert_string_equal(text_at(run, "/files/a.conf"), "peer 2");
	assert_string_equal(text_at(d, "/topology/routeTables/rt/routes/out/hop"), "10.0.0.4");
	json_decref(run);
	run = overlay_design(NULL, d);
	assert_ptr_equal(run, d);
	json_decref(run);
	json_decref(faults);
	json_decref(d);
}

static void test_overlay_ends_where_the_student_changes_something(void **state)
{
	json_t *d = read_design("10.0.0.4"), *faults = three_faults(d),
	       *other = read_design("10.0.0.9");

	(void)state;
	json_t *run = overlay_design(faults, other);

	assert_string_equal(text_at(run, "/topology/routeTables/rt/routes/out/hop"), "10.0.0.9");
	assert_string_equal(text_at(run, "/files/a.conf"), "peer 2");
	overlay_settle(faults, other);
	assert_string_equal(text_at(faults, "/0/mended"), "changed");
	assert_string_equal(text_at(faults, "/2/mended"), "none");
	/* Back to what it was: a fault that has ended does not come again. */
	assert_false(overlay_stands(json_array_get(faults, 0), d));
	/* The object goes. */
	json_object_del(json_object_get(other, "topology"), "virtualMachines");
	assert_false(overlay_stands(json_array_get(faults, 1), other));
	json_decref(run);
	json_decref(faults);
	json_decref(other);
	json_decref(d);
}

static void test_overlay_is_mended_by_objects(void **state)
{
	json_t *d = read_design("10.0.0.4"), *faults = three_faults(d);

	(void)state;
	assert_int_equal(overlay_mend(faults, "/routeTables/r", "redeployed"), 0);
	assert_int_equal(overlay_mend(faults, "/routeTables/RT", "redeployed"), 1);
	assert_int_equal(overlay_mend(faults, "/routeTables/rt", "redeployed"), 0);
	assert_int_equal(overlay_mend(faults, "/virtualMachines/fw", "redeployed"), 2);
	json_t *run = overlay_design(faults, d);

	assert_ptr_equal(run, d);
	json_decref(run);
	json_decref(faults);
	json_decref(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlay_runs_beside_what_is_given),
		cmocka_unit_test(test_overlay_ends_where_the_student_changes_something),
		cmocka_unit_test(test_overlay_is_mended_by_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
