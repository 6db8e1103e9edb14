/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of what routes are made of: route tables, service tags, connected groups,
 * endpoints. */
#include "azure/kind.h"
#include "azure/model.h"
#include "input/schema_topology.h"

const struct object_def schema_connected_group = {
	"connectedGroup", "a connected group",
	"Azure Virtual Network Manager's mesh: its members reach one another without peerings.",
	(const struct field[]){ { .name = "virtualNetworks",
	                          .type = T_LIST,
	                          .shows = SHOWS_IN_FABRIC,
	                          .item = T_NAME,
	                          .required = true,
	                          .min = 1,
	                          .help = "its members" },
	                        { .name = "isGlobal",
	                          .type = T_BOOL,
	                          .shows = SHOWS_IN_FABRIC,
	                          .dflt = "false",
	                          .at = AT(struct connected_group, global),
	                          .help = "Members of different regions reach one another, too." },
	                        END }
};

/* What they stand for: service_endpoint_tag(). */
static const struct enum_value services[] = { { "Microsoft.Storage", 0, NULL, NULL },
	                                      { "Microsoft.Storage.Global", 0, NULL, NULL },
	                                      { "Microsoft.Sql", 0, NULL, NULL },
	                                      { "Microsoft.AzureCosmosDB", 0, NULL, NULL },
	                                      { "Microsoft.KeyVault", 0, NULL, NULL },
	                                      { "Microsoft.ServiceBus", 0, NULL, NULL },
	                                      { "Microsoft.EventHub", 0, NULL, NULL },
	                                      { "Microsoft.Web", 0, NULL, NULL },
	                                      { "Microsoft.AzureActiveDirectory", 0, NULL, NULL },
	                                      { "Microsoft.CognitiveServices", 0, NULL, NULL },
	                                      { "Microsoft.ContainerRegistry", 0, NULL, NULL },
	                                      END };

const struct object_def schema_service_endpoint = {
	"serviceEndpoint", "a service endpoint", NULL,
	(const struct field[]){
	    { .name = "service",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = services,
	      .required = true,
	      .help =
	          "Its prefixes are those of the service tag: the VNet's region's one when that "
	          "is known (serviceTags), else the service's." },
	    { .name = "locations",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_TEXT,
	      .help = "Regions whose prefixes are meant; \"*\": the service's everywhere." },
	    END }
};

const struct object_def schema_private_endpoint = {
	"privateEndpoint", "a private endpoint",
	"An address of a service inside a VNet. It answers on its ports, and no ping.",
	(const struct field[]){
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .required = true,
	      .help = "\"VNET/SUBNET\"" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct nic, ip),
	      .help = "Static address. Without it: the lowest free one, after those of VMs." },
	    { .name = "listen",
	      .type = T_LIST,
	      .shows = SHOWS_AS_IT_RUNS,
	      .item = T_LISTEN,
	      .help = "Ports that the service answers on. Without it: tcp/443." },
	    END }
};

const struct kind kind_connected_group = {
	.key = "connectedGroups",
	.what = "connected group",
	.help = "Meshes of Azure Virtual Network Manager by name.",
	.object = &schema_connected_group,
	.place = 20,
};

const struct kind kind_private_endpoint = {
	.key = "privateEndpoints",
	.what = "private endpoint",
	.help = "Private endpoints by name.",
	.object = &schema_private_endpoint,
	.nodes = true,
	.azure = true,
	.place = 180,
};
