/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service tags: names that stand for prefixes, as destination of user-defined routes.  Names ignore
 * case. */
#pragma once

#include "azure/model.h"

/* The topology's own, or the sample that ships; NULL: unknown. */
const struct service_tag *service_tag_find(const struct model *m, const char *name);
/* Microsoft publishes a tag of this name; of "Storage.WestUS", whatever the region is, one of
 * "Storage".  Its prefixes need not be known here. */
bool service_tag_published(const char *tag);
/* The tag of which a name that is no tag is a misspelling, or NULL; the caller frees. */
char *service_tag_meant(const char *tag);
/* The rank of a route by that tag: of several for one prefix the lowest wins (azure-behaviour 2.6).
 * From 1, for regional tags; over 2, top-level, and 3, AzureCloud.region, to 4, AzureCloud. */
unsigned service_tag_rank(const char *name);
/* "Microsoft.Storage" -> "Storage"; NULL: no such service has endpoints. */
const char *service_endpoint_tag(const char *service);
/* Tags that security rules take, and routes do not. */
bool service_tag_for_rules_only(const char *name);
