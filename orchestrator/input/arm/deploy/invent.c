/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values for parameters that nobody gave: secrets, users, keys, sizes, labels shape no network. */
#include <stdio.h>
#include <string.h>

#include "input/arm/deploy/param.h"
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
	TAGS,
	URL
};

/* Parts of names; the first that is found decides. */
static const struct {
	const char *part;
	enum kind kind;
} parts[] = {
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
	{ "storageaccount", UNIQUE },
	{ "email", EMAIL },
	{ "objectid", GUID },
	{ "principalid", GUID },
	{ "clientid", GUID },
	{ "tenantid", GUID },
	{ "vmsize", VM_SIZE },
	{ "machinesize", VM_SIZE },
	{ "location", LOCATION },
	{ "region", LOCATION },
	{ "tags", TAGS },
	{ "artifactslocation", URL },
};

static enum kind kind_of_param(const char *name, const char *type)
{
	if (strieq(type, "securestring") || strieq(type, "secureObject"))
		return PASSWORD;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcasestr(name, parts[i].part)) {
			bool object = strieq(type, "object");

			if (parts[i].kind == TAGS ? object : strieq(type, "string"))
				return parts[i].kind;
		}
	return NONE;
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

static const struct val *invent_config(struct deployment *d, const char *name)
{
	_cleanup_free_ char *tail = jptr_str(JPTR(JPTR(NULL, "parameters"), name));
	_cleanup_free_ char *hint = xasprintf("-p %s=@FILE", name);

	arm_finding(d->a, SEV_WARNING, "ARM-PARAM-05", NULL, d->file, tail, hint,
	            "the parameter \"%s\" has no value: appliances get no configuration from it",
	            name);
	return val_str(d->a->arena, "");
}

const struct val *param_invent(struct deployment *d, const char *name, const char *type,
                               const struct val *decl)
{
	const struct val *list = val_get(decl, "allowedValues");
	struct arm *a = d->a;
	enum kind k = kind_of_param(name, type);

	if (k != NONE && list && list->type == V_ARR && list->n)
		return list->items[0];
	if (strieq(type, "secureObject"))
		return val_obj(a->arena, NULL, 0);
	switch (k) {
	case PASSWORD:
		return invent_password(a, name);
	case USER:
		return val_str(a->arena, "azureuser");
	case SSH_KEY:
		return invent_ssh_key(a);
	case LOCATION:
		return val_str(a->arena, arm_location(a));
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
	case TAGS:
		return val_obj(a->arena, NULL, 0);
	case URL:
		return val_str(a->arena, d->uri);
	default:
		return NULL;
	}
}

const struct val *param_placeholder(struct arm *a, const struct val *v, const char *name,
                                    const char *type)
{
	if (v->type == V_STR && str_starts(v->s, "GET-PREREQ-"))
		return a->prereq_output(a, v->s + strlen("GET-PREREQ-"));
	if (v->type != V_STR || !str_starts(v->s, "GEN-"))
		return v;
	const char *what = v->s + 4;

	if (str_starts(what, "UNIQUE")) {
		long n = what[6] == '-' ? strtol(what + 7, NULL, 10) : 12;

		return invent_unique_name(a, name, n > 1 && n < 14 ? (size_t)n : 12);
	}
	if (str_starts(what, "PASSWORD"))
		return invent_password(a, name);
	if (str_starts(what, "SSH"))
		return invent_ssh_key(a);
	if (str_starts(what, "GUID") || strieq(type, "guid"))
		return invent_guid(a, name);
	return invent_unique_name(a, name, 12);
}
