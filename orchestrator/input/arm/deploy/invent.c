/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values for parameters that nobody gave: names, secrets, keys, sizes, zones, tags carry no
 * packets. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "input/arm/deploy/carries.h"
#include "input/arm/deploy/param.h"
#include "input/arm/deploy/used.h"
#include "input/arm/value/hash.h"

enum kind {
	NONE,
	PASSWORD,
	USER,
	SSH_KEY,
	LOCATION,
	VM_SIZE,
	UNIQUE,
	EMAIL,
	GUID,
	CONFIG,
	URL,
	RESOURCE_ID,
	SUBSCRIPTION,
	DOMAIN,
	NOTHING, /* an empty string */
	PLAIN,   /* what is left: nothing that carries packets */
};

/* Parts of names; the first that is found decides. */
static const struct {
	const char *part;
	enum kind kind;
} parts[] = {
	{ "resourceid", RESOURCE_ID }, /* of whatever */
	{ "sastoken", NOTHING },
	{ "artifactslocation", URL },
	{ "sshkey", SSH_KEY },
	{ "sshpublickey", SSH_KEY },
	{ "publickey", SSH_KEY },
	{ "sshrsa", SSH_KEY },
	{ "pubkey", SSH_KEY },
	{ "passwordorkey", PASSWORD },
	{ "password", PASSWORD },
	{ "passwd", PASSWORD },
	{ "secret", PASSWORD },
	{ "sharedkey", PASSWORD },
	{ "presharedkey", PASSWORD },
	{ "psk", PASSWORD },
	{ "adminkey", PASSWORD },
	{ "token", PASSWORD },
	{ "username", USER },
	{ "adminuser", USER },
	{ "adminlogin", USER },
	{ "vmadmin", USER },
	{ "cloudinit", CONFIG },
	{ "customdata", CONFIG },
	{ "userdata", CONFIG },
	{ "dnslabel", UNIQUE },
	{ "dnsname", UNIQUE },
	{ "domainnamelabel", UNIQUE },
	{ "dnshost", DOMAIN },
	{ "storageaccount", UNIQUE },
	{ "email", EMAIL },
	{ "subscriptionid", SUBSCRIPTION },
	{ "subnetid", RESOURCE_ID },
	{ "subnetref", RESOURCE_ID },
	{ "vnetid", RESOURCE_ID },
	{ "networkid", RESOURCE_ID },
	{ "poolid", RESOURCE_ID },
	{ "nsgid", RESOURCE_ID },
	{ "ipid", RESOURCE_ID },
	{ "objectid", GUID },
	{ "principalid", GUID },
	{ "clientid", GUID },
	{ "tenantid", GUID },
	{ "applicationid", GUID },
	{ "appid", GUID },
	{ "workspaceid", GUID },
	{ "guid", GUID },
	{ "vmsize", VM_SIZE },
	{ "machinesize", VM_SIZE },
	{ "location", LOCATION },
	{ "region", LOCATION },
	{ "baseurl", URL },
	{ "baseuri", URL },
	{ "templateurl", URL },
	{ "templateuri", URL },
	{ "domainname", DOMAIN },
	{ "fqdn", DOMAIN },
	{ "dnszone", DOMAIN },
};

/* Resources of which an id is made up, by parts of the parameter's name. */
static const struct {
	const char *part, *path;
} made_up[] = {
	{ "storage", "Storage/storageAccounts/existing" },
	{ "subnet", "Network/virtualNetworks/existing/subnets/existing" },
	{ "pool", "Network/loadBalancers/existing/backendAddressPools/existing" },
	{ "vnet", "Network/virtualNetworks/existing" },
	{ "network", "Network/virtualNetworks/existing" },
	{ "publicip", "Network/publicIPAddresses/existing" },
	{ "nsg", "Network/networkSecurityGroups/existing" },
	{ "route", "Network/routeTables/existing" },
	{ "circuit", "Network/expressRouteCircuits/existing" },
	{ "firewall", "Network/azureFirewalls/existing" },
	{ "ddos", "Network/ddosProtectionPlans/existing" },
	{ "hub", "Network/virtualHubs/existing" },
	{ "workspace", "OperationalInsights/workspaces/existing" },
	{ "vault", "KeyVault/vaults/existing" },
	{ "identity", "ManagedIdentity/userAssignedIdentities/existing" },
	{ "", "Resources/deployments/existing" },
};

