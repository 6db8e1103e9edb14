/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "azure/model.h"
#include "input/topology.h"
#include "unit.h"

static struct model *load(const char *text)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *design = json_pack("{s:o}", "topology", design_parse(text, strlen(text), &f));
	struct model *m = design_checked(design, &f);

	json_decref(design);
	for (size_t i = 0; !m && i < f.n; i++)
		print_message("# %s %s: %s\n", f.items[i].rule, f.items[i].pointer,
		              f.items[i].message);
	assert_non_null(m);
	return m;
}

static const char HUB[] =
    "{'virtualNetworks': {"
    " 'Hub': {'addressPrefixes': ['10.0.0.0/16', '10.9.0.0/24'], 'subnets': {"
    "   'a': {'addressPrefix': '10.0.1.0/24'}, 'RouteServerSubnet': {'addressPrefix': "
    "'10.0.3.0/26'},"
    "   'b': {'addressPrefix': '10.9.0.0/25'}},"
    "  'peerings': {'s1': {'remoteVirtualNetwork': 'SPOKE', 'allowGatewayTransit': true},"
    "               'h': {'remoteVirtualNetwork': 'Half'}}},"
    " 'Spoke': {'addressPrefixes': ['10.1.0.0/16'], 'subnets': {'a': {'addressPrefix': "
    "'10.1.0.0/24'}},"
    "  'peerings': {'hub': {'remoteVirtualNetwork': 'hub', 'useRemoteGateways': true}}},"
    " 'Half': {'addressPrefixes': ['10.2.0.0/16'], 'subnets': {'a': {'addressPrefix': "
    "'10.2.0.0/24'}}},"
    " 'Alone': {'addressPrefixes': ['10.1.0.0/16'], 'subnets': {'a': {'addressPrefix': "
    "'10.1.0.0/24'}}}},"
    "'routeServers': {'RS': {'virtualNetwork': 'Hub', 'bgpConnections': {"
    "  'one': {'peerIp': '10.0.1.9', 'peerAsn': 65001}, 'far': {'peerIp': '10.1.0.4', 'peerAsn': "
    "65002}}}},"
    "'virtualMachines': {"
    " 'one': {'nics': {'eth0': {'subnet': 'Hub/a', 'privateIPAddress': '10.0.1.9'}, 'eth1': "
    "{'subnet': "
    "'hub/B'}}},"
    " 'two': {'nics': {'eth0': {'subnet': 'Hub/a'}, 'own': {'subnet': 'Hub/b'}}},"
    " 'Far': {'nic': {'subnet': 'Spoke/a'}}, 'half': {'nic': {'subnet': 'Half/a'}},"
    " 'alone': {'nic': {'subnet': 'Alone/a', 'privateIPAddress': '10.1.0.77'}}}}";

static struct model *hub(void)
{
	_cleanup_free_ char *text = xstrdup(HUB);

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	return load(text);
}

/* With the index and by scanning: the same answers. */
static void look_ups(struct model *m)
{
	assert_string_equal(model_vnet(m, "hUB")->name, "Hub");
	assert_null(model_vnet(m, "Hubb"));
	assert_ptr_equal(model_subnet(m, "spoke/A")->vnet, model_vnet(m, "Spoke"));
	assert_ptr_equal(model_subnet(m, "Alone/a")->vnet, model_vnet(m, "Alone"));
	assert_null(model_subnet(m, "Hub"));
	assert_null(model_subnet(m, "Hub/c"));
	assert_null(model_subnet(m, "None/a"));
	assert_string_equal(model_vm(m, "FAR")->name, "Far");
	assert_null(model_vm(m, "far/"));
	assert_string_equal(model_nic(m, "FarVMNic")->ptr, "/virtualMachines/Far/nic");
	assert_string_equal(model_nic(m, "OWN")->ptr, "/virtualMachines/two/nics/own");
	assert_null(model_nic(m, "eth0")); /* two of that name */
	assert_string_equal(model_nic(m, "Two/ETH0")->ptr, "/virtualMachines/two/nics/eth0");
	assert_null(model_nic(m, "two/eth9"));
	assert_null(model_nic(m, "eth9"));
	assert_string_equal(model_route_server(m, "rs")->name, "RS");
	assert_string_equal(model_connection(m, "rs/ONE")->name, "one");
	assert_null(model_connection(m, "rs/two"));
	assert_null(model_connection(m, "one"));
	assert_null(model_vnet(m, ""));
	assert_null(model_subnet(m, "/"));
}

