/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewall: which rule decides, who sees the true source, and ranges as prefixes. */
#include "azure/firewall.h"

#include <netinet/in.h>

#include "azure/prefixes.h"
#include "base/str.h"
#include "input/topology.h"
#include "unit.h"

#define RULE(protocol, to, ports) \
	"{\"protocols\":[\"" protocol "\"],\"sourceAddresses\":[\"*\"]," \
	"\"destinationAddresses\":[" to "],\"destinationPorts\":[\"" ports "\"]}"

/* clang-format off */
/* Written in another order than they are asked in. */
static const char DESIGN[] =
    "{\"virtualNetworks\":{\"Hub\":{\"addressPrefixes\":[\"10.0.0.0/16\"],\"subnets\":{"
    "\"AzureFirewallSubnet\":{\"addressPrefix\":\"10.0.1.0/26\"}}}},"
    "\"azureFirewalls\":{\"fw\":{\"virtualNetwork\":\"Hub\",\"publicIPAddresses\":[true],"
    "\"privateRanges\":[\"10.0.0.0/8\",\"198.51.100.0/24\"],"
    "\"networkRuleCollections\":{"
    "\"base\":{\"priority\":900,\"groupPriority\":65000,\"inherited\":true,\"action\":\"Deny\","
    "\"rules\":{\"smtp\":" RULE("TCP", "\"10.2.0.4\"", "25") "}},"
    "\"late\":{\"priority\":100,\"groupPriority\":300,\"action\":\"Allow\","
    "\"rules\":{\"all\":" RULE("Any", "\"*\"", "*") "}},"
    "\"early\":{\"priority\":400,\"groupPriority\":200,\"action\":\"Deny\","
    "\"rules\":{\"ssh\":" RULE("TCP", "\"*\"", "22") ","
    "\"some\":" RULE("UDP", "\"10.2.0.4-10.2.0.9\", \"10.3.0.0/16\"", "50-60") "}},"
    "\"first\":{\"priority\":300,\"groupPriority\":200,\"action\":\"Allow\","
    "\"rules\":{\"one\":" RULE("TCP", "\"10.2.0.4\"", "22") "}}},"
    "\"natRuleCollections\":{"
    "\"b\":{\"priority\":200,\"rules\":{\"web\":{\"protocols\":[\"TCP\",\"UDP\"],"
    "\"sourceAddresses\":[\"*\"],\"destinationAddresses\":[\"*\"],\"destinationPorts\":[\"80-90\"],"
    "\"translatedAddress\":\"10.0.9.9\"}}},"
    "\"c\":{\"priority\":300,\"rules\":{\"both\":{\"protocols\":[\"Any\"],"
    "\"sourceAddresses\":[\"*\"],\"destinationAddresses\":[\"*\"],\"destinationPorts\":[\"100\"],"
    "\"translatedAddress\":\"10.0.7.7\"}}},"
    "\"a\":{\"priority\":100,\"rules\":{\"http\":{\"protocols\":[\"TCP\"],"
    "\"sourceAddresses\":[\"203.0.113.0/24\"],\"destinationAddresses\":[\"*\"],"
    "\"destinationPorts\":[\"80\"],\"translatedAddress\":\"10.0.8.8\",\"translatedPort\":\"8080\"}}}"
    "}}}}";
/* clang-format on */

static struct model *load(void)
{
	struct findings f = { 0 };
	json_t *design = json_pack("{s:o}", "topology", design_parse(DESIGN, strlen(DESIGN), &f));
	struct model *m = design_checked(design, &f);

	assert_non_null(m);
	json_decref(design);
	findings_free(&f);
	return m;
}

static struct firewall_verdict ask(const struct model *m, const char *src, const char *dst,
                                   uint8_t protocol, uint16_t port)
{
	const struct walk_packet p = {
		.src = A(src), .dst = A(dst), .ip_proto = protocol, .sport = 1024, .dport = port
	};

	return firewall_decide(&m->firewalls[0], &p);
}

static struct firewall_verdict says(struct firewall_verdict v, int act, const char *rule)
{
	assert_int_equal(v.act, act);
	if (rule)
		assert_string_equal(v.rule->name, rule);
	else
		assert_null(v.rule);
	return v;
}

static void test_order(void **state)
{
	struct model *m = load();

	(void)state;
	says(ask(m, "10.1.0.4", "10.2.0.4", IPPROTO_TCP, 22), FIREWALL_ALLOW, "first/one");
	says(ask(m, "10.1.0.4", "10.2.0.5", IPPROTO_TCP, 22), FIREWALL_DENY, "early/ssh");
	says(ask(m, "10.1.0.4", "10.2.0.4", IPPROTO_TCP, 25), FIREWALL_DENY, "base/smtp");
	says(ask(m, "10.1.0.4", "10.2.0.5", IPPROTO_TCP, 25), FIREWALL_ALLOW, "late/all");
	says(ask(m, "10.1.0.4", "10.2.0.3", IPPROTO_UDP, 55), FIREWALL_ALLOW, "late/all");
	says(ask(m, "10.1.0.4", "10.2.0.4", IPPROTO_UDP, 55), FIREWALL_DENY, "early/some");
	says(ask(m, "10.1.0.4", "10.2.0.9", IPPROTO_UDP, 60), FIREWALL_DENY, "early/some");
	says(ask(m, "10.1.0.4", "10.2.0.10", IPPROTO_UDP, 60), FIREWALL_ALLOW, "late/all");
	says(ask(m, "10.1.0.4", "10.3.9.9", IPPROTO_UDP, 61), FIREWALL_ALLOW, "late/all");
	says(ask(m, "10.1.0.4", "10.3.9.9", IPPROTO_ICMP, 0), FIREWALL_ALLOW, "late/all");
	model_free(m);
}

