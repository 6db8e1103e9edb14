/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which ids of the machine are root's labs'. */
#include "lab/ids.h"
#include "unit.h"

static const char ALL[] = "         0          0 4294967295\n";

static void range(const char *subids, const char *own, unsigned base, unsigned count)
{
	struct id_range r = { 0 };

	assert_true(ids_of_root(subids, own, &r));
	assert_int_equal(r.base, base);
	assert_int_equal(r.count, count);
}

static void of_root(void **state)
{
	(void)state;
	range(NULL, ALL, IDS_BASE, IDS_COUNT);
	range("", ALL, IDS_BASE, IDS_COUNT);
	range("rootless:100000:65536\nuser:165536:65536\n", ALL, IDS_BASE, IDS_COUNT);
	range("user:165536:65536\nroot:231072:65536\n", ALL, 231072, 65536);
	range("0:231072:1000\n", ALL, 231072, 1000);
	/* No more than a lab may need. */
	range("root:1000000:1000000000\n", ALL, 1000000, IDS_COUNT);
	/* Never root itself, never nothing. */
	range("root:0:65536\nroot:7000:0\n", ALL, IDS_BASE, IDS_COUNT);
	range("root:x:1\n# nonsense", ALL, IDS_BASE, IDS_COUNT);
}

static void in_a_container(void **state)
{
	struct id_range r;

	(void)state;
	/* Rootless podman: its ids end at 65536. */
	assert_false(ids_of_root(NULL, "0 1000 1\n1 100000 65536\n", &r));
	range("root:1001:64000\n", "0 1000 1\n1 100000 65536\n", 1001, 64000);
	/* What its /etc/subuid says is of another namespace. */
	assert_false(ids_of_root("root:100000:65536\n", "0 1000 1\n1 100000 65536\n", &r));
	assert_false(ids_of_root(NULL, "0 100000 65536\n", &r));
	assert_false(ids_of_root(NULL, NULL, &r));
	/* It must fit to its last id. */
	assert_false(ids_of_root(NULL, "1900000001 7 65535\n", &r));
	assert_false(ids_of_root(NULL, "1900000000 7 65535\n", &r));
	range(NULL, "1900000000 7 65536\n", IDS_BASE, IDS_COUNT);
	range(NULL, "0 0 1900065536\n", IDS_BASE, IDS_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_root),
		cmocka_unit_test(in_a_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