static void names(void **state)
{
	_cleanup_(model_free_p) struct model *m = hub();

	(void)state;
	look_ups(m);
	struct model_index *x = m->index;

	m->index = NULL;
	look_ups(m);
	m->index = x;
}

static void addresses(void **state)
{
	_cleanup_(model_free_p) struct model *m = hub();
	struct vnet *h = model_vnet(m, "Hub"), *s = model_vnet(m, "Spoke");

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		assert_ptr_equal(model_nic_by_ip(h, A("10.0.1.9")), model_nic(m, "one/eth0"));
		assert_ptr_equal(model_nic_by_ip(h, A("10.0.1.4")), model_nic(m, "two/eth0"));
		assert_ptr_equal(model_nic_by_ip(h, A("10.9.0.5")), model_nic(m, "own"));
		/* both ways over a connected peering, not over half of one, not further */
		assert_ptr_equal(model_nic_by_ip(h, A("10.1.0.4")), model_nic(m, "FarVMNic"));
		assert_ptr_equal(model_nic_by_ip(s, A("10.0.1.9")), model_nic(m, "one/eth0"));
		assert_null(model_nic_by_ip(h, A("10.2.0.4")));
		assert_null(model_nic_by_ip(h, A("10.1.0.77")));
		assert_null(model_nic_by_ip(h, A("10.0.1.5")));
		assert_null(model_nic_by_ip(h, A("10.0.3.4"))); /* an instance is no NIC */
		assert_null(model_nic_by_ip(h, 0));
		for (size_t i = 0; i < m->n_subnets; i++)
			m->subnets[i].nics_by_ip = NULL;
	}
	assert_ptr_equal(model_connection(m, "RS/far")->nic, model_nic(m, "FarVMNic"));
}

static void peerings(void **state)
{
	_cleanup_(model_free_p) struct model *m = hub();
	struct vnet *h = model_vnet(m, "Hub"), *s = model_vnet(m, "Spoke");

	(void)state;
	assert_ptr_equal(h->peerings[0].reverse, &s->peerings[0]);
	assert_ptr_equal(s->peerings[0].reverse, &h->peerings[0]);
	assert_true(peering_connected(&h->peerings[0]));
	assert_false(peering_connected(&h->peerings[1]));
	assert_ptr_equal(vnet_programmed_by(h), model_route_server(m, "RS"));
	assert_ptr_equal(vnet_programmed_by(s), model_route_server(m, "RS"));
	assert_null(vnet_programmed_by(model_vnet(m, "Half")));
	h->peerings[0].allow_gateway_transit = false;
	assert_null(vnet_programmed_by(s));
}

static void instances(void **state)
{
	_cleanup_(model_free_p) struct model *m = hub();
	const struct route_server *rs = model_route_server(m, "RS");
	unsigned n[2] = { 0 };

	(void)state;
	assert_int_equal(rs->instance[0], A("10.0.3.4"));
	assert_int_equal(rs->instance[1], A("10.0.3.5"));
	for (size_t i = 0; i < m->n_nics; i++)
		n[nic_instance(&m->nics[i])]++;
	assert_true(n[0] - n[1] <= 1);
}

static void next_hop_types(void **state)
{
	(void)state;
	for (int i = 0; i < NH_MAX; i++)
		assert_int_equal(next_hop_type_parse(next_hop_type_str(i)), i);
	assert_int_equal(next_hop_type_parse("internet"), -EINVAL);
	assert_int_equal(next_hop_type_parse(NULL), -EINVAL);
}

static void empty(void **state)
{
	_cleanup_(model_free_p) struct model *m = model_new();

	(void)state;
	model_index(m);
	assert_null(model_vm(m, "x"));
	assert_int_equal(m->n_internet, 2);
	assert_int_equal(m->settings.max_peers, 8);
	assert_null(model_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),          cmocka_unit_test(addresses),
		cmocka_unit_test(peerings),       cmocka_unit_test(instances),
		cmocka_unit_test(next_hop_types), cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
