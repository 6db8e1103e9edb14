/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router's links, as their monitor tells of them. */
#include <stdio.h>

#include "kernel/fabric_observe.h"
#include "unit.h"

static void tell(struct port_index *x, int ifindex, const char *name, bool up, unsigned mtu)
{
	struct nl_link l = { .ifindex = ifindex, .up = up, .mtu = mtu };

	snprintf(l.name, sizeof(l.name), "%s", name);
	port_index_change(x, &l, false);
}

static void changes_of_links(void **state)
{
	struct port_index x = { 0 };

	(void)state;
	tell(&x, 5, "p5", true, 1500);
	tell(&x, 3, "p3", true, 1500);
	tell(&x, 9, "p9", false, 1500);
	tell(&x, 7, "p7", true, 1500);
	assert_int_equal(x.n, 4);
	assert_int_equal(port_index_get(&x, "p3"), 3);
	assert_int_equal(port_index_get(&x, "p5"), 5);
	assert_int_equal(port_index_get(&x, "p7"), 7);
	assert_int_equal(port_index_get(&x, "p9"), 0); /* it is down */

	struct port_index copy = port_index_copy(&x);

	tell(&x, 9, "p9", true, 1500);
	tell(&x, 5, "other", true, 1500); /* another name */
	port_index_change(&x, &(struct nl_link){ .ifindex = 3 }, true);
	port_index_change(&x, &(struct nl_link){ .ifindex = 4 }, true); /* never seen */
	tell(&x, 7, "p7", true, 67);                                    /* without IPv4 */
	assert_int_equal(x.n, 2);
	assert_int_equal(port_index_get(&x, "p9"), 9);
	assert_int_equal(port_index_get(&x, "other"), 5);
	assert_int_equal(port_index_get(&x, "p5"), 0);
	assert_int_equal(port_index_get(&x, "p3"), 0);
	assert_int_equal(port_index_get(&x, "p7"), 0);
	tell(&x, 12, "p3", true, 1500); /* made anew */
	assert_int_equal(port_index_get(&x, "p3"), 12);

	assert_int_equal(copy.n, 4);
	assert_int_equal(port_index_get(&copy, "p5"), 5);
	port_index_free(&x);
	port_index_free(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
