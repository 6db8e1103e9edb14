/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates of ARM: loops, conditions, children, scopes, nested ones, symbolic names. */
#include "arm_case.h"

static void loops(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`variables`: {`spokes`: [{`n`: `a`, `p`: `10.1.0.0/24`}, {`n`: `b`, `p`: "
	    "`10.2.0.0/24`}]},"
	    "`resources`: ["
	    " {`type`: `Microsoft.Network/virtualNetworks`, `name`: `[concat('v', copyIndex(1))]`,"
	    "  `copy`: {`name`: `vnets`, `count`: `[length(variables('spokes'))]`, `mode`: "
	    "`Serial`, `batchSize`: 1},"
	    "  `properties`: {`x`: 1, `copy`: [{`name`: `subnets`, `count`: 2, `input`: {"
	    "    `name`: `[format('{0}{1}', variables('spokes')[copyIndex()].n, "
	    "copyIndex('subnets'))]`}}]}},"
	    " {`type`: `Microsoft.Network/routeTables`, `name`: `none`, `copy`: {`name`: `z`, "
	    "`count`: 0}}],"
	    "`outputs`: {`ids`: {`type`: `array`, `copy`: {`count`: 2,"
	    "  `input`: `[resourceId('Microsoft.Network/virtualNetworks', concat('v', "
	    "copyIndex(1)))]`}}}}");

	(void)state;
	no_findings(&m);
	assert_int_equal(json_array_size(m.resources), 2);
	has(&m, "/virtualNetworks/v1", "properties",
	    "{`x`: 1, `subnets`: [{`name`: `a0`}, {`name`: `a1`}]}");
	has(&m, "/virtualNetworks/v2", "properties.subnets.1.name", "`b1`");
	has(&m, "/virtualNetworks/v2", "source", "`t.json#/resources/0`");
	same(at(m.outputs, "ids.value.1"),
	     "`/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/lab/providers/"
	     "Microsoft.Network/virtualNetworks/v2`",
	     "ids");
}

static void loops_refused(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    " {`type`: `a.b/c`, `name`: `x`, `copy`: {`name`: `l`, `count`: 801}},"
	    " {`type`: `a.b/c`, `name`: `x`, `copy`: {`name`: `l`, `count`: `two`}},"
	    " {`type`: `a.b/c`, `name`: `x`, `copy`: {`name`: `l`}},"
	    " {`type`: `a.b/c`, `name`: `x`, `copy`: {`name`: `l`, `count`: 1, `mode`: `slow`}},"
	    " {`type`: `a.b/c`, `name`: `x`, `copy`: {`name`: `l`, `count`: 1, `batchSize`: 0}}]}");

	(void)state;
	says(&m, "ARM-COPY-01", "/resources/0/copy/count", "Azure takes 0 to 800");
	says(&m, "ARM-COPY-01", "/resources/1/copy/count", "int() makes an integer");
	says(&m, "ARM-COPY-01", "/resources/2/copy", "has no count");
	says(&m, "ARM-COPY-01", "/resources/3/copy", "\"parallel\" or \"serial\"");
	says(&m, "ARM-COPY-01", "/resources/4/copy", "batchSize");
	assert_int_equal(m.f.errors, 5);
}

/* What is off is not looked into; "true" as text counts, too. */
static void conditions(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`variables`: {`broken`: `[variables('nowhere')]`}, `resources`: ["
	         " {`type`: `a.b/c`, `name`: `[variables('gone')]`, `condition`: `[equals(1, 2)]`,"
	         "   `properties`: {`x`: `[variables('gone').y]`}, `resources`: [{`type`: `d`, "
	         "`name`: `e`}]},"
	         " {`type`: `a.b/c`, `name`: `on`, `condition`: `True`},"
	         " {`type`: `a.b/c`, `name`: `[concat('n', copyIndex())]`, `condition`: "
	         "`[equals(copyIndex(), 1)]`,"
	         "   `copy`: {`name`: `l`, `count`: 3}},"
	         " {`type`: `a.b/c`, `name`: `x`, `condition`: false, `copy`: {`name`: `m`, "
	         "`count`: `[length(5)]`}},"
	         " {`type`: `a.b/d`, `name`: `v`, `properties`: {`a`: null, `b`: `[if(true(), "
	         "json('null'), 1)]`, `c`: 1}}]}");
	_cleanup_made_ struct made bad =
	    make("{`resources`: [{`type`: `a.b/c`, `name`: `x`, `condition`: `perhaps`}]}");
	_cleanup_made_ struct made none = make("{`outputs`: {}}");

	(void)state;
	no_findings(&m);
	assert_int_equal(json_array_size(m.resources), 3);
	assert_non_null(resource(&m, "/c/on"));
	assert_non_null(resource(&m, "/c/n1"));
	has(&m, "/d/v", "properties", "{`c`: 1}");
	says(&none, "ARM-RES-04", "", "no \"resources\"");
	says(&bad, "ARM-RES-02", "/resources/0/condition", "must be true or false");
}

static void children(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`resources`: ["
	    " {`type`: `Microsoft.Network/virtualNetworks`, `name`: `[concat('v', copyIndex())]`,"
	    "  `copy`: {`name`: `l`, `count`: 2}, `resources`: ["
	    "  {`type`: `subnets`, `name`: `[concat('s', copyIndex())]`, `properties`: "
	    "{`addressPrefix`: `10.0.0.0/24`}},"
	    "  {`type`: `Microsoft.Network/virtualNetworks/subnets`, `name`: `whole`},"
	    "  {`type`: `providers/locks`, `name`: `Microsoft.Authorization/lock`},"
	    "  {`type`: `Microsoft.Insights/diagnosticSettings`, `name`: `d`}]},"
	    " {`type`: `Microsoft.Network/virtualNetworks/subnets/`, `name`: `v0/top`},"
	    " {`type`: `Microsoft.Authorization/locks`, `name`: `l`,"
	    "  `scope`: `[resourceId('Microsoft.Network/virtualNetworks', 'v0')]`},"
	    " {`type`: `Microsoft.Authorization/locks`, `name`: `l2`, `scope`: "
	    "`Microsoft.Network/virtualNetworks/v1`},"
	    " {`type`: `Microsoft.Network/virtualNetworks/subnets`, `name`: `alone`},"
	    " {`name`: `x`}, 5, {`type`: `a.b/c`, `name`: [1]}]}");

	(void)state;
	assert_non_null(resource(&m, "/virtualNetworks/v1/subnets/s1"));
	has(&m, "/virtualNetworks/v1/subnets/whole", "name", "`v1/whole`");
	has(&m, "/virtualNetworks/v0/providers/Microsoft.Authorization/locks/lock", "type",
	    "`Microsoft.Network/virtualNetworks/providers/locks`");
	assert_non_null(resource(&m, "/v0/providers/Microsoft.Insights/diagnosticSettings/d"));
	has(&m, "/virtualNetworks/v0/subnets/top", "type",
	    "`Microsoft.Network/virtualNetworks/subnets`");
	assert_non_null(
	    resource(&m, "/virtualNetworks/v0/providers/Microsoft.Authorization/locks/l"));
	assert_non_null(resource(
	    &m,
	    "/Microsoft.Network/virtualNetworks/v1/providers/Microsoft.Authorization/locks/l2"));
	says(&m, "ARM-RES-03", "/resources/4", "do not have the same number of parts");
	says(&m, "ARM-RES-01", "/resources/5", "has no type");
	says(&m, "ARM-RES-01", "/resources/6", "must be an object");
	says(&m, "ARM-RES-01", "/resources/7/name", "must be a string, not an array");
	assert_int_equal(m.f.errors, 4);
}

/* Microsoft Learn, "Linked and nested templates": whose parameters, variables and resource group.
 */
static void nested(void **state)
{
	static const char inner[] =
	    "`template`: {`parameters`: {`who`: {`type`: `string`, `defaultValue`: `inner`}},"
	    "`variables`: {`v`: `inner`}, `resources`: [{`type`: `a.b/c`,"
	    "`name`: `[concat(parameters('who'), '-', variables('v'), '-', "
	    "resourceGroup().name)]`}],"
	    "`outputs`: {`o`: {`type`: `string`, `value`: `[variables('v')]`}}}";
	_cleanup_free_ char *text = xasprintf(
	    "{`parameters`: {`who`: {`type`: `string`, `defaultValue`: `outer`}}, `variables`: "
	    "{`v`: `outer`}, `resources`: ["
	    " {`type`: `Microsoft.Resources/deployments`, `name`: `d1`, `resourceGroup`: `other`, "
	    "`properties`: {%s}},"
	    " {`type`: `Microsoft.Resources/deployments`, `name`: `d2`, `resourceGroup`: `other`, "
	    "`properties`: {"
	    "   `expressionEvaluationOptions`: {`scope`: `Inner`}, `parameters`: {`who`: {`value`: "
	    "`[parameters('who')]`}}, %s}}],"
	    " `outputs`: {`a`: {`type`: `string`, `value`: `[reference('d1').outputs.o.value]`},"
	    "  `b`: {`type`: `string`, `value`: `[reference(resourceId('other', "
	    "'Microsoft.Resources/deployments', 'd2')).outputs.o.value]`}}}",
	    inner, inner);
	_cleanup_made_ struct made m = make(text);

	(void)state;
	no_findings(&m);
	assert_non_null(resource(&m, "/resourceGroups/other/providers/a.b/c/outer-outer-lab"));
	assert_non_null(resource(&m, "/resourceGroups/other/providers/a.b/c/outer-inner-other"));
	has(&m, "/c/outer-inner-other", "source",
	    "`t.json#/resources/1/properties/template/resources/0`");
	output_is(&m, "a", "`outer`");
	output_is(&m, "b", "`inner`");
}

/* The outer one's expressions are evaluated before it is deployed, also those in what is nested in
 * it: for what the inner one shall evaluate, they are escaped. */
static void inner_in_outer(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`parameters`: {`who`: {`type`: `string`, `defaultValue`: `outer`}}, `resources`: ["
	    " {`type`: `Microsoft.Resources/deployments`, `name`: `d1`, `properties`: {`template`: "
	    "{`resources`: ["
	    "  {`type`: `Microsoft.Resources/deployments`, `name`: `d2`, `properties`: {"
	    "   `expressionEvaluationOptions`: {`scope`: `inner`}, `parameters`: {`hub`: {`value`: "
	    "`[parameters('who')]`}}, `template`: {"
	    "    `parameters`: {`hub`: {`type`: `string`}, `no`: {`type`: `object`, "
	    "`defaultValue`: {}}}, `outputs`: {},"
	    "    `resources`: [{`type`: `a.b/c`, `name`: `[[concat(parameters('hub'), '-x')]`, "
	    "`properties`: {`list`: [`[[length('abc')]`, `[[[kept]`, `plain`, 1]}}]}}}]}}}]}");

	(void)state;
	no_findings(&m);
	has(&m, "/a.b/c/outer-x", "properties.list", "[3, `[kept]`, `plain`, 1]");
}

/* A loop's index is seen by what is nested with outer scope; ids of other deployments are found
 * wherever they stand. */
static void nested_deep(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`resources`: ["
	         " {`type`: `x.y/z`, `name`: `early`, `properties`: {`late`:"
	         "   `[reference(resourceId('Microsoft.Network/virtualNetworks', "
	         "'v1')).addressSpace.addressPrefixes[0]]`}},"
	         " {`type`: `Microsoft.Resources/deployments`, `name`: `[concat('d', "
	         "copyIndex())]`, `copy`: {`name`: `l`, `count`: 2},"
	         "  `properties`: {`template`: {`resources`: ["
	         "   {`type`: `Microsoft.Resources/deployments`, `name`: `[concat('e', "
	         "copyIndex())]`, `properties`: {`template`: {`resources`: ["
	         "     {`type`: `Microsoft.Network/virtualNetworks`, `name`: `[concat('v', "
	         "copyIndex('l'))]`,"
	         "      `properties`: {`addressSpace`: {`addressPrefixes`: "
	         "[`[format('10.{0}.0.0/16', copyIndex())]`]}}}]}}}]}}}]}");

	(void)state;
	no_findings(&m);
	has(&m, "/z/early", "properties.late", "`10.1.0.0/16`");
	assert_int_equal(json_array_size(m.resources), 1 + 2 + 2 + 2);
}

static void scopes(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`$schema`: "
	    "`https://schema.management.azure.com/schemas/2018-05-01/"
	    "subscriptionDeploymentTemplate.json#`,"
	    "`resources`: ["
	    " {`type`: `Microsoft.Resources/resourceGroups`, `name`: `rg-a`, `location`: "
	    "`northeurope`},"
	    " {`type`: `Microsoft.Resources/deployments`, `name`: `d`, `resourceGroup`: `rg-a`, "
	    "`dependsOn`: [`rg-a`], `properties`: {"
	    "   `expressionEvaluationOptions`: {`scope`: `inner`}, `template`: {`resources`: "
	    "[{`type`: `a.b/c`, `name`: `x`,"
	    "    `location`: `[resourceGroup().location]`, `properties`: {`id`: "
	    "`[resourceId('a.b/c', 'x')]`}}]}}},"
	    " {`type`: `Microsoft.Resources/deployments`, `name`: `m`, `scope`: "
	    "`Microsoft.Management/managementGroups/mg`,"
	    "   `location`: `eastus`, `properties`: {`expressionEvaluationOptions`: {`scope`: "
	    "`inner`}, `template`: {`resources`: ["
	    "    {`type`: `a.b/c`, `name`: `g`, `properties`: {`n`: `[managementGroup().name]`, "
	    "`l`: `[deployment().location]`}},"
	    "    {`type`: `Microsoft.Resources/deployments`, `name`: `t`, `scope`: `/`, "
	    "`properties`: {`template`: {`resources`: ["
	    "      {`type`: `a.b/c`, `name`: `top`}]}}}]}}},"
	    " {`type`: `a.b/c`, `name`: `s`, `properties`: {`id`: `[resourceId('a.b/c', 's')]`}}],"
	    " `outputs`: {`no`: {`type`: `string`, `value`: `[resourceGroup().name]`}}}");

	(void)state;
	has(&m, "/resourceGroups/rg-a/providers/a.b/c/x", "location", "`northeurope`");
	has(&m, "/resourceGroups/rg-a/providers/a.b/c/x", "properties.id",
	    "`/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-a/providers/"
	    "a.b/c/x`");
	has(&m, "/providers/Microsoft.Management/managementGroups/mg/providers/a.b/c/g",
	    "properties", "{`n`: `mg`, `l`: `eastus`}");
	has(&m, "/c/top", "id", "`/providers/a.b/c/top`");
	has(&m, "/c/s", "properties.id",
	    "`/subscriptions/00000000-0000-0000-0000-000000000000/providers/a.b/c/s`");
	says(&m, "ARM-EXPR-01", "/outputs/no/value", "resourceGroup() has no meaning here");
	assert_int_equal(m.f.n, 1);
}

