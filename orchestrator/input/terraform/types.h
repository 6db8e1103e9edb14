/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which resource of azurerm is which of ARM, attribute by attribute: one table (terraform/types.c,
 * terraform/types_more.c) that conversion follows.  Both spellings of azurerm 3 and 4 have rows. */
#pragma once

#include <stdbool.h>

enum tf_how {
	TF_COPY,     /* as it is */
	TF_LIST,     /* a list of scalars */
	TF_NOT,      /* a boolean that azurerm has the other way round */
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

struct tf_type {
	const char *tf;  /* "azurerm_subnet" */
	const char *arm; /* "Microsoft.Network/virtualNetworks/subnets" */
	/* Of a child: the attribute that names the parent, by its id or by its name. */
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
	const struct tf_attr *attrs;
};

const struct tf_type *tf_type_find(const char *tf);      /* NULL: not known */
extern const struct tf_type tf_types[], tf_types_more[]; /* tf NULL ends them */
