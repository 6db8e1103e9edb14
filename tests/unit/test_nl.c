/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink encoders and decoders, without a kernel. */
#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>

#include "kernel/nl_encode.h"
#include "unit.h"

static _Alignas(8) char buf[NL_MSG_MAX];

static void round_trip(const struct nl_route *want)
{
	struct nl_route got;
	struct nlmsghdr *h = nl_enc_route(buf, true, want);

	assert_true(h->nlmsg_len <= NL_MSG_MAX);
	assert_true(nl_dec_route(h, &got));
	assert_true(prefix_eq(got.dst, want->dst));
	assert_int_equal(got.table, want->table ? want->table : RT_TABLE_MAIN);
	assert_int_equal(got.type, want->type);
	assert_int_equal(got.protocol, want->protocol);
	assert_int_equal(got.metric, want->metric);
	assert_int_equal(got.src, want->src);
	assert_int_equal(got.n_hops, want->n_hops);
	for (unsigned i = 0; i < got.n_hops; i++) {
		assert_int_equal(got.hops[i].via, want->hops[i].via);
		assert_int_equal(got.hops[i].ifindex, want->hops[i].ifindex);
		assert_int_equal(got.hops[i].onlink, want->hops[i].onlink);
	}
}

static void test_routes(void **state)
{
	struct nl_route r = { .dst = P("10.0.0.0/8"), .type = RTN_UNICAST, .protocol = 157 };

	(void)state;
	r.n_hops = 1;
	r.hops[0] = (struct nl_hop){ A("172.16.1.4"), 7, true };
	round_trip(&r);
	r.table = 10001; /* does not fit the header */
	r.metric = 100;
	r.src = A("8.8.8.8");
	round_trip(&r);
	r.dst = (struct prefix){ 0, 0 };
	round_trip(&r);
	r.hops[0].via = 0; /* directly attached */
	round_trip(&r);
	for (r.n_hops = 2; r.n_hops <= ARRAY_LEN(r.hops); r.n_hops++) {
		for (unsigned i = 0; i < r.n_hops; i++)
			r.hops[i] = (struct nl_hop){ A("10.0.0.4") + i, (int)i + 2, i % 2 };
		round_trip(&r);
	}
	r.n_hops = 0;
	r.type = RTN_THROW;
	round_trip(&r);
	r.type = RTN_BLACKHOLE;
	r.dst = P("10.0.0.4/32");
	round_trip(&r);
}

static void test_deletion_names_no_hops(void **state)
{
	struct nl_route r = { .dst = P("10.0.0.0/8"),
		              .table = 10001,
		              .protocol = 157,
		              .n_hops = 1 },
	                got;

	(void)state;
	r.hops[0].via = A("10.0.0.4");
	r.hops[0].ifindex = 3;
	struct nlmsghdr *h = nl_enc_route(buf, false, &r);

	assert_int_equal(h->nlmsg_type, RTM_DELROUTE);
	assert_true(nl_dec_route(h, &got));
	assert_int_equal(got.n_hops, 0);
	assert_int_equal(got.scope, RT_SCOPE_NOWHERE);
}

static void test_rules(void **state)
{
	static const struct nl_rule rules[] = {
		{ 1000, 5, 0xffff, 10005, 157, { 0, 0 } },
		{ 2000, 0x10000, 0xffff0000, 100001, 157, { 0, 0 } },
		{ 7, 0, 0, 254, 0, { 0, 0 } },
		{ 0, 0, 0, 255, 2, { 0xa8000000, 7 } },
	};
	struct nl_rule got;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		assert_true(nl_dec_rule(nl_enc_rule(buf, true, &rules[i]), &got));
		assert_memory_equal(&got, &rules[i], sizeof(got));
	}
}

static void test_neighbours_and_links(void **state)
{
	static const uint8_t mac[6] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc };
	struct nl_neigh n;
	struct nl_link l;

	(void)state;
	assert_true(nl_dec_neigh(nl_enc_neigh(buf, true, 9, A("10.0.0.1"), mac), &n));
	assert_int_equal(n.ifindex, 9);
	assert_int_equal(n.ip, A("10.0.0.1"));
	assert_int_equal(n.state, NUD_PERMANENT);
	assert_memory_equal(n.mac, mac, 6);
	const struct nl_end a = { .name = "a-name-that-is-too-long",
		                  .mac = mac,
		                  .ns_fd = -1,
		                  .up = true,
		                  .mtu = 9000,
		                  .ifindex = 42 },
	                    b = { .name = "eth0", .ns_fd = 3 };

	assert_true(nl_dec_link(nl_enc_veth(buf, &a, &b), &l));
	assert_string_equal(l.name, "a-name-that-is-");
	assert_int_equal(l.ifindex, 42);
	assert_int_equal(l.mtu, 9000);
	assert_true(l.up);
	assert_memory_equal(l.mac, mac, 6);
	/* The longest of all messages has room. */
	char alias[1000];

	memset(alias, 'x', sizeof(alias) - 1);
	alias[sizeof(alias) - 1] = 0;
	assert_true(nl_enc_link_alias(buf, 1, NULL, alias)->nlmsg_len < 400);
}

