/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Scope functions for Bicep", "Deployment functions for ARM templates": what an
 * expression sees of the scope it is deployed to. */
#include <stdio.h>

#include "input/arm/fn/fn.h"

#define ARM_TENANT_ID "/tenants/00000000-0000-0000-0000-000000000001"
#define ALIASES \
	"https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/" \
	"quickstart-templates/aliases.json"

static const struct val *object_of_pairs(struct arm *a, const char *const *pairs)
{
	struct val_builder b = { .a = a->arena };

	for (; pairs[0]; pairs += 2)
		val_set(&b, pairs[0], val_str(a->arena, pairs[1]));
	return val_built_obj(&b);
}

static const char *rg_location(struct arm *a, const char *id)
{
	struct inst *i = inst_by_id(a, id);
	const char *where = i && i->state == ST_DONE ? val_get_str(i->body, "location") : NULL;

	return where ? where : arm_location(a);
}

static const struct val *scope_value_rg(struct arm *a, const struct scope *s, const char *rg,
                                        const char *subscription)
{
	struct val_builder b = { .a = a->arena };
	const struct scope there = { .kind = SCOPE_RG,
		                     .subscription = subscription ? subscription : s->subscription,
		                     .rg = rg ? rg : s->rg };
	const char *id = scope_prefix(a, &there);

	val_set_all(&b,
	            object_of_pairs(a, (const char *[]){ "id", id, "name", there.rg, "type",
	                                                 "Microsoft.Resources/resourceGroups",
	                                                 "location", rg_location(a, id), NULL }));
	val_set(&b, "tags", val_obj(a->arena, NULL, 0));
	val_set(&b, "properties",
	        object_of_pairs(a, (const char *[]){ "provisioningState", "Succeeded", NULL }));
	return val_built_obj(&b);
}

static const struct val *scope_value_subscription(struct arm *a, const char *id)
{
	return object_of_pairs(a, (const char *[]){ "id",
	                                            arena_printf(a->arena, "/subscriptions/%s", id),
	                                            "subscriptionId", id, "tenantId", ARM_TENANT,
	                                            "displayName", "vnetlab", NULL });
}

static const struct val *make_group_value(struct arm *a, const char *name)
{
	struct val_builder b = { .a = a->arena };
	const char *type = "Microsoft.Management/managementGroups";

	val_set_all(
	    &b, object_of_pairs(a, (const char *[]){
	                               "id", arena_printf(a->arena, "/providers/%s/%s", type, name),
	                               "name", name, "type", type, NULL }));
	val_set(&b, "properties",
	        object_of_pairs(
	            a, (const char *[]){ "displayName", name, "tenantId", ARM_TENANT, NULL }));
	return val_built_obj(&b);
}

/* Microsoft Learn, "deployment function": what a template's writer uses is templateLink.uri. */
static const struct val *deployment_value(struct deployment *d)
{
	struct arm *a = d->a;
	struct val_builder b = { .a = a->arena }, p = { .a = a->arena };

	val_set(&b, "name", val_str(a->arena, d->name));
	val_set(&b, "id",
	        val_str(a->arena,
	                resource_id(a, &d->scope, "Microsoft.Resources/deployments", d->name)));
	if (d->scope.kind != SCOPE_RG)
		val_set(&b, "location", val_str(a->arena, d->scope.location));
	val_set(&p, "template", d->tmpl);
	val_set(&p, "templateLink",
	        object_of_pairs(a, (const char *[]){ "uri", d->uri, "id", "", NULL }));
	val_set(&p, "parameters", d->given ? d->given : val_obj(a->arena, NULL, 0));
	val_set_all(&p,
	            object_of_pairs(a, (const char *[]){ "mode", "Incremental", "provisioningState",
	                                                 "Succeeded", "templateHash", "0", NULL }));
	val_set(&b, "properties", val_built_obj(&p));
	return val_built_obj(&b);
}

static const struct val *environment_value(struct arm *a)
{
	struct val_builder b = { .a = a->arena };

	val_set_all(
	    &b, object_of_pairs(a, (const char *[]){ "name",
	                                             "AzureCloud",
	                                             "gallery",
	                                             "https://gallery.azure.com/",
	                                             "graph",
	                                             "https://graph.windows.net/",
	                                             "portal",
	                                             "https://portal.azure.com",
	                                             "graphAudience",
	                                             "https://graph.windows.net/",
	                                             "activeDirectoryDataLake",
	                                             "https://datalake.azure.net/",
	                                             "batch",
	                                             "https://batch.core.windows.net/",
	                                             "media",
	                                             "https://rest.media.azure.net",
	                                             "sqlManagement",
	                                             "https://management.core.windows.net:8443/",
	                                             "resourceManager",
	                                             "https://management.azure.com/",
	                                             NULL }));
	val_set(&b, "vmImageAliasDoc", val_str(a->arena, ALIASES));
	val_set(&b, "authentication",
	        object_of_pairs(
	            a, (const char *[]){ "loginEndpoint", "https://login.microsoftonline.com/",
	                                 "audiences", "https://management.core.windows.net/",
	                                 "tenant", "common", "identityProvider", "AAD", NULL }));
	val_set(&b, "suffixes",
	        object_of_pairs(
	            a, (const char *[]){
	                   "acrLoginServer", ".azurecr.io", "azureDatalakeAnalyticsCatalogAndJob",
	                   "azuredatalakeanalytics.net", "azureDatalakeStoreFileSystem",
	                   "azuredatalakestore.net", "keyvaultDns", ".vault.azure.net",
	                   "azureFrontDoorEndpointSuffix", "azurefd.net", "sqlServerHostname",
	                   ".database.windows.net", "storage", "core.windows.net", NULL }));
	return val_built_obj(&b);
}