static void test_translation(void **state)
{
	struct model *m = load();
	struct firewall_verdict v;

	(void)state;
	v = says(ask(m, "203.0.113.10", "10.0.1.4", IPPROTO_TCP, 80), FIREWALL_DNAT, "a/http");
	assert_int_equal(v.target->ip, A("10.0.8.8"));
	assert_int_equal(v.target->port, 8080);
	v = says(ask(m, "8.8.8.8", "10.0.1.4", IPPROTO_UDP, 85), FIREWALL_DNAT, "b/web");
	assert_int_equal(v.target->ip, A("10.0.9.9"));
	assert_int_equal(v.target->port, 0);
	says(ask(m, "8.8.8.8", "10.0.1.4", IPPROTO_TCP, 443), FIREWALL_DENY, NULL);
	v = says(ask(m, "8.8.8.8", "10.0.1.4", IPPROTO_TCP, 100), FIREWALL_DNAT, "c/both");
	assert_int_equal(v.target->ip, A("10.0.7.7"));
	v = says(ask(m, "8.8.8.8", "10.0.1.4", IPPROTO_UDP, 100), FIREWALL_DNAT, "c/both");
	assert_int_equal(v.target->ip, A("10.0.7.7"));
	says(ask(m, "10.1.0.4", "10.0.1.4", IPPROTO_ICMP, 0), FIREWALL_LOCAL, NULL);
	model_free(m);
}

static void test_sources(void **state)
{
	static const struct {
		const char *dst;
		uint8_t protocol;
		bool hides, cannot;
	} cases[] = {
		{ "10.200.0.1", IPPROTO_TCP, false, false },
		{ "198.51.100.1", IPPROTO_UDP, false, false },
		/* private, but not by this firewall's own list */
		{ "192.168.1.1", IPPROTO_TCP, true, false },
		{ "192.168.1.1", IPPROTO_ICMP, false, false },
		{ "198.51.100.1", IPPROTO_ICMP, true, true },
		{ "8.8.8.8", IPPROTO_TCP, true, false },
	};
	struct model *m = load();
	struct firewall *fw = &m->firewalls[0];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct walk_packet p = { .src = A("10.1.0.4"),
			                       .dst = A(cases[i].dst),
			                       .ip_proto = cases[i].protocol };

		assert_int_equal(firewall_hides_source(fw, &p), cases[i].hides);
		assert_int_equal(firewall_cannot_hide(fw, &p), cases[i].cannot);
		assert_int_equal(firewall_decide(fw, &p).act,
		                 cases[i].cannot ? FIREWALL_DENY : FIREWALL_ALLOW);
	}
	fw->icmp_out = true;
	says(ask(m, "10.1.0.4", "8.8.8.8", IPPROTO_ICMP, 0), FIREWALL_ALLOW, "late/all");
	model_free(m);
}

/* Two halves of one prefix could be one. */
static bool are_halves(struct prefix a, struct prefix b)
{
	return a.len == b.len && (a.addr ^ b.addr) == 1u << (32 - a.len);
}

/* Every range of a small window, and the ends of the address space: just those addresses, in
 * prefixes that could not be fewer. */
static void test_ranges(void **state)
{
	static const ip4 windows[] = { 0, 0x0A0000F0, 0xFFFFFFE0 };
	enum { W = 32 };

	(void)state;
	for (size_t w = 0; w < ARRAY_LEN(windows); w++)
		for (unsigned lo = 0; lo < W; lo++)
			for (unsigned hi = lo; hi < W; hi++) {
				_cleanup_prefixes_ struct prefixes x = { 0 };
				unsigned n = 0;

				prefixes_add_range(&x, windows[w] + lo, windows[w] + hi);
				for (size_t i = 0; i < x.n; i++) {
					n += 1u << (32 - x.v[i].len);
					assert_true(x.v[i].addr >= windows[w] + lo);
					assert_true(prefix_last(x.v[i]) <= windows[w] + hi);
					if (!i)
						continue;
					assert_true(x.v[i].addr == prefix_last(x.v[i - 1]) + 1);
					assert_false(are_halves(x.v[i], x.v[i - 1]));
				}
				assert_int_equal(n, hi - lo + 1);
			}
	_cleanup_prefixes_ struct prefixes all = { 0 };

	prefixes_add_range(&all, 0, ~(ip4)0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.v[0].len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_translation),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
