/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include "report/table.h"

static void looks_like_az(void **state)
{
	(void)state;
	_cleanup_table_ struct table *t = table_new("Source", "Next Hop IP", "N");

	table_right(t, 2);
	table_row(t, "Default", NULL, "1");
	table_row(t, "User", "172.16.1.4");
	table_cell(t, 2, "%d", 4000);
	_cleanup_free_ char *s = table_str(t);

	assert_string_equal(s, "Source   Next Hop IP     N\n"
	                       "-------  -----------  ----\n"
	                       "Default                  1\n"
	                       "User     172.16.1.4   4000\n");
}

static void empty_and_indented(void **state)
{
	(void)state;
	_cleanup_table_ struct table *t = table_new("A", "Bee");

	table_indent(t, 2);
	_cleanup_free_ char *s = table_str(t);

	assert_string_equal(s, "  A  Bee\n  -  ---\n");
	table_cell(t, 0, "no row yet");
	table_color(t, 0, "red");
	assert_int_equal(table_rows(t), 0);
}

static void long_rows_are_neither_cut_nor_folded(void **state)
{
	(void)state;
	_cleanup_table_ struct table *t = table_new("Reason", "End");
	char reason[400];

	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = 0;
	table_row(t, reason, "e");
	_cleanup_free_ char *s = table_str(t);

	assert_non_null(strstr(s, reason));
	assert_non_null(strstr(s, "x  e\n"));
}

static void surplus_cells_and_control_characters(void **state)
{
	(void)state;
	_cleanup_table_ struct table *t = table_new("A");

	table_row(t, "a\nb\x1b[31m", "surplus");
	table_color(t, 0, "red");
	table_color(t, 7, "red");
	_cleanup_free_ char *s = table_str(t);

	/* header, dashes, one row: a cell cannot break out of its line */
	assert_null(strchr(s, '\x1b'));
	assert_null(strstr(s, "surplus"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_like_az),
		cmocka_unit_test(empty_and_indented),
		cmocka_unit_test(long_rows_are_neither_cut_nor_folded),
		cmocka_unit_test(surplus_cells_and_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
