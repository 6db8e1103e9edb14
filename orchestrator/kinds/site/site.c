/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-premises sites: what a topology says of them, and the nodes that play them. */
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

static const struct object_def site_router = {
	"siteRouter", "a site's router", NULL,
	(const struct field[]){
	    { .name = "image",
	      .type = T_NAME,
	      .shows = SHOWS_IN_FILES,
	      .required = true,
	      .at = AT(struct node, guest.image),
	      .help = "a folder of images/ with a routing daemon" },
	    { .name = "config",
	      .type = T_MAP,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PATH,
	      .keys = KEYS_FILE,
	      .help =
	          "Its own files; without them they are generated. Its wires are eth0, eth1, ... "
	          "in the order: hosts, circuits, connections." },
	    END }
};

static const struct object_def site = {
	"site", "an on-premises site",
	"A router, which is a node of the site's name, and hosts behind it, SITE/HOST.",
	(const struct field[]){
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PREFIX,
	      .required = true,
	      .min = 1,
	      .help = "its networks, which it announces" },
	    { .name = "asn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .min = 1,
	      .max = UINT32_MAX,
	      .dflt = "65010",
	      .at = AT(struct site, asn),
	      .help = "Its AS number." },
	    { .name = "bgpPeeringAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .at = AT(struct site, bgp_ip),
	      .help = "The router's address. Without it: the first of its first prefix." },
	    { .name = "publicIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct site, public_ip),
	      .help = "What gatewayIpAddress of a local network gateway says." },
	    { .name = "sharedKey",
	      .type = T_TEXT,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .at = AT(struct site, shared_key),
	      .help = "The IPsec key that its router has." },
	    { .name = "hosts",
	      .type = T_MAP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .item = T_IP,
	      .help = "Hosts by name; they answer ICMP, tcp/80 and tcp/443." },
	    { .name = "router", .type = T_OBJECT, .shows = SHOWS_INSIDE, .object = &site_router },
	    END }
};

static void load_site_hosts(struct loader *l, struct site *s, json_t *map, const struct jptr *at)
{
	static const struct listener answers[] = { { LISTEN_TCP, 80 }, { LISTEN_TCP, 443 } };
	const char *key;
	json_t *x;

	s->hosts = arena_array(l->a, json_object_size(map), sizeof(*s->hosts));
	json_object_foreach (map, key, x) {
		struct site_host *h = &s->hosts[s->n_hosts++];

		h->name = arena_strdup(l->a, key);
		h->ptr = load_ptr(l, JPTR(at, key));
		h->vm = load_part(l, VM_SITE_HOST, arena_printf(l->a, "%s/%s", s->name, key),
		                  h->ptr, 0);
		h->vm->part.site = s;
		h->vm->listen = arena_array(l->a, ARRAY_LEN(answers), sizeof(*h->vm->listen));
		memcpy(h->vm->listen, answers, sizeof(answers));
		h->vm->n_listen = ARRAY_LEN(answers);
		s->broken |= !json_is_string(x) || ip4_parse(json_string_value(x), &h->ip);
	}
}

static void load_site_router(struct loader *l, struct site *s, json_t *x, const struct jptr *at)
{
	s->vm = load_part(l, VM_SITE_ROUTER, s->name, s->ptr, 0);
	s->vm->part.site = s;
	s->generated = !json_is_object(x);
	if (s->generated)
		return;
	s->broken |= !schema_fill(&site_router, x, l->a, s->vm);
	if (strieq(s->vm->guest.image, "host")) {
		s->broken = true;
		load_error(l, "SITE-ROUTER-01", NULL, load_ptr(l, at),
		           "take one that has a routing daemon, as \"frr\" or \"bird\"; or leave "
		           "\"router\" out",
		           "the router of site \"%s\" has the image \"host\", which runs nothing",
		           s->name);
	}
	load_config(l, s->vm, json_object_get(x, "config"), JPTR(at, "config"));
	if (s->vm->guest.n_configs)
		return;
	s->vm->guest.bgp = (struct bgp_block){ .present = true,
		                               .ptr = s->vm->ptr,
		                               .asn = s->asn,
		                               .advertise = s->prefixes,
		                               .n_advertise = s->n_prefixes };
}

static void load_site(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct site *s = obj;
	json_t *prefixes = json_object_get(x, "addressPrefixes");

	s->n_prefixes = load_prefixes(l, prefixes, &s->prefixes);
	s->broken |= !s->n_prefixes || s->n_prefixes < json_array_size(prefixes);
	load_site_router(l, s, json_object_get(x, "router"), JPTR(at, "router"));
	load_site_hosts(l, s, json_object_get(x, "hosts"), JPTR(at, "hosts"));
}

/* Local network gateways have said what address it has. */
static void choose_bgp_addresses(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_sites; i++) {
		struct site *s = &l->m->sites[i];

		if (ip4_is_none(s->bgp_ip) && s->n_prefixes)
			s->bgp_ip = prefix_at(s->prefixes[0], 1);
	}
}

static void count_site(json_t *x, size_t *nodes, size_t *nics)
{
	(void)nics;
	*nodes += 1 + json_object_size(json_object_get(x, "hosts"));
}

const struct kind kind_site = {
	.key = "sites",
	.what = "site",
	.help = "On-premises sites by name.",
	.object = &site,
	.nodes = true,
	.count = count_site,
	.place = 100,
	.list = KIND_LIST(sites, n_sites),
	.load = load_site,
	.resolve = choose_bgp_addresses,
};
