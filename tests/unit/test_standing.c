/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of two statuses is compared after a failure: states and counts, and no times. */
#include "base/str.h"
#include "proof/standing.h"
#include "unit.h"

static json_t *status_of(const char *state, int received, const char *since, const char *health)
{
	return json_pack("{s:{s:s}, s:[{s:s, s:s, s:[{s:s, s:s, s:s}]}], s:[{s:s, s:s, s:i, s:s, "
	                 "s:s, s:i, s:i}], "
	                 "s:[{s:s, s:[{s:s, s:s, s:s}]}], s:[]}",
	                 "router", "state", "running", "nodes", "name", "NVA_1", "state", "running",
	                 "processes", "name", "bird", "state", "running", "lastExit", since, "bgp",
	                 "routeServer", "RS", "peering", "NVA_1", "instance", 0, "state", state,
	                 "since", since, "received", received, "advertised", 2, "loadBalancers",
	                 "name", "lb", "backends", "nic", "n", "vm", "NVA_1", "state", health,
	                 "faults");
}

static char *difference(json_t *a, json_t *b)
{
	json_t *was = lab_standing(a), *is = lab_standing(b);
	char *text = lab_standing_difference(was, is);

	json_decref(a);
	json_decref(b);
	json_decref(was);
	json_decref(is);
	return text;
}

static void what_is_another_state_is_told(void **state)
{
	(void)state;
	_cleanup_free_ char *session =
	    difference(status_of("Established", 3, "a", "Up"), status_of("Active", 0, "b", "Up"));
	_cleanup_free_ char *routes = difference(status_of("Established", 3, "a", "Up"),
	                                         status_of("Established", 2, "b", "Up"));
	_cleanup_free_ char *pool = difference(status_of("Established", 3, "a", "Up"),
	                                       status_of("Established", 3, "a", "Down"));
	_cleanup_free_ char *gone =
	    difference(status_of("Established", 3, "a", "Up"), json_object());

	assert_string_equal(session, "session RS/NVA_1/0 is Active, 0 received, 2 advertised, and "
	                             "was Established, 3 received, 2 advertised");
	assert_non_null(strstr(routes, "was Established, 3 received"));
	assert_string_equal(pool, "n in lb is Down, and was Up");
	assert_non_null(strstr(gone, "virtual router"));
}

static void times_are_no_difference(void **state)
{
	(void)state;
	assert_null(difference(status_of("Established", 3, "a", "Up"),
	                       status_of("Established", 3, "b", "Up")));
}

static void what_counts_as_alive_is_counted(void **state)
{
	(void)state;
	struct model *m = model_new();
	struct node vms[2] = { { .name = "NVA_1" }, { .name = "NVA_2" } };
	const struct node *away[] = { &vms[0] }, *other[] = { &vms[1] };
	const struct failure one = { .vms = away, .n_vms = 1 }, two = { .vms = other, .n_vms = 1 };
	struct route_server rs = { .name = "RS" };
	const struct failure instance = { .rs = { &rs }, .instance = { 0 }, .n_instances = 1 };
	json_t *up = status_of("Established", 3, "a", "Up"),
	       *down = status_of("Idle", 0, "a", "Down");

	m->vms = vms;
	m->n_vms = 2;
	assert_int_equal(lab_alive_of(up, m, &one), 1); /* in the pool */
	assert_int_equal(lab_alive_of(up, m, &two), 0);
	assert_int_equal(lab_alive_of(up, m, &instance), 1); /* its session */
	assert_int_equal(lab_alive_of(down, m, &one), 0);
	assert_int_equal(lab_alive_of(down, m, &instance), 0);
	json_decref(up);
	json_decref(down);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_another_state_is_told),
		cmocka_unit_test(times_are_no_difference),
		cmocka_unit_test(what_counts_as_alive_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
