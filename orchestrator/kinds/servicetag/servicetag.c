/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service tags: names for prefixes, in routes, security rules and service endpoints. */
#include "azure/kind.h"
#include "input/load.h"

static const struct object_def service_tag = { "serviceTag", "a service tag",
	                                       "The prefixes of a service tag, as Microsoft's "
	                                       "weekly file has them. Without it: a small sample.",
	                                       (const struct field[]){
	                                           { .name = "addressPrefixes",
	                                             .type = T_LIST,
	                                             .shows = SHOWS_IN_FABRIC,
	                                             .item = T_PREFIX,
	                                             .required = true,
	                                             .min = 1,
	                                             .help = "what it stands for" },
	                                           END } };

static void load_tag(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct service_tag *t = obj;
	struct prefix *prefixes;

	(void)at;
	t->n_prefixes = load_prefixes(l, json_object_get(x, "addressPrefixes"), &prefixes);
	t->prefixes = prefixes;
}

const struct kind kind_service_tag = {
	.key = "serviceTags",
	.what = "service tag",
	.help = "Prefixes of service tags by name, as routes and service endpoints use "
	        "them.",
	.object = &service_tag,
	.place = 35,
	.list = KIND_LIST(service_tags, n_service_tags),
	.load = load_tag,
};
