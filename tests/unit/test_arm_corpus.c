/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real templates, and those of Bicep's compiler: which of them evaluate.  Data for this test only:
 * it skips when they are not there. */
#include <fts.h>
#include <unistd.h>

#include "arm_case.h"

static const char dir[] = "../shared/corpus/arm";

/* What no evaluator can do better: the template says so itself, or it is not here. */
static const struct {
	const char *file, *why;
} wrong[] = {
	/* div(..., copyIndex()) in the first iteration */
	{ "bicep-baselines/Modules_CRLF/main.json", "division by zero" },
	/* modules from a registry of template specs */
	{ "bicep-baselines/Registry_LF/main.json", "template specs are not here" },
	/* [sub(index, 1)], [mul(index, 2)] of an array of two: no index does for both */
	{ "bicep-baselines/Loops_LF/main.json", "the array has" },
	{ "bicep-baselines/LoopsIndexed_LF/main.json", "the array has" },
};

/* Answers that want a shape. */
static const struct {
	const char *file, *answer;
} shapes[] = {
	{ "bicep-baselines/Resources_CRLF/main.json",
	  "cosmosDb={'account': 'a', 'databaseName': 'd', 'containerName': 'c'}" },
	{ "bicep-baselines/TypeDeclarations_LF/main.json",
	  "mightIncludeNull=[{'key': 'value'}, null]" },
};

struct tally {
	unsigned all, alone, asked, failed;
	unsigned resources;
};

static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char *file = xasprintf("%.*s/%s", (int)(slash - path), path, name);

	if (!access(file, R_OK))
		return file;
	free(file);
	return NULL;
}

static bool is_template_file(const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	size_t n = strlen(base);

	return n > 5 && streq(base + n - 5, ".json") && !strstr(base, "parameters.json") &&
	       *base != '.' && !strstr(base, "createUiDefinition");
}

/* A value for a parameter that is asked for, by its name and type. */
static char *answer(const char *file, const struct finding *f)
{
	const char *name = f->message + strlen("the parameter \"");
	size_t n = strcspn(name, "\"");
	const char *type = name + n + 3, *one_of = strstr(f->message, "one of ['");
	_cleanup_free_ char *key = xstrndup(name, n);

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (streq(shapes[i].file, file) && str_starts(shapes[i].answer, key) &&
		    shapes[i].answer[n] == '=')
			return xstrdup(shapes[i].answer);
	if (one_of && !str_starts(type, "array"))
		return xasprintf("%s=%.*s", key, (int)strcspn(one_of + 9, "'"), one_of + 9);
	if (str_starts(type, "int"))
		return xasprintf("%s=65010", key);
	if (str_starts(type, "bool"))
		return xasprintf("%s=true", key);
	if (str_starts(type, "array"))
		return xasprintf("%s=[]", key);
	if (str_starts(type, "object") || str_starts(type, "secureObject"))
		return xasprintf("%s={}", key);
	return xasprintf("%s=%s", key,
	                 strcasestr(key, "prefix") || strcasestr(key, "space") ? "10.7.0.0/16"
	                                                                       : "valuex");
}

static const char *known(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (streq(wrong[i].file, file))
			return wrong[i].why;
	return NULL;
}

/* Errors that are no questions. */
static size_t faults(const struct made *m, bool print, const char *file)
{
	size_t n = 0;

	for (size_t i = 0; i < m->f.n; i++) {
		const struct finding *x = &m->f.items[i];

		if (x->severity != SEV_ERROR || streq(x->rule, "ARM-PARAM-01"))
			continue;
		n++;
		if (print)
			print_message("# %s: %s %s: %.300s\n", file, x->rule, x->source,
			              x->message);
	}
	return n;
}

static struct made evaluate(const char *path, const char **params)
{
	const struct arm_options o = { .file = path, .params = params, .location = "eastus" };
	struct made m = { 0 };
	struct err e = { 0 };

	m.r = arm_read(&o, &m.resources, &m.outputs, &m.f, &e);
	return m;
}

