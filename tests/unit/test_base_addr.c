/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "rnd.h"
#include "unit.h"

static void addresses(void **state)
{
	static const char *const bad[] = { "",          "1.2.3",     "1.2.3.4.5", "1.2.3.256",
		                           "01.2.3.4",  "1.2.3.4 ",  " 1.2.3.4",  "a.b.c.d",
		                           "1.2.3.4/8", "0x1.2.3.4", "1..3.4",    "-1.2.3.4" };
	ip4 ip = 7;

	(void)state;
	assert_int_equal(ip4_parse("168.63.129.16", &ip), 0);
	assert_int_equal(ip, 0xA83F8110u);
	assert_string_equal(IP4_STR(ip), "168.63.129.16");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ip = 7;
		assert_int_equal(ip4_parse(bad[i], &ip), -EINVAL);
		assert_int_equal(ip, 7);
	}
	assert_int_equal(ip4_parse("fd00::1", &ip), -EAFNOSUPPORT);
	assert_int_equal(ip4_parse("::ffff:1.2.3.4", &ip), -EAFNOSUPPORT);
	assert_int_equal(ip4_parse("web:80", &ip), -EINVAL);
}

static void prefixes(void **state)
{
	static const char *const bad[] = { "10.0.0.0",    "10.0.0.0/",   "10.0.0.0/33",
		                           "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8x",
		                           "/8",          "10.0.0/8",    "10.0.0.0/100" };
	struct prefix p;

	(void)state;
	p = P("0.0.0.0/0");
	assert_true(p.addr == 0 && p.len == 0);
	assert_true(prefix_size(p) == (uint64_t)1 << 32);
	assert_int_equal(prefix_last(p), 0xFFFFFFFFu);
	assert_true(prefix_has(p, 0xFFFFFFFFu) && prefix_has(p, 0));
	p = P("10.1.2.3/32");
	assert_int_equal(prefix_last(p), p.addr);
	assert_string_equal(PREFIX_STR(p), "10.1.2.3/32");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(prefix_parse(bad[i], &p), -EINVAL);
	assert_int_equal(prefix_parse("fd00::/48", &p), -EAFNOSUPPORT);
	/* Host bits: refused, but the network is named. */
	assert_int_equal(prefix_parse("10.1.2.3/8", &p), -EDOM);
	assert_string_equal(PREFIX_STR(p), "10.0.0.0/8");
}

static void classes(void **state)
{
	static const struct {
		const char *ip;
		bool is_private, is_loopback;
	} t[] = {
		{ "10.0.0.0", true, false },        { "10.255.255.255", true, false },
		{ "9.255.255.255", false, false },  { "11.0.0.0", false, false },
		{ "172.16.0.0", true, false },      { "172.31.255.255", true, false },
		{ "172.15.255.255", false, false }, { "172.32.0.0", false, false },
		{ "192.168.0.0", true, false },     { "192.169.0.0", false, false },
		{ "127.0.0.1", false, true },       { "128.0.0.0", false, false },
		{ "0.0.0.0", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		assert_int_equal(ip4_is_private(A(t[i].ip)), t[i].is_private);
		assert_int_equal(ip4_is_loopback(A(t[i].ip)), t[i].is_loopback);
	}
	assert_true(ip4_is_none(IP4_NONE) && !ip4_is_none(A("0.0.0.1")));
	assert_string_equal(IP4_NAME(A("10.0.200.4")), "10_0_200_4");
	assert_true(ip4_cmp(A("1.0.0.0"), A("200.0.0.0")) < 0);
	assert_true(ip4_cmp(A("200.0.0.0"), A("1.0.0.0")) > 0);
	assert_int_equal(ip4_cmp(A("1.2.3.4"), A("1.2.3.4")), 0);
	for (int len = 0; len <= 32; len++)
		assert_int_equal(ip4_mask_len(prefix_mask((uint8_t)len)), len);
	assert_int_equal(ip4_mask_len(A("255.0.255.0")), -EINVAL);
	assert_int_equal(ip4_mask_len(A("0.0.0.255")), -EINVAL);
}

static void parts(void **state)
{
	(void)state;
	assert_int_equal(prefix_at(P("10.0.0.0/24"), 4), A("10.0.0.4"));
	assert_int_equal(prefix_place(P("10.0.0.0/24"), A("10.0.0.4")), 4);
	assert_true(prefix_eq(prefix_around(A("10.1.2.3"), 16), P("10.1.0.0/16")));
	assert_true(prefix_eq(prefix_around(A("10.1.2.3"), 0), P("0.0.0.0/0")));
	assert_true(prefix_eq(prefix_half(P("0.0.0.0/0"), false), P("0.0.0.0/1")));
	assert_true(prefix_eq(prefix_half(P("0.0.0.0/0"), true), P("128.0.0.0/1")));
	assert_true(prefix_eq(prefix_half(P("10.0.0.2/31"), true), P("10.0.0.3/32")));
}

static void relations(void **state)
{
	(void)state;
	assert_true(prefix_covers(P("10.0.0.0/8"), P("10.0.0.0/8")));
	assert_true(prefix_covers(P("10.0.0.0/8"), P("10.255.0.0/16")));
	assert_false(prefix_covers(P("10.255.0.0/16"), P("10.0.0.0/8")));
	assert_true(prefix_overlaps(P("10.255.0.0/16"), P("10.0.0.0/8")));
	assert_false(prefix_overlaps(P("10.0.0.0/9"), P("10.128.0.0/9")));
	assert_true(prefix_cmp(P("10.0.0.0/8"), P("10.0.0.0/9")) < 0);
	assert_true(prefix_cmp(P("11.0.0.0/8"), P("10.0.0.0/9")) > 0);
	assert_int_equal(prefix_cmp(P("10.0.0.0/8"), P("10.0.0.0/8")), 0);
	assert_true(prefix_eq(prefix_host(A("1.2.3.4")), P("1.2.3.4/32")));
}

/* What is printed parses back, and covers what it should. */
static void round_trips(void **state)
{
	uint64_t seed = rnd_seed();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint8_t len = (uint8_t)(rnd(&seed) % 33);
		struct prefix p = { (ip4)rnd(&seed) & prefix_mask(len), len };

		assert_true(prefix_eq(P(PREFIX_STR(p)), p));
		assert_true(prefix_has(p, p.addr) && prefix_has(p, prefix_last(p)));
		if (prefix_last(p) != 0xFFFFFFFFu)
			assert_false(prefix_has(p, prefix_last(p) + 1));
		assert_int_equal(prefix_last(p) - p.addr + UINT64_C(1), prefix_size(p));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses), cmocka_unit_test(prefixes),
		cmocka_unit_test(relations), cmocka_unit_test(classes),
		cmocka_unit_test(parts),     cmocka_unit_test(round_trips),
	};

	return cmocka_run_group_tests_name("base_addr", tests, NULL, NULL);
}
