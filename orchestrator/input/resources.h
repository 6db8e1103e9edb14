/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* The resources that every reader of a foreign file yields (ARM template, Terraform plan, az
 * export), and what the import makes a topology of: resources as ARM knows them.  Pure data, in
 * JSON:
 *
 *	[ { "id": "/subscriptions/.../resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/Hub",
 *	    "type": "Microsoft.Network/virtualNetworks",      children: ".../virtualNetworks/subnets"
 *	    "name": "Hub",                                    children: "Hub/NVA"
 *	    "location": "westeurope",                         may be absent
 *	    "properties": { ... },                            ARM's names and nesting
 *	    "sku"/"plan"/"tags"/"identity": ...               as they came
 *	    "source": "main.json#/resources/3" } ]            file, '#', JSON pointer
 *
 * Types compare without case; ids are joined by resource_key().  Children may be inline, or
 * resources of their own, or both. */
/* clang-format on */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* The form in which ids are compared: small letters, one slash between names, none at the end.  The
 * caller frees. */
char *resource_key(const char *id);
/* The resource with this id (NULL: none) in an object by key; borrowed, or NULL. */
json_t *resource_find(json_t *by_key, const char *id);
/* "microsoft.network/virtualnetworks/subnets" of a key; NULL when it is none of a resource.  The
 * caller frees. */
char *resource_type(const char *key);
/* Whatever the case of its name: PowerShell's ConvertTo-Json begins names with a capital. */
json_t *input_member(const json_t *doc, const char *key);
const char *input_text(const json_t *doc, const char *key); /* "": it has none */
/* A resource as ARM knows it: it has an id of a provider's, or a type of one and a name. */
bool input_is_resource(const json_t *doc);