static void symbolic(void **state)
{
	_cleanup_made_ struct made m = make(
	    "{`languageVersion`: `2.0`, `definitions`: {`n`: {`type`: `int`, `nullable`: true}},"
	    "`parameters`: {`n`: {`$ref`: `#/definitions/n`}}, `resources`: {"
	    " `old`: {`existing`: true, `type`: `a.b/c`, `name`: `old`},"
	    " `hubs`: {`type`: `a.b/c`, `name`: `[format('h{0}', copyIndex())]`, `copy`: {`name`: "
	    "`hubs`, `count`: 2},"
	    "   `properties`: {`i`: `[copyIndex()]`}},"
	    " `one`: {`type`: `a.b/d`, `name`: `one`, `dependsOn`: [`hubs`, `old`, "
	    "`[format('hubs[{0}]', 1)]`],"
	    "   `properties`: {`n`: `[coalesce(parameters('n'), 7)]`}}},"
	    " `outputs`: {`first`: {`type`: `int`, `value`: `[reference('hubs[0]').i]`},"
	    "  `second`: {`type`: `int`, `value`: `[reference('hubs[1]').i]`},"
	    "  `all`: {`type`: `array`, `value`: `[map(references('hubs'), lambda('h', "
	    "lambdaVariables('h').i))]`},"
	    "  `name`: {`type`: `string`, `value`: `[reference('one', '2020-01-01', "
	    "'full').name]`},"
	    "  `off`: {`condition`: false, `type`: `string`, `value`: `[fail('no')]`},"
	    "  `open`: {`type`: `string`, `value`: `[reference('old').key.value]`}}}");

	(void)state;
	output_is(&m, "first", "0");
	output_is(&m, "second", "1");
	output_is(&m, "all", "[0, 1]");
	output_is(&m, "name", "`one`");
	output_is(&m, "open", "`reference('old').key.value`");
	assert_null(json_object_get(m.outputs, "off"));
	has(&m, "/d/one", "properties.n", "7");
	assert_null(resource(&m, "/c/old"));
	says(&m, "ARM-REF-01", "", "not deployed here");
	assert_int_equal(m.f.n, 1);
	assert_int_equal(m.r, 0);
}

