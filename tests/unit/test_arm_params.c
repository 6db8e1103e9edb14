/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters: given, invented, asked for. */
#include <sys/stat.h>
#include <unistd.h>

#include "arm_case.h"
#include "scratch.h"

static const char asked[] =
    "{`parameters`: {"
    " `spokes`: {`type`: `array`, `metadata`: {`description`: `networks around the hub`}},"
    " `count`: {`type`: `int`}, `mode`: {`type`: `string`, `allowedValues`: [`a`, `b`]},"
    " `deployNat`: {`type`: `bool`}, `cfg`: {`type`: `object`},"
    " `adminPassword`: {`type`: `securestring`}, `adminUsername`: {`type`: `string`}, "
    "`sshPublicKey`: {`type`: `string`},"
    " `dnsLabelPrefix`: {`type`: `string`}, `location`: {`type`: `string`}, `cloudInit`: {`type`: "
    "`string`},"
    " `maybe`: {`type`: `string`, `nullable`: true}},"
    "`resources`: [{`type`: `a.b/c`, `name`: `x`, `properties`: {`n`: `[parameters('count')]`, "
    "`p`: `[parameters('spokes')]`}}],"
    "`outputs`: {`user`: {`type`: `string`, `value`: `[parameters('adminUsername')]`},"
    " `where`: {`type`: `string`, `value`: `[parameters('LOCATION')]`},"
    " `long`: {`type`: `bool`, `value`: `[greater(length(parameters('adminPassword')), 11)]`}}}";

/* What has a type gets an example of all that must be in it; of several forms the first. */
static void typed_examples(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`definitions`: {"
	    "  `net`: {`type`: `object`, `properties`: {`addressPrefix`: {`type`: `string`},"
	    "    `subnets`: {`type`: `array`, `items`: {`$ref`: `#/definitions/subnet`}},"
	    "    `note`: {`type`: `string`, `nullable`: true}}},"
	    "  `subnet`: {`type`: `object`, `properties`: {`subnetPrefix`: {`type`: `string`},"
	    "    `next`: {`$ref`: `#/definitions/subnet`, `nullable`: true},"
	    "    `mode`: {`type`: `string`, `allowedValues`: [`it's`, `b`]}}},"
	    "  `where`: {`type`: `object`, `discriminator`: {`propertyName`: `kind`, `mapping`: {"
	    "    `new`: {`$ref`: `#/definitions/new`}, `old`: {`$ref`: `#/definitions/subnet`}}}},"
	    "  `new`: {`type`: `object`, `properties`: {`kind`: {`type`: `string`, "
	    "`allowedValues`: "
	    "[`new`]}, `gatewayCount`: {`type`: `int`}, `deployNat`: {`type`: `bool`},"
	    "    `loop`: {`$ref`: `#/definitions/new`}}}},"
	    "`parameters`: {"
	    "  `spokes`: {`type`: `array`, `items`: {`$ref`: `#/definitions/net`}},"
	    "  `where`: {`$ref`: `#/definitions/where`}, `cfg`: {`type`: `object`}},"
	    "`resources`: []}");

	(void)state;
	says(&m, "ARM-PARAM-01", "/parameters/spokes",
	     "-p 'spokes=[{\"addressPrefix\": \"10.0.0.0/16\", \"subnets\": [{\"subnetPrefix\": "
	     "\"10.0.10.0/24\", \"mode\": \"it'\\''s\"}]}]'");
	says(&m, "ARM-PARAM-01", "/parameters/where",
	     "-p 'where={\"kind\": \"new\", \"gatewayCount\": 2, \"deployNat\": true, \"loop\": "
	     "{\"kind\": \"new\", ");
	says(&m, "ARM-PARAM-01", "/parameters/cfg", "-p 'cfg={...}'");
}

