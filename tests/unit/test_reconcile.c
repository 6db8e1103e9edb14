/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two designs: each case is two topologies and the lines that it makes. */
#include "unit.h"

#include <jansson.h>

#include "base/str.h"
#include "plan/reconcile.h"

static json_t *design(const char *topology, const char *files)
{
	json_error_t e;
	json_t *t = json_loads(topology, 0, &e), *f = json_loads(files ? files : "{}", 0, &e);

	if (!t || !f)
		fail_msg("%s: %s", topology, e.text);
	return json_pack("{s:o,s:o}", "topology", t, "files", f);
}

static char *text_of(const struct changes *c)
{
	struct str b = { 0 };

	for (size_t i = 0; i < c->n; i++)
		str_printf(&b, "%s%s %s %s%s%s", i ? "\n" : "",
		           change_action_str(c->items[i].action), c->items[i].kind,
		           c->items[i].name, *c->items[i].detail ? ": " : "", c->items[i].detail);
	return str_take(&b);
}

struct one {
	const char *what, *have, *want, *lines;
	const char *have_files, *want_files;
};

static const struct one CASES[] = {
	{ "nothing, nothing", "{}", "{}", "", NULL, NULL },
	{ "from nothing", NULL,
	  "{'virtualNetworks':{'A':{'subnets':{'s':{}},'peerings':{'p':{}}}},'virtualMachines':{'v'"
	  ":{}}}",
	  "create virtualNetwork A\ncreate subnet A/s\ncreate virtualNetworkPeering A/p\ncreate "
	  "virtualMachine v",
	  NULL, NULL },
	{ "the same", "{'virtualMachines':{'v':{'image':'frr'}}}",
	  "{'virtualMachines':{'v':{'image':'frr'}}}", "", NULL, NULL },
	{ "order of keys is no change", "{'virtualMachines':{'v':{'a':1,'b':2},'w':{}}}",
	  "{'virtualMachines':{'w':{},'v':{'b':2,'a':1}}}", "", NULL, NULL },
	{ "case of a name is no change", "{'virtualMachines':{'Web':{}}}",
	  "{'virtualMachines':{'WEB':{}}}", "", NULL, NULL },
	{ "a name is no key: deep changes", "{'virtualMachines':{'v':{'nic':{'subnet':'A/s'}}}}",
	  "{'virtualMachines':{'v':{'nic':{'subnet':'A/t','privateIPAddress':'10.0.0.5'}}}}",
	  "change virtualMachine v: nic.subnet: A/s -> A/t; nic.privateIPAddress: none -> 10.0.0.5",
	  NULL, NULL },
	{ "a key goes", "{'virtualMachines':{'v':{'sourceNat':true}}}",
	  "{'virtualMachines':{'v':{}}}", "change virtualMachine v: sourceNat: true -> none", NULL,
	  NULL },
	{ "only the subnet, not its VNet",
	  "{'virtualNetworks':{'A':{'subnets':{'s':{'routeTable':'x'},'t':{}}}}}",
	  "{'virtualNetworks':{'A':{'subnets':{'s':{'routeTable':null},'t':{}}}}}",
	  "change subnet A/s: routeTable: x -> null", NULL, NULL },
	{ "with what is in it", "{'virtualNetworks':{'A':{'subnets':{'s':{}}}}}", "{}",
	  "delete subnet A/s\ndelete virtualNetwork A", NULL, NULL },
	{ "routes of a table",
	  "{'routeTables':{'t':{'routes':{'a':{'nextHopType':'None'},'b':{}}}}}",
	  "{'routeTables':{'t':{'disableBgpRoutePropagation':true,'routes':{'a':{'nextHopType':"
	  "'Internet'},'c':{}}}}}",
	  "change routeTable t: disableBgpRoutePropagation: none -> true\nchange route t/a: "
	  "nextHopType: None -> Internet\ncreate route t/c\ndelete route t/b",
	  NULL, NULL },
	{ "a bgpConnection", "{'routeServers':{'R':{'bgpConnections':{'x':{'peerAsn':1}}}}}",
	  "{'routeServers':{'R':{'bgpConnections':{'x':{'peerAsn':2},'y':{}}}}}",
	  "change bgpConnection R/x: peerAsn: 1 -> 2\ncreate bgpConnection R/y", NULL, NULL },
	{ "internet hosts", "{'internet':{'hosts':{'a':'1.1.1.1'}}}",
	  "{'internet':{'hosts':{'a':'1.1.1.2','b':'9.9.9.9'}}}",
	  "change internetHost a: 1.1.1.1 -> 1.1.1.2\ncreate internetHost b", NULL, NULL },
	{ "settings", "{'settings':{'timing':'fast'}}", "{'settings':{'timing':'azure'}}",
	  "change settings settings: timing: fast -> azure", NULL, NULL },
	{ "checks are one thing", "{'checks':{'a':{}}}", "{'checks':{'b':{}}}",
	  "change checks checks", NULL, NULL },
	{ "its name, its words", "{'name':'a','description':'x','$schema':'s'}",
	  "{'name':'b','description':'y'}", "", NULL, NULL },
	{ "kinds that this version does nothing with", "{}",
	  "{'azureFirewalls':{'n':{}},'sites':{}}", "create azureFirewall n", NULL, NULL },
	{ "a key that nobody knows", "{}", "{'zebras':{'n':{}}}", "create zebras zebras", NULL,
	  NULL },
	{ "a file of an appliance", "{'virtualMachines':{'v':{'config':{'frr.conf':'a'}}}}",
	  "{'virtualMachines':{'v':{'config':{'frr.conf':'a'}}}}",
	  "change virtualMachine v: frr.conf has changed", "{'a':'one'}", "{'a':'two'}" },
	{ "the file of another", "{'virtualMachines':{'v':{'config':{'frr.conf':'a'}}}}",
	  "{'virtualMachines':{'v':{'config':{'frr.conf':'a'}}}}", "", "{'a':'1','b':'1'}",
	  "{'a':'1','b':'2'}" },
	{ "long values are not shown", "{'virtualMachines':{'v':{'x':[1]}}}",
	  "{'virtualMachines':{'v':{'x':['aaaaaaaaaaaaaaaaaaaaaaaa','"
	  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',"
	  "'c']}}}",
	  "change virtualMachine v: x: [1] -> ...", NULL, NULL },
	{ "another type", "{'virtualMachines':{'v':{'x':{'a':1}}}}",
	  "{'virtualMachines':{'v':{'x':7}}}", "change virtualMachine v: x: {\"a\":1} -> 7", NULL,
	  NULL },
	{ "not even objects", "{'virtualMachines':[1]}", "{'virtualMachines':7}", "", NULL, NULL },
};

