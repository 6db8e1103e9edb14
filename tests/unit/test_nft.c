/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of the filters' sets and maps, and the differences between two fabrics. */
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "azure/outside.h"
#include "base/str.h"
#include "kernel/fabric_diff.h"
#include "plan/filter/edge.h"
#include "plan/filter/fabric.h"
#include "plan/names.h"
#include "unit.h"

static const struct nft_set SETS[] = {
	{ "ports", KEY_PORT, VALUE_NUMBER },
	{ "own", KEY_PORT_IP, VALUE_NONE },
	{ "to", KEY_IP, VALUE_IP },
	{ "pairs", KEY_PORT_NUMBER, VALUE_NONE },
	{ "spaces", KEY_PORT_PREFIX, VALUE_NONE },
	{ "as", KEY_PORT_IP, VALUE_IP },
	{ "service", KEY_PORT_IP_PREFIX, VALUE_NONE },
	{ "quick", KEY_NUMBER_IP, VALUE_NUMBER },
};
#define N_SETS ARRAY_LEN(SETS)

static char *diff(const struct nft_elems *have, const struct nft_elems *want, size_t *n)
{
	struct nft_texts all = { 0 };

	*n = nft_elems_diff(SETS, N_SETS, have, want, 100, &all);
	assert_true(all.n <= 1);
	char *s = xstrdup(all.n ? all.items[0] : "");

	nft_texts_free(&all);
	return s;
}

static void test_diff(void **state)
{
	struct nft_elems none = { 0 }, a = { 0 }, b = { 0 };
	size_t n = 99;

	(void)state;
	nft_elems_add(&a, 0, "n1", 0, 0, 5);
	nft_elems_add(&a, 0, "n2", 0, 0, 6);
	nft_elems_add(&a, 0, "n2", 0, 0, 6);
	nft_elems_sort(&a);
	assert_int_equal(a.n, 2);
	_cleanup_free_ char *s = diff(&none, &a, &n);

	assert_int_equal(n, 2);
	assert_string_equal(s, "add element ip vnetlab ports { \"n1\" : 5, \"n2\" : 6 }\n");
	_cleanup_free_ char *same = diff(&a, &a, &n);

	assert_int_equal(n, 0);
	assert_string_equal(same, "");
	/* A changed value is deleted by its key and added, and counts once. */
	nft_elems_add(&b, 0, "n1", 0, 0, 7);
	nft_elems_sort(&b);
	_cleanup_free_ char *change = diff(&a, &b, &n);

	assert_int_equal(n, 2);
	assert_string_equal(change, "delete element ip vnetlab ports { \"n1\", \"n2\" }\n"
	                            "add element ip vnetlab ports { \"n1\" : 7 }\n");
	nft_elems_free(&a);
	nft_elems_free(&b);
}