static enum kind kind_of_param(const struct deployment *d, const char *name, const char *type,
                               const struct val *decl)
{
	const char *text = val_get_str(val_get(decl, "metadata"), "description");
	bool plain = !d->parent && param_carries(name, type, text) == CARRIES_NOTHING;

	if (strieq(type, "securestring") || strieq(type, "secureObject"))
		return strcasestr(name, "sastoken") ? NOTHING : PASSWORD;
	for (size_t i = 0; i < ARRAY_LEN(parts) && strieq(type, "string"); i++) {
		enum kind k = parts[i].kind;

		/* "publicKeyName", "subnetIdPrefix" are what their ends say. */
		if (strcasestr(name, parts[i].part) && (k < RESOURCE_ID || plain))
			return k;
	}
	return plain || (strcasestr(name, "tags") && strieq(type, "object")) ? PLAIN : NONE;
}

static const struct val *invent_unique_name(struct arm *a, const char *name, size_t n)
{
	char hash[14];

	arm_unique_string(name, strlen(name), hash);
	return val_printf(a->arena, "v%.*s", (int)(n > 1 ? n - 1 : 1), hash);
}

/* Passes the rules for passwords: four kinds of characters. */
static const struct val *invent_password(struct arm *a, const char *name)
{
	return val_printf(a->arena, "Vnetlab-1%s", invent_unique_name(a, name, 11)->s);
}

static const struct val *invent_ssh_key(struct arm *a)
{
	return val_str(a->arena,
	               "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	               "AAAAAAAAAAAA vnetlab");
}

static const struct val *invent_guid(struct arm *a, const char *name)
{
	char text[37];

	arm_guid(name, strlen(name), text);
	return val_str(a->arena, text);
}

static const struct val *invent_resource_id(struct arm *a, const char *name)
{
	size_t k = 0;

	while (!strcasestr(name, made_up[k].part))
		k++;
	return val_printf(a->arena,
	                  "/subscriptions/%s/resourceGroups/existing/providers/Microsoft.%s",
	                  ARM_SUBSCRIPTION, made_up[k].path);
}

/* "virtualNetworkName" -> "virtualnetwork", as long as the template wants it. */
static const struct val *invent_name(struct arm *a, const char *name, const struct val *decl)
{
	static const char *const ends[] = { "name", "prefix", "name" };
	const struct val *least = val_get(decl, "minLength"), *most = val_get(decl, "maxLength");
	_cleanup_str_ struct str s = { 0 };

	for (const char *p = name; *p; p++)
		if (isalnum((unsigned char)*p))
			str_addc(&s, (char)tolower((unsigned char)*p));
	for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
		size_t n = strlen(ends[k]);

		if (s.n > n && streq(s.s + s.n - n, ends[k]))
			s.s[s.n -= n] = 0;
	}
	while (least && least->type == V_INT && least->i < 100 && (int64_t)s.n < least->i)
		str_addc(&s, 'x');
	if (most && most->type == V_INT && most->i > 0 && (int64_t)s.n > most->i)
		s.s[s.n = (size_t)most->i] = 0;
	return val_strn(a->arena, str_get(&s), s.n);
}

static const struct val *invent_plain(struct arm *a, const char *name, const char *type,
                                      const struct val *decl)
{
	const struct val *least = val_get(decl, "minValue"), *most = val_get(decl, "maxValue");
	int64_t i = least && least->type == V_INT ? least->i : 1;

	if (strieq(type, "bool"))
		return &val_false;
	if (strieq(type, "array"))
		return val_invented_list(a->arena);
	/* Only the user knows the members of an image: the value stays open, and so does what is
	 * read of it. */
	if (strieq(type, "object"))
		return strcasestr(name, "image") || strcasestr(name, "sku")
		           ? val_open(a->arena, arena_strdup(a->arena, name))
		           : val_obj(a->arena, NULL, 0);
	if (strieq(type, "int"))
		return val_int(a->arena, most && most->type == V_INT && most->i < i ? most->i : i);
	return invent_name(a, name, decl);
}

static const struct val *invent_config(struct deployment *d, const char *name)
{
	_cleanup_free_ char *tail = jptr_str(JPTR(JPTR(NULL, "parameters"), name));
	_cleanup_free_ char *hint = xasprintf("-p %s=@FILE", name);

	arm_finding(d->a, SEV_WARNING, "ARM-PARAM-05", NULL, d->file, tail, hint,
	            "the parameter \"%s\" has no value: appliances get no configuration from it",
	            name);
	return val_str(d->a->arena, "");
}

/* Designs of two regions name things by them. */
static const char *choose_place(struct arm *a, const char *name)
{
	const char *first = arm_location(a);

	if (!param_is_second_place(name))
		return first;
	return strieq(first, "northeurope") ? "westeurope" : "northeurope";
}

