/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asymmetric ways, by the design alone: how much is walked at the size of a real estate, and what
 * the design does not say is not said.  Which designs have findings:
 * tests/golden/check/asym-*.json. */
#include "azure/asymmetry.h"

#include "azure/foreseen.h"
#include "base/str.h"
#include "input/topology.h"
#include "unit.h"

#define VIA(p, hop) \
	"{\"addressPrefix\":\"" p \
	"\",\"nextHopType\":\"VirtualAppliance\",\"nextHopIpAddress\":\"" hop "\"}"

static struct model *load(const char *text)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *design = json_pack("{s:o}", "topology", design_parse(text, strlen(text), &f));
	struct model *m = design_checked(design, &f);

	if (!m)
		fail_msg("%s: %s", f.n ? f.items[0].pointer : "", f.n ? f.items[0].message : "");
	json_decref(design);
	return m;
}

/* A hub with a firewall, and spokes whose route tables send it what is for a subnet of the hub and
 * for everywhere else; each spoke has a table of its own, or all have one. */
static char *estate(unsigned spokes, bool own_tables)
{
	struct str s = { 0 };

	str_add(&s,
	        "{\"virtualNetworks\":{\"hub\":{\"addressPrefixes\":[\"10.0.0.0/16\"],\"subnets\":{"
	        "\"AzureFirewallSubnet\":{\"addressPrefix\":\"10.0.1.0/26\"},"
	        "\"shared\":{\"addressPrefix\":\"10.0.3.0/24\"}},\"peerings\":{");
	for (unsigned i = 0; i < spokes; i++)
		str_printf(&s, "%s\"s%u\":{\"remoteVirtualNetwork\":\"s%u\"}", i ? "," : "", i, i);
	str_add(&s, "}}");
	for (unsigned i = 0; i < spokes; i++)
		str_printf(&s,
		           ",\"s%u\":{\"addressPrefixes\":[\"10.%u.%u.0/24\"],\"subnets\":{\"w\":{"
		           "\"addressPrefix\":\"10.%u.%u.0/24\",\"routeTable\":\"rt%u\"}},"
		           "\"peerings\":{\"hub\":{\"remoteVirtualNetwork\":\"hub\","
		           "\"allowForwardedTraffic\":true}}}",
		           i, 1 + i / 250, i % 250, 1 + i / 250, i % 250, own_tables ? i : 0);
	str_add(&s, "},\"routeTables\":{");
	for (unsigned i = 0; i < (own_tables ? spokes : 1); i++)
		str_printf(
		    &s,
		    "%s\"rt%u\":{\"routes\":{\"a\":" VIA("10.0.3.0/24", "10.0.1.4") ",\"b\":" VIA(
		        "0.0.0.0/0", "10.0.1.4") "}}",
		    i ? "," : "", i);
	str_add(
	    &s,
	    "},\"azureFirewalls\":{\"fw\":{\"virtualNetwork\":\"hub\",\"publicIPAddresses\":[true],"
	    "\"networkRuleCollections\":{\"n\":{\"priority\":100,\"action\":\"Allow\",\"rules\":{"
	    "\"r\":{"
	    "\"protocols\":[\"TCP\"],\"sourceAddresses\":[\"*\"],\"destinationAddresses\":[\"*\"],"
	    "\"destinationPorts\":[\"8443\"]}}}}}}}");
	return str_take(&s);
}

/* Half a million pairs are a few kinds. */
static void work_is_bounded(void **state)
{
	(void)state;
	for (int own = 0; own < 2; own++) {
		_cleanup_free_ char *text = estate(1000, own);
		struct model *m = load(text);
		struct asymmetries all;

		asymmetries_find(m, &all);
		assert_int_equal(all.n, 1);
		assert_int_equal(all.v[0].n, 1000);
		assert_string_equal(all.v[0].node, "fw");
		assert_true(all.walked < 200);
		asymmetries_done(&all);
		model_free(m);
	}
}