/* Every type of key and value, written, and read as nft lists it. */
static void test_types(void **state)
{
	static const struct {
		struct nft_set set;
		struct nft_elem elem;
		const char *text, *listed;
	} cases[] = {
		{ { "s", KEY_PORT, VALUE_NUMBER },
		  { .port = "n1", .value = 0x10005 },
		  "\"n1\" : 65541",
		  "[\"n1\", 65541]" },
		{ { "s", KEY_PORT_IP, VALUE_NONE },
		  { .port = "n1", .key = 0x0a000004 },
		  "\"n1\" . 10.0.0.4",
		  "{\"concat\": [\"n1\", \"10.0.0.4\"]}" },
		{ { "s", KEY_IP, VALUE_IP },
		  { .key = 0x14640004, .value = 0x0a000004 },
		  "20.100.0.4 : 10.0.0.4",
		  "[\"20.100.0.4\", \"10.0.0.4\"]" },
		{ { "s", KEY_PORT_NUMBER, VALUE_NONE },
		  { .port = "n1", .key = 4000000000u },
		  "\"n1\" . 4000000000",
		  "{\"concat\": [\"n1\", 4000000000]}" },
		{ { "s", KEY_PORT_PREFIX, VALUE_NONE },
		  { .port = "n1", .key = 0x0a000000, .len = 8 },
		  "\"n1\" . 10.0.0.0/8",
		  "{\"concat\": [\"n1\", {\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 8}}]}" },
		{ { "s", KEY_PREFIX, VALUE_NONE },
		  { .key = 0x0a000000, .len = 32 },
		  "10.0.0.0/32",
		  "\"10.0.0.0\"" },
		{ { "s", KEY_PORT_IP_PREFIX, VALUE_NONE },
		  { .port = "n1", .from = 0x0a000004, .key = 0x14266c00, .len = 23 },
		  "\"n1\" . 10.0.0.4 . 20.38.108.0/23",
		  "{\"concat\": [\"n1\", \"10.0.0.4\", {\"prefix\": {\"addr\": \"20.38.108.0\", "
		  "\"len\": 23}}]}" },
		{ { "s", KEY_NUMBER_IP, VALUE_NUMBER },
		  { .from = 0x7fffffff, .key = 0x0a000004, .value = 0xffff8001 },
		  "2147483647 . 10.0.0.4 : 4294934529",
		  "[{\"concat\": [2147483647, \"10.0.0.4\"]}, 4294934529]" },
		{ { "s", KEY_PORT_SERVICE, VALUE_NUMBER },
		  { .port = "m1", .key = 6 << 16 | 80, .value = 1 },
		  "\"m1\" . 6 . 80 : 1",
		  "[{\"concat\": [\"m1\", 6, 80]}, 1]" },
		{ { "s", KEY_NUMBER, VALUE_IP },
		  { .key = 0xffff0001, .value = 0x0a000004 },
		  "4294901761 : 10.0.0.4",
		  "[4294901761, \"10.0.0.4\"]" },
		{ { "s", KEY_PORT, VALUE_CHAIN, NULL, "nsg_" },
		  { .port = "n1", .value = 0xfedcba9876543210u },
		  "\"n1\" : jump nsg_fedcba9876543210",
		  "[\"n1\", {\"jump\": {\"target\": \"nsg_fedcba9876543210\"}}]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nft_elem x = cases[i].elem;
		struct nft_elems none = { 0 }, one = { &x, 1, 1 }, back = { 0 };
		struct nft_texts texts = { 0 };
		struct err e = { 0 };
		_cleanup_free_ char *text =
		    xasprintf("add element ip vnetlab s { %s }\n", cases[i].text);
		json_t *listed =
		    json_pack("[{s:{s:s}}, {s:{s:s,s:[o]}}]", "metainfo", "version", "1.0.6", "set",
		              "name", "s", "elem", json_loads(cases[i].listed, JSON_DECODE_ANY, 0));

		assert_int_equal(nft_elems_diff(&cases[i].set, 1, &none, &one, 1, &texts), 1);
		assert_string_equal(texts.items[0], text);
		assert_int_equal(nft_elems_parse(&cases[i].set, 1, listed, &back, &e), 0);
		assert_int_equal(back.n, 1);
		assert_int_equal(nft_elems_diff(&cases[i].set, 1, &back, &one, 1, NULL), 0);
		json_decref(listed);
		nft_texts_free(&texts);
		nft_elems_free(&back);
	}
}

/* Elements in the commands of a transaction that begin with a verb. */
static size_t count(const char *text, const char *verb)
{
	size_t n = 0;

	for (const char *p = text; *p; p = strchr(p, '\n') + 1) {
		if (!str_starts(p, verb))
			continue;
		n++;
		for (const char *c = p; *c != '\n'; c++)
			n += *c == ',';
	}
	return n;
}

static const char *numbered(uint32_t i)
{
	static char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "n%u", i);
	return name;
}

