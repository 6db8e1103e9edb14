/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures: every thing of a design is in each of them, states included, and the text is what its
 * reader expects. */
#include <cmocka.h>

#include <stdio.h>

#include "base/str.h"
#include "input/topology.h"
#include "report/picture.h"

static const char DESIGN[] =
    "{'name':'pic','description':'a <b> & \\\"c\\\"','virtualNetworks':{"
    "'Hub':{'addressPrefixes':['10.0.0.0/16'],'subnets':{"
    "'NVA':{'addressPrefix':'10.0.1.0/24','routeTable':'rt'},"
    "'Many':{'addressPrefix':'10.0.2.0/24'},"
    "'RouteServerSubnet':{'addressPrefix':'10.0.3.0/26'}},"
    "'peerings':{'a':{'remoteVirtualNetwork':'Spoke'},'b':{'remoteVirtualNetwork':'Lonely'}}},"
    "'Spoke':{'addressPrefixes':['10.1.0.0/16'],'subnets':{'w':{'addressPrefix':'10.1.1.0/24'}},"
    "'peerings':{'a':{'remoteVirtualNetwork':'Hub'}}},"
    "'Lonely':{'addressPrefixes':['10.2.0.0/16'],'subnets':{'e':{'addressPrefix':'10.2.1.0/24'}}}},"
    "'routeTables':{'rt':{'routes':{}}},"
    "'routeServers':{'RS':{'virtualNetwork':'Hub','bgpConnections':{"
    "'one':{'peerIp':'10.0.1.4','peerAsn':65001},'two':{'peerIp':'10.0.1.5','peerAsn':65002}}}},"
    "'virtualMachines':{"
    "'nva1':{'image':'bird','nic':{'subnet':'Hub/NVA','privateIPAddress':'10.0.1.4',"
    "'enableIPForwarding':true,'publicIPAddress':true},'bgp':{'asn':65001}},"
    "'nva2':{'image':'bird','nic':{'subnet':'Hub/NVA','privateIPAddress':'10.0.1.5',"
    "'enableIPForwarding':true},'bgp':{'asn':65002}}%s}}";

/* Two gateways, a circuit, a site behind it and by VPN, one whose key is wrong. */
static const char OUTSIDE[] =
    "{'name':'out','virtualNetworks':{"
    "'Hub':{'addressPrefixes':['10.0.0.0/16'],'subnets':{"
    "'GatewaySubnet':{'addressPrefix':'10.0.255.0/27'}}},"
    "'Far':{'addressPrefixes':['10.8.0.0/16'],'subnets':{"
    "'GatewaySubnet':{'addressPrefix':'10.8.255.0/27'}}}},"
    "'virtualNetworkGateways':{'vpn':{'virtualNetwork':'Hub','activeActive':true},"
    "'ergw':{'virtualNetwork':'Hub','gatewayType':'ExpressRoute'},"
    "'far':{'virtualNetwork':'Far','asn':65080}},"
    "'sites':{'dc':{'addressPrefixes':['10.40.0.0/16','10.41.0.0/16'],'asn':65010},"
    "'shut':{'addressPrefixes':['10.42.0.0/16'],'sharedKey':'one'}},"
    "'expressRouteCircuits':{'er':{'site':'dc','peerAsn':65010}},"
    "'connections':{"
    "'by-vpn':{'gateway':'vpn','type':'IPsec','site':'dc','enableBgp':true},"
    "'by-er':{'gateway':'ergw','type':'ExpressRoute','circuit':'er'},"
    "'locked':{'gateway':'vpn','type':'IPsec','site':'shut','sharedKey':'two'},"
    "'there':{'gateway':'vpn','type':'Vnet2Vnet','remoteGateway':'far'},"
    "'back':{'gateway':'far','type':'Vnet2Vnet','remoteGateway':'vpn'}}}";

static struct model *model_of(const char *quoted);

static struct model *model(unsigned many)
{
	_cleanup_str_ struct str vms = { 0 };

	for (unsigned i = 0; i < many; i++)
		str_printf(&vms, ",'vm%u':{'nic':{'subnet':'Hub/Many'}}", i);
	_cleanup_free_ char *text = xasprintf(DESIGN, str_get(&vms));

	return model_of(text);
}

static struct model *model_of(const char *quoted)
{
	_cleanup_free_ char *text = xstrdup(quoted);
	_cleanup_findings_ struct findings f = { 0 };

