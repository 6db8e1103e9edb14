/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/defaults.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "input/import/provider.h"
#include "rest/address.h"
#include "rest/children.h"

char *make_guid(void)
{
	unsigned char b[16];

	if (gnutls_rnd(GNUTLS_RND_NONCE, b, sizeof(b)) < 0)
		memset(b, 0, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return xasprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	                 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
	                 b[12], b[13], b[14], b[15]);
}

static void set_property_default(json_t *to, const char *name, json_t *value)
{
	json_t *is = json_object_get(to, name);

	if (!is || json_is_null(is))
		json_object_set(to, name, value);
	json_decref(value);
}

static void set_guid(json_t *properties, const char *name)
{
	_cleanup_free_ char *guid = make_guid();

	set_property_default(properties, name, json_string(guid));
}

static void add_type_defaults(const char *type, json_t *properties)
{
	const struct import_provider *p = import_provider(type);

	for (const struct import_default *d = p ? p->defaults : NULL; d && d->name; d++)
		set_property_default(properties, d->name,
		                     json_loads(d->value, JSON_DECODE_ANY, NULL));
}

/* az makes an address of a prefix by reading the prefix's sku, tier and all. */
static void add_sku(const char *name, json_t *resource)
{
	json_t *is = json_object_get(resource, "sku");
	json_t *sku = json_is_object(is) ? json_copy(is) : json_object();

	set_property_default(sku, "name", json_string(name));
	set_property_default(sku, "tier", json_string("Regional"));
	json_object_set_new(resource, "sku", sku);
}

static void add_of_machine(json_t *resource, json_t *properties)
{
	const char *name = json_string_value(json_object_get(resource, "name"));
	char now[TIME_ISO_MAX];
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	set_property_default(properties, "timeCreated", json_string(time_iso(&ts, now)));
	json_t *os = json_object_get(properties, "osProfile");

	if (json_is_object(os)) {
		os = json_copy(os);
		set_property_default(os, "computerName", json_string(name ? name : ""));
		set_property_default(os, "secrets", json_array());
		set_property_default(os, "allowExtensionOperations", json_true());
		json_object_set_new(properties, "osProfile", os);
	}
}

static void add_hub_defaults(json_t *resource, json_t *properties)
{
	if (!json_object_get(properties, "virtualWan"))
		set_property_default(resource, "kind", json_string("RouteServer"));
}

/* Children of the resource, and it itself. */
static void add_defaults_below(const char *type, json_t *resource)
{
	json_t *properties = json_object_get(resource, "properties"), *child;
	size_t i;

	add_type_defaults(type, properties);
	for (const struct import_children *c = NULL; (c = child_list_next(type, c));) {
		_cleanup_free_ char *below = xasprintf("%s/%s", type, c->name);

		json_array_foreach (json_object_get(properties, c->name), i, child)
			add_type_defaults(below, json_object_get(child, "properties"));
	}
}

/* A resource without a place is where its group is. */
static void add_location(const struct store *s, const struct rest_id *id, json_t *resource)
{
	if (!id->group || id->parent || json_object_get(resource, "location"))
		return;
	size_t n = strlen("/subscriptions//resourcegroups/") + strlen(id->subscription) +
	           strlen(id->group);
	_cleanup_free_ char *group = xstrndup(id->key, n);
	json_t *location = json_object_get(json_object_get(s->groups, group), "location");

	if (location)
		json_object_set(resource, "location", location);
}

void defaults_add(struct store *s, const struct rest_id *id, json_t *resource, bool is_new)
{
	json_t *properties = json_object_get(resource, "properties");
	const struct import_provider *p = import_provider(id->type);

	add_location(s, id, resource);
	add_defaults_below(id->type, resource);
	if (p && p->sku)
		add_sku(p->sku, resource);
	if (p && p->guid)
		set_guid(properties, p->guid);
	if (strieq(id->type, "microsoft.compute/virtualMachines"))
		add_of_machine(resource, properties);
	else if (strieq(id->type, "microsoft.network/virtualHubs"))
		add_hub_defaults(resource, properties);
	if (is_new && str_starts(id->key, "/subscriptions/") && !id->parent)
		set_guid(properties, "resourceGuid");
	addresses_give(s, id->type, resource);
}
