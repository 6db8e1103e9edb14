/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet filters of every kind of namespace as text (ACCEPT=1 takes new ones), and what is done
 * to make one of another. */
#include "plan/filter/filter.h"

#include <stdio.h>
#include <stdlib.h>

#include "input/topology.h"
#include "plan/filter/edge.h"
#include "plan/filter/fabric.h"
#include "plan/filter/firewall.h"
#include "plan/filter/guest.h"
#include "plan/filter/rule.h"
#include "unit.h"

#define DESIGN "tests/unit/spec/every-kind.vnetlab.json"
enum { LARGE = 8 << 20, SMALL = 64 << 10 }; /* room for messages: of root, the least */

/* --- as text ---------------------------------------------------------------------------------- */

static void golden(const char *name, const char *got)
{
	_cleanup_free_ char *path = xasprintf("tests/golden/filter/%s.nft", name);
	FILE *f = fopen(path, getenv("ACCEPT") ? "w+" : "r");
	struct str want = { 0 };
	char chunk[4096];

	if (!f)
		fail_msg("%s is missing", path);
	if (getenv("ACCEPT")) {
		fputs(got, f);
		rewind(f);
	}
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));)
		str_addn(&want, chunk, n);
	fclose(f);
	assert_string_equal(got, str_get(&want));
	str_free_p(&want);
}

static void add_texts(struct str *s, struct nft_texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		str_add(s, texts->items[i]);
	nft_texts_free(texts);
}

static size_t all_steps(const struct filter *have, const struct filter *want, size_t room,
                        struct nft_texts *ret)
{
	size_t n = filter_prepare(have, want, room, ret);

	n += filter_exchange(have, want, room, ret);
	return n + filter_settle(have, want, room, ret);
}

static void golden_filter(const char *name, const struct filter *f)
{
	const struct filter nothing = { .shape = f->shape };
	_cleanup_str_ struct str s = { 0 };
	struct nft_texts texts = { 0 };

	filter_make_text(f->shape, &s);
	all_steps(&nothing, f, LARGE, &texts);
	add_texts(&s, &texts);
	golden(name, str_get(&s));
}

static void test_texts(void **state)
{
	_cleanup_findings_ struct findings findings = { 0 };
	json_t *topology = json_load_file(DESIGN, 0, NULL);

	json_object_set_new(json_object_get(topology, "settings"), "privateEndpointAnswers",
	                    json_string("lastHop"));
	json_t *design = json_pack("{s:o,s:{s:s,s:s,s:s,s:s},s:s}", "topology", topology, "files",
	                           "nva2/frr.conf", "", "other/frr.conf", "", "dc4/bird.conf", "",
	                           "other/bird.conf", "", "path", "/t.vnetlab.json");
	_cleanup_(model_free_p) struct model *m = design_model(design, &findings);
	struct filter f;

	(void)state;
	assert_non_null(m);
	struct fabric *fabric = fabric_compile(m, NULL, NULL);
	_cleanup_free_ uint32_t *number = xcalloc(m->n_vnets, sizeof(*number));

	fabric_filter(fabric, &f);
	assert_int_equal(f.parts, FAB_PARTS_ALL);
	golden_filter("fabric", &f);
	filter_free(&f);
	fabric_free(fabric);
	for (uint32_t i = 0; i < m->n_vnets; i++)
		number[i] = i + 1;
	edge_filter(m, number, &f);
	golden_filter("edge", &f);
	filter_free(&f);
	assert_int_equal(m->n_firewalls, 1);
	firewall_filter(&m->firewalls[0], &f);
	golden_filter("firewall", &f);
	filter_free(&f);
	golden_filter("vpn-gateway", &vpn_gateway_filter);
	struct source_nat nat;
	struct guest_settings set = { .source_nat = true };

	source_nat_filter(&set, &nat);
	golden_filter("source-nat-all", &nat.filter);
	static const struct prefix private[] = { { IP4(10, 0, 0, 0), 8 },
		                                 { IP4(172, 16, 0, 0), 12 },
		                                 { IP4(192, 168, 0, 0), 16 } };

	for (; set.n_except < ARRAY_LEN(private); set.n_except++) {
		set.except[set.n_except].addr = private[set.n_except].addr;
		set.except[set.n_except].len = private[set.n_except].len;
	}
	source_nat_filter(&set, &nat);
	golden_filter("source-nat", &nat.filter);
	json_decref(design);
}