	for (char *p = text; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	json_t *topology = json_loads(text, 0, NULL);

	assert_non_null(topology);
	json_t *design = json_pack("{s:o,s:{},s:s}", "topology", topology, "files", "path", "/x");
	struct model *m = design_checked(design, &f);

	json_decref(design);
	for (size_t i = 0; !m && i < f.n; i++)
		print_message("%s: %s\n", f.items[i].pointer, f.items[i].message);
	assert_non_null(m);
	return m;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static void everything_is_in_it(void **state)
{
	(void)state;
	static const char *const parts[] = {
		"Hub 10.0.0.0/16",
		"NVA 10.0.1.0/24, routes rt",
		"RouteServerSubnet 10.0.3.0/26",
		"Spoke 10.1.0.0/16",
		"w 10.1.1.0/24",
		"nva1",
		"10.0.1.4 bird",
		"nva2",
		"10.0.1.5 bird",
		"RS",
		"10.0.3.4",
		"10.0.3.5",
		"AS 65001",
		"AS 65002",
	};
	struct model *m = model(2);
	struct picture p = { .m = m };
	char *(*const formats[])(const struct picture *) = { picture_dot, picture_mermaid,
		                                             picture_svg };

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		_cleanup_free_ char *text = formats[i](&p);

		for (size_t j = 0; j < ARRAY_LEN(parts); j++)
			has(text, parts[j]);
		assert_null(strstr(text, "not known")); /* a file has no states */
	}
	model_free(m);
}

static void peerings_once_and_halves_marked(void **state)
{
	(void)state;
	struct model *m = model(0);
	struct picture p = { .m = m };
	_cleanup_free_ char *dot = picture_dot(&p), *mermaid = picture_mermaid(&p),
	                    *svg = picture_svg(&p);

	assert_int_equal(count(dot, "label=\"peering\""), 1);
	assert_int_equal(count(dot, "label=\"half of a peering\""), 1);
	assert_int_equal(count(mermaid, "|peering|"), 1);
	assert_int_equal(count(mermaid, "|half of a peering|"), 1);
	assert_int_equal(count(svg, "peering Hub - Spoke, Connected"), 1);
	assert_int_equal(count(svg, "peering Hub - Lonely, Initiated"), 1);
	model_free(m);
}

static void states_of_sessions(void **state)
{
	(void)state;
	struct model *m = model(0);
	enum session_state of_rs[] = { SESSION_UP, SESSION_HALF };
	enum session_state *states[] = { of_rs };
	struct picture p = { .m = m, .states = states };
	_cleanup_free_ char *mermaid = picture_mermaid(&p), *svg = picture_svg(&p);

	has(mermaid, "AS 65001, up\"");
	has(mermaid, "AS 65002, up with one instance\"");
	has(svg, "one: 10.0.1.4, AS 65001, up<");
	has(svg, "class=\"session up\"");
	has(svg, "class=\"session partly\"");
	of_rs[0] = SESSION_DOWN;
	_cleanup_free_ char *again = picture_dot(&p);

	has(again, "tooltip=\"down\"");
	model_free(m);
}

static void many_vms_become_a_number(void **state)
{
	(void)state;
	struct model *m = model(100);
	struct picture p = { .m = m };
	_cleanup_free_ char *svg = picture_svg(&p);

	has(svg, "vm22<");
	assert_null(strstr(svg, "vm23<"));
	has(svg, "and 77 more");
	model_free(m);
}

static void text_is_escaped(void **state)
{
	(void)state;
	struct model *m = model(0);
	struct picture p = { .m = m };
	_cleanup_free_ char *svg = picture_svg(&p);

	has(svg, "a &lt;b&gt; &amp; &quot;c&quot;");
	model_free(m);
}

static void wires_to_the_outside(void **state)
{
	(void)state;
	struct model *m = model_of(OUTSIDE);
	struct picture p = { .m = m };
	_cleanup_free_ char *dot = picture_dot(&p), *mermaid = picture_mermaid(&p),
	                    *svg = picture_svg(&p);
	const char *const all[] = { dot, mermaid, svg };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		has(all[i], "vpn/0");
		has(all[i], "er");
		has(all[i], "MSEEs 100.65.0.4 100.65.0.5");
		has(all[i], "dc");
		has(all[i], "10.40.0.0/16 ... AS 65010");
		has(all[i], "10.42.0.0/16");
	}
	/* Both instances, each by a wire of its own; two objects of one connection are one. */
	assert_int_equal(count(dot, "label=\"by-vpn\""), 2);
	assert_int_equal(count(dot, "label=\"by-er\""), 2);
	assert_int_equal(count(dot, "label=\"there\""), 2);
	assert_int_equal(count(dot, "label=\"back\""), 0);
	assert_int_equal(count(dot, "style=dashed, label=\"locked\""), 2);
	has(dot, "c0 -> t0 [dir=none");
	assert_int_equal(count(mermaid, "---|\"by-vpn\"| t0"), 2);
	assert_int_equal(count(mermaid, "---|\"by-er\"| c0"), 2);
	assert_int_equal(count(mermaid, "-.-|\"locked\"| t1"), 2);
	has(mermaid, "c0 --- t0");
	assert_int_equal(count(svg, "connection by-vpn<"), 2);
	assert_int_equal(count(svg, "connection there<"), 2);
	assert_int_equal(count(svg, "connection locked, down: "), 2);
	assert_int_equal(count(svg, "circuit er<"), 1);
	model_free(m);
	m = model(0);
	p.m = m;
	_cleanup_free_ char *none = picture_svg(&p);

	assert_int_equal(count(none, "class=\"wire"), 0);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_in_it),
		cmocka_unit_test(peerings_once_and_halves_marked),
		cmocka_unit_test(states_of_sessions),
		cmocka_unit_test(many_vms_become_a_number),
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(wires_to_the_outside),
	};

	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
