/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader: what comes out of a good topology, and files. What is wrong with bad ones is tested
 * by tests/golden/check. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "checks/check.h"
#include "input/topology.h"
#include "scratch.h"
#include "unit.h"

/* Single quotes stand for double ones, so that JSON can be read here. */
static json_t *parse(const char *text, struct findings *f)
{
	_cleanup_free_ char *copy = xstrdup(text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return design_parse(copy, strlen(copy), f);
}

static struct model *load_as(const char *text, const char *path, struct findings *f)
{
	json_t *topology = parse(text, f);

	assert_non_null(topology);
	json_t *design = json_pack("{s:o, s:s*}", "topology", topology, "path", path);
	struct model *m = design_checked(design, f);

	json_decref(design);
	return m;
}

static struct model *load(const char *text)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct model *m = load_as(text, NULL, &f);

	for (size_t i = 0; !m && i < f.n; i++)
		print_message("# %s %s: %s\n", f.items[i].rule, f.items[i].pointer,
		              f.items[i].message);
	assert_non_null(m);
	return m;
}

static bool found(const struct findings *f, const char *rule)
{
	for (size_t i = 0; i < f->n; i++)
		if (streq(f->items[i].rule, rule))
			return true;
	return false;
}

#define NET \
	"'virtualNetworks': {'N': {'addressPrefixes': ['10.0.0.0/16'], 'subnets': {" \
	"'a': {'addressPrefix': '10.0.1.0/24'}, 'RouteServerSubnet': {'addressPrefix': " \
	"'10.0.3.0/26'}}}}"

static void defaults(void **state)
{
	_cleanup_(model_free_p) struct model *m =
	    load("{" NET ", 'virtualMachines': {'v': {'nic': {'subnet': 'n/A'}}}}");
	const struct node *v = &m->vms[0];
	const struct settings *s = &m->settings;

	(void)state;
	assert_string_equal(m->name, "lab");
	assert_null(m->description);
	assert_false(s->timing_azure);
	assert_int_equal(s->reflect, REFLECT_AUTO);
	assert_true(!s->listing_received && s->strict_forwarded && s->route_server_ping);
	assert_int_equal(s->max_peers, 8);
	assert_int_equal(s->max_routes_per_peer, 4000);
	assert_string_equal(v->guest.image, "host");
	assert_false(v->deallocated || v->guest.source_nat || v->guest.bgp.present);
	assert_string_equal(v->nics[0]->name, "vVMNic");
	assert_string_equal(v->nics[0]->ptr, "/virtualMachines/v/nic");
	assert_true(v->nics[0]->dynamic && !v->nics[0]->forwarding && !v->nics[0]->public_ip);
	assert_true(m->subnets[0].default_outbound && !m->subnets[0].route_table);
	assert_int_equal(m->n_checks, 0);
}