/* More than fits into one: what goes first, and who changes is never missing in between. */
static void test_many_elements(void **state)
{
	struct nft_elems have = { 0 }, want = { 0 };
	size_t gone = 0, come = 0;

	(void)state;
	for (uint32_t i = 0; i < 250; i++) {
		nft_elems_add(&have, 2, "", i, 0, 1); /* 100 go, 100 change, 50 stay */
		if (i >= 100)
			nft_elems_add(&want, 2, "", i, 0, i < 200 ? 2 : 1);
		nft_elems_add(&want, 0, numbered(i), 0, 0, i);
	}
	nft_elems_sort(&have);
	nft_elems_sort(&want);
	struct nft_texts all = { 0 };

	assert_int_equal(nft_elems_diff(SETS, N_SETS, &have, &want, 60, &all), 450);
	assert_true(all.n >= 8);
	for (size_t i = 0; i < all.n; i++) {
		size_t less = count(all.items[i], "delete"), more = count(all.items[i], "add");

		assert_true(less + more <= 121); /* one that changes goes and comes */
		if (gone < 100)
			assert_int_equal(come, 0);
		gone += less;
		come += more;
		/* Those that change: as many come as go. */
		if (gone > 100)
			assert_true(come - (gone - 100) <= 250);
	}
	assert_int_equal(gone, 200);
	assert_int_equal(come, 350);
	nft_texts_free(&all);
	nft_elems_free(&have);
	nft_elems_free(&want);
}

static void test_strange_lists(void **state)
{
	static const char *const bad[] = {
		"[{\"map\":{\"name\":\"ports\",\"elem\":[\"n1\"]}}]",
		"[{\"map\":{\"name\":\"ports\",\"elem\":[[\"n1\",\"x\"]]}}]",
		"[{\"map\":{\"name\":\"ports\",\"elem\":[[\"a-name-of-16-char\",1]]}}]",
		"[{\"set\":{\"name\":\"own\",\"elem\":[{\"concat\":[\"n1\"]}]}}]",
		"[{\"set\":{\"name\":\"own\",\"elem\":[{\"concat\":[\"n1\",\"1.2.3\"]}]}}]",
		"[{\"set\":{\"name\":\"spaces\",\"elem\":[{\"concat\":[\"n1\",{\"prefix\":1}]}]}}]",
	};
	struct nft_elems v = { 0 };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		json_t *j = json_loads(bad[i], 0, NULL);

		assert_non_null(j);
		assert_int_equal(nft_elems_parse(SETS, N_SETS, j, &v, &e), -EPROTO);
		assert_non_null(strstr(e.msg, "nftables: element 0 of "));
		json_decref(j);
	}
	assert_null(v.items);
}

/* --- the fabric ------------------------------------------------------------------------------ */

static bool has(const struct nft_elems *v, unsigned set, const char *port, uint32_t key)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].set == set && streq(v->items[i].port, port) &&
		    v->items[i].key == key)
			return true;
	return false;
}

static void test_fabric_elements(void **state)
{
	struct fab_port ports[] = { { "i1", 0x10000, 0, false, true },
		                    { "n1", 0x10001, 0x0a000004, false, false },
		                    { "n2", 0x10001, 0x0a000005, true, false },
		                    { "n3", 0x20003, 0x0b000004, true, false } };
	struct fab_pair pair = { 1, 2 };
	struct fab_space space = { 1, { 0x0a000000, 16 } };
	struct fabric f = { .ports = ports, .n_ports = 4 };
	struct filter v = { 0 };

	(void)state;
	fabric_filter(&f, &v);
	assert_true(has(&v.elems, SET_OWN, "n1", 0x0a000004) &&
	            has(&v.elems, SET_OWN, "n2", 0x0a000005));
	for (size_t i = 0; i < v.elems.n; i++)
		assert_true(v.elems.items[i].set != SET_OWN || v.elems.items[i].value == 0x10001 ||
		            streq(v.elems.items[i].port, "n3"));
	assert_false(has(&v.elems, SET_OWN, "i1", 0));
	assert_true(has(&v.elems, SET_EDGE, "i1", 0) && has(&v.elems, SET_OPEN, "i1", 0));
	assert_true(has(&v.elems, SET_OPEN, "n2", 0));
	assert_false(has(&v.elems, SET_OPEN, "n1", 0));
	assert_int_equal(v.elems.n, 4 + 3 + 3 + 1);
	filter_free(&v);
	/* A restricted peering concerns what forwards on one side, and all ports on the other. */
	f.pairs = &pair, f.n_pairs = 1, f.spaces = &space, f.n_spaces = 1;
	fabric_filter(&f, &v);
	assert_int_equal(v.elems.n, 11 + 4);
	assert_true(has(&v.elems, SET_PAIR_FROM, "n2", 0) && has(&v.elems, SET_PAIRS, "n2", 2));
	assert_true(has(&v.elems, SET_SPACES, "n2", 0x0a000000) &&
	            has(&v.elems, SET_PORT_VNET, "n3", 0));
	filter_free(&v);
}

