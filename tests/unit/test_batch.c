/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a batch reads of a scheduler's programs, and what it tells it that a lab takes. */
#include <cmocka.h>
#include <string.h>

#include "cmd/batch_slurm.h"
#include "unit.h"

static void submitted(struct slurm_task *t, const char *array)
{
	*t = (struct slurm_task){ .submitted = true };
	strncpy(t->array, array, sizeof(t->array) - 1);
}

static void test_queue(void **state)
{
	struct slurm_task t[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		submitted(&t[i], "7");
	submitted(&t[4], "8");
	slurm_read_queue("7|0|RUNNING|None\n7|1|PENDING|BeginTime\n7|2|OUT_OF_MEMORY|OutOfMemory\n"
	                 "7|4|FAILED|NonZeroExitCode\n8|4|PENDING|Resources\n7|9|RUNNING|None\n"
	                 "nonsense\n7|x|RUNNING|None\n||\n",
	                 t, 5);
	assert_true(t[0].seen && t[0].state == SLURM_RUNS && !t[0].delayed);
	assert_true(t[1].seen && t[1].state == SLURM_WAITS && t[1].delayed);
	assert_true(t[2].seen && t[2].state == SLURM_OVER);
	assert_string_equal(t[2].why, "OUT_OF_MEMORY, OutOfMemory");
	assert_false(t[3].seen);
	/* The try before says nothing. */
	assert_true(t[4].seen && t[4].state == SLURM_WAITS);
	assert_string_equal(t[4].array, "8");
}

static void test_adopted(void **state)
{
	struct slurm_task t[1] = { { .submitted = false } };

	(void)state;
	slurm_read_queue("7|0|FAILED|NonZeroExitCode\n8|0|RUNNING|None\n7|0|FAILED|None\n", t, 1);
	assert_true(t[0].state == SLURM_RUNS);
	assert_string_equal(t[0].array, "8");
}

static void test_accounts(void **state)
{
	struct slurm_task t[2];

	(void)state;
	submitted(&t[0], "12");
	submitted(&t[1], "12");
	slurm_read_accounts("12_0|CANCELLED by 1000\n12_1|COMPLETED\n12_1.batch|COMPLETED\n", t, 2);
	assert_true(t[0].seen && t[0].state == SLURM_OVER);
	assert_string_equal(t[0].why, "CANCELLED");
	assert_true(t[1].seen && t[1].state == SLURM_OVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_adopted),
		cmocka_unit_test(test_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