/* A list that is a property of ARM's as it stands has an example in ARM's form. */
static void lists_of_properties(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`parameters`: {`rules`: {`type`: `array`}, `nets`: {`type`: `array`},"
	    "  `addressPrefixes`: {`type`: `array`}, `parts`: {`type`: `array`},"
	    "  `hubResourceIdList`: {`type`: `array`}},"
	    "`resources`: ["
	    "  {`type`: `Microsoft.Network/networkSecurityGroups`, `apiVersion`: `2021-02-01`, "
	    "`name`: `g`, `properties`: {`securityRules`: `[parameters('rules')]`}},"
	    "  {`type`: `Microsoft.Network/virtualNetworks`, `apiVersion`: `2021-02-01`, `name`: "
	    "`v`, `properties`: {`addressSpace`: {`addressPrefixes`: "
	    "`[parameters('addressPrefixes')]`}, `subnets`: `[parameters('parts')]`}}],"
	    "`outputs`: {`n`: {`type`: `array`, `value`: `[parameters('nets')]`}}}");

	(void)state;
	says(&m, "ARM-PARAM-01", "/parameters/rules", "-p 'rules=[]'");
	says(&m, "ARM-PARAM-01", "/parameters/hubResourceIdList",
	     "/providers/Microsoft.Network/virtualHubs/existing\"]'");
	says(&m, "ARM-PARAM-01", "/parameters/parts",
	     "-p 'parts=[{\"name\": \"subnet\", \"properties\": {\"addressPrefix\": "
	     "\"10.0.10.0/24\"}}]'");
	says(&m, "ARM-PARAM-01", "/parameters/nets", "-p 'nets=[...]'");
}

/* All at once, each once, with type, description and how to give it; what shapes no network is not
 * asked for. */
static void asked_for(void **state)
{
	_cleanup_made_ struct made m = make(asked);

	(void)state;
	says(&m, "ARM-PARAM-01", "/parameters/spokes",
	     "\"spokes\" (array) needs a value: networks around the hub");
	says(&m, "ARM-PARAM-01", "/parameters/spokes", "-p 'spokes=[...]'");
	says(&m, "ARM-PARAM-01", "/parameters/count", "-p count=2");
	says(&m, "ARM-PARAM-01", "/parameters/mode", "one of ['a','b']");
	says(&m, "ARM-PARAM-01", "/parameters/deployNat", "-p deployNat=true");
	says(&m, "ARM-PARAM-01", "/parameters/cfg", "-p 'cfg={...}'");
	says(&m, "ARM-PARAM-05", "/parameters/cloudInit", "-p cloudInit=@FILE");
	says(&m, "ARM-PARAM-08", "/parameters",
	     "adminPassword, adminUsername 'azureuser', sshPublicKey, dnsLabelPrefix");
	says(&m, "ARM-PARAM-09", "/parameters",
	     "-p 'spokes=[...]' -p count=2 -p mode=a -p deployNat=true -p 'cfg={...}'");
	assert_int_equal(m.f.errors, 5);
	assert_int_equal(m.f.n, 8);
	assert_int_equal(m.r, -EBADMSG);
	output_is(&m, "user", "`azureuser`");
	output_is(&m, "where", "`westeurope`");
	output_is(&m, "long", "true");
}

/* "storageAccount" in a name is its resource's, where an id is asked for. */
static void ids_are_whole(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`parameters`: {`artifactsStorageAccountResourceId`: {`type`: `string`},"
	         " `storageAccountName`: {`type`: `string`}}, `resources`: [],"
	         "`outputs`: {`name`: {`type`: `string`, `value`: "
	         "`[split(parameters('artifactsStorageAccountResourceId'), '/')[8]]`},"
	         " `plain`: {`type`: `bool`, `value`: "
	         "`[contains(parameters('storageAccountName'), '/')]`}}}");

	(void)state;
	output_is(&m, "name", "`existing`");
	output_is(&m, "plain", "false");
}

/* What is invented is what the template can work with: as many parts as it takes, and a text that
 * it compares with. */