static char *quoted(const char *s)
{
	char *q = s ? xstrdup(s) : NULL;

	for (char *p = q; p && *p; p++)
		if (*p == '\'')
			*p = '"';
	return q;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		const struct one *c = &CASES[i];
		_cleanup_changes_ struct changes got = { 0 };
		_cleanup_free_ char *have = quoted(c->have), *want = quoted(c->want),
		                    *hf = quoted(c->have_files), *wf = quoted(c->want_files);
		json_t *a = have ? design(have, hf) : NULL, *b = design(want, wf);

		reconcile(a, b, &got);
		_cleanup_free_ char *text = text_of(&got);

		if (!streq(text, c->lines))
			fail_msg("%s:\n%s\nwanted:\n%s", c->what, text, c->lines);
		json_decref(a);
		json_decref(b);
	}
}

/* Whatever two designs are: the way back has as many changes, and a design is equal to itself. */
static void test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		const struct one *c = &CASES[i];
		_cleanup_changes_ struct changes there = { 0 }, back = { 0 }, self = { 0 };
		_cleanup_free_ char *have = quoted(c->have ? c->have : "{}"),
		                    *want = quoted(c->want);
		json_t *a = design(have, NULL), *b = design(want, NULL);

		reconcile(a, b, &there);
		reconcile(b, a, &back);
		reconcile(b, b, &self);
		assert_int_equal(there.n, back.n);
		assert_int_equal(self.n, 0);
		for (size_t k = 0; k < there.n; k++) {
			size_t same = 0;

			for (size_t j = 0; j < back.n; j++)
				same += strieq(there.items[k].name, back.items[j].name) &&
				        streq(there.items[k].kind, back.items[j].kind);
			assert_int_equal(same, 1);
		}
		json_decref(a);
		json_decref(b);
	}
}

static void test_json(void **state)
{
	_cleanup_changes_ struct changes c = { 0 };
	json_t *d = design("{\"virtualMachines\":{\"v\":{}}}", NULL);

	(void)state;
	reconcile(NULL, d, &c);
	json_t *j = changes_json(&c);
	_cleanup_free_ char *s = json_dumps(j, JSON_COMPACT);

	assert_string_equal(
	    s,
	    "[{\"action\":\"create\",\"kind\":\"virtualMachine\",\"name\":\"v\",\"detail\":\"\"}]");
	json_decref(j);
	json_decref(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
