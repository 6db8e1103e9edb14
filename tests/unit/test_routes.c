/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Effective routes: whole tables, row by row in az's order, and the reasons. */
#include "base/str.h"
#include "cases.h"

/* "User Active 0.0.0.0/0 VirtualAppliance 10.4.2.101 to-fw" */
static void row_text(struct str *s, const struct eff_route *r)
{
	str_printf(s, "%s %s %s %s", route_source_str(r->source), route_state_str(r->state),
	           PREFIX_STR(r->prefix), next_hop_type_str(r->type));
	for (unsigned i = 0; i < (r->shown ? r->n_shown : r->n_next_hops); i++)
		str_printf(s, "%s%s", i ? "," : " ",
		           IP4_STR(r->shown ? r->shown[i] : r->next_hops[i]));
	if (r->name)
		str_printf(s, " %s", r->name);
}

static const struct nic *nic(const struct cases_state *s, const char *name)
{
	const struct nic *n = model_nic(s->m, name);

	if (!n)
		fail_msg("%s: no NIC %s", s->title, name);
	return n;
}

static void check_rows(const char *name, const struct eff_table *t, json_t *rows)
{
	json_t *row;
	size_t i;
	bool same = t->n == json_array_size(rows);

	json_array_foreach (rows, i, row) {
		_cleanup_str_ struct str s = { 0 };

		if (i < t->n)
			row_text(&s, &t->routes[i]);
		same &= streq(str_get(&s), json_string_value(row));
	}
	if (same)
		return;
	for (i = 0; i < t->n || i < json_array_size(rows); i++) {
		_cleanup_str_ struct str s = { 0 };

		if (i < t->n)
			row_text(&s, &t->routes[i]);
		row = json_array_get(rows, i);
		print_message("# %-60s | %s\n", str_get(&s), row ? json_string_value(row) : "");
	}
	fail_msg("%s: got left, want right", name);
}

/* {"User 0.0.0.0/0": "part of its reason"}; "hidden 10.0.0.0/8" for those that are not shown */
static void check_reasons(const char *name, const struct eff_table *t, json_t *reasons)
{
	const char *key;
	json_t *want;

	json_object_foreach (reasons, key, want) {
		const char *got = NULL;

		for (size_t i = 0; i < t->n && !got; i++) {
			char k[64];

			snprintf(k, sizeof(k), "%s %s", route_source_str(t->routes[i].source),
			         PREFIX_STR(t->routes[i].prefix));
			got = streq(k, key) ? t->routes[i].reason : NULL;
		}
		for (size_t i = 0; i < t->n_hidden && !got; i++) {
			char k[64];

			snprintf(k, sizeof(k), "hidden %s", PREFIX_STR(t->hidden[i].prefix));
			got = streq(k, key) ? t->hidden[i].reason : NULL;
		}
		if (!got || !strstr(got, json_string_value(want)))
			fail_msg("%s, %s: reason \"%s\" lacks \"%s\"", name, key,
			         got ? got : "(no row)", json_string_value(want));
	}
}

static void check_state(const struct cases_state *s)
{
	const char *name;
	json_t *want;

	json_object_foreach (json_object_get(s->j, "routes"), name, want) {
		const struct nic *n = nic(s, name);
		_cleanup_(eff_table_free_p) struct eff_table *t =
		    effective_routes(s->m, n->subnet, nic_instance(n), s->rib, &s->rt);

		check_rows(name, t, want);
	}
	json_object_foreach (json_object_get(s->j, "reasons"), name, want) {
		const struct nic *n = nic(s, name);
		_cleanup_(eff_table_free_p) struct eff_table *t =
		    effective_routes(s->m, n->subnet, nic_instance(n), s->rib, &s->rt);

		check_reasons(name, t, want);
	}
}

static void cases(void **state)
{
	(void)state;
	cases_run("routes", check_state);
}

/* --- the JSON of az -------------------------------------------------------------------------- */

static const char design[] =
    "{\"topology\": {\"name\": \"x\", \"virtualNetworks\": {\"V\": {\"addressPrefixes\": "
    "[\"10.0.0.0/16\"],"
    "\"subnets\": {\"s\": {\"addressPrefix\": \"10.0.0.0/24\", \"routeTable\": \"rt\"}}}},"
    "\"routeTables\": {\"rt\": {\"disableBgpRoutePropagation\": true, \"routes\": {\"out\":"
    "{\"addressPrefix\": \"0.0.0.0/0\", \"nextHopType\": \"VirtualAppliance\", "
    "\"nextHopIpAddress\":"
    "\"10.0.0.9\"}}}}, \"virtualMachines\": {\"vm\": {\"nic\": {\"subnet\": \"V/s\"}}}}, "
    "\"files\": {}}";

static void as_az_prints_them(void **state)
{
	static const char want[] =
	    "{\"value\": [{\"name\": null, \"source\": \"Default\", \"state\": \"Active\", "
	    "\"addressPrefix\": [\"10.0.0.0/16\"], \"nextHopType\": \"VnetLocal\", "
	    "\"nextHopIpAddress\": [], \"disableBgpRoutePropagation\": true}, "
	    "{\"name\": null, \"source\": \"Default\", \"state\": \"Invalid\", "
	    "\"addressPrefix\": [\"0.0.0.0/0\"], \"nextHopType\": \"Internet\", "
	    "\"nextHopIpAddress\": [], \"disableBgpRoutePropagation\": true}, "
	    "{\"name\": \"out\", \"source\": \"User\", \"state\": \"Active\", "
	    "\"addressPrefix\": [\"0.0.0.0/0\"], \"nextHopType\": \"None\", "
	    "\"nextHopIpAddress\": [\"10.0.0.9\"], \"disableBgpRoutePropagation\": true}]}";
	_cleanup_findings_ struct findings f = { 0 };
	json_t *d = json_loads(design, 0, NULL);
	_cleanup_(model_free_p) struct model *m = design_checked(d, &f);

	(void)state;
	assert_non_null(m);
	_cleanup_(eff_table_free_p) struct eff_table *t =
	    effective_routes(m, &m->subnets[0], 0, NULL, NULL);
	json_t *j = eff_table_json(t, false);
	_cleanup_free_ char *got = json_dumps(j, 0);

	assert_string_equal(got, want);
	json_decref(j);
	j = eff_table_json(t, true);
	assert_int_equal(json_array_size(json_object_get(j, "hidden")), 4);
	assert_non_null(strstr(json_string_value(json_object_get(
	                           json_array_get(json_object_get(j, "value"), 2), "reason")),
	                       "no NIC in V or a VNet peered with it has 10.0.0.9"));
	json_decref(j);
	json_decref(d);
}

static void every_word_of_az(void **state)
{
	(void)state;
	assert_string_equal(route_source_str(SRC_DEFAULT), "Default");
	assert_string_equal(route_source_str(SRC_VNG), "VirtualNetworkGateway");
	assert_string_equal(route_source_str(SRC_USER), "User");
	assert_string_equal(route_state_str(ST_ACTIVE), "Active");
	assert_string_equal(route_state_str(ST_INVALID), "Invalid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(as_az_prints_them),
		cmocka_unit_test(every_word_of_az),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