static void invented_ones_fit(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`parameters`: {`hostFqdn`: {`type`: `string`}, `keySource`: {`type`: `string`},"
	         " `hubVirtualNetworkResourceId`: {`type`: `string`}}, `resources`: [],"
	         "`outputs`: {`host`: {`type`: `string`, `value`: "
	         "`[split(parameters('hostFqdn'), '.')[2]]`},"
	         " `subnet`: {`type`: `string`, `value`: "
	         "`[split(parameters('hubVirtualNetworkResourceId'), '/')[10]]`},"
	         " `own`: {`type`: `bool`, `value`: "
	         "`[equals(parameters('keySource'), 'Microsoft.NetApp')]`}}}");

	(void)state;
	output_is(&m, "host", "`com`");
	output_is(&m, "subnet", "`existing`");
	output_is(&m, "own", "true");
}

static void on_the_command_line(void **state)
{
	static const char *const params[] = { "spokes=['x', /* two */ 'y',]",
		                              "COUNT=3",
		                              "mode=B",
		                              "deployNat=TRUE",
		                              "cfg={\"a\": 1}",
		                              "cloudInit=#cloud=config",
		                              NULL };
	_cleanup_made_ struct made m = make_with(asked, params);

	(void)state;
	says(&m, "ARM-PARAM-08", "/parameters", "location 'westeurope'");
	assert_int_equal(m.f.n, 1);
	has(&m, "/c/x", "properties", "{`n`: 3, `p`: [`x`, `y`]}");
}

static void wrong_ones(void **state)
{
	static const char *const params[] = { "spokes={}",   "count=many", "mode=c",
		                              "deployNat=1", "cfg=[1]",    "cuont=1",
		                              "cloudInit=",  NULL };
	_cleanup_made_ struct made m = make_with(asked, params);
	static const char *const few[] = { "n=11", "s=ab", NULL };
	_cleanup_made_ struct made bounds = make_with(
	    "{`parameters`: {`n`: {`type`: `int`, `maxValue`: 10}, `s`: {`type`: `string`, "
	    "`minLength`: 3}},"
	    "`resources`: [], `outputs`: {`n`: {`type`: `int`, `value`: `[parameters('n')]`},"
	    "`s`: {`type`: `string`, `value`: `[parameters('s')]`}}}",
	    few);

	(void)state;
	says(&m, "ARM-PARAM-02", "/parameters/spokes", "is of type array, \"{}\" is none");
	says(&m, "ARM-PARAM-02", "/parameters/count", "\"many\" is none");
	says(&m, "ARM-PARAM-04", "/parameters", "did you mean \"count\"?");
	assert_int_equal(errors_of(&m, "ARM-PARAM-02"),
	                 2); /* mode, deployNat, cfg are not used: not looked at */
	says(&bounds, "ARM-PARAM-03", "/parameters/n", "its maxValue is 10");
	says(&bounds, "ARM-PARAM-03", "/parameters/s", "a length of 2");
}

static const char *write_file(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	_cleanup_free_ char *s = unquoted(text);
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	fputs(s, fp);
	fclose(fp);
	return path;
}

