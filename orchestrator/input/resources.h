/* What every reader of a foreign file yields (ARM template, Terraform plan, az export), and what
 * the import makes a topology of: resources as ARM knows them.  Pure data, in JSON:
 *
 *	[ { "id": "/subscriptions/.../resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/Hub",
 *	    "type": "Microsoft.Network/virtualNetworks",       children: ".../virtualNetworks/subnets"
 *	    "name": "Hub",                                     children: "Hub/NVA"
 *	    "location": "westeurope",                          may be absent
 *	    "properties": { ... },                             ARM's names and nesting
 *	    "sku"/"plan"/"tags"/"identity": ...                as they came
 *	    "source": "main.json#/resources/3" } ]             file, '#', JSON pointer
 *
 * Types compare without case; ids are joined by resource_key().  Children may be inline, or
 * resources of their own, or both. */
#pragma once

#include <jansson.h>