static void test_words(void **state)
{
	static const uint8_t mac[6];
	struct nl_route r = {
		.dst = P("10.0.0.0/8"), .table = 10001, .type = RTN_UNICAST, .n_hops = 2
	};
	const struct nl_rule rule = { 1000, 5, 0xffff, 10005, 157, P("10.0.0.0/8") };
	const struct nl_end a = { .name = "n1", .ns_fd = -1 }, b = { .name = "eth0", .ns_fd = -1 };
	const struct nl_query q = { .dst = A("8.8.8.8") };
	char s[512];

	(void)state;
	r.hops[0] = (struct nl_hop){ A("10.0.0.4"), 7, true };
	r.hops[1] = (struct nl_hop){ A("10.0.0.5"), 8, true };
#define SAYS(h, text) assert_string_equal(nl_describe((h), s, sizeof(s)), text)
	SAYS(nl_enc_route(buf, true, &r),
	     "set route 10.0.0.0/8 table 10001 via 10.0.0.4 dev 7 via 10.0.0.5 dev 8");
	SAYS(nl_enc_route(buf, false, &r), "delete route 10.0.0.0/8 table 10001");
	r.type = RTN_BLACKHOLE;
	r.n_hops = 0;
	SAYS(nl_enc_route(buf, true, &r), "set route blackhole 10.0.0.0/8 table 10001");
	SAYS(nl_enc_rule(buf, true, &rule),
	     "add rule 1000 fwmark 0x5/0xffff to 10.0.0.0/8 table 10005");
	SAYS(nl_enc_rule(buf, false, &rule),
	     "delete rule 1000 fwmark 0x5/0xffff to 10.0.0.0/8 table 10005");
	SAYS(nl_enc_veth(buf, &a, &b), "create veth n1");
	SAYS(nl_enc_link_flags(buf, 3, true), "bring up link 3");
	SAYS(nl_enc_link_flags(buf, 3, false), "bring down link 3");
	SAYS(nl_enc_link_alias(buf, 3, NULL, "x"), "change link 3");
	SAYS(nl_enc_link_del(buf, 3), "delete link 3");
	SAYS(nl_enc_link_get(buf, "n1"), "find link n1");
	SAYS(nl_enc_addr(buf, true, 2, A("10.0.0.4"), 24, 0), "add address 10.0.0.4/24 on link 2");
	SAYS(nl_enc_addr(buf, false, 2, A("10.0.0.4"), 24, 0),
	     "delete address 10.0.0.4/24 on link 2");
	SAYS(nl_enc_neigh(buf, true, 2, A("10.0.0.1"), mac), "set neighbour 10.0.0.1 dev 2");
	SAYS(nl_enc_neigh(buf, false, 2, A("10.0.0.1"), NULL), "delete neighbour 10.0.0.1 dev 2");
	SAYS(nl_enc_proxy_delay(buf, 2, 0), "set a link's ARP delay");
	SAYS(nl_enc_route_get(buf, &q, false), "look up route to 8.8.8.8");
	/* A buffer of any size is enough. */
	r.n_hops = 16;
	for (size_t cap = 1; cap < 300; cap++)
		assert_true(strlen(nl_describe(nl_enc_route(buf, true, &r), s, cap)) < cap);
}

/* What the kernel never sends must not hurt either: cut and altered messages. */
static void test_damaged(void **state)
{
	struct nl_route r = {
		.dst = P("10.0.0.0/8"), .table = 10001, .type = RTN_UNICAST, .n_hops = 3
	};
	unsigned seed = 1;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		r.hops[i] = (struct nl_hop){ A("10.0.0.4") + i, (int)i, true };
	for (unsigned i = 0; i < 20000; i++) {
		struct nlmsghdr *h = nl_enc_route(buf, true, &r);
		unsigned len = h->nlmsg_len;
		struct nl_route route;
		struct nl_link link;
		struct nl_rule rule;
		struct nl_neigh neigh;
		static const uint16_t types[] = { RTM_NEWROUTE, RTM_NEWLINK, RTM_NEWRULE,
			                          RTM_NEWNEIGH };

		for (unsigned k = 0; k < 4; k++)
			buf[16 + rand_r(&seed) % (len - 16)] = (char)rand_r(&seed);
		h->nlmsg_len = 16 + (unsigned)rand_r(&seed) % (len - 15);
		h->nlmsg_type = types[i % 4];
		nl_dec_route(h, &route);
		nl_dec_link(h, &link);
		nl_dec_rule(h, &rule);
		nl_dec_neigh(h, &neigh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes), cmocka_unit_test(test_deletion_names_no_hops),
		cmocka_unit_test(test_rules),  cmocka_unit_test(test_neighbours_and_links),
		cmocka_unit_test(test_words),  cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name("nl", tests, NULL, NULL);
}
