/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of Azure in their dialects, and what differs between two of them. */
#include "base/str.h"
#include "proof/compare.h"
#include "unit.h"

static json_t *js(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, JSON_DECODE_ANY, &je);

	if (!j)
		fail_msg("%s: %s", text, je.text);
	return j;
}

static struct compare_table table(const struct compare_source *s, const char *text)
{
	struct compare_table t = { 0 };
	struct err e = { 0 };
	json_t *j = js(text);

	if (compare_read(s, j, &t, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	json_decref(j);
	return t;
}

/* "equal 10.0.0.0/8; different 0.0.0.0/0 (state)", sorted as they come */
static char *diff(const struct compare_source *s, const char *want, const char *got,
                  const struct compare_options *o)
{
	_cleanup_compare_table_ struct compare_table w = table(s, want);
	struct compare_source lab = *s;
	_cleanup_comparison_ struct comparison c = { 0 };
	_cleanup_str_ struct str out = { 0 };

	lab.kind = w.kind;
	_cleanup_compare_table_ struct compare_table g = table(&lab, got);

	compare_tables(&w, &g, o, &c);
	for (size_t i = 0; i < c.n; i++) {
		size_t k;
		json_t *f;

		str_printf(&out, "%s%s %s", i ? "; " : "", compare_verdict_str(c.rows[i].verdict),
		           c.rows[i].key);
		json_array_foreach (c.rows[i].fields, k, f)
			str_printf(&out, " %s", json_string_value(f));
		if (c.rows[i].reason)
			str_printf(&out, " [%s]", c.rows[i].reason);
	}
	assert_int_equal(compare_same(&c), c.count[COMPARE_EQUAL] == c.n);
	return str_take(&out);
}

static void check_diff(const char *want, const char *got, const char *expect)
{
	_cleanup_free_ char *d =
	    diff(&(struct compare_source){ 0 }, want, got, &(struct compare_options){ 0 });

	assert_string_equal(d, expect);
}

#define VNET \
	"{\"source\":\"Default\",\"state\":\"Active\",\"addressPrefix\":[\"10.1.0.0/16\"]," \
	"\"nextHopType\":\"VnetLocal\",\"nextHopIpAddress\":[]}"
#define NONE(p) \
	"{\"source\":\"Default\",\"state\":\"Active\",\"addressPrefix\":[\"" p "\"]," \
	"\"nextHopType\":\"None\",\"nextHopIpAddress\":[]}"
#define INTERNET(state) \
	"{\"source\":\"Default\",\"state\":\"" state "\",\"addressPrefix\":[\"0.0.0.0/0\"]," \
	"\"nextHopType\":\"Internet\",\"nextHopIpAddress\":[]}"
#define USER(hop) \
	"{\"source\":\"User\",\"state\":\"Active\",\"addressPrefix\":[\"0.0.0.0/0\"]," \
	"\"nextHopType\":\"VirtualAppliance\",\"nextHopIpAddress\":[\"" hop "\"]}"
#define BGP(p, hops) \
	"{\"source\":\"VirtualNetworkGateway\",\"state\":\"Active\",\"addressPrefix\":[\"" p \
	"\"]," \
	"\"nextHopType\":\"VirtualNetworkGateway\",\"nextHopIpAddress\":" hops "}"

static void rows_are_paired(void **state)
{
	(void)state;
	check_diff("[" VNET "," INTERNET("Active") "]", "[" INTERNET("Active") "," VNET "]",
	           "equal 10.1.0.0/16; equal 0.0.0.0/0");
	check_diff("[" VNET "]", "[" INTERNET("Active") "]",
	           "missing 10.1.0.0/16; extra 0.0.0.0/0");
	check_diff("[" INTERNET("Active") "]", "[" INTERNET("Invalid") "]",
	           "different 0.0.0.0/0 state");
	/* Two rows of one prefix: the equal one is not given to its neighbour. */
	check_diff("[" INTERNET("Invalid") "," USER("10.0.0.4") "]",
	           "[" USER("10.0.0.4") "," INTERNET("Active") "]",
	           "equal 0.0.0.0/0; different 0.0.0.0/0 state");
	check_diff("[" INTERNET("Invalid") "," USER("10.0.0.4") "]", "[" USER("10.0.0.5") "]",
	           "different 0.0.0.0/0 nextHopIpAddress; missing 0.0.0.0/0");
}

static void the_likest_is_taken(void **state)
{
	(void)state;
	check_diff("[" USER("10.0.0.4") "]", "[" INTERNET("Active") "," USER("10.0.0.5") "]",
	           "different 0.0.0.0/0 nextHopIpAddress; extra 0.0.0.0/0");
}

static void next_hops_are_a_set(void **state)
{
	(void)state;
	check_diff("[" BGP("10.9.0.0/16", "[\"10.1.0.4\",\"10.1.0.5\"]") "]",
	           "[" BGP("10.9.0.0/16", "[\"10.1.0.5\",\"10.1.0.4\"]") "]", "equal 10.9.0.0/16");
	/* one row for each next hop, as the table of az prints them */
	check_diff(
	    "[" BGP("10.9.0.0/16", "\"10.1.0.4\"") "," BGP("10.9.0.0/16", "\"10.1.0.5\"") "]",
	    "[" BGP("10.9.0.0/16", "[\"10.1.0.5\",\"10.1.0.4\"]") "]", "equal 10.9.0.0/16");
	check_diff("[" BGP("10.9.0.0/16", "[\"10.1.0.4\"]") "]",
	           "[" BGP("10.9.0.0/16", "[\"10.1.0.5\",\"10.1.0.4\"]") "]",
	           "different 10.9.0.0/16 nextHopIpAddress");
	/* one row with many prefixes, as of a service tag */
	check_diff("[{\"source\":\"Default\",\"state\":\"Active\",\"nextHopType\":\"None\","
	           "\"addressPrefix\":[\"10.0.0.0/8\",\"172.16.0.0/12\"]}]",
	           "[" NONE("172.16.0.0/12") "," NONE("10.0.0.0/8") "]",
	           "equal 10.0.0.0/8; equal 172.16.0.0/12");
}

static void none_rows(void **state)
{
	static const char want[] = "[" NONE("10.0.0.0/8") "," NONE("25.4.0.0/14") "]";
	static const char got[] = "[" NONE("10.0.0.0/8") "," NONE("172.16.0.0/12") "]";
	static const char *const expect[] = {
		[COMPARE_NONE_CLASSES] = "equal 10.0.0.0/8; extra 172.16.0.0/12",
		[COMPARE_NONE_ALL] = "equal 10.0.0.0/8; missing 25.4.0.0/14; extra 172.16.0.0/12",
		[COMPARE_NONE_IGNORE] = "",
	};
	(void)state;

	for (int i = 0; i < 3; i++) {
		_cleanup_free_ char *d = diff(&(struct compare_source){ 0 }, want, got,
		                              &(struct compare_options){ .none = i });

		assert_string_equal(d, expect[i]);
	}
	/* A user's route to None is one of his own. */
	check_diff("[{\"source\":\"User\",\"state\":\"Active\",\"addressPrefix\":\"9.0.0.0/8\","
	           "\"nextHopType\":\"None\"}]",
	           "[" VNET "]", "missing 9.0.0.0/8; extra 10.1.0.0/16");
}

static void not_said_is_not_compared(void **state)
{
	(void)state;
	check_diff(
	    "[{\"addressPrefix\":\"0.0.0.0/0\",\"nextHopType\":\"Internet\",\"state\":null}]",
	    "[" INTERNET("Invalid") "]", "equal 0.0.0.0/0");
	check_diff(
	    "[{\"addressPrefix\":\"0.0.0.0/0\",\"nextHopType\":\"Internet\",\"name\":\"out\"}]",
	    "[" INTERNET("Active") "]", "different 0.0.0.0/0 name");
	_cleanup_free_ char *d = diff(
	    &(struct compare_source){ 0 }, "[" INTERNET("Active") "]", "[" INTERNET("Invalid") "]",
	    &(struct compare_options){ .ignore = (const char *[]){ "state", NULL } });

	assert_string_equal(d, "equal 0.0.0.0/0");
}

static void dialects(void **state)
{
	static const char lab[] = "[" INTERNET("Active") "]";
	static const char *const same[] = {
		"{\"value\":"
		"[" INTERNET("Active") "]"
		                       "}",
		"{\"nextLink\":null,\"value\":[" INTERNET("Active") "]}",
		"{\"data\":[" INTERNET("Active") "],\"count\":1}",
		"{\"properties\":{\"output\":{\"value\":[" INTERNET("Active") "]}}}",
		"[{\"properties\":" INTERNET("Active") "}]",
		/* PowerShell's ConvertTo-Json */
		"[{\"Source\":\"Default\",\"State\":\"Active\",\"AddressPrefix\":[\"0.0.0.0/0\"],"
		"\"NextHopType\":\"Internet\",\"NextHopIpAddress\":[],\"Name\":null}]",
		/* az's own bare spelling of a flattened, text-only table */
		"[{\"source\":\"default\",\"state\":\"active\",\"prefix\":\"0.0.0.0/0\","
		"\"nextHopType\":\"internet\",\"nextHopIp\":[]}]",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		check_diff(same[i], lab, "equal 0.0.0.0/0");
}

#define LEARNED(local, net, hop, path) \
	"{\"localAddress\":\"" local "\",\"network\":\"" net "\",\"nextHop\":\"" hop "\"," \
	"\"sourcePeer\":\"" hop "\",\"origin\":\"EBgp\",\"asPath\":\"" path "\",\"weight\":32768}"

static void instances(void **state)
{
	static const char lab[] = "{\"RouteServiceRole_IN_0\":[" LEARNED(
	    "10.1.0.4", "0.0.0.0/0", "10.1.1.4",
	    "65001") "],"
	             "\"RouteServiceRole_IN_1\":[" LEARNED("10.1.0.5", "0.0.0.0/0", "10.1.1.4",
	                                                   "65001") "]}";
	(void)state;

	check_diff(lab, lab, "equal 0.0.0.0/0 at 10.1.0.4; equal 0.0.0.0/0 at 10.1.0.5");
	/* Instance 0 may be the higher address. */
	check_diff("{\"RouteServiceRole_IN_0\":[" LEARNED(
	               "10.1.0.5", "0.0.0.0/0", "10.1.1.4",
	               "65001") "],"
	                        "\"RouteServiceRole_IN_1\":[" LEARNED(
	                            "10.1.0.4", "0.0.0.0/0", "10.1.1.4", "65001 65002") "]}",
	           lab, "equal 0.0.0.0/0 at 10.1.0.5; different 0.0.0.0/0 at 10.1.0.4 asPath");
	/* Of an instance that the file does not have nothing is said ... */
	check_diff("{\"RouteServiceRole_IN_1\":[" LEARNED("10.1.0.5", "0.0.0.0/0", "10.1.1.4",
	                                                  "65001") "]}",
	           lab, "equal 0.0.0.0/0 at 10.1.0.5");
	/* ... but an empty list says that there is nothing: the other one's rows tell which. */
	const struct compare_source known = { .name = "learned.json",
		                              .instances = { "10.1.0.4", "10.1.0.5" } };
	_cleanup_free_ char *d =
	    diff(&known,
	         "{\"RouteServiceRole_IN_0\":[],\"RouteServiceRole_IN_1\":[" LEARNED(
	             "10.1.0.4", "0.0.0.0/0", "10.1.1.4", "65001") "],\"value\":null}",
	         lab, &(struct compare_options){ 0 });

	assert_string_equal(d, "equal 0.0.0.0/0 at 10.1.0.4; extra 0.0.0.0/0 at 10.1.0.5");
	_cleanup_free_ char *both =
	    diff(&known, "{\"RouteServiceRole_IN_0\":[],\"RouteServiceRole_IN_1\":[]}", lab,
	         &(struct compare_options){ 0 });

	assert_string_equal(both, "extra 0.0.0.0/0 at 10.1.0.4; extra 0.0.0.0/0 at 10.1.0.5");
}

static void advertised_without_local_address(void **state)
{
	const struct compare_source known = { .instances = { "10.1.0.4", "10.1.0.5" } };
	(void)state;
	/* Instance 0 is the higher one; the next hop tells it. */
	_cleanup_free_ char *d = diff(
	    &known,
	    "{\"RouteServiceRole_IN_0\":[{\"network\":\"10.1.0.0/16\",\"nextHop\":\"10.1.0.5\","
	    "\"asPath\":\"65515\",\"origin\":\"Igp\"}],\"RouteServiceRole_IN_1\":[]}",
	    "{\"RouteServiceRole_IN_0\":[{\"localAddress\":\"10.1.0.4\",\"network\":\"10.1.0.0/"
	    "16\","
	    "\"nextHop\":\"10.1.0.4\",\"asPath\":\"65515\",\"origin\":\"Igp\"}],"
	    "\"RouteServiceRole_IN_1\":[{\"localAddress\":\"10.1.0.5\",\"network\":\"10.1.0.0/16\","
	    "\"nextHop\":\"10.1.0.5\",\"asPath\":\"65515\",\"origin\":\"Igp\"}]}",
	    &(struct compare_options){ 0 });

	assert_string_equal(d, "equal 10.1.0.0/16 at 10.1.0.5; extra 10.1.0.0/16 at 10.1.0.4");
}

static void gateways(void **state)
{
	static const char want[] =
	    "{\"value\":[{\"localAddress\":\"10.2.0.4\",\"network\":\"10.0.0.0/16\","
	    "\"origin\":\"EBgp\",\"nextHop\":\"192.168.0.1\",\"sourcePeer\":\"192.168.0.1\","
	    "\"asPath\":\"65001-65515\"},{\"localAddress\":\"10.2.0.4\",\"network\":\"10.0.0.0/"
	    "16\","
	    "\"origin\":\"IBgp\",\"nextHop\":\"10.2.0.5\",\"sourcePeer\":\"10.2.0.5\","
	    "\"asPath\":\"65001-65515\"},{\"localAddress\":\"10.2.0.4\",\"network\":\"10.2.0.0/"
	    "16\","
	    "\"origin\":\"Network\",\"sourcePeer\":\"10.2.0.4\",\"asPath\":\"\"}]}";
	(void)state;

	check_diff(want, want,
	           "equal 10.0.0.0/16 at 10.2.0.4 from 192.168.0.1; "
	           "equal 10.0.0.0/16 at 10.2.0.4 from 10.2.0.5; "
	           "equal 10.2.0.0/16 at 10.2.0.4 from 10.2.0.4");
	check_diff("{\"value\":[{\"localAddress\":\"10.2.0.4\",\"neighbor\":\"10.2.0.5\","
	           "\"asn\":65515,\"state\":\"Connected\",\"connectedDuration\":\"1.00:00:00\"}]}",
	           "{\"value\":[{\"localAddress\":\"10.2.0.4\",\"neighbor\":\"10.2.0.5\","
	           "\"asn\":65515,\"state\":\"Connecting\",\"connectedDuration\":\"\"}]}",
	           "different 10.2.0.5 at 10.2.0.4 state");
}

static void reasons(void **state)
{
	(void)state;
	check_diff("[" BGP("10.1.1.0/24", "[\"10.1.0.4\"]") "," INTERNET("Active") "]",
	           "{\"value\":[{\"source\":\"Default\",\"state\":\"Invalid\","
	           "\"addressPrefix\":[\"0.0.0.0/0\"],\"nextHopType\":\"Internet\","
	           "\"nextHopIpAddress\":[],\"reason\":\"beaten by the user's route\"}],"
	           "\"hidden\":[{\"source\":\"VirtualNetworkGateway\","
	           "\"addressPrefix\":[\"10.1.1.0/24\"],\"reason\":\"inside the VNet\"}]}",
	           "different 0.0.0.0/0 state [beaten by the user's route]; "
	           "missing 10.1.1.0/24 [inside the VNet]");
}

static void refusals(void **state)
{
	static const struct {
		const char *text, *says;
	} t[] = {
		{ "{}", "no table" },
		{ "7", "no table" },
		{ "{\"value\":{\"a\":1}}", "no table" },
		{ "[]", "it is empty" },
		{ "[{\"a\":1}]", "first row" },
		{ "[" VNET ",{\"nextHopType\":\"None\"}]", "row 1: has no addressPrefix" },
		{ "[" VNET ",7]", "row 1 is not an object" },
		{ "{\"RouteServiceRole_IN_0\":7,\"RouteServiceRole_IN_1\":[" LEARNED(
		      "10.1.0.5", "0.0.0.0/0", "10.1.1.4", "65001") "]}",
		  "RouteServiceRole_IN_0 is not a list" },
		{ "{\"RouteServiceRole_IN_0\":[{\"localAddress\":\"10.1.0.4\",\"origin\":\"EBgp\"}]"
		  "}",
		  "RouteServiceRole_IN_0: row 0: has no network" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct compare_table out = { 0 };
		struct err e = { 0 };
		json_t *j = js(t[i].text);

		assert_true(compare_read(&(struct compare_source){ 0 }, j, &out, &e) < 0);
		if (!strstr(e.msg, t[i].says))
			fail_msg("%s: says \"%s\", not \"%s\"", t[i].text, e.msg, t[i].says);
		json_decref(j);
	}
	/* What its file is called makes of nothing an empty table. */
	_cleanup_compare_table_ struct compare_table empty =
	    table(&(struct compare_source){ .name = "x-learned" }, "[]");

	assert_int_equal(empty.kind, COMPARE_LEARNED);
}

static void whose(void **state)
{
	static const char *const names[] = { "vm1",      "vm1VMNic", "vm10",     "web-1",
		                             "RS/NVA_1", "RS/NVA_2", "RS2/NVA_2" };
	static const struct {
		const char *file, *text;
		long who;
	} t[] = {
		{ "vm1.json", "[]", 0 },
		{ "saved/vm1-routes.json", "[]", 0 },
		{ "VM1VMNIC.json", "[]", 1 },
		{ "vm10.json", "[]", 2 },
		{ "vm100.json", "[]", -1 },
		{ "xvm1.json", "[]", -1 },
		{ "routes of web-1 before.json", "[]", 3 },
		{ "vm1-vm10.json", "[]", 2 },
		{ "RS-NVA_1-learned.json", "[]", 4 },
		{ "rs_nva_2.json", "[]", 5 },
		{ "NVA_1.json", "[]", 4 },
		{ "NVA_2.json", "[]", -2 },
		{ "RS2-NVA_2.json", "[]", 6 },
		{ "x.json",
		  "{\"id\":\"/subscriptions/s/resourceGroups/g/providers/"
		  "Microsoft.Network/networkInterfaces/vm1VMNic\"}",
		  1 },
		{ "vm10.json", "{\"nic\":{\"id\":\"/a/networkInterfaces/vm1VMNic\"}}", 1 },
		{ "x.json", "{\"id\":\"/a/virtualHubs/RS2/bgpConnections/NVA_2\"}", 6 },
		{ "x.json", "{\"peering\":\"NVA_2\"}", -2 },
		{ NULL, "[]", -1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *j = js(t[i].text);
		long who = compare_who(t[i].file, j, names, ARRAY_LEN(names));

		if (who != t[i].who)
			fail_msg("%s, %s: %ld, not %ld", t[i].file, t[i].text, who, t[i].who);
		json_decref(j);
	}
}

static void words(void **state)
{
	(void)state;
	_cleanup_compare_table_ struct compare_table w =
	    table(&(struct compare_source){ 0 }, "[" USER("10.0.0.4") "]");
	_cleanup_compare_table_ struct compare_table g =
	    table(&(struct compare_source){ 0 }, "[" INTERNET("Invalid") "]");
	_cleanup_comparison_ struct comparison c = { 0 };
	_cleanup_str_ struct str row = { 0 }, why = { 0 };

	compare_tables(&w, &g, &(struct compare_options){ 0 }, &c);
	compare_show(COMPARE_ROUTES, c.rows[0].want, &row);
	assert_string_equal(str_get(&row), "User Active VirtualAppliance 10.0.0.4");
	compare_differences(&c.rows[0], &why);
	assert_string_equal(str_get(&why),
	                    "source is Default, not User; state is Invalid, not Active; "
	                    "nextHopType is Internet, not VirtualAppliance; "
	                    "nextHopIpAddress is absent, not 10.0.0.4");
	json_t *j = compare_json(&c);

	assert_int_equal(json_integer_value(json_object_get(j, "different")), 1);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 1);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_paired),
		cmocka_unit_test(the_likest_is_taken),
		cmocka_unit_test(next_hops_are_a_set),
		cmocka_unit_test(none_rows),
		cmocka_unit_test(not_said_is_not_compared),
		cmocka_unit_test(dialects),
		cmocka_unit_test(instances),
		cmocka_unit_test(advertised_without_local_address),
		cmocka_unit_test(gateways),
		cmocka_unit_test(reasons),
		cmocka_unit_test(refusals),
		cmocka_unit_test(whose),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