/* --- the functions --------------------------------------------------------------------------- */

FN(fn_resource_group)
{
	const struct scope *s = &e->d->scope;

	/* In a nested template of outer scope: that of the group that it goes to, where the outer
	 * one has none. */
	if (s->kind != SCOPE_RG && e->home->scope.kind == SCOPE_RG)
		s = &e->home->scope;
	if (!n && s->kind != SCOPE_RG)
		return eval_fail(e, at,
		                 "a deployment of this scope has no resource group; give names",
		                 "resourceGroup() has no meaning here");
	return scope_value_rg(e->a, s, n ? v[n - 1]->s : NULL, n > 1 ? v[0]->s : NULL);
}

FN(fn_subscription)
{
	const struct scope *s = &e->d->scope;

	return scope_value_subscription(e->a, n ? v[0]->s : s->subscription);
}

FN(fn_tenant)
{
	return object_of_pairs(e->a, (const char *[]){ "id", ARM_TENANT_ID, "tenantId", ARM_TENANT,
	                                               "type", "Microsoft.Resources/tenants",
	                                               "displayName", "vnetlab", "countryCode",
	                                               "US", NULL });
}

FN(fn_management_group)
{
	return make_group_value(e->a, n ? v[0]->s : e->d->scope.group);
}

FN(fn_deployment)
{
	return deployment_value(e->d);
}

FN(fn_environment)
{
	return environment_value(e->a);
}

FN(fn_deployer)
{
	return object_of_pairs(
	    e->a, (const char *[]){ "objectId", "00000000-0000-0000-0000-000000000002", "tenantId",
	                            ARM_TENANT, "userPrincipalName", "vnetlab@example.com", NULL });
}

FN(fn_providers)
{
	return val_open(e->a->arena, arena_printf(e->a->arena, "providers('%s')", v[0]->s));
}

/* Every region has three zones: no network depends on how many there are. */
FN(fn_pick_zones)
{
	int64_t count = n > 3 ? v[3]->i : 1, offset = n > 4 ? v[4]->i : 0;
	struct val_builder b = { .a = e->a->arena };

	if (count < 1 || count > 3 || offset < 0 || offset > 2)
		return eval_fail(e, at, NULL, "a region has three zones");
	for (int64_t i = offset; i < offset + count && i < 3; i++)
		val_push(&b, val_printf(e->a->arena, "%lld", (long long)i + 1));
	return val_built_arr(&b);
}

/* Logical and physical zones have the same numbers here. */
FN(fn_zone)
{
	bool logical = strchr("lL", at->name[2]) != NULL;
	size_t len = strlen(v[2]->s);

	if (!len)
		return v[2];
	if (!logical)
		return val_printf(e->a->arena, "%s-az%c", v[1]->s, v[2]->s[len - 1]);
	return val_strn(e->a->arena, v[2]->s + len - 1, 1);
}

FN(fn_zones)
{
	struct val_builder b = { .a = e->a->arena };

	for (uint32_t i = 0; i < v[2]->n; i++) {
		const struct val *one[3] = { v[0], v[1], v[2]->items[i] };

		if (one[2]->type != V_STR)
			return eval_fail(e, at, NULL, "zones are strings");
		val_push(&b, fn_zone(e, at, one, 3));
	}
	return val_built_arr(&b);
}

const struct func funcs_scope[] = {
	{ "resourceGroup", 0, 2, "s", fn_resource_group },
	{ "subscription", 0, 1, "s", fn_subscription },
	{ "tenant", 0, 0, "", fn_tenant },
	{ "managementGroup", 0, 1, "s", fn_management_group },
	{ "deployment", 0, 0, "", fn_deployment },
	{ "environment", 0, 0, "", fn_environment },
	{ "deployer", 0, 0, "", fn_deployer },
	{ "providers", 1, 2, "s", fn_providers },
	{ "pickZones", 3, 5, "sssii", fn_pick_zones },
	{ "toLogicalZone", 3, 3, "s", fn_zone },
	{ "toLogicalZones", 3, 3, "ssa", fn_zones },
	{ "toPhysicalZone", 3, 3, "s", fn_zone },
	{ "toPhysicalZones", 3, 3, "ssa", fn_zones },
	{ 0 },
};
