/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service tags, and what names them: route tables, service endpoints of subnets. */
#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"

static size_t load_prefixes(struct loader *l, json_t *list, const struct prefix **ret)
{
	struct prefix *p = arena_array(l->a, json_array_size(list), sizeof(*p));
	size_t n = 0, i;
	json_t *x;

	json_array_foreach (list, i, x)
		if (json_is_string(x) && !prefix_parse(json_string_value(x), &p[n]))
			n++;
	*ret = p;
	return n;
}

static void load_service_tags(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "serviceTags"), *x;
	const struct jptr *at = JPTR(NULL, "serviceTags");
	const char *key;

	m->service_tags = arena_array(l->a, json_object_size(map), sizeof(*m->service_tags));
	json_object_foreach (map, key, x) {
		struct service_tag *t = &m->service_tags[m->n_service_tags++];

		t->name = arena_strdup(l->a, key);
		t->ptr = load_ptr(l, JPTR(at, key));
		t->n_prefixes =
		    load_prefixes(l, json_object_get(x, "addressPrefixes"), &t->prefixes);
	}
}

const struct service_tag *load_service_tag(struct loader *l, const char *name, const char *ptr)
{
	const struct service_tag *t = service_tag_find(l->m, name);
	const char *names[128];
	size_t n = 0;

	if (t)
		return t;
	for (size_t i = 0; i < l->m->n_service_tags && n < ARRAY_LEN(names); i++)
		names[n++] = l->m->service_tags[i].name;
	for (size_t i = 0; service_tag_sample(i) && n < ARRAY_LEN(names); i++)
		names[n++] = service_tag_sample(i);
	const char *near = str_nearest(name, names, n);
	_cleanup_free_ char *hint =
	    near ? xasprintf("did you mean \"%s\"? or give its prefixes in \"serviceTags\"", near)
	         : xasprintf("give its prefixes in \"serviceTags\": a sample of a few tags ships, "
	                     "the list is Microsoft's weekly download");

	/* There are hundreds that no sample has: a lab can do without.  A word that is nearly one
	 * that is known is a mistake. */
	finding_add(
	    l->f, near ? SEV_ERROR : SEV_WARNING, near ? "RT-TAG-01" : "RT-TAG-05", NULL, ptr, hint,
	    "the prefixes of service tag \"%s\" are not known: the lab has no routes for it", name);
	return NULL;
}

static void told_if_sample(struct loader *l, const struct service_tag *s, const char *ptr)
{
	if (!s->ptr)
		finding_add(l->f, SEV_INFO, "RT-TAG-03", NULL, ptr,
		            "give the real ones in \"serviceTags\" if the design depends on them",
		            "the prefixes of service tag \"%s\" are a small sample (%zu prefixes)",
		            s->name, s->n_prefixes);
}

/* A route for each prefix of the tag. */
static void load_tagged(struct loader *l, struct route_table *t, const struct route *as,
                        const char *tag)
{
	const char *ptr = arena_printf(l->a, "%s/addressPrefix", as->ptr);
	const struct service_tag *s = NULL;

	if (service_tag_for_rules_only(tag))
		load_error(l, "RT-TAG-04", NULL, ptr, "write the prefixes that you mean",
		           "route \"%s\": service tag \"%s\" is for security rules, not for "
		           "routes",
		           as->name, tag);
	else
		s = load_service_tag(l, tag, ptr);
	if (s)
		told_if_sample(l, s, ptr);
	for (size_t i = 0; s && i < s->n_prefixes; i++) {
		struct route *r = &t->routes[t->n_routes++];

		*r = *as;
		r->tag = s->name;
		r->more = i;
		r->prefix = s->prefixes[i];
	}
}

static size_t n_routes(const struct loader *l, json_t *list)
{
	size_t n = 0;
	const char *key;
	json_t *x;

	json_object_foreach (list, key, x) {
		const char *to = json_string_value(json_object_get(x, "addressPrefix"));
		const struct service_tag *tag = to ? service_tag_find(l->m, to) : NULL;

		n += tag && tag->n_prefixes ? tag->n_prefixes : 1;
	}
	return n;
}

static void load_route(struct loader *l, struct route_table *t, const char *name, json_t *x,
                       const struct jptr *at)
{
	const char *to = json_string_value(json_object_get(x, "addressPrefix"));
	struct route r = { .name = arena_strdup(l->a, name), .ptr = load_ptr(l, at) };

	r.broken = !schema_fill(&schema_route, x, l->a, &r);
	t->n_declared++;
	if (to && schema_tag_valid(to)) {
		load_tagged(l, t, &r, to);
		return;
	}
	r.broken |= !to || prefix_parse(to, &r.prefix) < 0;
	t->routes[t->n_routes++] = r;
}

void load_route_tables(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "routeTables"), *x, *y;
	const struct jptr *at = JPTR(NULL, "routeTables");
	const char *key, *route;

	load_service_tags(l);
	m->route_tables = arena_array(l->a, json_object_size(map), sizeof(*m->route_tables));
	json_object_foreach (map, key, x) {
		struct route_table *t = &m->route_tables[m->n_route_tables];
		const struct jptr *here = JPTR(at, key), *routes = JPTR(here, "routes");
		json_t *list = json_object_get(x, "routes");

		t->idx = m->n_route_tables++;
		t->name = arena_strdup(l->a, key);
		t->ptr = load_ptr(l, here);
		schema_fill(&schema_route_table, x, l->a, t);
		t->routes = arena_array(l->a, n_routes(l, list), sizeof(*t->routes));
		json_object_foreach (list, route, y)
			load_route(l, t, route, y, JPTR(routes, route));
	}
}

/* --- service endpoints ----------------------------------------------------------------------- */

static void add_services(struct loader *l, struct subnet *s, const struct service_tag *tag,
                         const char *service, const char *ptr)
{
	struct service_prefix *had = s->services;

	told_if_sample(l, tag, ptr);
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
static void endpoint(struct loader *l, struct subnet *s, json_t *x, const char *ptr)
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
		    l, streq(where, "*") ? top : arena_printf(l->a, "%s.%s", top, where), ptr);
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
		tag = load_service_tag(l, top, ptr);
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

void load_service_endpoints(struct loader *l)
{
	struct model *m = l->m;
	json_t *vnets = json_object_get(l->root, "virtualNetworks"), *v, *x, *y;
	const char *key, *name;
	size_t i = 0, k;

	json_object_foreach (vnets, key, v)
		json_object_foreach (json_object_get(v, "subnets"), name, x) {
			struct subnet *s = &m->subnets[i++];

			json_t *list = json_object_get(x, "serviceEndpoints");

			json_array_foreach (list, k, y) {
				const char *ptr =
				    arena_printf(l->a, "%s/serviceEndpoints/%zu", s->ptr, k);

				if (named_before(list, k, y))
					load_error(
					    l, "SE-TWICE-01", NULL, ptr,
					    "name it once, with all its locations",
					    "subnet \"%s/%s\" has service endpoint \"%s\" "
					    "already",
					    s->vnet->name, s->name,
					    json_string_value(json_object_get(y, "service")));
				else
					endpoint(l, s, y, ptr);
			}
		}
}
