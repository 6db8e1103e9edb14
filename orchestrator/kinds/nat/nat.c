/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT gateways: what a topology says of them, and how they are loaded. */
#include "azure/nat.h"
#include "azure/kind.h"
#include "input/load.h"
#include "kinds/ranges.h"

#define RANGE_FIELD(key, one, many, tf, what) \
	{ .name = (key), \
	  .type = T_LIST, \
	  .shows = SHOWS_IN_FABRIC, \
	  .item = T_NAME, \
	  .help = "Entries of " key ": all of their addresses that nobody else took, " \
		  "behind those." },

static const struct object_def nat_gateway = {
	"natGateway", "a NAT gateway",
	"What its subnets send to the Internet leaves with its public address.",
	(const struct field[]){
	    { .name = "publicIPAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_PUBLIC_IP,
	      .help = "Its public addresses: entries of publicIPAddresses, or true for one from "
	              "20.100.0.0/16. Azure takes any of them for a flow, the lab the first." },
	    ADDRESS_RANGES(RANGE_FIELD) /* after the addresses */
	    { .name = "idleTimeoutInMinutes",
	      .type = T_UINT,
	      .shows = SHOWS_AS_IT_RUNS,
	      .min = 4,
	      .max = 120,
	      .dflt = "4",
	      .help = "Not emulated: connections time out as the kernel's do." },
	    END }
};

static const struct field nat_settings[] = {
	{ .name = "natGatewayBeforePublicIP",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FABRIC,
	  .dflt = "true",
	  .at = AT(struct settings, nat_first),
	  .help = "What a NIC with a public address sends to the Internet leaves by its "
	          "subnet's NAT gateway; false: as its own address. Answers to what came in "
	          "by that leave by it in any case.",
	  .source = "the documentation of NAT gateways says so; that of outbound connections "
	            "has the public address first",
	  .confidence = "M" },
	{ .name = "natGatewayIcmp",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FABRIC,
	  .dflt = "false",
	  .at = AT(struct settings, nat_icmp),
	  .help = "NAT gateways translate every protocol; false: TCP and UDP only. What they do "
	          "not translate leaves as the NIC's own public address, or not at all.",
	  .source = "the documentation says TCP and UDP only; what happens beside a public "
	            "address is not documented",
	  .confidence = "M" },
	END
};

static void load_nat(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct nat_gateway *g = obj;

	(void)x, (void)at;
	g->first = l->m->settings.nat_first;
	g->icmp = l->m->settings.nat_icmp;
}

/* Subnets name it; it is in the VNet of the first one. */
static void find_nat_vnets(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_subnets; i++) {
		struct subnet *s = &l->m->subnets[i];

		if (s->nat_gateway && !s->nat_gateway->vnet)
			s->nat_gateway->vnet = s->vnet;
	}
}

static void take_nat_addresses(struct loader *l, void *obj, json_t *x)
{
	struct nat_gateway *g = obj;
	json_t *list = json_object_get(x, "publicIPAddresses"), *v;
	size_t i;

	g->ips = arena_array(l->a, json_array_size(list), sizeof(*g->ips));
	json_array_foreach (list, i, v) {
		ip4 ip = load_public_ip(l, g->name, v,
		                        arena_printf(l->a, "%s/publicIPAddresses/%zu", g->ptr, i));

		if (ip4_is_set(ip))
			g->ips[g->n_ips++] = ip;
	}
}

const struct kind kind_nat_gateway = {
	.key = "natGateways",
	.what = "NAT gateway",
	.help = "NAT gateways by name; subnets refer to them.",
	.object = &nat_gateway,
	.azure = true,
	.place = 160,
	.list = KIND_LIST(nat_gateways, n_nat_gateways),
	.settings = nat_settings,
	.load = load_nat,
	.resolve = find_nat_vnets,
	.address = take_nat_addresses,
};
