/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tenants, subscriptions, regions, providers, and lists of groups and resources. */
#include "base/str.h"
#include "rest/catalog.h"
#include "rest/odata.h"
#include "rest/priv.h"

#define SUBSCRIPTIONS "microsoft.resources/subscriptions"
#define GROUPS "microsoft.resources/resourcegroups"

static json_t *make_value_answer(json_t *list)
{
	return json_pack("{s:o}", "value", list);
}

static json_t *subscription_json(const char *id)
{
	return json_pack("{s:o,s:s,s:s,s:s,s:s,s:s,s:[],s:{s:s,s:s,s:s}}", "id",
	                 json_sprintf("/subscriptions/%s", id), "subscriptionId", id, "tenantId",
	                 TOKEN_TENANT, "displayName", "vnetlab", "state", "Enabled",
	                 "authorizationSource", "RoleBased", "managedByTenants",
	                 "subscriptionPolicies", "locationPlacementId", "Public_2014-09-01",
	                 "quotaId", "PayAsYouGo_2014-09-01", "spendingLimit", "Off");
}

static void list_tenants(struct rest_call *c)
{
	json_t *list = json_array();

	json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id",
	                                      "/tenants/" TOKEN_TENANT, "tenantId", TOKEN_TENANT,
	                                      "displayName", "vnetlab", "defaultDomain",
	                                      "vnetlab.local", "tenantType", "AAD",
	                                      "tenantCategory", "Home", "countryCode", "SI"));
	rest_answer(c, 200, make_value_answer(list));
}

static void list_subscriptions(struct rest_call *c)
{
	json_t *list = json_array();

	json_array_append_new(list, subscription_json(TOKEN_SUBSCRIPTION));
	rest_answer(
	    c, 200,
	    json_pack("{s:o,s:{s:s,s:i}}", "value", list, "count", "type", "Total", "value", 1));
}

static void show_subscription(struct rest_call *c)
{
	rest_answer(c, 200, subscription_json(c->id.subscription));
}

static void list_locations(struct rest_call *c)
{
	rest_answer(c, 200, make_value_answer(catalog_locations(c->id.subscription)));
}

static void list_providers(struct rest_call *c)
{
	const char *s = c->id.subscription ? c->id.subscription : TOKEN_SUBSCRIPTION;

	rest_answer(c, 200, make_value_answer(catalog_providers(s)));
}

/* "/providers/Microsoft.Network", "/providers/Microsoft.Network/register" */
static void show_provider(struct rest_call *c)
{
	const char *at = strrchr(c->id.tail, '/') + 1;

	if (strieq(at, "register")) {
		size_t n = strlen("/providers/");
		_cleanup_free_ char *name = xstrndup(c->id.tail + n, strcspn(c->id.tail + n, "/"));

		rest_answer(c, 200, catalog_provider(c->id.subscription, name));
		return;
	}
	rest_answer(c, 200, catalog_provider(c->id.subscription, at));
}

static bool is_in(const char *key, const struct rest_call *c)
{
	return c->id.kind == ID_OTHER ||
	       (str_starts(key, c->id.key) && key[strlen(c->id.key)] == '/');
}

/* A filter that cannot be read is no filter that lets all pass: az would take the first of them. */
static struct odata *read_filter(struct rest_call *c, bool *ret_bad)
{
	const char *text = rest_query(c, "$filter");
	struct err e;
	struct odata *f = NULL;

	*ret_bad = text && odata_parse(text, &f, &e) < 0;
	if (*ret_bad)
		rest_fail(c, 400, "InvalidFilterInQueryString", "vnetlab: $filter: %s.", e.msg);
	return f;
}

static void list_groups(struct rest_call *c)
{
	const struct store *s = rest_store(c->rest);
	json_t *list = json_array(), *g;
	const char *key;
	bool bad;
	struct odata *f = read_filter(c, &bad);

	if (bad) {
		json_decref(list);
		return;
	}
	_cleanup_free_ char *below = xasprintf("/subscriptions/%s/", c->id.subscription);

	json_object_foreach (s->groups, key, g)
		if (strncasecmp(key, below, strlen(below)) == 0 && odata_match(f, g))
			json_array_append_new(list, view_resource(c->rest, key, false));
	odata_free(f);
	rest_answer(c, 200, make_value_answer(list));
}

/* As Azure's general list shows a resource: without its properties. */
static json_t *outline(const struct rest *r, const char *key)
{
	json_t *v = view_resource(r, key, false);
	json_t *state =
	    json_incref(json_object_get(json_object_get(v, "properties"), "provisioningState"));

	json_object_del(v, "properties");
	json_object_del(v, "etag");
	json_object_set_new(v, "provisioningState", state);
	return v;
}

static void list_resources(struct rest_call *c)
{
	const struct store *s = rest_store(c->rest);
	json_t *list = json_array(), *r;
	const char *key;
	bool bad;

	/* "/subscriptions/S/resources" and below a group: what is above the word. */
	if (c->id.kind == ID_GROUP) {
		char *end = strrchr(c->id.key, '/');

		*end = 0;
		bool there = json_object_get(s->groups, c->id.key) != NULL;

		if (!there) {
			json_decref(list);
			rest_fail(c, 404, "ResourceGroupNotFound",
			          "Resource group '%s' could not be found.", c->id.group);
			return;
		}
	} else {
		*strrchr(c->id.key, '/') = 0;
	}
	struct odata *f = read_filter(c, &bad);

	if (bad) {
		json_decref(list);
		return;
	}
	json_object_foreach (s->resources, key, r) {
		const char *tail = strstr(key, "/providers/");
		size_t slashes = 0;

		for (const char *p = tail ? tail + 11 : ""; *p; p++)
			slashes += *p == '/';
		/* Children are in no such list. */
		if (is_in(key, c) && slashes == 2 && odata_match(f, r))
			json_array_append_new(list, outline(c->rest, key));
	}
	odata_free(f);
	rest_answer(c, 200, make_value_answer(list));
}

const struct rest_action actions_account[] = {
	{ "GET", "", "tenants", list_tenants },
	{ "GET", "", "subscriptions", list_subscriptions },
	{ "GET", "", "providers", list_providers },
	{ "GET", SUBSCRIPTIONS, NULL, show_subscription },
	{ "GET", SUBSCRIPTIONS, "locations", list_locations },
	{ "GET", SUBSCRIPTIONS, "providers", list_providers },
	{ "GET", SUBSCRIPTIONS, "providers/*", show_provider },
	{ "POST", SUBSCRIPTIONS, "providers/*/register", show_provider },
	{ "GET", SUBSCRIPTIONS, "resourcegroups", list_groups },
	{ "GET", SUBSCRIPTIONS, "resources", list_resources },
	{ "GET", GROUPS, "resources", list_resources },
	{ "GET", "*/locations/operations", NULL, operation_get },
	{ "GET", "*/locations/operationresults", NULL, operation_get },
	{ 0 },
};
