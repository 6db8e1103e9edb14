/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security rules as lines of the packet filter: without sets where few combinations, or short
 * lists, do. */
#include <stdlib.h>

#include "plan/filter/rule.h"
#include "unit.h"

static struct prefix prefixes[] = { { 0x0a000000, 24 }, { 0x0a000100, 24 }, { 0x0a000200, 24 } };
static struct port_span ports[] = { { 443, 443 }, { 80, 80 }, { 8000, 8010 } };

/* The chains that the rules of a group become, sorted by name; the group's own is the last one. */
static void chains_of(struct nsg_rule *r, size_t n, struct filter *ret)
{
	struct nsg_rules rules = { .rules = r, .n = n };

	nsg_rules_chain(&rules, "nsg_", ret);
	filter_sort(ret);
	assert_true(str_starts(ret->chains[ret->n_chains - 1].name, "nsg_"));
}

static void text_is(struct nsg_rule *r, const char *want)
{
	struct filter f = { 0 };

	chains_of(r, 1, &f);
	assert_int_equal(f.n_chains, 1);
	assert_string_equal(f.chains[0].rules, want);
	filter_free(&f);
}

static void one_of_each(void **state)
{
	(void)state;
	struct security_rule x = { .protocol = 6,
		                   .deny = true,
		                   .dst = { .ports = ports, .n_ports = 2 } };
	struct nsg_rule r = { .rule = &x, .src = prefixes, .n_src = 2, .any_dst = true };

	text_is(&r, "ip saddr 10.0.0.0/24 meta l4proto 6 th dport 80 drop\n"
	            "ip saddr 10.0.1.0/24 meta l4proto 6 th dport 80 drop\n"
	            "ip saddr 10.0.0.0/24 meta l4proto 6 th dport 443 drop\n"
	            "ip saddr 10.0.1.0/24 meta l4proto 6 th dport 443 drop\n");
}

static void ports_of_any_protocol(void **state)
{
	(void)state;
	struct security_rule x = { .src = { .ports = &ports[2], .n_ports = 1 } };
	struct nsg_rule r = { .rule = &x, .any_src = true, .any_dst = true };

	text_is(&r, "meta l4proto 6 th sport 8000-8010 return\n"
	            "meta l4proto 17 th sport 8000-8010 return\n");
}

static void everything_and_nothing(void **state)
{
	(void)state;
	struct security_rule x = { .protocol = 1,
		                   .deny = true,
		                   .dst = { .ports = ports, .n_ports = 3 } };
	struct nsg_rule r = { .rule = &x, .any_src = true, .any_dst = true };

	text_is(&r, "meta l4proto 1 drop\n"); /* ICMP has no ports */
	x.protocol = 0;
	x.dst.n_ports = 0;
	text_is(&r, "drop\n");
	r.any_dst = false;
	text_is(&r, "");
}

/* Nine combinations: a chain for one list.  What it allows is noted, as "return" would end it
 * alone; what it denies is dropped there. */
static void lists(void **state)
{
	(void)state;
	struct security_rule x = { .protocol = 6, .dst = { .ports = ports, .n_ports = 3 } };
	struct nsg_rule r = { .rule = &x, .src = prefixes, .n_src = 3, .any_dst = true };

	for (unsigned deny = 0; deny < 2; deny++) {
		const char *verdict = deny ? "drop" : "meta priority set 0:1 return";
		struct filter f = { 0 };

		x.deny = deny;
		chains_of(&r, 1, &f);
		assert_int_equal(f.n_chains, 2);
		_cleanup_free_ char *list =
		    xasprintf("th dport 80 %s\nth dport 443 %s\nth dport 8000-8010 %s\n", verdict,
		              verdict, verdict);
		const char *name = f.chains[0].name;
		_cleanup_free_ char *own =
		    xasprintf("ip saddr 10.0.0.0/24 meta l4proto 6 jump %s\n"
		              "ip saddr 10.0.1.0/24 meta l4proto 6 jump %s\n"
		              "ip saddr 10.0.2.0/24 meta l4proto 6 jump %s\n%s",
		              name, name, name, deny ? "" : "meta priority 0:1 goto nsg_allow\n");

		assert_string_equal(f.chains[0].rules, list);
		assert_string_equal(f.chains[1].rules, own);
		filter_free(&f);
	}
}

/* Rules of 30 combinations: twice as many become twice as much, without a set. */
static void growth_is_linear(void **state)
{
	enum { MOST = 400, SOURCES = 10 };
	static struct prefix src[MOST][SOURCES];
	static struct security_rule x[MOST];
	static struct nsg_rule r[MOST];
	size_t size[2];

	(void)state;
	for (unsigned i = 0; i < MOST; i++) {
		for (unsigned k = 0; k < SOURCES; k++)
			src[i][k] = (struct prefix){ 0x0a000000 + (i * SOURCES + k) * 256, 24 };
		x[i] = (struct security_rule){ .protocol = 6,
			                       .deny = i % 2,
			                       .dst = { .ports = ports, .n_ports = 3 } };
		r[i] = (struct nsg_rule){
			.rule = &x[i], .src = src[i], .n_src = SOURCES, .any_dst = true
		};
	}
	for (unsigned twice = 0; twice < 2; twice++) {
		struct filter f = { 0 };

		chains_of(r, MOST / 2 * (twice + 1), &f);
		size[twice] = 0;
		for (size_t i = 0; i < f.n_chains; i++) {
			size[twice] += strlen(f.chains[i].rules);
			assert_null(strchr(f.chains[i].rules, '{'));
		}
		filter_free(&f);
	}
	assert_in_range(size[1], size[0], size[0] * 2 + size[0] / 10); /* longer addresses */
}

/* Many lists: the product does not overflow, and a long list becomes sets. */
static void long_lists(void **state)
{
	static struct prefix many[300];
	struct security_rule x = { .deny = true };
	struct nsg_rule r = { .rule = &x, .src = many, .n_src = 300, .dst = prefixes, .n_dst = 3 };
	struct filter f = { 0 };

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		many[i] = (struct prefix){ 0x0b000000 + i * 256, 24 };
	chains_of(&r, 1, &f);
	assert_int_equal(f.n_chains, 3);
	assert_string_equal(f.chains[0].rules, "ip daddr 10.0.0.0/24 drop\n"
	                                       "ip daddr 10.0.1.0/24 drop\n"
	                                       "ip daddr 10.0.2.0/24 drop\n");
	assert_true(str_starts(f.chains[1].rules, "ip saddr { 11.0.0.0/24, 11.0.1.0/24, "));
	filter_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_each),
		cmocka_unit_test(ports_of_any_protocol),
		cmocka_unit_test(everything_and_nothing),
		cmocka_unit_test(lists),
		cmocka_unit_test(growth_is_linear),
		cmocka_unit_test(long_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
