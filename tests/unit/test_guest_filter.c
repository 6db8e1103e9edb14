/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's own packet filter: rules of both languages, one at a time, and what they do with a
 * packet.  Files as a whole, on a way: tests/golden/walk/own-filter.json. */
#include "azure/guest_filter.h"
#include "base/str.h"
#include "mini.h"

struct world {
	struct model *m;
	struct nic *nic;
};

/* What the text does at the hook with TCP from 10.1.0.4:40000 to 10.2.0.4:80. */
static struct gf_result pass(struct world *x, const char *name, const char *text, enum gf_hook hook,
                             enum gf_state state)
{
	struct config_file f = { .name = name, .path = "f", .content = text };
	struct guest_config *g = &x->nic->vm->guest;
	struct gf_packet p = { .vm = x->nic->vm,
		               .p = { A("10.1.0.4"), A("10.2.0.4"), 6, 40000, 80 },
		               .in = "eth0",
		               .out = "eth1",
		               .state = state,
		               .answer = state == GF_ESTABLISHED };
	struct gf_result r;

	f.size = strlen(text);
	g->filters = &f;
	g->n_filters = 1;
	guest_filters_read(x->m);
	guest_filter_pass(g->filter, hook, &p, &r);
	r.chain = NULL; /* its file is gone */
	return r;
}

static void open_world(struct world *x)
{
	x->m = mini_new();
	struct vnet *v = mini_vnet(x->m, "V", "10.0.0.0/8");

	x->nic = mini_vm(x->m, mini_subnet(x->m, v, "s", "10.2.0.0/24"), "nva", "10.2.0.4", true);
}

struct gf_case {
	const char *rule;
	char want; /* p: passes, d: is dropped, ?: not known */
};

static char letter(const struct gf_result *r)
{
	return r->verdict == GF_PASSES ? 'p' : r->verdict == GF_DROPS ? 'd' : '?';
}

/* The rule drops what it matches. */
static void iptables_rules(void **state)
{
	static const struct gf_case cases[] = {
		{ "-j DROP", 'd' },
		{ "-s 10.1.0.0/16 -j DROP", 'd' },
		{ "! -s 10.1.0.0/16 -j DROP", 'p' },
		{ "-s 10.3.0.0/16,10.1.0.4 -j DROP", 'd' },
		{ "--source 10.1.0.0/255.255.0.0 -j DROP", 'd' },
		{ "-d 10.2.0.4/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset",
		  'd' },
		{ "-p tcp --dport 81:90 -j DROP", 'p' },
		{ "-p tcp --dport :80 -j DROP", 'd' },
		{ "-p tcp --dport http -j DROP", 'd' },
		{ "-p tcp --sport 40000: -j DROP", 'd' },
		{ "-p udp --dport 80 -j DROP", 'p' },
		{ "-p 6 -m multiport --dports 22,80:81 -j DROP", 'd' },
		{ "-p tcp -m multiport --ports 40000 -j DROP", 'd' },
		{ "-p tcp -m multiport ! --dports 80 -j DROP", 'p' },
		{ "-i eth0 -j DROP", 'd' },
		{ "-i eth+ -o eth1 -j DROP", 'd' },
		{ "-o eth0 -j DROP", 'p' },
		{ "-m state --state NEW -j DROP", 'd' },
		{ "-m conntrack --ctstate RELATED,ESTABLISHED -j DROP", 'p' },
		{ "-m conntrack ! --ctstate ESTABLISHED -j DROP", 'd' },
		{ "-p tcp --syn -j DROP", 'd' },
		{ "-p tcp ! --syn -m state --state NEW -j DROP", 'p' },
		{ "-p tcp --tcp-flags ALL NONE -j DROP", 'p' },
		{ "-p icmp --icmp-type echo-request -j DROP", 'p' },
		{ "-m iprange --src-range 10.1.0.3-10.1.0.5 -j DROP", 'd' },
		{ "-m addrtype --dst-type LOCAL -j DROP", 'd' },
		{ "-m comment --comment \"it's -j ACCEPT\" -j DROP", 'd' },
		{ "-m limit --limit 3/min -j LOG --log-prefix \"a b \"", 'p' },
		{ "-m limit --limit 3/min -j DROP", '?' },
		{ "-d 10.9.0.0/16 -m recent --name x -j DROP", 'p' },
		{ "-m set --match-set bad src -j DROP", '?' },
		{ "-j NFQUEUE --queue-num 1", '?' },
		{ "-j elsewhere", '?' },
		{ "-j ACCEPT", 'p' },
		{ "-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu", 'p' },
	};
	struct world x;

	(void)state;
	open_world(&x);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_free_ char *text = xasprintf(
		    "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD %s\nCOMMIT\n", cases[i].rule);
		struct gf_result r = pass(&x, "iptables.rules", text, GF_FORWARD, GF_NEW);

		if (letter(&r) != cases[i].want)
			fail_msg("%s: %c", cases[i].rule, letter(&r));
	}
	model_free(x.m);
}