static void everything(void **state)
{
	_cleanup_(model_free_p) struct model *m = load(
	    "{'$schema': 'x', 'name': 'all-1', 'description': 'd', 'settings': {'timing': 'azure',"
	    "'reflectNva': 'never', 'learnedListing': 'received', 'maxPeers': 3, "
	    "'maxRoutesPerPeer': "
	    "200, 'strictForwarded': false, 'routeServerPing': false}, " NET
	    ", 'routeTables': {'r': {'disableBgpRoutePropagation': true, 'routes': {'x': "
	    "{'addressPrefix': '0.0.0.0/0', 'nextHopType': 'VirtualAppliance', 'nextHopIpAddress': "
	    "'10.0.1.4'}, 'y': {'addressPrefix': '10.9.0.0/16', 'nextHopType': 'None', "
	    "'nextHopIpAddress': null}}}},"
	    "'routeServers': {'rs': {'virtualNetwork': 'N', 'allowBranchToBranchTraffic': true, "
	    "'hubRoutingPreference': 'ASPath', 'bgpConnections': {'c': {'peerIp': '10.0.1.4', "
	    "'peerAsn': 65001}}}},"
	    "'internet': {'hosts': {'dns': '8.8.8.8', 'mine': '198.51.100.1'}},"
	    "'virtualMachines': {'v': {'image': 'frr', 'nics': {'e0': {'subnet': 'N/a', "
	    "'enableIPForwarding': true, 'publicIPAddress': true}, 'e1': {'subnet': 'N/a', "
	    "'privateIPAddress': null, 'publicIPAddress': false}}, 'bgp': {'asn': 65001, "
	    "'advertise': "
	    "['10.8.0.0/16', '0.0.0.0/0'], 'asPathPrepend': 2, 'communities': ['65535:65282'], "
	    "'nextHop': '10.0.1.5'}, 'routes': [{'prefix': '10.0.3.0/26', 'via': '10.0.1.1'}],"
	    "'sourceNat': true, 'powerState': 'deallocated', 'listen': ['tcp/80', 'udp/53'], "
	    "'loopbacks': ['10.8.0.1']}}, 'checks': {'b': {'audit': ['loops']}, 'a': {'audit': "
	    "['flaps']}}}");
	const struct node *v = &m->vms[0];
	const struct settings *s = &m->settings;
	const struct route_table *t = &m->route_tables[0];

	(void)state;
	assert_string_equal(m->name, "all-1");
	assert_string_equal(m->description, "d");
	assert_true(s->timing_azure && s->reflect == REFLECT_NEVER && s->listing_received);
	assert_true(s->max_peers == 3 && s->max_routes_per_peer == 200);
	assert_false(s->strict_forwarded || s->route_server_ping);
	assert_true(t->disable_bgp && t->n_routes == 2);
	assert_string_equal(t->routes[0].name, "x");
	assert_int_equal(t->routes[0].type, NH_VIRTUAL_APPLIANCE);
	assert_int_equal(t->routes[0].next_hop, A("10.0.1.4"));
	assert_string_equal(t->routes[1].ptr, "/routeTables/r/routes/y");
	assert_true(t->routes[1].type == NH_NONE && !t->routes[1].next_hop);
	assert_true(m->route_servers[0].branch_to_branch);
	assert_int_equal(m->route_servers[0].preference, PREF_ASPATH);
	assert_ptr_equal(m->route_servers[0].conns[0].nic, v->nics[0]);
	assert_ptr_equal(m->vnets[0].route_server, &m->route_servers[0]);
	assert_int_equal(m->n_internet, 3);
	assert_string_equal(m->internet[2].name, "mine");
	assert_true(v->deallocated && v->guest.source_nat && v->n_nics == 2);
	assert_true(v->nics[0]->forwarding && v->nics[0]->public_ip == A("20.100.0.4"));
	assert_true(!v->nics[1]->public_ip && v->nics[1]->dynamic && v->nics[1]->index == 1);
	assert_true(v->guest.bgp.present && v->guest.bgp.asn == 65001 && v->guest.bgp.prepend == 2);
	assert_true(v->guest.bgp.n_advertise == 2 &&
	            prefix_eq(v->guest.bgp.advertise[0], P("10.8.0.0/16")));
	assert_string_equal(v->guest.bgp.communities[0], "65535:65282");
	assert_int_equal(v->guest.bgp.next_hop, A("10.0.1.5"));
	assert_true(v->guest.n_routes == 1 && v->guest.routes[0].via == A("10.0.1.1"));
	assert_string_equal(v->guest.routes[0].ptr, "/virtualMachines/v/routes/0");
	assert_true(v->n_listen == 2 && v->listen[0].proto == LISTEN_TCP &&
	            v->listen[0].port == 80);
	assert_true(v->listen[1].proto == LISTEN_UDP && v->listen[1].port == 53);
	assert_true(v->guest.n_loopbacks == 1 && v->guest.loopbacks[0] == A("10.8.0.1"));
	/* checks run in the file's order */
	assert_string_equal(m->checks[0].name, "b");
}

