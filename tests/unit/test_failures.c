/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can fail in a design: what there is, in words that `fault` and checks understand, which
 * checks go with it, and which budget it has. */
#include <stdio.h>

#include "base/str.h"
#include "checks/failures.h"
#include "checks/faults.h"
#include "input/topology.h"
#include "proof/failures_priv.h"
#include "unit.h"

static struct model *model_with(const char *file, const char *more, struct findings *f)
{
	json_error_t je;
	json_t *topology = json_load_file(file, 0, &je),
	       *extra = more ? json_loads(more, 0, &je) : NULL;

	if (!topology || (more && !extra))
		fail_msg("%s: %s", file, je.text);
	json_object_update(topology, extra);
	json_t *design = json_pack("{s:o, s:s}", "topology", topology, "path", file);
	struct model *m = design_model(design, f);

	assert_non_null(m);
	json_decref(design);
	json_decref(extra);
	return m;
}

static struct model *model_of(const char *file, const char *more)
{
	_cleanup_findings_ struct findings f = { 0 };

	return model_with(file, more, &f);
}

static char *list_failures(const struct failures *all)
{
	struct str s = { 0 };

	for (size_t i = 0; i < all->n; i++) {
		const struct failure *x = &all->v[i];

		str_printf(&s, "%s: %s:", x->name, failure_kind_str(x->kind));
		for (size_t k = 0; k < x->n_faults; k++)
			str_printf(&s, "%s fault %s", k ? "," : "", x->faults[k]);
		str_add(&s, "\n");
	}
	return str_take(&s);
}

/* All of its words are a check's "do" that nobody objects to. */
static void understood(const struct failures *all, const char *file)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *checks = json_object();

	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < all->v[i].n_faults; k++) {
			_cleanup_free_ char *name = xasprintf("%zu %zu", i, k);
			_cleanup_free_ char *words = xasprintf("fault %s", all->v[i].faults[k]);

			json_object_set_new(checks, name, json_pack("{s:s}", "do", words));
		}
	_cleanup_free_ char *text = json_dumps(checks, 0);
	_cleanup_free_ char *more = xasprintf("{\"checks\": %s}", text);
	struct model *again = model_with(file, more, &f);

	assert_int_equal(again->n_checks, json_object_size(checks));
	for (size_t i = 0; i < f.n; i++)
		if (str_starts(f.items[i].pointer, "/checks"))
			fail_msg("%s: %s", f.items[i].pointer, f.items[i].message);
	model_free(again);
	json_decref(checks);
}

static void expect_list(const char *file, const char *want)
{
	struct model *m = model_of(file, NULL);
	struct failures all;

	failures_of(m, false, &all);
	_cleanup_free_ char *have = list_failures(&all);

	if (!streq(have, want)) {
		fputs(have, stdout); /* a message is cut short */
		fail_msg("of %s", file);
	}
	understood(&all, file);
	failures_free(&all);
	model_free(m);
}