static void one(const char *path, struct tally *t)
{
	const char *file = path + strlen(dir) + 1, *params[200] = { NULL }, *why = known(file);
	char *answers[200];
	size_t n = 0, n_answers = 0, bad;
	_cleanup_free_ char *stem = xstrndup(path, strlen(path) - 5);
	_cleanup_free_ char *own = xasprintf("%s.parameters.json", stem);
	_cleanup_free_ char *shared = beside(path, "parameters.json");

	if (!access(own, R_OK))
		params[n++] = own;
	else if (shared)
		params[n++] = shared;
	struct made m = evaluate(path, params);

	t->all++;
	t->alone += m.r == 0;
	for (size_t i = 0; i < m.f.n && n < ARRAY_LEN(params) - 1; i++)
		if (streq(m.f.items[i].rule, "ARM-PARAM-01"))
			params[n++] = answers[n_answers++] = answer(file, &m.f.items[i]);
	if (n_answers) {
		made_free(&m);
		m = evaluate(path, params);
		t->asked += m.r == 0;
	}
	bad = faults(&m, m.r < 0 && !why, file);
	if (m.r < 0 && !why)
		t->failed++;
	if (why) { /* for the reason that is known, and no other */
		assert_true(m.r < 0);
		for (size_t i = 0; i < m.f.n; i++)
			if (m.f.items[i].severity == SEV_ERROR)
				assert_non_null(strstr(m.f.items[i].message, why));
		assert_true(bad > 0);
	}
	t->resources += (unsigned)json_array_size(m.resources);
	made_free(&m);
	while (n_answers)
		free(answers[--n_answers]);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void corpus(void **state)
{
	char *const paths[] = { (char *)dir, NULL };
	struct tally t = { 0 };

	(void)state;
	if (access(dir, R_OK)) {
		print_message("# skipped: there is no %s\n", dir);
		skip();
	}
	FTS *fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);

	assert_non_null(fts);
	for (FTSENT *e; (e = fts_read(fts));)
		if (e->fts_info == FTS_F && is_template_file(e->fts_path))
			one(e->fts_path, &t);
	fts_close(fts);
	print_message("# %u of %u templates evaluate without error (%u as they are, %u with "
	              "answers to what they "
	              "ask for; %zu known to be wrong), %u resources\n",
	              t.alone + t.asked, t.all, t.alone, t.asked, ARRAY_LEN(wrong), t.resources);
	assert_int_equal(t.failed, 0);
	assert_int_equal(t.alone + t.asked + ARRAY_LEN(wrong), t.all);
	assert_true(t.all >= 80);
}

/* Resources of the acceptance cases, as another evaluator counted them, deployments left out. */
static void counts(void **state)
{
	static const struct {
		const char *file;
		size_t n;
	} t[] = {
		{ "route-server/azuredeploy.json", 5 },
		{ "route-server-quagga/azuredeploy.json", 9 },
		{ "userdefined-routes-appliance/azuredeploy.json", 12 },
		{ "vnet-to-vnet-bgp/azuredeploy.json", 10 },
		{ "fortinet-active-passive/azuredeploy.json", 23 },
		{ "dmauser-hub-spoke-base-lab/azuredeployv6.json", 28 },
	};

	(void)state;
	if (access(dir, R_OK))
		skip();
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, t[i].file);
		_cleanup_free_ char *own =
		    xasprintf("%.*s.parameters.json", (int)strlen(path) - 5, path);
		_cleanup_free_ char *shared = beside(path, "parameters.json");
		const char *params[] = { access(own, R_OK) ? shared : own, NULL };
		struct made m = evaluate(path, params);
		size_t n = 0, k;
		json_t *j;

		json_array_foreach (m.resources, k, j)
			n += !strieq(json_string_value(json_object_get(j, "type")),
			             "Microsoft.Resources/deployments");
		print_message("# %s: %zu\n", t[i].file, n);
		assert_int_equal(n, t[i].n);
		made_free(&m);
	}
}

/* A module of Azure's own, 380 KB, with a design of ours: its addresses are the ones that it reads
 * back. */
static void hub_networking(void **state)
{
#define PEER(to) \
	"'peeringSettings': [{'remoteVirtualNetworkName': '" to \
	"', 'allowForwardedTraffic': true," \
	" 'allowGatewayTransit': false, 'allowVirtualNetworkAccess': true, 'useRemoteGateways': " \
	"false}]"
#define HUB(name, net, to) \
	"'" name "': {'addressPrefixes': ['" net \
	".0.0/16'], 'location': 'eastus', 'enableAzureFirewall': true," \
	" 'azureFirewallSettings': {'azureSkuTier': 'Standard'}, 'enableBastion': false, " \
	"'enablePeering': true," PEER( \
	    to) ", 'subnets': [{'name': 'AzureFirewallSubnet', 'addressPrefix': '" net \
	        ".2.0/26'}]}"
	static const char hubs[] =
	    "hubVirtualNetworks={" HUB("hub1", "10.0", "hub2") "," HUB("hub2", "10.1", "hub1") "}";
	const char *params[] = { hubs, NULL };

	(void)state;
	if (access(dir, R_OK))
		skip(); /* by a jump, which frees nothing */
	_cleanup_free_ char *path = xasprintf("%s/avm-hub-networking/main.json", dir);
	_cleanup_made_ struct made m = evaluate(path, params);

	faults(&m, true, path);
	assert_int_equal(m.r, 0);
	has(&m, "/routeTables/hub1/routes/hub1-to-hub2-route", "properties",
	    "{`addressPrefix`: `10.1.0.0/16`, `nextHopType`: `VirtualAppliance`, "
	    "`nextHopIpAddress`: `10.0.2.4`}");
	has(&m, "/routeTables/hub2/routes/hub2-to-hub1-route", "properties.nextHopIpAddress",
	    "`10.1.2.4`");
	assert_non_null(
	    resource(&m, "/virtualNetworks/hub2/virtualNetworkPeerings/hub2-to-hub1-peering"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus),
		cmocka_unit_test(counts),
		cmocka_unit_test(hub_networking),
	};

	return cmocka_run_group_tests_name("arm_corpus", tests, NULL, NULL);
}
