/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules as lines of the packet filter: without sets where few combinations do. */
#include "plan/filter/rule.h"
#include "unit.h"

static struct prefix prefixes[] = { { 0x0a000000, 24 }, { 0x0a000100, 24 }, { 0x0a000200, 24 } };
static struct port_span ports[] = { { 443, 443 }, { 80, 80 }, { 8000, 8010 } };

static void text_is(const struct nsg_rule *r, size_t lines, const char *want)
{
	_cleanup_str_ struct str s = { 0 };

	nsg_rule_text(r, "drop", lines, &s);
	assert_string_equal(str_get(&s), want);
}

static void one_of_each(void **state)
{
	(void)state;
	struct security_rule x = { .protocol = 6, .dst = { .ports = ports, .n_ports = 2 } };
	struct nsg_rule r = { .rule = &x, .src = prefixes, .n_src = 2, .any_dst = true };

	text_is(&r, 4,
	        "ip saddr 10.0.0.0/24 meta l4proto 6 th dport 80 drop\n"
	        "ip saddr 10.0.1.0/24 meta l4proto 6 th dport 80 drop\n"
	        "ip saddr 10.0.0.0/24 meta l4proto 6 th dport 443 drop\n"
	        "ip saddr 10.0.1.0/24 meta l4proto 6 th dport 443 drop\n");
	text_is(&r, 3,
	        "ip saddr { 10.0.0.0/24, 10.0.1.0/24 } meta l4proto 6 th dport { 80, 443 } drop\n");
}

static void ports_of_any_protocol(void **state)
{
	(void)state;
	struct security_rule x = { .src = { .ports = &ports[2], .n_ports = 1 } };
	struct nsg_rule r = { .rule = &x, .any_src = true, .any_dst = true };

	text_is(
	    &r, 2,
	    "meta l4proto 6 th sport 8000-8010 drop\nmeta l4proto 17 th sport 8000-8010 drop\n");
	text_is(&r, 1, "meta l4proto { 6, 17 } th sport 8000-8010 drop\n");
}

static void everything_and_nothing(void **state)
{
	(void)state;
	struct security_rule x = { .protocol = 1, .dst = { .ports = ports, .n_ports = 3 } };
	struct nsg_rule r = { .rule = &x, .any_src = true, .any_dst = true };

	text_is(&r, 8, "meta l4proto 1 drop\n"); /* ICMP has no ports */
	x.protocol = 0;
	x.dst.n_ports = 0;
	text_is(&r, 8, "drop\n");
	r.any_dst = false;
	text_is(&r, 8, "");
	/* Many lists: the product does not overflow. */
	struct prefix many[300] = { 0 };

	r = (struct nsg_rule){ .rule = &x, .src = many, .n_src = 300, .dst = prefixes, .n_dst = 3 };
	_cleanup_str_ struct str s = { 0 };

	nsg_rule_text(&r, "drop", 8, &s);
	assert_non_null(
	    strstr(str_get(&s), "ip daddr { 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24 } drop\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_each),
		cmocka_unit_test(ports_of_any_protocol),
		cmocka_unit_test(everything_and_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