static void every_thing_can_fail_once(void **state)
{
	(void)state;
	expect_list("topologies/two-nvas-ecmp/two-nvas-ecmp.vnetlab.json",
	            "NVA_1: appliance: fault stop NVA_1\n"
	            "NVA_2: appliance: fault stop NVA_2\n"
	            "Backup: appliance: fault stop Backup\n"
	            "RouteServer/0: Route Server instance: fault kill RouteServer/0 --hold\n"
	            "RouteServer/1: Route Server instance: fault kill RouteServer/1 --hold\n");
	expect_list("tests/unit/spec/every-kind.vnetlab.json",
	            "nva1: appliance: fault stop nva1\n"
	            "nva2: appliance: fault stop nva2\n"
	            "app: backend of a load balancer: fault stop app\n"
	            "fw: Azure Firewall: fault stop fw\n"
	            "rs/0: Route Server instance: fault kill rs/0 --hold\n"
	            "rs/1: Route Server instance: fault kill rs/1 --hold\n"
	            "vpn/0: gateway instance: fault stop vpn/0\n"
	            "vpn/1: gateway instance: fault stop vpn/1\n"
	            "er/0: gateway instance: fault stop er/0\n"
	            "er/1: gateway instance: fault stop er/1\n"
	            "er2/0: gateway instance: fault stop er2/0\n"
	            "er2/1: gateway instance: fault stop er2/1\n"
	            "far/0: gateway instance: fault stop far/0\n"
	            "own/0: gateway instance: fault stop own/0\n"
	            "circuit: circuit: fault stop circuit/0, fault stop circuit/1\n"
	            "spare: circuit: fault stop spare/0, fault stop spare/1\n"
	            "vx: tunnel: fault link nva1/vx down\n"
	            "vy: tunnel: fault link nva2/vy down\n"
	            "two/to-far-0: tunnel: fault link two/to-far-0 down\n"
	            "vpn/0/to-dc2: tunnel: fault link vpn/0/to-dc2 down\n"
	            "vpn/0/to-dc3: tunnel: fault link vpn/0/to-dc3 down\n"
	            "vpn/0/to-far-0: tunnel: fault link vpn/0/to-far-0 down\n"
	            "vpn/1/to-dc2: tunnel: fault link vpn/1/to-dc2 down\n"
	            "vpn/1/to-dc3: tunnel: fault link vpn/1/to-dc3 down\n"
	            "vpn/1/to-far-0: tunnel: fault link vpn/1/to-far-0 down\n"
	            "far/0/to-own-0: tunnel: fault link far/0/to-own-0 down\n"
	            "far/0/to-dc4: tunnel: fault link far/0/to-dc4 down\n"
	            "far/0/to-dc6: tunnel: fault link far/0/to-dc6 down\n"
	            "er/0/to-circuit-0: link: fault link er/0/to-circuit-0 down\n"
	            "er/0/to-circuit-1: link: fault link er/0/to-circuit-1 down\n"
	            "er/1/to-circuit-0: link: fault link er/1/to-circuit-0 down\n"
	            "er/1/to-circuit-1: link: fault link er/1/to-circuit-1 down\n"
	            "er2/0/to-circuit-0: link: fault link er2/0/to-circuit-0 down\n"
	            "er2/0/to-circuit-1: link: fault link er2/0/to-circuit-1 down\n"
	            "er2/1/to-circuit-0: link: fault link er2/1/to-circuit-0 down\n"
	            "er2/1/to-circuit-1: link: fault link er2/1/to-circuit-1 down\n"
	            "circuit/0/to-dc1: link: fault link circuit/0/to-dc1 down\n"
	            "circuit/1/to-dc1: link: fault link circuit/1/to-dc1 down\n"
	            "spare/0/to-dc1: link: fault link spare/0/to-dc1 down\n"
	            "spare/1/to-dc1: link: fault link spare/1/to-dc1 down\n");
}

static void pairs_are_of_two_that_stand_alone(void **state)
{
	(void)state;
	struct model *m = model_of("tests/unit/spec/every-kind.vnetlab.json", NULL);
	struct failures one, two;

	failures_of(m, false, &one);
	failures_of(m, true, &two);
	assert_true(two.n > one.n && two.n < one.n + one.n * (one.n - 1) / 2);
	for (size_t i = one.n; i < two.n; i++) {
		const struct failure *x = &two.v[i];

		assert_int_equal(x->kind, FAIL_PAIR);
		assert_true(x->of[0] < x->of[1] && x->of[1] < one.n);
		assert_int_equal(x->n_faults, two.v[x->of[0]].n_faults + two.v[x->of[1]].n_faults);
	}
	failures_free(&one);
	failures_free(&two);
	model_free(m);
}

#define ECMP "topologies/two-nvas-ecmp/two-nvas-ecmp.vnetlab.json"

static size_t number_of(const struct failures *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (streq(all->v[i].name, name))
			return i;
	fail_msg("there is no %s", name);
	return 0;
}