static const struct val *invent_value(struct deployment *d, enum kind k, const char *name,
                                      const char *type, const struct val *decl)
{
	const struct val *list = val_get(decl, "allowedValues");
	struct arm *a = d->a;

	if (k != NONE && list && list->type == V_ARR && list->n && !strieq(type, "array"))
		return list->items[0];
	if (strieq(type, "secureObject"))
		return val_obj(a->arena, NULL, 0);
	switch (k) {
	case NONE:
		return NULL;
	case PASSWORD:
		return invent_password(a, name);
	case USER:
		return val_str(a->arena, "azureuser");
	case SSH_KEY:
		return invent_ssh_key(a);
	case LOCATION:
		return val_str(a->arena, choose_place(a, name));
	case VM_SIZE:
		return val_str(a->arena, "Standard_B2s");
	case UNIQUE:
		return invent_unique_name(a, name, 12);
	case EMAIL:
		return val_str(a->arena, "somebody@example.com");
	case GUID:
		return invent_guid(a, name);
	case CONFIG:
		return d->parent ? NULL : invent_config(d, name);
	case URL:
		return val_str(a->arena, d->uri);
	case RESOURCE_ID:
		return invent_resource_id(a, name);
	case SUBSCRIPTION:
		return val_str(a->arena, ARM_SUBSCRIPTION);
	case NOTHING:
		return val_str(a->arena, "");
	case DOMAIN:
		return val_str(a->arena, "example.com");
	case PLAIN:
		return invent_plain(a, name, type, decl);
	}
	return NULL;
}

/* Has it as many parts as the template takes from it?  "example.com" becomes "www.example.com", the
 * id of a network that of a subnet. */
static const struct val *fit_parts(struct arm *a, const struct val *v, const struct param_use *use)
{
	_cleanup_str_ struct str s = { 0 };
	unsigned n = 1;

	for (const char *p = v->s; (p = strchr(p, use->separator)); p++)
		n++;
	if (n >= use->parts)
		return v;
	str_add(&s, v->s);
	if (use->separator == '.' && n + 1 == use->parts)
		return val_printf(a->arena, "www.%s", v->s);
	for (; n < use->parts; n++)
		if (use->separator == '/')
			str_add(&s, n % 2 ? "/subnets" : "/existing");
		else
			str_printf(&s, "%cpart%u", use->separator, n);
	return val_strn(a->arena, str_get(&s), s.n);
}

/* What the template does with a value says more than the parameter's name. */
static const struct val *invent_fitting(struct deployment *d, enum kind k, const char *name,
                                        const char *type, const struct val *decl)
{
	const struct val *v = invent_value(d, k, name, type, decl),
	                 *list = val_get(decl, "allowedValues");
	struct param_use use = { 0 };

	if (!v || v->type != V_STR || list || k == PASSWORD || k == SSH_KEY || k == CONFIG)
		return v;
	param_used(d, name, &use);
	if (k == PLAIN && use.value)
		return use.value;
	return use.parts ? fit_parts(d->a, v, &use) : v;
}

const struct val *param_stand_in(struct deployment *d, const char *name, const char *type,
                                 const struct val *decl)
{
	enum kind k = kind_of_param(d, name, type, decl);

	return k == CONFIG ? val_str(d->a->arena, "") : invent_value(d, k, name, type, decl);
}

const struct val *param_made_up(struct deployment *d, const char *name, const char *type,
                                const struct val *decl, bool *ret_tell, bool *ret_secret)
{
	enum kind k = kind_of_param(d, name, type, decl);
	const struct val *v = invent_fitting(d, k, name, type, decl);

	*ret_tell = v && !d->parent && k != CONFIG; /* of which a finding of its own tells */
	*ret_secret = k == PASSWORD || k == SSH_KEY;
	return v;
}

const struct val *param_placeholder(struct arm *a, const struct val *v, const char *name,
                                    const char *type, const struct val *decl)
{
	const struct val *least = val_get(decl, "minLength");
	bool guid = strieq(type, "guid") || (least && least->type == V_INT && least->i == 36);

	if (v->type == V_STR && str_starts(v->s, "GET-PREREQ-"))
		return a->prereq_output(a, v->s + strlen("GET-PREREQ-"));
	if (v->type != V_STR || !str_starts(v->s, "GEN-"))
		return v;
	const char *what = v->s + 4;

	if (str_starts(what, "GUID") || guid)
		return invent_guid(a, name);
	if (str_starts(what, "UNIQUE")) {
		long n = what[6] == '-' ? strtol(what + 7, NULL, 10) : 12;

		return invent_unique_name(a, name, n > 1 && n < 14 ? (size_t)n : 12);
	}
	if (str_starts(what, "PASSWORD"))
		return invent_password(a, name);
	if (str_starts(what, "SSH"))
		return invent_ssh_key(a);
	return invent_unique_name(a, name, 12);
}
