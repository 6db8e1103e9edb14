/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "mini.h"
#include "plan/bird_rs.h"
#include "plan/filter/bgp_open.h"

static struct bgp_connection *conn(struct model *m, struct route_server *rs, const char *name,
                                   const char *ip, uint32_t asn)
{
	if (!rs->conns)
		rs->conns = arena_array(m->arena, 16, sizeof(*rs->conns));
	struct bgp_connection *c = &rs->conns[rs->n_conns];

	c->name = name;
	c->idx = rs->n_conns++;
	c->rs = rs;
	c->peer_ip = A(ip);
	c->peer_asn = asn;
	return c;
}

/* A hub with a Route Server, two NVAs, a spoke with gateway transit, one without. */
static struct model *hub(struct route_server **ret)
{
	struct model *m = mini_new();
	struct vnet *h = mini_vnet(m, "Hub", "10.10.0.0/16 10.12.0.0/20");
	struct vnet *spoke = mini_vnet(m, "Spoke", "10.11.0.0/24"),
	            *plain = mini_vnet(m, "Plain", "10.30.0.0/24");

	mini_subnet(m, h, "NVA", "10.10.1.0/24");
	*ret = mini_rs(m, mini_subnet(m, h, "RouteServerSubnet", "10.10.0.64/27"), "ars");
	conn(m, *ret, "nva-1.a", "10.10.1.4", 65001);
	conn(m, *ret, "nva2", "10.10.1.5", 65002);
	/* Both first: mini_peer() hands out pointers into the VNet's array. */
	struct peering *s = mini_peer(m, h, spoke), *p = mini_peer(m, h, plain);

	s->allow_gateway_transit = true;
	s->reverse->use_remote_gateways = true;
	p->allow_gateway_transit = true;
	return m;
}

static const struct bird_how how;

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	struct str b = { 0 };
	char chunk[4096];

	if (!f)
		return xstrdup("");
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));)
		str_addn(&b, chunk, n);
	fclose(f);
	return str_take(&b);
}

static void golden(const char *path, const char *got)
{
	if (getenv("ACCEPT")) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	_cleanup_free_ char *want = slurp(path);

	assert_string_equal(got, want);
}

static void golden_config(void **state)
{
	struct route_server *rs;
	_cleanup_(model_free_p) struct model *m = hub(&rs);
	_cleanup_free_ char *zero = bird_rs_config(m, rs, 0, &how),
	                    *one = bird_rs_config(m, rs, 1, &how);

	(void)state;
	golden("tests/golden/bird_rs/hub-0.conf", zero);
	golden("tests/golden/bird_rs/hub-1.conf", one);
}

static void settings_and_branch_to_branch(void **state)
{
	static const struct {
		enum reflect_nva reflect;
		bool b2b, want;
	} cases[] = {
		{ REFLECT_AUTO, false, false },  { REFLECT_AUTO, true, true },
		{ REFLECT_ALWAYS, false, true }, { REFLECT_ALWAYS, true, true },
		{ REFLECT_NEVER, false, false }, { REFLECT_NEVER, true, false },
	};
	struct route_server *rs;
	_cleanup_(model_free_p) struct model *m = hub(&rs);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		m->settings.reflect = cases[i].reflect;
		rs->branch_to_branch = cases[i].b2b;
		assert_int_equal(bird_rs_reflects(m, rs), cases[i].want);
		_cleanup_free_ char *text = bird_rs_config(m, rs, 0, &how);

		assert_int_equal(!!strstr(text, "if proto ~ \"nva_*\" then accept;"),
		                 cases[i].want);
	}
	m->settings.max_routes_per_peer = 17;
	_cleanup_free_ char *text = bird_rs_config(m, rs, 1, &how);

	assert_non_null(strstr(text, "import keep filtered on;"));
	assert_non_null(strstr(text, "receive limit 17 action restart;"));
	assert_null(strstr(text, "enhanced"));
	m->settings.limit_resets = true; /* Cease/4: BIRD's own limit would say Cease/1 */
	_cleanup_free_ char *resets = bird_rs_config(m, rs, 1, &how);

	assert_null(strstr(resets, "receive limit"));
}

static void ways(void **state)
{
	struct route_server *rs;
	_cleanup_(model_free_p) struct model *m = hub(&rs);
	const struct bird_how can = { .no_enhanced_refresh = true, .cut = &rs->conns[1] };
	_cleanup_free_ char *text = bird_rs_config(m, rs, 0, &can);
	const char *one = strstr(text, "protocol bgp nva_10_10_1_4"),
	           *two = strstr(text, "protocol bgp nva_10_10_1_5"),
	           *zero = strstr(text, "receive limit 0 action restart;");

	(void)state;
	assert_non_null(strstr(text, "\tenable enhanced route refresh off;\n"));
	assert_true(one < two && two < zero);
	assert_null(strstr(zero + 1, "receive limit 0"));
}