static void nft_rules(void **state)
{
	static const struct gf_case cases[] = {
		{ "drop", 'd' },
		{ "ip saddr 10.1.0.0/16 drop", 'd' },
		{ "ip saddr != 10.1.0.0/16 drop", 'p' },
		{ "ip saddr { 10.3.0.0/16, 10.1.0.4 } counter packets 0 bytes 0 drop", 'd' },
		{ "ip daddr 10.2.0.1-10.2.0.9 tcp dport 80 reject with tcp reset", 'd' },
		{ "tcp dport { 22, 80-81 } drop comment \"no # comment\"", 'd' },
		{ "tcp dport != 80 drop", 'p' },
		{ "udp dport 80 drop", 'p' },
		{ "meta l4proto { tcp, udp } th dport 80 drop", 'd' },
		{ "ip protocol icmp drop", 'p' },
		{ "iifname \"eth0\" oifname eth1 drop", 'd' },
		{ "iifname \"wg*\" drop", 'p' },
		{ "ct state new drop", 'd' },
		{ "ct state established,related drop", 'p' },
		{ "ct state { established, new } drop", 'd' },
		{ "ct state vmap { new : drop, established : accept }", 'd' },
		{ "tcp dport vmap { 22 : accept, 80 : drop }", 'd' },
		{ "tcp flags syn drop", 'd' },
		{ "tcp flags & (fin|syn) == fin drop", '?' },
		{ "fib daddr type local drop", 'd' },
		{ "meta nfproto ipv4 drop", 'd' },
		{ "ip6 saddr fe80::/10 drop", 'p' },
		{ "log prefix \"drop: \" level info", 'p' },
		{ "tcp option maxseg size set rt mtu", 'p' },
		{ "limit rate 5/second drop", '?' },
		{ "ip saddr @bad drop", '?' },
		{ "ip saddr $bad drop", '?' },
		{ "jump other", 'd' },
		{ "goto other", 'd' },
		{ "return", 'p' },
		{ "accept", 'p' },
	};
	struct world x;

	(void)state;
	open_world(&x);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_free_ char *text =
		    xasprintf("flush ruleset\ntable inet t {\n set bad { type ipv4_addr; elements "
		              "= { 1.1.1.1 } }\n"
		              " chain other { drop; }\n chain c { type filter hook forward "
		              "priority 0; policy accept;\n"
		              "  # drop\n  %s\n }\n}\ntable ip6 u { chain c { type filter hook "
		              "forward priority 0; policy drop; } }\n",
		              cases[i].rule);
		struct gf_result r = pass(&x, "nftables.conf", text, GF_FORWARD, GF_NEW);

		if (letter(&r) != cases[i].want)
			fail_msg("%s: %c", cases[i].rule, letter(&r));
	}
	model_free(x.m);
}

