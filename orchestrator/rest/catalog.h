/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of what Azure offers: regions, images, providers. */
#pragma once

#include <jansson.h>

json_t *catalog_aliases(void); /* the document of image aliases that az reads; new reference */
/* A list of {"name", "displayName", ...} below a subscription's path; new reference. */
json_t *catalog_locations(const char *subscription);
/* The provider of that namespace, as it is spelled: {"namespace", "registrationState",
 * "resourceTypes": [...]}; new reference. */
json_t *catalog_provider(const char *subscription, const char *name);
json_t *catalog_providers(const char *subscription); /* a list */