/* By the numbers of the ports' names; two that share one are left to the way by name. */
static void test_quick(void **state)
{
	struct fab_port ports[] = { { "i00002222aaaa", 0x10000, 0, false, true },
		                    { "n00001111aaab", 0x10001, 0x0a000004, false, false },
		                    { "n00001234abcd", 0x10002, 0x0a000005, false, false },
		                    { "n99991234abcd", 0x20003, 0x0a000005, true, false },
		                    { "n0000cccc0005", 0x20004, 0x0a000006, true, false } };
	struct fabric f = { .ports = ports, .n_ports = 5 };
	struct filter v = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(port_group("n0000cccc0005"), 0x4ccc0005);
	assert_int_equal(port_group("n0000cccc0004"), 0x4ccc0005);
	assert_int_equal(port_group("x"), 1);
	fabric_filter(&f, &v);
	for (size_t i = 0; i < v.elems.n; i++) {
		const struct nft_elem *x = &v.elems.items[i];

		if (x->set != SET_QUICK)
			continue;
		n++;
		if (x->key == 0x0a000004)
			assert_true(x->from == 0x1111aaab && x->value == 0x10001);
		else
			assert_true(x->key == 0x0a000006 && x->from == 0x4ccc0005 &&
			            x->value == 0x20004);
	}
	assert_int_equal(n, 2);
	filter_free(&v);
}

static unsigned parts(const struct fabric *f)
{
	struct filter filter;

	fabric_filter(f, &filter);
	unsigned is = filter.parts;

	filter_free(&filter);
	return is;
}

/* A packet pays for what its lab has, and for nothing else. */
static void test_fabric_parts(void **state)
{
	struct fab_port ports[] = { { "i1", 0x10000, 0, false, true },
		                    { "n1", 0x10001, 0x0a000004, false, false } };
	struct fab_hop to_n1 = { .via = 0x0a000004, .port = "n1" };
	struct fab_route routes[] = { { 10001, { 0, 0 }, FAB_EDGE, 1, &to_n1 },
		                      { 10001, { 0x0a000000, 8 }, FAB_THROW, 0, NULL },
		                      { 100001, { 0x0a000004, 32 }, FAB_PORT, 1, &to_n1 } };
	struct fabric f = { .ports = ports, .n_ports = 2, .routes = routes, .n_routes = 3 };
	struct fab_balancer lb = { .in = "m1" };
	struct fab_pair pair = { 1, 2 };
	struct fab_bind bind = { SLOT_NIC_IN, "n1", "nsg_0123456789abcdef" };

	(void)state;
	assert_int_equal(parts(&f), 0); /* a plain lab */
	ports[1].forwarding = true;
	assert_int_equal(parts(&f), FAB_PART_CHECKS);
	ports[1].forwarding = false;
	routes[1].kind = FAB_PORT, routes[1].hops = &to_n1; /* a next hop, and a deaf one */
	assert_int_equal(parts(&f), FAB_PART_CHECKS);
	routes[1].kind = FAB_MULTIPATH;
	assert_int_equal(parts(&f), FAB_PART_CHECKS);
	routes[1].kind = FAB_BLACKHOLE;
	f.pairs = &pair, f.n_pairs = 1;
	assert_int_equal(parts(&f), FAB_PART_CHECKS);
	f.n_pairs = 0;
	f.balancers = &lb, f.n_balancers = 1;
	assert_int_equal(parts(&f), FAB_PART_CHECKS | FAB_PART_LB);
	f.n_balancers = 0;
	f.binds = &bind, f.n_binds = 1;
	assert_int_equal(parts(&f), FAB_PART_NSG);
}

static struct fab_hop hop(ip4 via, const char *port)
{
	struct fab_hop h = { .via = via };