/* Lowest free from base+4, in the file's order, never what is given further down. */
static void dynamic_addresses(void **state)
{
	_cleanup_(model_free_p) struct model *m = load(
	    "{'virtualNetworks': {'N': {'addressPrefixes': ['10.0.0.0/16'], 'subnets': {"
	    "'a': {'addressPrefix': '10.0.1.0/28'}, 'b': {'addressPrefix': '10.0.2.0/24'}}}},"
	    "'virtualMachines': {'v1': {'nic': {'subnet': 'N/a'}}, 'v2': {'nic': {'subnet': "
	    "'N/b'}},"
	    "'v3': {'nic': {'subnet': 'N/a', 'privateIPAddress': '10.0.1.5'}}, 'v4': {'nic': "
	    "{'subnet': "
	    "'N/a'}}, 'v5': {'nic': {'subnet': 'N/a', 'privateIPAddress': '10.0.1.4'}}, 'v6': "
	    "{'nic': "
	    "{'subnet': 'N/a'}}, 'v7': {'nic': {'subnet': 'N/a', 'privateIPAddress': '10.0.1.8'}}, "
	    "'v8': {'nic': {'subnet': 'N/a'}}}}");
	static const char *const want[] = { "10.0.1.6", "10.0.2.4", "10.0.1.5", "10.0.1.7",
		                            "10.0.1.4", "10.0.1.9", "10.0.1.8", "10.0.1.10" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(IP4_STR(m->nics[i].ip), want[i]);
}

static void public_addresses(void **state)
{
	_cleanup_(model_free_p) struct model *m =
	    load("{" NET
	         ", 'publicIPAddresses': {'five': {'ipAddress': '20.100.0.5'}, 'some': {}, 'far': "
	         "{'ipAddress': '203.0.113.99'}}, 'virtualMachines': {"
	         "'v1': {'nic': {'subnet': 'N/a', 'publicIPAddress': true}},"
	         "'v2': {'nic': {'subnet': 'N/a', 'publicIPAddress': 'SOME'}},"
	         "'v3': {'nic': {'subnet': 'N/a', 'publicIPAddress': 'far'}},"
	         "'v4': {'nic': {'subnet': 'N/a', 'publicIPAddress': 'five'}},"
	         "'v5': {'nic': {'subnet': 'N/a', 'publicIPAddress': null}},"
	         "'v6': {'nic': {'subnet': 'N/a', 'publicIPAddress': true}}}}");
	static const char *const want[] = { "20.100.0.4", "20.100.0.6", "203.0.113.99",
		                            "20.100.0.5", "0.0.0.0",    "20.100.0.7" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(IP4_STR(m->nics[i].public_ip), want[i]);
}

/* One VM more than 20.100.0.0/16 has addresses. */
static void public_addresses_end(void **state)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_str_ struct str s = { 0 };
	const int n = 65530 - 4 + 5;

	(void)state;
	str_add(&s,
	        "{'virtualNetworks': {'N': {'addressPrefixes': ['10.0.0.0/8'], 'subnets': {'a': "
	        "{'addressPrefix': '10.0.0.0/8'}}}}, 'virtualMachines': {");
	for (int i = 0; i < n; i++)
		str_printf(&s, "%s'v%d': {'nic': {'subnet': 'N/a', 'publicIPAddress': true}}",
		           i ? "," : "", i);
	str_add(&s, "}}");
	struct model *m = load_as(str_get(&s), NULL, &f);

	assert_null(m);
	assert_true(f.errors > 0 && f.errors < 10);
	for (size_t i = 0; i < f.n; i++)
		assert_string_equal(f.items[i].rule, f.items[i].severity == SEV_ERROR
		                                         ? "PIP-ADDR-02"
		                                         : "PIP-NSG-01");
}

static void names_from_files(void **state)
{
	static const char *const t[][2] = { { "/x/seed.vnetlab.json", "seed" },
		                            { "My_Lab 2.json", "my-lab-2" },
		                            { "/x/.json", "lab" },
		                            { "/x/---", "lab" },
		                            { "/x/\xc3\xa9t\xc3\xa9.json", "t" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_findings_ struct findings f = { 0 };
		_cleanup_(model_free_p) struct model *m = load_as("{}", t[i][0], &f);

		assert_string_equal(m->name, t[i][1]);
	}
}

static void regions(void **state)
{
	_cleanup_(model_free_p) struct model *m =
	    load("{'virtualNetworks': {'A': {'location': 'West Europe', 'addressPrefixes': "
	         "['10.0.0.0/16']},"
	         "'B': {'location': 'westeurope', 'addressPrefixes': ['10.1.0.0/16']}, 'C': "
	         "{'location': "
	         "null, 'addressPrefixes': ['10.2.0.0/16']}}}");

	(void)state;
	assert_string_equal(m->vnets[0].location, m->vnets[1].location);
	assert_null(m->vnets[2].location);
}

/* --- files ---------------------------------------------------------------------------------- */

struct folder {
	char path[SCRATCH];
};

static void put(const struct folder *d, const char *name, const char *content, size_t n)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", d->path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, n), n);
	close(fd);
}

static int folder_new(void **state)
{
	struct folder *d = xcalloc(1, sizeof(*d));

	scratch_make(d->path);
	*state = d;
	return 0;
}

static int folder_free(void **state)
{
	struct folder *d = *state;

	scratch_remove(d->path);
	free(d);
	return 0;
}

static json_t *read_in(const struct folder *d, struct findings *f, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/t.json", d->path);

	return design_read(path, f, e);
}

static const char *problem(json_t *design, const char *path)
{
	json_t *x = json_object_get(json_object_get(design, "files"), path);

	return json_is_string(x) ? NULL : json_string_value(json_object_get(x, "rule"));
}

static void files(void **state)
{
	const struct folder *d = *state;
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };
	static const char topology[] =
	    "{\"virtualMachines\": {\"v\": {\"config\": {\"1\": \"a.conf\", \"2\": \"sub/b\", "
	    "\"3\": "
	    "\"./sub/../a.conf\", \"4\": \"link\", \"5\": \"in\", \"6\": \"fifo\", \"7\": \"nul\", "
	    "\"8\": \"none\", \"9\": \"sub\", \"10\": \"loop\", \"11\": \"/etc/passwd\", \"12\": "
	    "5, "
	    "\"13\": \"sub2/passwd\", \"14\": \"a.conf/x\"}}}}";
	_cleanup_free_ char *sub = xasprintf("%s/sub", d->path),
	                    *link = xasprintf("%s/link", d->path),
	                    *in = xasprintf("%s/in", d->path),
	                    *fifo = xasprintf("%s/fifo", d->path),
	                    *loop = xasprintf("%s/loop", d->path),
	                    *sub2 = xasprintf("%s/sub2", d->path);

	put(d, "t.json", topology, sizeof(topology) - 1);
	put(d, "a.conf", "router bgp 1\n", 13);
	put(d, "nul", "a\0b", 3);
	assert_int_equal(mkdir(sub, 0700), 0);
	put(d, "sub/b", "", 0);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(symlink("sub/../a.conf", in), 0);
	assert_int_equal(symlink("loop", loop), 0);
	assert_int_equal(symlink("/etc", sub2), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	json_t *design = read_in(d, &f, &e), *got = json_object_get(design, "files");

	assert_non_null(design);
	assert_string_equal(json_string_value(json_object_get(got, "a.conf")), "router bgp 1\n");
	assert_string_equal(json_string_value(json_object_get(got, "sub/b")), "");
	assert_string_equal(json_string_value(json_object_get(got, "in")), "router bgp 1\n");
	assert_string_equal(problem(design, "link"), "TOPO-FILE-02");
	assert_string_equal(problem(design, "sub2/passwd"), "TOPO-FILE-02");
	assert_string_equal(problem(design, "loop"), "TOPO-FILE-02");
	assert_string_equal(problem(design, "fifo"), "TOPO-FILE-03");
	assert_string_equal(problem(design, "nul"), "TOPO-FILE-03");
	assert_string_equal(problem(design, "sub"), "TOPO-FILE-03");
	assert_string_equal(problem(design, "none"), "TOPO-FILE-01");
	assert_string_equal(problem(design, "a.conf/x"), "TOPO-FILE-01");
	/* never opened: the schema refuses them */
	assert_null(json_object_get(got, "./sub/../a.conf"));
	assert_null(json_object_get(got, "/etc/passwd"));
	assert_true(json_string_value(json_object_get(design, "path"))[0] == '/');
	assert_null(design_checked(design, &f));
	assert_true(found(&f, "TOPO-FILE-01") && found(&f, "TOPO-FILE-02") &&
	            found(&f, "TOPO-FILE-03"));
	json_decref(design);
}

static void relative_paths(void **state)
{
	const struct folder *d = *state;
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };
	_cleanup_close_ int here = open(".", O_PATH | O_DIRECTORY);

	put(d, "t.json", "{}", 2);
	assert_int_equal(chdir(d->path), 0);
	json_t *design = design_read("t.json", &f, &e);

	assert_int_equal(fchdir(here), 0);
	_cleanup_free_ char *want = xasprintf("%s/t.json", d->path);

	assert_string_equal(json_string_value(json_object_get(design, "path")), want);
	json_decref(design);
}

