/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of service endpoints. */
#include "azure/kind.h"
#include "azure/model.h"
#include "input/schema_topology.h"

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
