/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows that conversion follows: which resource of azurerm is which of ARM, attribute by
 * attribute.  They stand beside the rows of ARM's types (input/import/).  Both spellings of azurerm
 * 3 and 4 have rows. */
#pragma once

#include <stdbool.h>

enum tf_how {
	TF_COPY,     /* as it is */
	TF_LIST,     /* a list of scalars */
	TF_NOT,      /* a boolean that azurerm has the other way round */
	TF_ENABLED,  /* a boolean -> "Enabled", "Disabled" */
	TF_ID,       /* an id -> {"id": it} */
	TF_IDS,      /* ids -> [{"id": it}] */
	TF_BLOCKS,   /* nested blocks -> [{"name", "properties": {...}}] */
	TF_BLOCK,    /* the first nested block -> {...} */
	TF_SERVICES, /* ["Microsoft.Storage"] -> [{"service": it}] */
	TF_JSON,     /* JSON in a string */
	TF_FRONTEND, /* a frontend's name -> {"id": the load balancer's frontend} */
};

struct tf_attr {
	const char *tf;  /* NULL ends the list */
	const char *arm; /* below "properties", by dots; "^" in front: beside "properties" */
	enum tf_how how;
	const struct tf_attr *block; /* of TF_BLOCKS and TF_BLOCK */
};

/* The value that azurerm takes where a design gives none
 * (registry.terraform.io/providers/hashicorp/azurerm, "Defaults to"; 4.0-upgrade-guide for what
 * changed). */
struct tf_default {
	const char *attr;   /* "sku", or of blocks "ip_configuration.name"; NULL ends the list */
	const char *value;  /* JSON */
	unsigned from, to;  /* the provider's major versions; 0: any */
	const char *unless; /* another spelling of the attribute, or NULL */
};

struct tf_type {
	const char *tf;  /* "azurerm_subnet" */
	const char *arm; /* "Microsoft.Network/virtualNetworks/subnets" */
	/* The attribute of a child that names the parent, by its id or by its name. */
	const char *parent_id, *parent_name;
	/* Its object belongs into this list of the parent's properties, and is no resource by
	 * itself. */
	const char *fold;
	/* It only sets something on another resource: `parent_id` names that, attrs say what. A
	 * list is added to.  `within` is the attribute that names one of its ipConfigurations. */
	bool joins;
	const char *within;
	/* A child of the same attributes, made along with it: the Route Server's ipConfigurations.
	 */
	const char *also;
	const struct tf_attr *also_attrs;
	/* Attributes of others that take its id, with a space around each: " subnet_id "; or NULL.
	 */
	const char *ids;
	const struct tf_attr *attrs;
	const struct tf_default
	    *defaults; /* of source alone: plans and states have them; or NULL */
};

#define TF_ATTRS (const struct tf_attr[])
#define TF_DEFAULTS (const struct tf_default[])
#define ARM_NET "Microsoft.Network/"
#define ARM_COMPUTE "Microsoft.Compute/"

/* Blocks that several resources have (blocks.c). */
extern const struct tf_attr tf_ip_configuration[], tf_address[], tf_bgp_settings[];

const struct tf_type *tf_type_find(const char *tf); /* NULL: not known */
/* ARM's name of an attribute that no row converts, when ARM's type has the property and the lab
 * lacks it: "vpn_client_configuration" -> "vpnClientConfiguration"; else NULL. */
const char *tf_lacking(const struct tf_type *t, const char *attr);
/* The last type in the ids that an attribute takes, "subnets" for "subnet_id"; NULL: any. */
const char *tf_type_of_ids(const char *attr);