static void unreadable(void **state)
{
	const struct folder *d = *state;
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };

	assert_null(read_in(d, &f, &e));
	assert_int_equal(e.code, ENOENT);
	assert_non_null(strstr(e.msg, "t.json: No such file"));
	assert_null(design_read(d->path, &f, &e));
	assert_int_equal(e.code, EISDIR);
	assert_int_equal(f.n, 0);
}

static void too_big(void **state)
{
	const struct folder *d = *state;
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };
	_cleanup_free_ char *path = xasprintf("%s/t.json", d->path);

	put(d, "t.json", "{", 1);
	assert_int_equal(truncate(path, 64 * 1024 * 1024 + 1), 0);
	assert_null(read_in(d, &f, &e));
	assert_true(f.n == 1 && found(&f, "TOPO-JSON-03"));
	findings_free(&f);
	static const char topology[] = "{\"virtualMachines\":{\"v\":{\"config\":{\"c\":\"big\"}}}}";

	put(d, "t.json", topology, sizeof(topology) - 1);
	put(d, "big", "x", 1);
	_cleanup_free_ char *big = xasprintf("%s/big", d->path);

	assert_int_equal(truncate(big, 16 * 1024 * 1024 + 1), 0);
	json_t *design = read_in(d, &f, &e);

	assert_string_equal(problem(design, "big"), "TOPO-FILE-03");
	json_decref(design);
}