/* --- changes ---------------------------------------------------------------------------------- */

static const struct filter_fixed CHAINS[] = {
	{ .name = "more", .part = 1, .rules = "drop\n" },
	{ .name = "base",
	  .hook = "type filter hook forward priority 0; policy accept;",
	  .rules = "iifname vmap @to\n",
	  .with_part = 1,
	  .rules_with = "iifname vmap @to\ngoto more\n" },
};
static const struct filter_block BLOCK = { "	set own { type ipv4_addr; }\n", CHAINS,
	                                   ARRAY_LEN(CHAINS) };
static const struct filter_block *const BLOCKS[] = { &BLOCK, NULL };
static const struct nft_set SETS[] = { { "to", KEY_PORT, VALUE_CHAIN, "type ifname : verdict;",
	                                 "x_" } };
static const struct filter_shape SHAPE = { SETS, ARRAY_LEN(SETS), BLOCKS };

static char *change(const struct filter *have, const struct filter *want, size_t *n)
{
	struct nft_texts texts = { 0 };
	struct str s = { 0 };

	*n = all_steps(have, want, LARGE, &texts);
	add_texts(&s, &texts);
	return str_take(&s);
}

static void test_parts(void **state)
{
	struct filter none = { .shape = &SHAPE }, part = { .shape = &SHAPE, .parts = 1 };
	size_t n;
	_cleanup_free_ char *same = change(&part, &part, &n);

	(void)state;
	assert_int_equal(n, 0);
	assert_string_equal(same, "");
	_cleanup_free_ char *come = change(&none, &part, &n);

	assert_string_equal(come, "add chain ip vnetlab more\n"
	                          "add rule ip vnetlab more drop\n"
	                          "flush chain ip vnetlab base\n"
	                          "add rule ip vnetlab base iifname vmap @to\n"
	                          "add rule ip vnetlab base goto more\n");
	/* A chain goes after what leads to it, and emptied. */
	_cleanup_free_ char *go = change(&part, &none, &n);

	assert_string_equal(go, "flush chain ip vnetlab base\n"
	                        "add rule ip vnetlab base iifname vmap @to\n"
	                        "add chain ip vnetlab more\n"
	                        "flush chain ip vnetlab more\n"
	                        "delete chain ip vnetlab more\n");
	/* What is left of one goes before it comes again. */
	none.broken = 1;
	_cleanup_free_ char *mend = change(&none, &part, &n);

	assert_true(str_starts(mend, "add chain ip vnetlab more\nflush chain ip vnetlab more\n"
	                             "delete chain ip vnetlab more\nadd chain"));
}

static void bind_to(struct filter *f, const char *port, uint64_t chain)
{
	nft_elems_add(&f->elems, 0, port, 0, 0, chain);
	filter_sort(f);
}

static void test_chains(void **state)
{
	struct filter a = { .shape = &SHAPE }, b = { .shape = &SHAPE };
	size_t n;

	(void)state;
	bind_to(&a, "n1", filter_add_chain(&a, "x_", "drop\n"));
	filter_add_chain(&b, "x_", "accept\n");
	bind_to(&b, "n1", filter_add_chain(&b, "x_", "accept\n"));
	assert_int_equal(b.n_chains, 1); /* equal rules are one chain */
	_cleanup_free_ char *text = change(&a, &b, &n);
	_cleanup_free_ char *want = xasprintf(
	    "add chain ip vnetlab %s\nadd rule ip vnetlab %s accept\n"
	    "delete element ip vnetlab to { \"n1\" }\nadd element ip vnetlab to { \"n1\" : jump "
	    "%s }\nflush chain ip vnetlab %s\ndelete chain ip vnetlab %s\n",
	    b.chains[0].name, b.chains[0].name, b.chains[0].name, a.chains[0].name,
	    a.chains[0].name);

	assert_string_equal(text, want);
	assert_int_equal(n, 3);
	assert_true(filter_hash(&a) != filter_hash(&b));
	filter_free(&a);
	filter_free(&b);
}