static void from_files(void **state)
{
	char dir[SCRATCH];

	(void)state;
	scratch_make(dir);
	const char *tmpl = write_file(
	    dir, "main.json",
	    "{`parameters`: {`name`: {`type`: `string`}, `n`: {`type`: `int`, `defaultValue`: 5},"
	    " `key`: {`type`: `securestring`}, `pw`: {`type`: `string`}, `init`: {`type`: "
	    "`string`},"
	    " `list`: {`type`: `array`}},"
	    "`resources`: [{`type`: `a.b/c`, `name`: `[parameters('name')]`, `properties`: {"
	    " `n`: `[parameters('n')]`, `init`: `[base64(parameters('init'))]`, `list`: "
	    "`[parameters('list')]`,"
	    " `pw`: `[parameters('pw')]`, `key`: `[length(parameters('key'))]`}}]}");
	const char *file = write_file(dir, "p.json",
	                              "{ // as the tools write it\n`parameters`: {`name`: "
	                              "{`value`: `GEN-UNIQUE-8`}, `n`: {`value`: null},"
	                              "`key`: {`reference`: {`keyVault`: {`id`: `x`}, "
	                              "`secretName`: `y`}}, `pw`: {`value`: `GEN-PASSWORD`},}}");
	const char *flat = write_file(dir, "init.json", "{`list`: [`a`]}");
	const char *init = write_file(dir, "frr.conf", "router bgp 65001\n");
	_cleanup_free_ char *at_file = xasprintf("@%s", file),
	                    *init_arg = xasprintf("init=@%s", init);
	const char *const params[] = { at_file, flat, init_arg, NULL };
	const struct arm_options o = { .file = tmpl, .params = params };
	_cleanup_made_ struct made m = { 0 };

	m.r = arm_read(&o, &m.resources, &m.outputs, &m.f, NULL);
	no_findings(&m);
	json_t *r = json_array_get(m.resources, 0);

	assert_int_equal(json_string_length(json_object_get(r, "name")), 8);
	same(at(r, "properties.n"), "5", "n");
	same(at(r, "properties.init"), "`cm91dGVyIGJncCA2NTAwMQo=`", "init");
	same(at(r, "properties.list"), "[`a`]", "list");
	assert_true(strncmp(json_string_value(at(r, "properties.pw")), "GEN-", 4) != 0);
	same(json_object_get(r, "source"), "`main.json#/resources/0`", "source");

	const char *const missing[] = { "/nowhere/p.json", NULL };
	const struct arm_options o2 = { .file = tmpl, .params = missing };
	json_t *res = NULL, *out = NULL;
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };

	assert_int_equal(arm_read(&o2, &res, &out, &f, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "/nowhere/p.json"));
	/* What is no parameter file. */
	for (const char *const *bad =
	         (const char *const[]){ "using './main.bicep'\n", "[1]", NULL };
	     *bad; bad++) {
		const char *path = write_file(dir, "bad", *bad);
		const char *const wrong[] = { path, NULL };
		const struct arm_options o3 = { .file = tmpl, .params = wrong };
		_cleanup_made_ struct made b = { 0 };

		b.r = arm_read(&o3, &b.resources, &b.outputs, &b.f, NULL);
		assert_int_equal(errors_of(&b, "ARM-PARAM-06"), 1);
		unlink(path);
		free((char *)path);
	}
	for (const char *const *p = (const char *const[]){ tmpl, file, flat, init, NULL }; *p; p++)
		free((char *)*p);
	scratch_remove(dir);
}

/* As the quick start templates do it: what must be there is deployed first, its outputs are values.
 */
static void prerequisites(void **state)
{
	char dir[SCRATCH];

	(void)state;
	scratch_make(dir);
	_cleanup_free_ char *folder = xasprintf("%s/prereqs", dir);

	assert_int_equal(mkdir(folder, 0700), 0);
	const char *tmpl = write_file(
	    dir, "azuredeploy.json",
	    "{`parameters`: {`net`: {`type`: `string`}, `noneIp`: {`type`: `string`}, "
	    "`adminPassword`: {`type`: `securestring`},"
	    " `label`: {`type`: `string`}, `lanPrefix`: {`type`: `string`}, "
	    "`dmzSubnetPrefix`: {`type`: `string`, `defaultValue`: `10.1.0.0/24`}}, `resources`: "
	    "[{`type`: `a.b/c/d`,"
	    " `name`: `[concat(parameters('net'), '/', length(parameters('adminPassword')))]`,"
	    " `properties`: {`l`: `[parameters('label')]`, `d`: "
	    "`[parameters('dmzSubnetPrefix')]`}}]}");
	const char *params = write_file(
	    dir, "p.json",
	    "{`parameters`: {`net`: {`value`: `GET-PREREQ-vnet`}, `noneIp`: {`value`: "
	    "`GET-PREREQ-nothing`},"
	    " `adminPassword`: {`value`: `## TO BE DEFINED ##`}, `label`: {`value`: `<label>`}, "
	    "`lanPrefix`: {`value`: `<your prefix>`}, `dmzSubnetPrefix`: {`value`: `<prefix>`}}}");
	const char *prereq =
	    write_file(folder, "prereq.azuredeploy.json",
	               "{`parameters`: {`n`: {`type`: `string`}}, `resources`: [{`type`: `a.b/c`, "
	               "`name`: `[parameters('n')]`}],"
	               "`outputs`: {`vnet`: {`type`: `string`, `value`: `[parameters('n')]`}}}");
	const char *given = write_file(folder, "prereq.azuredeploy.parameters.json",
	                               "{`parameters`: {`n`: {`value`: `there`}}}");
	const char *const list[] = { params, NULL };
	const struct arm_options o = { .file = tmpl, .params = list };
	_cleanup_made_ struct made m = { 0 };

	m.r = arm_read(&o, &m.resources, &m.outputs, &m.f, NULL);
	has(&m, "/c/there", "source", "`prereqs/prereq.azuredeploy.json#/resources/0`");
	assert_non_null(resource(&m, "/c/there/d/20"));
	says(&m, "ARM-PARAM-01", "/parameters/noneIp", "-p noneIp=10.0.10.10");
	says(&m, "ARM-PARAM-01", "/parameters/lanPrefix", "-p lanPrefix=10.0.10.0/24");
	says(&m, "ARM-PARAM-08", "/parameters", "adminPassword, label 'label'");
	says(&m, "ARM-PARAM-07", "/parameters/dmzSubnetPrefix", "looks like one to fill in");
	assert_int_equal(m.f.n, 5);
	for (const char *const *p = (const char *const[]){ tmpl, params, prereq, given, NULL }; *p;
	     p++)
		free((char *)*p);
	scratch_remove(dir);
}