static void texts(void **state)
{
	static const struct {
		const char *text, *rule;
	} t[] = {
		{ "\xef\xbb\xbf{}", NULL },
		{ "", "TOPO-JSON-01" },
		{ "{} x", "TOPO-JSON-01" },
		{ "{'a':1e999}", "TOPO-JSON-01" },
		{ "{'a':'\xff'}", "TOPO-JSON-01" },
		{ "{'a':'\\u0000'}", "TOPO-JSON-01" },
		{ "{'a':1,'a':1}", "TOPO-JSON-02" },
		{ "{'a':99999999999999999999}", "TOPO-JSON-01" },
		{ "{'[[[[':'\\\\'}", NULL },
	};
	_cleanup_str_ struct str deep = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_findings_ struct findings f = { 0 };
		json_t *j = parse(t[i].text, &f);

		/* Only the last of two equal names is lost. */
		assert_int_equal(!j, t[i].rule && !streq(t[i].rule, "TOPO-JSON-02"));
		assert_int_equal(f.n, t[i].rule != NULL);
		if (t[i].rule)
			assert_string_equal(f.items[0].rule, t[i].rule);
		json_decref(j);
	}
	for (int n = 200; n <= 201; n++) {
		_cleanup_findings_ struct findings f = { 0 };

		deep.n = 0;
		for (int i = 0; i < n; i++)
			str_addc(&deep, '[');
		for (int i = 0; i < n; i++)
			str_addc(&deep, ']');
		json_t *j = parse(str_get(&deep), &f);

		assert_int_equal(found(&f, "TOPO-JSON-04"), n > 200);
		json_decref(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(dynamic_addresses),
		cmocka_unit_test(public_addresses),
		cmocka_unit_test(public_addresses_end),
		cmocka_unit_test(names_from_files),
		cmocka_unit_test(regions),
		cmocka_unit_test_setup_teardown(files, folder_new, folder_free),
		cmocka_unit_test_setup_teardown(relative_paths, folder_new, folder_free),
		cmocka_unit_test_setup_teardown(unreadable, folder_new, folder_free),
		cmocka_unit_test_setup_teardown(too_big, folder_new, folder_free),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