/* A chain that does not fit into a transaction has another name until it is whole. */
static void test_long_chain(void **state)
{
	struct filter none = { .shape = &SHAPE }, f = { .shape = &SHAPE };
	_cleanup_str_ struct str rules = { 0 };
	struct nft_texts texts = { 0 };
	char part[CHAIN_NAME];

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		str_printf(&rules, "ip saddr 10.0.%u.%u drop\n", i / 250, i % 250);
	nft_chain_name(FILTER_UNFINISHED, filter_add_chain(&f, "x_", str_get(&rules)), part);
	filter_sort(&f);
	filter_prepare(&none, &f, SMALL, &texts);
	assert_true(texts.n > 10);
	for (size_t i = 0; i + 1 < texts.n; i++) {
		assert_true(strlen(texts.items[i]) <= SMALL / 24);
		assert_null(strstr(texts.items[i], f.chains[0].name));
	}
	_cleanup_free_ char *last =
	    xasprintf("rename chain ip vnetlab %s %s\n", part, f.chains[0].name);

	assert_string_equal(texts.items[texts.n - 1], last);
	nft_texts_free(&texts);
	/* One that was left behind goes. */
	memcpy(VEC_PUSH(none.unfinished, none.n_unfinished, none.cap_unfinished).name, part,
	       sizeof(part));
	filter_prepare(&none, &none, SMALL, &texts);
	assert_true(str_starts(texts.items[0], "flush chain ip vnetlab part_"));
	nft_texts_free(&texts);
	filter_free(&none);
	filter_free(&f);
}

static void test_read(void **state)
{
	json_t *listed =
	    json_pack("[{s:{s:s,s:s}}, {s:{s:s,s:s}}, {s:{s:s,s:s}}, {s:{s:s,s:s}}, {s:{s:s,s:s}}, "
	              "{s:{s:s,s:s,s:[[s,{s:{s:s}}]]}}]",
	              "chain", "table", "vnetlab", "name", "base", "chain", "table", "mine", "name",
	              "more", "chain", "table", "vnetlab", "name", "x_00000000000000ff", "chain",
	              "table", "mine", "name", "x_00000000000000aa", "chain", "table", "vnetlab",
	              "name", "part_00000000000000bb", "map", "table", "vnetlab", "name", "to",
	              "elem", "n1", "jump", "target", "x_00000000000000ff");
	struct filter f = { .shape = &SHAPE };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(filter_parse(listed, &f, &e), 0);
	assert_false(f.shapeless);
	assert_int_equal(f.parts | f.broken, 0); /* that chain is another table's */
	assert_int_equal(f.n_chains, 1);
	assert_int_equal(f.n_unfinished, 1);
	assert_int_equal(f.elems.n, 1);
	assert_int_equal(f.elems.items[0].value, 0xff);
	filter_free(&f);
	json_array_remove(listed, 0);
	assert_int_equal(filter_parse(listed, &f, &e), 0);
	assert_true(f.shapeless);
	filter_free(&f);
	json_decref(listed);
}

/* --- rules ------------------------------------------------------------------------------------ */

enum { LIST = 20 };

/* Rule i: 20 sources, a destination, two ports. */
static void make_rules(unsigned n, unsigned odd, struct filter *ret)
{
	static struct prefix src[LIST], dst;
	struct port_span ports[2] = { { 80, 80 }, { 443, 443 } };
	struct filter_rules rules = { .filter = ret };

	for (unsigned i = 0; i < n; i++) {
		struct security_rule x = { .protocol = 6 };
		struct nsg_rule r = {
			.rule = &x, .src = src, .dst = &dst, .n_src = LIST, .n_dst = 1
		};

		for (unsigned k = 0; k < LIST; k++)
			src[k] = (struct prefix){ 0x0a000000 + k * 256, 24 };
		dst = (struct prefix){ 0x0b000000 + i + (i == odd ? 1 << 20 : 0), 32 };
		x.dst.ports = ports;
		x.dst.n_ports = 2;
		filter_rules_add(&rules, &r, "goto allowed");
	}
	filter_rules_end(&rules, "fw_");
	filter_sort(ret);
}