/* azure-behaviour 7.10: who comes before whom, for one prefix. */
static void preferences(void **state)
{
	unsigned nva = RS_FROM_NVA, vpn = RS_FROM_VPN, er = RS_FROM_EXPRESSROUTE;

	(void)state;
	for (int p = PREF_EXPRESSROUTE; p <= PREF_ASPATH; p++)
		assert_int_equal(bird_rs_preference(p, nva), bird_rs_preference(p, vpn));
	assert_true(bird_rs_preference(PREF_EXPRESSROUTE, er) >
	            bird_rs_preference(PREF_EXPRESSROUTE, nva));
	assert_true(bird_rs_preference(PREF_VPNGATEWAY, er) <
	            bird_rs_preference(PREF_VPNGATEWAY, nva));
	assert_int_equal(bird_rs_preference(PREF_ASPATH, er), bird_rs_preference(PREF_ASPATH, nva));
}

/* What is refused decides whether all peers are asked anew. */
static void refused(void **state)
{
	struct route_server *rs;
	_cleanup_(model_free_p) struct model *m = hub(&rs);
	_cleanup_free_ char *with = bird_rs_refused(rs), *text = bird_rs_config(m, rs, 0, &how);

	(void)state;
	assert_non_null(strstr(text, with));
	assert_non_null(strstr(with, "10.11.0.0/24+"));
	_cleanup_free_ char *own = bird_rs_refusal(rs, P("10.10.1.0/24")),
	                    *spoke = bird_rs_refusal(rs, P("10.11.0.0/24")),
	                    *other = bird_rs_refusal(rs, P("10.30.0.0/24"));

	assert_non_null(strstr(own, "inside 10.10.0.0/16, an address space of its own VNet"));
	assert_non_null(strstr(spoke, "equal to 10.11.0.0/24, an address space of a VNet that"));
	assert_string_equal(other, "refused by its import filter");
	rs->vnet->peerings[0].reverse->use_remote_gateways = false;
	_cleanup_free_ char *without = bird_rs_refused(rs);

	assert_string_not_equal(with, without);
}

/* Capability 70 is overwritten on the way out, by both ways; peers' only where that can be told. */
static void open_rules(void **state)
{
	_cleanup_free_ char *payload = bgp_open_nft(true), *header = bgp_open_nft(false);

	(void)state;
	golden("tests/golden/bird_rs/open-payload.nft", payload);
	golden("tests/golden/bird_rs/open-header.nft", header);
}

static void transit_needs_both_sides(void **state)
{
	struct route_server *rs;
	_cleanup_(model_free_p) struct model *m = hub(&rs);
	struct peering *s = &rs->vnet->peerings[0];
	_cleanup_free_ char *with = bird_rs_config(m, rs, 0, &how);

	(void)state;
	assert_non_null(strstr(with, "10.11.0.0/24+"));
	assert_non_null(strstr(with, "route 10.11.0.0/24 blackhole { bgp_community"));
	assert_null(strstr(with, "10.30.0.0/24"));
	s->allow_gateway_transit = false;
	_cleanup_free_ char *without = bird_rs_config(m, rs, 0, &how);

	assert_null(strstr(without, "10.11.0.0/24"));
	s->allow_gateway_transit = true;
	s->reverse->use_remote_gateways = false;
	_cleanup_free_ char *neither = bird_rs_config(m, rs, 0, &how);

	assert_null(strstr(neither, "10.11.0.0/24"));
}

/* Taking one connection away must not rename another: its session would restart. */
static void names_do_not_move(void **state)
{
	struct route_server *rs;
	_cleanup_(model_free_p) struct model *m = hub(&rs);
	char before[64], after[64];

	(void)state;
	bird_rs_protocol(&rs->conns[1], before);
	assert_string_equal(before, "nva_10_10_1_5");
	rs->conns[0] = rs->conns[1];
	rs->conns[0].idx = 0;
	rs->n_conns = 1;
	bird_rs_protocol(&rs->conns[0], after);
	assert_string_equal(after, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_config),
		cmocka_unit_test(settings_and_branch_to_branch),
		cmocka_unit_test(preferences),
		cmocka_unit_test(ways),
		cmocka_unit_test(refused),
		cmocka_unit_test(open_rules),
		cmocka_unit_test(transit_needs_both_sides),
		cmocka_unit_test(names_do_not_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
