/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzzer starts from, and what it once found, stays harmless; and cost does not explode
 * with size. */
#include <dirent.h>
#include <stdio.h>
#include <time.h>

#include "base/str.h"
#include "input/topology.h"
#include "unit.h"

static bool read_file(const char *path, struct str *s)
{
	FILE *fp = fopen(path, "rb");
	char buf[4096];
	size_t n;

	if (!fp)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), fp)))
		str_addn(s, buf, n);
	fclose(fp);
	return true;
}

static struct model *load(const char *text, size_t n, struct findings *f)
{
	json_t *topology = design_parse(text, n, f);
	json_t *design = topology ? json_pack("{s:o}", "topology", topology) : NULL;
	struct model *m = design ? design_checked(design, f) : NULL;

	json_decref(design);
	return m;
}

static void corpus(void **state)
{
	static const char dir[] = "tests/fuzz/corpus/topology";
	DIR *d = opendir(dir);
	size_t n = 0;

	(void)state;
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		_cleanup_findings_ struct findings f = { 0 };
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, e->d_name);
		_cleanup_str_ struct str s = { 0 };

		if (*e->d_name == '.')
			continue;
		assert_true(read_file(path, &s));
		struct model *m = load(str_get(&s), s.n, &f);

		assert_int_equal(!m, f.errors > 0);
		model_free(m);
		n++;
	}
	closedir(d);
	assert_true(n >= 5);
}

/* n spokes around a hub, VMs over all of them, a route table each. */
static void make_big(struct str *s, unsigned vnets, unsigned vms)
{
	str_add(s,
	        "{\"virtualNetworks\":{\"Hub\":{\"addressPrefixes\":[\"10.0.0.0/16\"],\"subnets\":{"
	        "\"NVA\":{\"addressPrefix\":\"10.0.1.0/24\"},\"RouteServerSubnet\":{"
	        "\"addressPrefix\":\"10.0.3.0/26\"}},\"peerings\":{");
	for (unsigned i = 0; i < vnets; i++)
		str_printf(s,
		           "%s\"to-%u\":{\"remoteVirtualNetwork\":\"Spoke%u\","
		           "\"allowGatewayTransit\":true}",
		           i ? "," : "", i, i);
	str_add(s, "}}");
	for (unsigned i = 0; i < vnets; i++)
		str_printf(
		    s,
		    ",\"Spoke%u\":{\"addressPrefixes\":[\"10.%u.%u.0/24\"],\"subnets\":{\"a\":{"
		    "\"addressPrefix\":\"10.%u.%u.0/24\",\"routeTable\":\"rt%u\"}},"
		    "\"peerings\":{\"hub\":{\"remoteVirtualNetwork\":\"hub\","
		    "\"allowForwardedTraffic\":true,\"useRemoteGateways\":true}}}",
		    i, 1 + i / 256, i % 256, 1 + i / 256, i % 256, i);
	str_add(s, "},\"routeTables\":{");
	for (unsigned i = 0; i < vnets; i++)
		str_printf(
		    s,
		    "%s\"rt%u\":{\"routes\":{\"d\":{\"addressPrefix\":\"0.0.0.0/0\","
		    "\"nextHopType\":\"VirtualAppliance\",\"nextHopIpAddress\":\"10.0.1.4\"}}}",
		    i ? "," : "", i);
	str_add(s,
	        "},\"routeServers\":{\"rs\":{\"virtualNetwork\":\"Hub\",\"bgpConnections\":{\"n\":{"
	        "\"peerIp\":\"10.0.1.4\",\"peerAsn\":65001}}}},\"virtualMachines\":{\"n\":{"
	        "\"image\":\"openbgpd\",\"nic\":{\"subnet\":\"Hub/NVA\",\"enableIPForwarding\":true"
	        "},\"bgp\":{\"asn\":65001,\"advertise\":[\"10.99.0.0/16\"]}}");
	for (unsigned i = 0; i < vms; i++)
		str_printf(
		    s,
		    ",\"vm%u\":{\"nic\":{\"subnet\":\"spoke%u/A\",\"publicIPAddress\":\"pip%u\"},"
		    "\"listen\":[\"tcp/80\"]}",
		    i, i % vnets, i);
	str_add(s, "},\"publicIPAddresses\":{");
	for (unsigned i = 0; i < vms; i++)
		str_printf(s, "%s\"pip%u\":{}", i ? "," : "", i);
	str_add(s, "}}");
}

static double ms_to_load(unsigned vnets, unsigned vms, size_t *ret_bytes)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_str_ struct str s = { 0 };
	struct timespec a, b;

	make_big(&s, vnets, vms);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	struct model *m = load(str_get(&s), s.n, &f);

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	for (size_t i = 0; !m && i < f.n && i < 3; i++)
		print_message("# %s %s\n", f.items[i].rule, f.items[i].message);
	assert_non_null(m);
	assert_int_equal(m->n_nics, vms + 1);
	assert_ptr_equal(model_nic_by_ip(&m->vnets[0], m->nics[vms].ip), &m->nics[vms]);
	*ret_bytes = arena_size(m->arena);
	model_free(m);
	return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

/* Four times the size may cost eight times as much (sorting, caches, a busy machine), not sixteen.
 */
static void cost(void **state)
{
	size_t bytes;
	double small = ms_to_load(100, 1000, &bytes), big = ms_to_load(400, 4000, &bytes);

	(void)state;
	print_message("# 1000 VMs, 200 peerings: %.1f ms; 4000 VMs, 800 peerings: %.1f ms, "
	              "%zu bytes a VM\n",
	              small, big, bytes / 4000);
	assert_true(big < small * 12 + 50);
	assert_true(bytes / 4000 < 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus),
		cmocka_unit_test(cost),
	};

	return cmocka_run_group_tests_name("input_corpus", tests, NULL, NULL);
}