	snprintf(h.port, sizeof(h.port), "%s", port);
	return h;
}

static void test_fabric_diff(void **state)
{
	struct fab_hop one = hop(0x0a000004, "n1"), two = hop(0x0a000005, "n2");
	struct fab_route a[] = { { 10001, { 0x0a000000, 8 }, FAB_PORT, 1, &one },
		                 { 10001, { 0x0b000000, 8 }, FAB_THROW, 0, NULL },
		                 { 100001, { 0, 0 }, FAB_BLACKHOLE, 0, NULL } },
	                 b[] = { { 10001, { 0x0a000000, 8 }, FAB_PORT, 1, &two },
		                 { 10001, { 0x0c000000, 8 }, FAB_THROW, 0, NULL },
		                 { 100001, { 0, 0 }, FAB_BLACKHOLE, 0, NULL },
		                 { 100001, { 0x0c000004, 32 }, FAB_PORT, 1, &two } };
	struct fab_rule rule = { 1000, 1, 0xffff, 10001 };
	struct fab_neigh n1 = { "n1", 0x0a000004, { 1 } }, n1b = { "n1", 0x0a000004, { 2 } };
	struct fabric x = { .routes = a,
		            .n_routes = 3,
		            .rules = &rule,
		            .n_rules = 1,
		            .neighs = &n1,
		            .n_neighs = 1 },
	              y = { .routes = b, .n_routes = 4, .neighs = &n1b, .n_neighs = 1 };
	struct fab_diff d;

	(void)state;
	fab_diff(&x, &x, &d);
	assert_int_equal(d.n_routes_set + d.n_routes_del + d.n_rules_add + d.n_rules_del +
	                     d.n_neighs_set + d.n_neighs_del,
	                 0);
	fab_diff_free(&d);
	fab_diff(&x, &y, &d);
	assert_int_equal(d.n_routes_set, 3);
	assert_ptr_equal(d.routes_set[0], &b[3]); /* delivery before those who send there */
	assert_int_equal(d.n_routes_del, 1);
	assert_ptr_equal(d.routes_del[0], &a[1]);
	assert_int_equal(d.n_rules_del, 1);
	assert_int_equal(d.n_neighs_set, 1);
	assert_int_equal(d.n_neighs_del, 0);
	fab_diff_free(&d);
}

static void test_renumbering(void **state)
{
	struct fab_port a[] = { { "n1", 0x10001, 4, false, false },
		                { "n2", 0x10003, 5, false, false } },
	                b[] = { { "n1", 0x10003, 4, false, false } },
	                c[] = { { "n0", 0x10009, 4, false, false },
		                { "n2", 0x10003, 5, true, false } };
	struct fab_route r = { 10003, { 0, 0 }, FAB_THROW, 0, NULL };
	struct fab_rule rules[] = { { 1000, 3, 0xffff, 10003 },
		                    { 2000, 0x10000, 0xffff0000, 100001 } };
	struct fab_pair pair = { 1, 2 };
	struct fabric fa = { .ports = a, .n_ports = 2 }, fc = { .ports = c, .n_ports = 2 },
	              fb = { .ports = b,
		             .n_ports = 1,
		             .routes = &r,
		             .n_routes = 1,
		             .rules = rules,
		             .n_rules = 2,
		             .pairs = &pair,
		             .n_pairs = 1 };

	(void)state;
	assert_true(fab_renumbered(&fa, &fb));
	assert_false(fab_renumbered(&fa, &fa));
	assert_false(fab_renumbered(&fa, &fc)); /* come, gone, and changed in other ways */
	struct fabric *x = fab_aside(&fb);

	assert_false(fab_is_aside(&fb));
	assert_true(fab_is_aside(x));
	assert_int_equal(x->ports[0].mark, 0x80018003);
	assert_int_equal(x->routes[0].table, 10003 + 0x8000);
	assert_int_equal(x->rules[0].mark, 0x8003);
	assert_int_equal(x->rules[0].table, 10003 + 0x8000);
	assert_int_equal(x->rules[1].mark, 0x80010000);
	assert_int_equal(x->rules[1].table, 100001 + 0x8000);
	assert_int_equal(x->pairs[0].from, 0x8001);
	fabric_free(x);
}

