/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service endpoints of subnets: what a topology says of them, and the prefixes they stand for. */
#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"
#include "kinds/vnet/vnet.h"

/* The names of services; service_endpoint_tag() says what they stand for. */
static const struct enum_value service_names[] = { { "Microsoft.Storage", 0, NULL, NULL },
	                                           { "Microsoft.Storage.Global", 0, NULL, NULL },
	                                           { "Microsoft.Sql", 0, NULL, NULL },
	                                           { "Microsoft.AzureCosmosDB", 0, NULL, NULL },
	                                           { "Microsoft.KeyVault", 0, NULL, NULL },
	                                           { "Microsoft.ServiceBus", 0, NULL, NULL },
	                                           { "Microsoft.EventHub", 0, NULL, NULL },
	                                           { "Microsoft.Web", 0, NULL, NULL },
	                                           { "Microsoft.AzureActiveDirectory", 0, NULL,
	                                             NULL },
	                                           { "Microsoft.CognitiveServices", 0, NULL, NULL },
	                                           { "Microsoft.ContainerRegistry", 0, NULL, NULL },
	                                           END };

const struct object_def service_endpoint_def = {
	"serviceEndpoint", "a service endpoint", NULL,
	(const struct field[]){
	    { .name = "service",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = service_names,
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

static void add_services(struct loader *l, struct subnet *s, const struct service_tag *tag,
                         const char *service, const char *ptr)
{
	struct service_prefix *had = s->services;

	load_tell_sample(l, tag, ptr);
	s->services = arena_array(l->a, s->n_services + tag->n_prefixes, sizeof(*s->services));
	if (s->n_services)
		memcpy(s->services, had, s->n_services * sizeof(*had));
	for (size_t i = 0; i < tag->n_prefixes; i++) {
		bool there = false;

		for (size_t k = 0; k < s->n_services; k++)
			there |= prefix_eq(s->services[k].prefix, tag->prefixes[i]);
		if (!there)
			s->services[s->n_services++] =
			    (struct service_prefix){ tag->prefixes[i], service, tag->name, ptr };
	}
}

/* "*": the service everywhere.  Without locations: the VNet's region, when its prefixes are known.
 */
static void resolve_endpoint(struct loader *l, struct subnet *s, json_t *x, const char *ptr)
{
	const char *service = json_string_value(json_object_get(x, "service"));
	const char *top = service ? service_endpoint_tag(service) : NULL;
	json_t *locations = json_object_get(x, "locations"), *y;
	const struct service_tag *tag;
	size_t i;

	if (!top)
		return;
	service = arena_strdup(l->a, service); /* the model outlives the JSON */
	json_array_foreach (locations, i, y) {
		const char *where = json_string_value(y);

		if (!where)
			continue;
		tag = load_service_tag(
		    l, &tag_in_route,
		    streq(where, "*") ? top : arena_printf(l->a, "%s.%s", top, where), ptr, NULL);
		if (tag)
			add_services(l, s, tag, service, ptr);
	}
	if (i)
		return;
	const struct service_tag *whole = service_tag_find(l->m, top);
	const char *region = s->vnet->location;

	tag = region ? service_tag_find(l->m, arena_printf(l->a, "%s.%s", top, region)) : NULL;
	/* what the topology says comes before the samples */
	if (!tag || (!tag->ptr && whole && whole->ptr))
		tag = load_service_tag(l, &tag_in_route, top, ptr, NULL);
	if (tag)
		add_services(l, s, tag, service, ptr);
}

static bool named_before(json_t *list, size_t k, json_t *x)
{
	json_t *service = json_object_get(x, "service");

	for (size_t i = 0; i < k && service; i++)
		if (json_equal(json_object_get(json_array_get(list, i), "service"), service))
			return true;
	return false;
}

void subnet_resolve_services(struct loader *l, struct subnet *s, json_t *x)
{
	json_t *list = json_object_get(x, "serviceEndpoints"), *y;
	size_t i;

	json_array_foreach (list, i, y) {
		const char *ptr = arena_printf(l->a, "%s/serviceEndpoints/%zu", s->ptr, i);

		if (named_before(list, i, y))
			load_error(
			    l, "SE-TWICE-01", NULL, ptr, "name it once, with all its locations",
			    "subnet \"%s/%s\" has service endpoint \"%s\" already", s->vnet->name,
			    s->name, json_string_value(json_object_get(y, "service")));
		else
			resolve_endpoint(l, s, y, ptr);
	}
}