/* One of a thousand changes: only what it is in is made anew, and lists are shared. */
static void test_rule_changes(void **state)
{
	struct filter a = { .shape = &SHAPE }, b = { .shape = &SHAPE };
	size_t n;

	(void)state;
	make_rules(1000, 1000, &a);
	make_rules(1000, 500, &b);
	assert_true(a.n_chains > 10 && a.n_chains < 100);
	assert_true(str_starts(a.chains[0].name, "any1_") || str_starts(a.chains[0].name, "any2_"));
	assert_true(str_starts(a.chains[a.n_chains - 1].name, "fw_"));
	_cleanup_free_ char *text = change(&a, &b, &n);

	assert_in_range(n, 4, 8);
	assert_null(strchr(text, '{')); /* no sets */
	filter_free(&a);
	filter_free(&b);
}

/* Short lists share a chain; the first one stands in the rule's own lines. */
static void test_short_lists(void **state)
{
	static const struct prefix src[] = { { 0x0a000000, 24 }, { 0x0a000100, 24 } }, dst[] = {
		{ 0x0b000000, 24 }, { 0x0b000100, 24 }, { 0x0b000200, 24 }
	};
	struct port_span ports[] = { { 80, 80 }, { 443, 445 } };
	struct security_rule x = { .protocol = 6 };
	struct nsg_rule r = { .rule = &x, .src = src, .dst = dst, .n_src = 2, .n_dst = 3 };
	struct filter f = { .shape = &SHAPE };
	struct filter_rules rules = { .filter = &f };

	(void)state;
	x.dst.ports = ports;
	x.dst.n_ports = 2;
	filter_rules_add(&rules, &r, "drop");
	filter_rules_end(&rules, "fw_");
	filter_sort(&f);
	assert_int_equal(f.n_chains, 3); /* of lists, of rules, of all */
	assert_string_equal(f.chains[0].rules, "ip daddr 11.0.0.0/24 th dport 80 drop\n"
	                                       "ip daddr 11.0.1.0/24 th dport 80 drop\n"
	                                       "ip daddr 11.0.2.0/24 th dport 80 drop\n"
	                                       "ip daddr 11.0.0.0/24 th dport 443-445 drop\n"
	                                       "ip daddr 11.0.1.0/24 th dport 443-445 drop\n"
	                                       "ip daddr 11.0.2.0/24 th dport 443-445 drop\n");
	_cleanup_free_ char *lines = xasprintf("ip saddr 10.0.0.0/24 meta l4proto 6 jump %s\n"
	                                       "ip saddr 10.0.1.0/24 meta l4proto 6 jump %s\n",
	                                       f.chains[0].name, f.chains[0].name);

	assert_string_equal(f.chains[1].rules, lines);
	filter_free(&f);
}

static void test_long_lists(void **state)
{
	static struct prefix src[2000];
	struct security_rule x = { .protocol = 6 };
	struct nsg_rule r = { .rule = &x, .src = src, .n_src = 2000, .any_dst = true };
	struct filter f = { .shape = &SHAPE };
	struct filter_rules rules = { .filter = &f };

	(void)state;
	for (unsigned k = 0; k < 2000; k++)
		src[k] = (struct prefix){ 0x0a000000 + k * 256, 24 };
	filter_rules_add(&rules, &r, "dnat to 10.0.0.4:80");
	filter_rules_end(&rules, "fw_");
	filter_sort(&f);
	assert_int_equal(f.n_chains, 4);
	/* dnat to a port stands behind the protocol, in one line. */
	assert_string_equal(f.chains[0].rules, "meta l4proto 6 dnat to 10.0.0.4:80\n");
	size_t lines = 0;

	for (const char *p = f.chains[1].rules; (p = strchr(p, '{')); p++)
		lines++;
	assert_int_equal(lines, 4);
	assert_true(str_starts(f.chains[2].rules, "meta l4proto 6 jump any5_"));
	filter_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),      cmocka_unit_test(test_parts),
		cmocka_unit_test(test_chains),     cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_read),       cmocka_unit_test(test_rule_changes),
		cmocka_unit_test(test_long_lists), cmocka_unit_test(test_short_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