/* A default that Azure refuses is none; an image that nobody gave has whatever is taken from it. */
static void refused_defaults(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`$schema`: "
	    "`https://schema.management.azure.com/schemas/2018-05-01/"
	    "subscriptionDeploymentTemplate.json#`,"
	    "`parameters`: {`version`: {`type`: `string`, `defaultValue`: `c`, `allowedValues`: "
	    "[`a`, `b`]},"
	    "  `location`: {`type`: `string`, `defaultValue`: `[resourceGroup().location]`},"
	    "  `own`: {`type`: `string`, `defaultValue`: `[subscription().displayName]`, "
	    "`allowedValues`: [`a`]},"
	    "  `imageSource`: {`type`: `object`}},"
	    "`resources`: [{`type`: `a.b/c`, `name`: `[concat(parameters('version'), '-', "
	    "parameters('location'))]`, `properties`: {`p`: `[parameters('imageSource').type]`, "
	    "`o`: `[parameters('own')]`}}]}");

	(void)state;
	says(&m, "ARM-PARAM-10", "/parameters/version", "c, is none of its allowedValues");
	says(&m, "ARM-PARAM-10", "/parameters/location", "this is deployed to none");
	says(&m, "ARM-PARAM-08", "/parameters", "version 'a'");
	assert_int_equal(m.f.errors, 0);
	assert_int_equal(m.f.n, 3);
	assert_non_null(resource(&m, "a.b/c/a-westeurope"));
}

/* A nested template that is not given what it wants is its writer's fault, not the user's. */
static void nested_ones(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`resources`: [{`type`: `Microsoft.Resources/deployments`, `name`: `d`, "
	         "`properties`: {"
	         " `expressionEvaluationOptions`: {`scope`: `inner`}, `template`: {`parameters`: "
	         "{`net`: {`type`: `string`}},"
	         " `resources`: [{`type`: `a.b/c`, `name`: `[parameters('net')]`}]}}}]}");

	(void)state;
	says(&m, "ARM-PARAM-01", "/resources/0/properties/template/parameters/net",
	     "gets no value");
	assert_int_equal(m.f.errors, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_whole),       cmocka_unit_test(typed_examples),
		cmocka_unit_test(lists_of_properties), cmocka_unit_test(asked_for),
		cmocka_unit_test(on_the_command_line), cmocka_unit_test(wrong_ones),
		cmocka_unit_test(from_files),          cmocka_unit_test(nested_ones),
		cmocka_unit_test(prerequisites),       cmocka_unit_test(invented_ones_fit),
		cmocka_unit_test(refused_defaults),
	};

	return cmocka_run_group_tests_name("arm_params", tests, NULL, NULL);
}