/* Two appliances: what the blocks say is foreseen, the shorter path alone; one with files of its
 * own makes the Route Server's table unknown. */
#define NVA(n, more) \
	"\"" n \
	"\":{\"image\":\"bird\",\"nic\":{\"subnet\":\"hub/nva\",\"privateIPAddress\":\"10.0.2." n \
	"\",\"enableIPForwarding\":true},\"routes\":[{\"prefix\":\"10.0.1.0/" \
	"26\",\"via\":\"10.0.2.1\"}]" more "}"
#define BGP_DESIGN(first) \
	"{\"virtualNetworks\":{\"hub\":{\"addressPrefixes\":[\"10.0.0.0/16\"],\"subnets\":{" \
	"\"RouteServerSubnet\":{\"addressPrefix\":\"10.0.1.0/" \
	"26\"},\"nva\":{\"addressPrefix\":\"10.0.2.0/24\"}}}}," \
	"\"routeServers\":{\"rs\":{\"virtualNetwork\":\"hub\",\"bgpConnections\":{" \
	"\"a\":{\"peerIp\":\"10.0.2.4\",\"peerAsn\":65001},\"b\":{\"peerIp\":\"10.0.2.5\"," \
	"\"peerAsn\":65002}}}}," \
	"\"virtualMachines\":{" NVA("4", first) "," NVA( \
	    "5", ",\"bgp\":{\"asn\":65002,\"advertise\":[\"10.8.0.0/16\",\"10.9.0.0/16\"]}") "}}"

static void blocks_are_foreseen(void **state)
{
	struct model *m = load(BGP_DESIGN(",\"bgp\":{\"asn\":65001,\"asPathPrepend\":1,"
	                                  "\"advertise\":[\"10.9.0.0/16\",\"0.0.0.0/0\"]}"));
	struct foreseen f;

	(void)state;
	foreseen_init(m, &f);
	const struct rib_table *t = &f.rib->tables[0][1];

	assert_false(f.unknown[0]);
	assert_int_equal(t->n, 3);
	assert_int_equal(rib_get(t, P("0.0.0.0/0"))->next_hops[0], A("10.0.2.4"));
	assert_int_equal(rib_get(t, P("10.9.0.0/16"))->n_next_hops, 1);
	assert_int_equal(rib_get(t, P("10.9.0.0/16"))->next_hops[0], A("10.0.2.5"));
	assert_true(foreseen_decides(&f, m->vnets[0].subnets[1], A("10.9.0.1")));
	foreseen_done(&f);
	model_free(m);
}

static void equal_paths_are_one_route(void **state)
{
	struct model *m =
	    load(BGP_DESIGN(",\"bgp\":{\"asn\":65001,\"advertise\":[\"10.9.0.0/16\"]}"));
	struct foreseen f;

	(void)state;
	foreseen_init(m, &f);
	assert_int_equal(rib_get(&f.rib->tables[0][0], P("10.9.0.0/16"))->n_next_hops, 2);
	foreseen_done(&f);
	model_free(m);
}

static void communities_are_not_foreseen(void **state)
{
	struct model *m = load(BGP_DESIGN(",\"bgp\":{\"asn\":65001,\"advertise\":[\"10.9.0.0/16\"],"
	                                  "\"communities\":[\"65001:1\"]}"));
	struct foreseen f;

	(void)state;
	foreseen_init(m, &f);
	assert_true(f.unknown[0]);
	/* in its own VNet learned routes decide nothing */
	assert_true(foreseen_decides(&f, m->vnets[0].subnets[1], A("10.0.2.9")));
	assert_false(foreseen_decides(&f, m->vnets[0].subnets[1], A("10.9.0.1")));
	foreseen_done(&f);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(blocks_are_foreseen),
		cmocka_unit_test(equal_paths_are_one_route),
		cmocka_unit_test(communities_are_not_foreseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
