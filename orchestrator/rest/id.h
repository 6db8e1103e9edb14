/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URLs of Azure Resource Manager, taken apart. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

enum rest_id_kind {
	ID_OTHER,        /* nothing below */
	ID_SUBSCRIPTION, /* /subscriptions/S[/tail] */
	ID_GROUP,        /* .../resourceGroups/G[/tail] */
	ID_RESOURCE /* .../providers/P/TYPE/NAME...; its group may be NULL: below a subscription */
};

struct rest_id {
	enum rest_id_kind kind;
	char *path; /* decoded, one slash between names, "resourceGroups", none at the end */
	char *key;  /* path in small letters: resource_key() */
	char *subscription, *group; /* as spelled; NULL */
	/* Set for ID_RESOURCE: the type as spelled, "Microsoft.Network/virtualNetworks/subnets";
	 * last name; the parent's path, NULL: none. name NULL: a list of that type, below parent.
	 */
	char *type, *name, *parent;
	char *tail; /* what follows a group or subscription, or the action of a resource; NULL */
};

/* Reads the path of a URL, without its query: percent signs are decoded. -EINVAL: no id could be so
 * (NUL, bytes that are no UTF-8, "..", "%2f", control characters, a name of more than 260).  A POST
 * to a resource ends in the name of an action. */
int rest_id_parse(const char *path, bool post, struct rest_id *ret, struct err *e);
void rest_id_done(struct rest_id *id);
/* {"api-version": "2022-07-01", "$filter": "name eq 'x'"}: names in small letters, decoded; new
 * reference.  NULL: -EINVAL, as above. */
json_t *rest_query_parse(const char *query, struct err *e);