static void checks_of_what_is_away_go_with_it(void **state)
{
	(void)state;
	/* 10.9.0.1 is an address of all three appliances. */
	static const struct {
		const char *check, *failure;
		bool taken;
	} t[] = {
		{ "{\"from\":\"Client\",\"to\":\"NVA_1\",\"expect\":\"reach\"}", "NVA_1", true },
		{ "{\"from\":\"NVA_1\",\"to\":\"Client\",\"expect\":\"reach\"}", "NVA_1", true },
		{ "{\"from\":\"Client\",\"to\":\"NVA_1\",\"expect\":\"reach\"}", "NVA_2", false },
		{ "{\"from\":\"Client\",\"to\":\"172.16.1.4\",\"expect\":\"reach\"}", "NVA_1",
		  true },
		{ "{\"from\":\"Client\",\"to\":\"10.9.0.1\",\"expect\":\"reach\"}", "NVA_1",
		  false },
		{ "{\"from\":\"Client\",\"to\":\"8.8.8.8\",\"expect\":\"reach\"}", "NVA_1", false },
		{ "{\"bgp\":\"RouteServer/NVA_1\",\"expect\":\"Established\"}", "NVA_1", true },
		{ "{\"bgp\":\"RouteServer/NVA_1\",\"expect\":\"Established\"}", "NVA_2", false },
		{ "{\"bgp\":\"RouteServer/NVA_1\",\"expect\":\"Established\"}", "RouteServer/0",
		  true },
		{ "{\"bgp\":\"RouteServer/NVA_1\",\"instance\":1,\"expect\":\"Established\"}",
		  "RouteServer/0", false },
		{ "{\"effectiveRoutes\":\"NVA_1\",\"contains\":[{\"addressPrefix\":\"10.9.0.0/"
		  "16\"}]}",
		  "NVA_1", true },
		{ "{\"effectiveRoutes\":\"Client\",\"contains\":[{\"addressPrefix\":\"10.9.0.0/"
		  "16\"}]}",
		  "NVA_1", false },
		{ "{\"audit\":[\"loops\"]}", "NVA_1", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *more = xasprintf("{\"checks\":{\"c\":%s}}", t[i].check);
		struct model *m = model_of(ECMP, more);
		struct failures all;

		failures_of(m, false, &all);
		assert_int_equal(m->n_checks, 1);
		if (failure_takes(&all.v[number_of(&all, t[i].failure)], m, &m->checks[0]) !=
		    t[i].taken)
			fail_msg("%s without %s", t[i].check, t[i].failure);
		failures_free(&all);
		model_free(m);
	}
}

static void budgets_are_found_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *budgets, *failure;
		long ms;
	} t[] = {
		{ "{}", "NVA_1", -1 },
		{ "{\"*\":\"5s\",\"nva_1\":\"1s\"}", "NVA_1", 1000 },
		{ "{\"*\":\"5s\",\"NVA_1\":\"1s\"}", "NVA_2", 5000 },
		{ "{\"NVA_?\":\"2s\",\"*\":\"5s\"}", "NVA_2", 2000 },
		{ "{\"RouteServer/*\":\"0s\",\"*\":\"5s\"}", "RouteServer/1", 0 },
		{ "{\"*\":\"5s\"}", "NVA_1 + NVA_2", -1 },
		{ "{\"*\":\"5s\",\"* + *\":\"7s\"}", "NVA_1 + NVA_2", 7000 },
		{ "{\"* + *\":\"7s\",\"NVA_2 + NVA_1\":\"3s\"}", "NVA_1 + NVA_2", 3000 },
		{ "{\"* + *\":\"7s\"}", "NVA_1", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *more = xasprintf("{\"whenFails\":%s}", t[i].budgets);
		struct model *m = model_of(ECMP, more);
		struct failures all;

		failures_of(m, true, &all);
		long ms = failure_budget(m, &all, number_of(&all, t[i].failure), NULL);

		if (ms != t[i].ms)
			fail_msg("%s gives %s %ld ms", t[i].budgets, t[i].failure, ms);
		failures_free(&all);
		model_free(m);
	}
}

/* The entry of the report that a failure of nva makes, by what its packets did. */
static struct report_run reported(const char *packets, bool back, bool other_way, long budget_ms)
{
	const struct failure x = { .name = "nva", .kind = FAIL_APPLIANCE };
	const struct fr r = { 0 };
	struct fr_case k = { .x = &x, .budget_ms = budget_ms };
	struct report_run run = { 0 };

	k.result = json_pack("{s:o, s:b, s:b, s:f}", "packets", json_loads(packets, 0, NULL),
	                     "back", back, "otherWay", other_way, "lostMs", 30.0);
	failure_report(&r, &k, &run);
	run.failures = k.result;
	return run;
}

static void another_way_is_not_kept(void **state)
{
	(void)state;
	static const char other[] =
	    "[{\"check\": \"by nva\", \"lost\": 0, \"lostMs\": 0, \"back\": true, \"otherWay\": "
	    "true,"
	    " \"seen\": \"the packet does not go via nva, its way is a -> b\"}]";
	static const char kept[] =
	    "[{\"check\": \"by nva\", \"lost\": 3, \"lostMs\": 30, \"back\": true}]";
	static const struct {
		const char *packets;
		bool other_way;
		long budget_ms;
		bool held;
		const char *detail;
	} t[] = {
		{ kept, false, 50, true, "\"by nva\": 3 packets lost, back after 30 ms" },
		{ kept, false, 10, false, "\"by nva\": 3 packets lost, back after 30 ms" },
		{ other, true, 50, false,
		  "\"by nva\": arrives, but another way: the packet does not go via nva, its way "
		  "is "
		  "a -> b" },
		{ other, true, -1, true,
		  "\"by nva\": arrives, but another way: the packet does not go via nva, its way "
		  "is "
		  "a -> b" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct report_run run =
		    reported(t[i].packets, true, t[i].other_way, t[i].budget_ms);

		assert_int_equal(run.checks[0].ok, t[i].held);
		assert_string_equal(run.checks[0].detail, t[i].detail);
		assert_false(json_is_true(json_object_get(run.failures, "singlePointOfFailure")));
		report_run_free(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_way_is_not_kept),
		cmocka_unit_test(every_thing_can_fail_once),
		cmocka_unit_test(pairs_are_of_two_that_stand_alone),
		cmocka_unit_test(checks_of_what_is_away_go_with_it),
		cmocka_unit_test(budgets_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