/* What is deployed last is what there is. */
static void deployed_twice(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`resources`: ["
	         " {`type`: `a.b/c`, `name`: `x`, `properties`: {`n`: 1}},"
	         " {`type`: `Microsoft.Resources/deployments`, `name`: `d`, `dependsOn`: [`x`], "
	         "`properties`: {`template`: {`resources`: ["
	         "   {`type`: `A.B/C`, `name`: `X`, `properties`: {`n`: 2}}]}}}]}");

	(void)state;
	no_findings(&m);
	assert_int_equal(json_array_size(m.resources), 2);
	has(&m, "/c/x", "properties.n", "2");
}

static void dependencies(void **state)
{
	_cleanup_made_ struct made m =
	    make("{`resources`: ["
	         " {`type`: `a.b/c`, `name`: `1`, `dependsOn`: [`2`, `loop`, `none`]},"
	         " {`type`: `a.b/c`, `name`: `2`, `dependsOn`: [`[resourceId('a.b/c', '3')]`]},"
	         " {`type`: `a.b/c`, `name`: `3`},"
	         " {`type`: `a.b/l`, `name`: `[string(copyIndex())]`, `copy`: {`name`: `loop`, "
	         "`count`: 2}},"
	         " {`type`: `a.b/l`, `name`: `no`, `copy`: {`name`: `none`, `count`: 0}}]}");
	_cleanup_made_ struct made typo = make(
	    "{`resources`: ["
	    " {`type`: `a.b/c`, `name`: `1`, `dependsOn`: [`2`, `[resourceId('a.b/c', '3')]`]},"
	    " {`type`: `a.b/c`, `name`: `2`}]}");
	_cleanup_made_ struct made cycle =
	    make("{`resources`: ["
	         " {`type`: `a.b/c`, `name`: `1`, `dependsOn`: [`2`]},"
	         " {`type`: `a.b/c`, `name`: `2`, `dependsOn`: [`1`]},"
	         " {`type`: `a.b/d`, `name`: `3`, `properties`: {`x`: `[reference('4').x]`}},"
	         " {`type`: `a.b/d`, `name`: `4`, `properties`: {`x`: `[reference('3').x]`}}]}");

	(void)state;
	no_findings(&m);
	same(json_object_get(json_array_get(m.resources, 0), "name"), "`3`", "first");
	same(json_object_get(json_array_get(m.resources, 4), "name"), "`1`", "last");
	says(&typo, "ARM-DEP-02", "/resources/0/dependsOn/1", "is not in the template");
	assert_int_equal(typo.f.n, 1);
	says(&cycle, "ARM-DEP-01", "/resources/1", "depend on each other");
	says(&cycle, "ARM-EXPR-01", "/resources/3/properties/x",
	     "waits for a.b/d \"4\", which asks for it");
}