static void translations(void **state)
{
	static const struct {
		const char *name, *text;
		enum gf_hook hook;
		const char *to;
		uint16_t port;
	} cases[] = {
		{ "iptables.rules", "*nat\n-A POSTROUTING -o eth1 -j MASQUERADE\nCOMMIT\n",
		  GF_POSTROUTING, NULL, 0 },
		{ "iptables.rules",
		  "*nat\n-A POSTROUTING -j SNAT --to-source 10.2.0.9-10.2.0.11\nCOMMIT\n",
		  GF_POSTROUTING, "10.2.0.9", 0 },
		{ "iptables.rules",
		  "*nat\n-A PREROUTING -p tcp --dport 81 -j RETURN\n-I PREROUTING -p tcp -j DNAT "
		  "--to-destination 10.3.0.4:8080\nCOMMIT\n",
		  GF_PREROUTING, "10.3.0.4", 8080 },
		{ "iptables.rules",
		  "*nat\n-A PREROUTING -p tcp -j REDIRECT --to-ports 3128\nCOMMIT\n", GF_PREROUTING,
		  NULL, 3128 },
		{ "nftables.conf",
		  "add table ip n\nadd chain ip n post { type nat hook postrouting priority srcnat "
		  "+ 1; }\n"
		  "add rule ip n post ip daddr 10.2.0.0/16 snat to 10.2.0.9\n",
		  GF_POSTROUTING, "10.2.0.9", 0 },
		{ "nftables.conf",
		  "table inet n { chain pre { type nat hook prerouting priority dstnat; tcp dport "
		  "80 dnat ip to "
		  "10.3.0.4:8080; } }",
		  GF_PREROUTING, "10.3.0.4", 8080 },
	};
	struct world x;

	(void)state;
	open_world(&x);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct gf_result r = pass(&x, cases[i].name, cases[i].text, cases[i].hook, GF_NEW);
		bool source = cases[i].hook == GF_POSTROUTING;

		assert_int_equal(r.verdict, GF_PASSES);
		assert_int_equal(r.nat_source, source);
		assert_int_equal(r.nat_destination, !source);
		assert_int_equal(r.to, cases[i].to ? A(cases[i].to) : 0);
		assert_int_equal(r.port, cases[i].port);
	}
	model_free(x.m);
}

/* Policies, priorities, and what no chain has. */
static void whole_files(void **state)
{
	static const struct gf_case cases[] = {
		{ "table ip t { chain c { type filter hook forward priority 0; policy drop; } }",
		  'd' },
		{ "table ip t { chain c { type filter hook input priority 0; policy drop; } }",
		  'p' },
		{ "table ip t { chain b { type filter hook forward priority 10; drop; }\n"
		  "chain a { type filter hook forward priority 0; accept; } }",
		  'd' },
		{ "table ip t { chain a { type filter hook forward priority 0; drop } }\nflush "
		  "ruleset\n",
		  'p' },
		{ "include \"/etc/more.nft\"\n", '?' },
		{ "table netdev t { chain c { type filter hook ingress device eth0 priority 0; "
		  "drop; } }",
		  '?' },
		{ "table ip t {", 'p' },
		{ "table ip t { chain c { type filter hook forward priority 0; tcp dport { 80",
		  'p' },
		{ "\"", '?' },
	};
	struct world x;

	(void)state;
	open_world(&x);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct gf_result r = pass(&x, "nftables.conf", cases[i].rule, GF_FORWARD, GF_NEW);

		if (letter(&r) != cases[i].want)
			fail_msg("%s: %c", cases[i].rule, letter(&r));
	}
	struct gf_result r =
	    pass(&x, "iptables.rules", "*filter\n:FORWARD DROP\n-A FORWARD -j a\n-N a\n-A a -j a\n",
	         GF_FORWARD, GF_NEW);

	assert_int_equal(letter(&r), '?'); /* a circle */
	r = pass(&x, "iptables.rules", "-P FORWARD DROP\n", GF_FORWARD, GF_ESTABLISHED);
	assert_int_equal(letter(&r), 'd');
	r = pass(&x, "iptables.rules", "*filter\n-R FORWARD 1 -j DROP\n", GF_FORWARD, GF_NEW);
	assert_int_equal(letter(&r), '?');
	r = pass(&x, "iptables.rules", "-A\n*\n:\n-j \"\n-A FORWARD\n-A FORWARD -j\n-A FORWARD !\n",
	         GF_FORWARD, GF_NEW);
	assert_int_equal(letter(&r), '?');
	model_free(x.m);
}

/* Each chain jumps to the next one ten times, thirty deep: no packet passes all of that. */
static void chains_that_multiply(void **state)
{
	_cleanup_str_ struct str text = { 0 };
	struct world x;

	(void)state;
	open_world(&x);
	str_add(&text, "*filter\n-A FORWARD -j c1\n");
	for (int i = 1; i < 30; i++)
		for (int k = 0; k < 10; k++)
			str_printf(&text, "-A c%d -j c%d\n", i, i + 1);
	str_add(&text, "-A c30 -s 1.2.3.4 -j DROP\n");
	struct gf_result r = pass(&x, "iptables.rules", str_get(&text), GF_FORWARD, GF_NEW);

	assert_int_equal(letter(&r), '?');
	model_free(x.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iptables_rules),       cmocka_unit_test(nft_rules),
		cmocka_unit_test(translations),         cmocka_unit_test(whole_files),
		cmocka_unit_test(chains_that_multiply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