/* --- the edge -------------------------------------------------------------------------------- */

static void test_edge(void **state)
{
	struct vnet vnet = { .name = "V", .idx = 0 };
	struct subnet open = { .vnet = &vnet, .default_outbound = true },
	              closed = { .vnet = &vnet, .default_outbound = false };
	struct node one = { .name = "one" }, two = { .name = "two" }, three = { .name = "three" };
	struct nic nics[] = {
		{ .vm = &one, .subnet = &open, .ip = 4 },
		{ .vm = &two, .subnet = &open, .ip = 5, .public_ip = 100, .public_basic = true },
		{ .vm = &two, .subnet = &open, .ip = 6 },
		{ .vm = &three, .subnet = &closed, .ip = 7 },
		{ .vm = &three, .subnet = &closed, .ip = 8 }
	};
	struct nic *of_one[] = { &nics[0] }, *of_two[] = { &nics[1], &nics[2] },
	           *of_three[] = { &nics[3], &nics[4] };
	struct model m = { .vnets = &vnet, .n_vnets = 1, .nics = nics, .n_nics = 5 };
	uint32_t number = 7, none = 0;
	struct filter v = { 0 };
	char link[IFNAMSIZ];

	(void)state;
	one.nics = of_one, one.n_nics = 1;
	two.nics = of_two, two.n_nics = 2;
	three.nics = of_three, three.n_nics = 2;
	/* azure-behaviour 1.8 */
	assert_int_equal(outside_address(&nics[0], IPPROTO_ICMP, false).ip, DEFAULT_OUTBOUND_IP);
	assert_int_equal(outside_address(&nics[1], IPPROTO_ICMP, false).ip, 100);
	assert_int_equal(outside_address(&nics[2], IPPROTO_ICMP, false).ip,
	                 0); /* a public address ends default outbound */
	assert_int_equal(outside_address(&nics[3], IPPROTO_ICMP, false).ip, 0);
	edge_filter(&m, &number, &v);
	port_name_edge(&vnet, link);
	assert_true(has(&v.elems, SET_LINK, link, 0) && has(&v.elems, SET_LINK_ZONE, link, 0));
	assert_true(has(&v.elems, SET_LEAVES_AS, link, 4) && has(&v.elems, SET_MAY_LEAVE, link, 4));
	assert_true(has(&v.elems, SET_NIC_ZONE, link, 5) && has(&v.elems, SET_LEADS_TO, "", 100));
	assert_false(has(&v.elems, SET_MAY_LEAVE, link, 6));
	assert_false(has(&v.elems, SET_MAY_LEAVE, link, 7));
	assert_int_equal(v.elems.n, 2 + 2 + 6);
	filter_free(&v);
	edge_filter(&m, &none, &v);
	assert_int_equal(v.elems.n, 0);
	filter_free(&v);
	/* a service endpoint is a way out for those that have no other */
	struct service_prefix storage = { .prefix = P("20.38.108.0/23") };

	/* one of SKU Standard without a group is no way in, and the way out as before */
	nics[1].public_basic = false;
	edge_filter(&m, &number, &v);
	assert_false(has(&v.elems, SET_LEADS_TO, "", 100));
	assert_true(has(&v.elems, SET_NIC_ZONE, link, 5) &&
	            has(&v.elems, SET_PUBLIC_ZONE, "", 100) &&
	            has(&v.elems, SET_LEAVES_AS, link, 5) && has(&v.elems, SET_MAY_LEAVE, link, 5));
	filter_free(&v);
	nics[1].public_basic = true;
	/* a NIC in an internal balancer's pool has no default outbound access */
	struct load_balancer lb = { .name = "ilb" };

	nics[0].in_pool_of = &lb;
	assert_int_equal(outside_address(&nics[0], IPPROTO_TCP, false).why, OUTSIDE_POOL);
	edge_filter(&m, &number, &v);
	assert_false(has(&v.elems, SET_MAY_LEAVE, link, 4) ||
	             has(&v.elems, SET_LEAVES_AS, link, 4));
	filter_free(&v);
	nics[0].in_pool_of = NULL;

	closed.services = open.services = &storage;
	closed.n_services = open.n_services = 1;
	edge_filter(&m, &number, &v);
	assert_int_equal(v.elems.n, 2 + 2 + 6 + 3); /* .6, .7, .8 */
	assert_true(has(&v.elems, SET_SERVICE, link, storage.prefix.addr));
	filter_free(&v);
}