/* Each asks for what exists elsewhere, which starts the others, and for the first one, which is
 * being started: tried in every order, this would not end. */
static void deployments_that_wait_for_one(void **state)
{
	_cleanup_str_ struct str text = { 0 };
	const char *outside = "reference('/subscriptions/s/resourceGroups/g/providers/"
	                      "Microsoft.Network/virtualNetworks/hub', '2024-01-01', "
	                      "'full').location";

	(void)state;
	str_printf(&text,
	           "{`resources`: [{`type`: `Microsoft.Resources/deployments`, `name`: `d0`, "
	           "`properties`: {`expressionEvaluationOptions`: {`scope`: `inner`}, "
	           "`parameters`: {`p`: {`value`: `[%s]`}}, `template`: {`parameters`: {`p`: "
	           "{`type`: `string`}}, `resources`: [], `outputs`: {`o`: {`type`: `string`, "
	           "`value`: `[parameters('p')]`}}}}}",
	           outside);
	for (int k = 1; k < 30; k++)
		str_printf(&text,
		           ", {`type`: `Microsoft.Resources/deployments`, `name`: `d%d`, "
		           "`properties`: {`expressionEvaluationOptions`: {`scope`: `inner`}, "
		           "`parameters`: {`p`: {`value`: `[concat(%s, "
		           "reference('d0').outputs.o.value)]`}}, `template`: {`parameters`: {`p`: "
		           "{`type`: `string`}}, `resources`: [{`type`: `a.b/c`, `name`: `r%d`, "
		           "`properties`: {`p`: `[parameters('p')]`}}]}}}",
		           k, outside, k);
	str_add(&text, "]}");
	_cleanup_made_ struct made m = make(str_get(&text));

	assert_int_equal(m.f.errors, 0);
	has(&m, "/c/r29", "properties.p", "`westeuropewesteurope`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loops),        cmocka_unit_test(loops_refused),
		cmocka_unit_test(conditions),   cmocka_unit_test(children),
		cmocka_unit_test(nested),       cmocka_unit_test(inner_in_outer),
		cmocka_unit_test(nested_deep),  cmocka_unit_test(scopes),
		cmocka_unit_test(symbolic),     cmocka_unit_test(deployed_twice),
		cmocka_unit_test(dependencies), cmocka_unit_test(deployments_that_wait_for_one),
	};

	return cmocka_run_group_tests_name("arm_deploy", tests, NULL, NULL);
}
