/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view of a resource that a GET shows: as it was sent, without secrets, and what Azure adds
 * that follows from other resources. */
#include <errno.h>

#include "azure/nsg.h"
#include "azure/subnet.h"
#include "base/addr.h"
#include "base/str.h"
#include "input/import/provider.h"
#include "input/resources.h"
#include "rest/children.h"
#include "rest/priv.h"

#define NET "microsoft.network/"

/* --- back-references ----------------------------------------------------------------------------
 */

static void add_back_ref(json_t *properties, const struct import_shown *x, const char *id)
{
	json_t *list = json_object_get(properties, x->name);

	if (x->one) {
		json_object_set_new(properties, x->name, json_pack("{s:s}", "id", id));
		return;
	}
	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(properties, x->name, list);
	}
	json_array_append_new(list, json_pack("{s:s}", "id", id));
}

static void add_back_refs(struct store *s, const char *type, const char *key, json_t *properties)
{
	const struct import_shown *shown = import_shown(type), *x;
	const json_t *users;
	bool none = true;
	json_t *u;
	size_t i;

	/* Drops what a client or an old store has of such a property: the list is made anew. */
	for (x = shown; x->name; x++)
		if (x->by) {
			json_object_del(properties, x->name);
			none = false;
		}
	if (none)
		return; /* references of a store are not looked for in vain */
	users = json_object_get(store_refs(s), key);
	json_array_foreach ((json_t *)users, i, u) {
		const char *from = json_string_value(u);
		_cleanup_free_ char *from_type = resource_type(from);
		const char *id = json_string_value(json_object_get(store_find(s, from), "id"));

		for (x = shown; x->name && from_type; x++)
			if (x->by && str_glob(x->by, from_type))
				add_back_ref(properties, x, id ? id : from);
	}
}

/* --- what follows from other resources -----------------------------------------------------------
 */

static void add_default_rules(const char *id, json_t *properties)
{
	json_t *rules = nsg_default_rules_json(), *r;
	size_t i;

	json_array_foreach (rules, i, r) {
		const char *name = json_string_value(json_object_get(r, "name"));

		json_object_set_new(r, "id", json_sprintf("%s/defaultSecurityRules/%s", id, name));
		json_object_set_new(
		    r, "type",
		    json_string("Microsoft.Network/networkSecurityGroups/defaultSecurityRules"));
		json_object_set_new(json_object_get(r, "properties"), "provisioningState",
		                    json_string("Succeeded"));
	}
	json_object_set_new(properties, "defaultSecurityRules", rules);
}

/* Instances of a Route Server have the first two addresses of its subnet (azure-behaviour 7.1). */
static void add_instance_addresses(const struct store *s, const json_t *configuration, json_t *ips)
{
	const char *id = json_string_value(json_object_get(
	    json_object_get(json_object_get(configuration, "properties"), "subnet"), "id"));
	_cleanup_free_ char *key = resource_key(id ? id : "");
	const json_t *subnet = json_object_get(store_find(s, key), "properties");
	const char *text = json_string_value(json_object_get(subnet, "addressPrefix"));
	struct prefix p;

	if (!text)
		text = json_string_value(
		    json_array_get(json_object_get(subnet, "addressPrefixes"), 0));
	if (!text || prefix_parse(text, &p) < 0)
		return;
	for (uint32_t i = 0; i < 2; i++)
		json_array_append_new(ips, json_string(IP4_STR(prefix_at(p, SUBNET_KEPT + i))));
}

static void add_hub_view(const struct store *s, const char *key, json_t *properties)
{
	_cleanup_free_ char *configs = xasprintf("%s/ipconfigurations/", key);
	_cleanup_free_ char *conns = xasprintf("%s/bgpconnections/", key);
	json_t *ips = json_array(), *r;
	const char *k;

	json_object_del(properties, "ipConfigurations");
	json_object_del(properties, "bgpConnections");
	json_object_foreach (s->resources, k, r) {
		const char *list = str_starts(k, configs) ? "ipConfigurations"
		                   : str_starts(k, conns) ? "bgpConnections"
		                                          : NULL;
		const struct import_shown b = { .name = list };

		if (list)
			add_back_ref(properties, &b, json_string_value(json_object_get(r, "id")));
		if (str_starts(k, configs))
			add_instance_addresses(s, r, ips);
	}
	json_object_set_new(properties, "virtualRouterIps", ips);
	json_object_set_new(properties, "routingState", json_string("Provisioned"));
}