static void test_edge_nat_gateway(void **state)
{
	struct vnet vnet = { .name = "V", .idx = 0 };
	ip4 ips[] = { 200, 201 };
	struct nat_gateway g = {
		.name = "ng", .vnet = &vnet, .ips = ips, .n_ips = 2, .first = true
	};
	struct service_prefix storage = { .prefix = P("20.38.108.0/23") };
	struct subnet s = { .vnet = &vnet,
		            .default_outbound = true,
		            .nat_gateway = &g,
		            .services = &storage,
		            .n_services = 1 };
	struct node vm = { .name = "vm" };
	struct nic nics[] = {
		{ .vm = &vm, .subnet = &s, .ip = 4 },
		{ .vm = &vm, .subnet = &s, .ip = 5, .public_ip = 100, .public_basic = true }
	};
	struct nic *of_vm[] = { &nics[0], &nics[1] };
	struct model m = { .vnets = &vnet,
		           .n_vnets = 1,
		           .nics = nics,
		           .n_nics = 2,
		           .nat_gateways = &g,
		           .n_nat_gateways = 1 };
	uint32_t number = 7;
	struct filter v = { 0 };
	char link[IFNAMSIZ];

	(void)state;
	vm.nics = of_vm, vm.n_nics = 2;
	port_name_edge(&vnet, link);
	/* azure-behaviour 1.8: TCP and UDP alone; the rest as the own address, or not at all */
	assert_int_equal(outside_address(&nics[0], IPPROTO_ICMP, false).ip, 0);
	assert_int_equal(outside_address(&nics[1], IPPROTO_ICMP, false).ip, 100);
	edge_filter(&m, &number, &v);
	assert_true(has(&v.elems, SET_TRANSLATED, link, 4) &&
	            has(&v.elems, SET_MAY_TRANSLATE, link, 4));
	assert_true(has(&v.elems, SET_TRANSLATED, link, 5) &&
	            has(&v.elems, SET_MAY_TRANSLATE, link, 5));
	assert_true(has(&v.elems, SET_NIC_ZONE, link, 4) &&
	            has(&v.elems, SET_PUBLIC_ZONE, "", 200));
	assert_true(has(&v.elems, SET_LEAVES_AS, link, 5) &&
	            !has(&v.elems, SET_LEAVES_AS, link, 4));
	assert_false(has(&v.elems, SET_LEADS_TO, "", 200) || has(&v.elems, SET_PUBLIC, "", 200));
	assert_int_equal(v.elems.n, 2 + 4 /* .4 */ + 8 /* .5 */ + 1);
	filter_free(&v);
	/* all protocols */
	g.icmp = true;
	assert_int_equal(outside_address(&nics[0], IPPROTO_ICMP, false).ip, 200);
	assert_int_equal(outside_address(&nics[1], IPPROTO_ICMP, false).ip, 200);
	/* the own address first */
	g.first = false;
	assert_int_equal(outside_address(&nics[1], IPPROTO_ICMP, false).ip, 100);
	/* without an address it is the end of default outbound access */
	g.n_ips = 0;
	assert_int_equal(outside_address(&nics[0], IPPROTO_ICMP, false).ip, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_many_elements),
		cmocka_unit_test(test_strange_lists),
		cmocka_unit_test(test_quick),
		cmocka_unit_test(test_fabric_parts),
		cmocka_unit_test(test_fabric_elements),
		cmocka_unit_test(test_fabric_diff),
		cmocka_unit_test(test_renumbering),
		cmocka_unit_test(test_edge),
		cmocka_unit_test(test_edge_nat_gateway),
	};

	return cmocka_run_group_tests_name("nft", tests, NULL, NULL);
}
