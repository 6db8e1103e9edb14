/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ExpressRoute circuits: what a topology says of them, and the two MSEEs of each. */
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "input/load.h"

#define MSEE_NET \
	0x64410000u /* 100.65.0.0/16: no VNet of the topology sees more of it than next hops */

static const struct enum_value sku_tiers[] = {
	{ "Standard", 0, NULL, NULL }, { "Premium", 1, NULL, NULL }, { "Local", 0, NULL, NULL }, END
};

static const struct object_def circuit = {
	"expressRouteCircuit", "an ExpressRoute circuit",
	"Two MSEEs, AS 12076, between gateways and a site.",
	(const struct field[]){
	    { .name = "site",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .ref = "sites",
	      .at = AT(struct circuit, site),
	      .help = "The customer's side." },
	    { .name = "peerAsn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .min = 1,
	      .max = UINT32_MAX,
	      .at = AT(struct circuit, peer_asn),
	      .help = "The AS number over there; without it the site's." },
	    { .name = "skuTier",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FILES,
	      .as_bool = true,
	      .values = sku_tiers,
	      .dflt = "Standard",
	      .at = AT(struct circuit, premium),
	      .help = "How many prefixes it bears: the settings maxPrefixesFromCircuit and "
	              "maxPrefixesFromPremiumCircuit." },
	    END }
};

static const struct field circuit_settings[] = {
	{ .name = "maxPrefixesFromCircuit",
	  .type = T_UINT,
	  .shows = SHOWS_IN_FILES,
	  .min = 1,
	  .max = 1000000,
	  .dflt = "4000",
	  .at = AT(struct settings, max_from_circuit),
	  .help = "Prefixes that a site may announce to an ExpressRoute circuit before its "
	          "session is dropped.",
	  .source = "ExpressRoute FAQ, 2022: 4,000 by private peering, 10,000 with the premium "
	            "add-on",
	  .confidence = "M" },
	{ .name = "maxPrefixesFromPremiumCircuit",
	  .type = T_UINT,
	  .shows = SHOWS_IN_FILES,
	  .min = 1,
	  .max = 1000000,
	  .dflt = "10000",
	  .at = AT(struct settings, max_from_premium),
	  .help = "The same for a circuit whose skuTier is Premium.",
	  .source = "ExpressRoute FAQ, 2022: 4,000 by private peering, 10,000 with the premium "
	            "add-on",
	  .confidence = "M" },
	{ .name = "maxPrefixesToCircuit",
	  .type = T_UINT,
	  .shows = SHOWS_IN_FILES,
	  .min = 1,
	  .max = 1000000,
	  .dflt = "1000",
	  .at = AT(struct settings, max_to_circuit),
	  .help = "Prefixes that an ExpressRoute gateway may announce to a circuit before the "
	          "session is dropped.",
	  .source = "ExpressRoute FAQ, 2022: the connection goes down until there are fewer",
	  .confidence = "M" },
	END
};

static void load_circuit(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct circuit *c = obj;

	(void)x, (void)at;
	for (unsigned k = 0; k < 2; k++) {
		c->msee_ip[k] = MSEE_NET + (ip4)(c->idx << 8) + 4 + k;
		c->vm[k] =
		    load_part(l, VM_MSEE, arena_printf(l->a, "%s/%u", c->name, k), c->ptr, k);
		c->vm[k]->part.circuit = c;
	}
}

static void resolve_circuits(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_circuits; i++) {
		struct circuit *c = &l->m->circuits[i];

		c->broken |= c->site && c->site->broken;
	}
}

static void count_circuit(json_t *x, size_t *nodes, size_t *nics)
{
	(void)x, (void)nics; /* their NICs are wires */
	*nodes += 2;
}

const struct kind kind_circuit = {
	.key = "expressRouteCircuits",
	.what = "ExpressRoute circuit",
	.help = "ExpressRoute circuits by name.",
	.object = &circuit,
	.nodes = true,
	.count = count_circuit,
	.azure = true,
	.place = 110,
	.list = KIND_LIST(circuits, n_circuits),
	.settings = circuit_settings,
	.load = load_circuit,
	.resolve = resolve_circuits,
};