static void add_of_peering(const struct store *s, const char *key, json_t *properties)
{
	const char *remote = json_string_value(
	    json_object_get(json_object_get(properties, "remoteVirtualNetwork"), "id"));
	_cleanup_free_ char *remote_key = resource_key(remote ? remote : "");
	const json_t *far = json_object_get(store_find(s, remote_key), "properties"), *p;
	const char *end = strstr(key, "/virtualnetworkpeerings/");
	_cleanup_free_ char *own = xstrndup(key, end ? (size_t)(end - key) : 0);
	json_t *space = json_object_get(far, "addressSpace");
	bool both = false;
	size_t i;

	json_array_foreach (json_object_get(far, "virtualNetworkPeerings"), i, p) {
		const char *id = json_string_value(json_object_get(
		    json_object_get(json_object_get(p, "properties"), "remoteVirtualNetwork"),
		    "id"));
		_cleanup_free_ char *back = resource_key(id ? id : "");

		both |= streq(back, own);
	}
	json_object_set_new(properties, "peeringState",
	                    json_string(both  ? "Connected"
	                                : far ? "Initiated"
	                                      : "Disconnected"));
	json_object_set_new(properties, "peeringSyncLevel",
	                    json_string(both ? "FullyInSync" : "RemoteNotInSync"));
	if (space) {
		json_object_set(properties, "remoteAddressSpace", space);
		json_object_set(properties, "remoteVirtualNetworkAddressSpace", space);
	}
}

static json_t *vm_status(const char *code, const char *shown)
{
	return json_pack("{s:s,s:s,s:s}", "code", code, "level", "Info", "displayStatus", shown);
}

json_t *view_instance(const struct store *s, const char *key)
{
	const char *power = json_string_value(store_hidden(s, key, "powerState"));
	_cleanup_free_ char *code = xasprintf("PowerState/%s", power ? power : "running");
	_cleanup_free_ char *shown = xasprintf("VM %s", power ? power : "running");

	return json_pack("{s:s,s:s,s:s,s:{s:s,s:[o]},s:[],s:[o,o]}", "computerName", "", "osName",
	                 "linux", "osVersion", "", "vmAgent", "vmAgentVersion", "2.9.1.1",
	                 "statuses", vm_status("ProvisioningState/succeeded", "Ready"), "disks",
	                 "statuses",
	                 vm_status("ProvisioningState/succeeded", "Provisioning succeeded"),
	                 vm_status(code, shown));
}

static void add_type_view(struct store *s, const char *type, const char *key, const char *id,
                          json_t *properties)
{
	add_back_refs(s, type, key, properties);
	if (strieq(type, NET "networkSecurityGroups"))
		add_default_rules(id, properties);
	else if (strieq(type, NET "virtualHubs"))
		add_hub_view(s, key, properties);
	else if (strieq(type, NET "virtualNetworks/virtualNetworkPeerings"))
		add_of_peering(s, key, properties);
	else if (strieq(type, NET "networkInterfaces")) {
		json_object_set_new(properties, "hostedWorkloads", json_array());
		json_object_set_new(properties, "tapConfigurations", json_array());
		json_object_set_new(
		    properties, "primary",
		    json_boolean(json_object_get(properties, "virtualMachine") != NULL));
	}
}

bool view_of_others(const char *type)
{
	return strieq(type, NET "virtualHubs") || strieq(type, NET "virtualNetworks");
}

/* --- the whole
 * ------------------------------------------------------------------------------------ */

static json_t *complete_view(const struct rest *r, struct store *s, json_t *found, const char *key,
                             const char *state);

/* The list anew, with what Azure adds to its members. */
static json_t *complete_children(const struct rest *r, struct store *s, const json_t *list,
                                 const char *name, const char *key, const char *state)
{
	json_t *shown = json_array(), *child;
	size_t i;

	json_array_foreach ((json_t *)list, i, child) {
		_cleanup_free_ char *path = xasprintf(
		    "%s/%s/%s", key, name, json_string_value(json_object_get(child, "name")));
		_cleanup_free_ char *own = resource_key(path);

		json_array_append_new(shown, complete_view(r, s, child, own, state));
	}
	return shown;
}

/* A copy, as deep as something is added; the rest is shared. */
static json_t *complete_view(const struct rest *r, struct store *s, json_t *found, const char *key,
                             const char *state)
{
	json_t *shown = json_copy(found), *list;
	const char *type = json_string_value(json_object_get(shown, "type"));
	const char *id = json_string_value(json_object_get(shown, "id"));
	json_t *properties = json_object_get(shown, "properties");

	properties = json_is_object(properties) ? json_copy(properties) : json_object();
	json_object_set_new(shown, "properties", properties);
	json_object_set_new(properties, "provisioningState", json_string(state));
	if (!type || !id)
		return shown;
	add_type_view(s, type, key, id, properties);
	for (const struct import_children *c = NULL; (c = child_list_next(type, c));) {
		list = json_object_get(properties, c->name);
		if (json_is_array(list))
			json_object_set_new(properties, c->name,
			                    complete_children(r, s, list, c->name, key, state));
	}
	return shown;
}

json_t *view_resource(const struct rest *r, const char *key, bool instance_view)
{
	struct store *s = queue_head(r->queue);
	const json_t *found = store_find(s, key);

	if (!found)
		return NULL;
	json_t *clean = view_clean(found);
	json_t *shown = complete_view(r, s, clean, key,
	                              queue_touches(r->queue, key) ? "Updating" : "Succeeded");

	json_decref(clean);
	if (instance_view && strstr(key, "/microsoft.compute/virtualmachines/"))
		json_object_set_new(json_object_get(shown, "properties"), "instanceView",
		                    view_instance(s, key));
	return shown;
}
