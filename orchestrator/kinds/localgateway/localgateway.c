/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local network gateways: what a topology says of them, and who is there. */
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

static const struct object_def bgp_settings = {
	"bgpSettings", "bgpSettings", NULL,
	(const struct field[]){ { .name = "asn",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FILES,
	                          .min = 1,
	                          .max = UINT32_MAX,
	                          .required = true,
	                          .at = AT(struct local_gateway, asn),
	                          .help = "the AS number over there" },
	                        { .name = "bgpPeeringAddress",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_FILES,
	                          .required = true,
	                          .at = AT(struct local_gateway, bgp_ip),
	                          .help = "the address of the BGP speaker over there" },
	                        END }
};

static const struct object_def local_gateway = {
	"localNetworkGateway", "a local network gateway",
	"What Azure is told about the other side of an IPsec connection.",
	(const struct field[]){
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PREFIX,
	      .help = "Prefixes over there, known without BGP." },
	    { .name = "bgpSettings",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &bgp_settings },
	    { .name = "gatewayIpAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .at = AT(struct local_gateway, gateway_ip),
	      .help =
	          "The public address over there: that of a site, of a VPN gateway, or of a VM." },
	    { .name = "site",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .nullable = true,
	      .ref = "sites",
	      .at = AT(struct local_gateway, site),
	      .help = "The site itself, instead of its public address." },
	    END }
};

static void load_local(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct local_gateway *g = obj;
	json_t *bgp = json_object_get(x, "bgpSettings"),
	       *list = json_object_get(x, "addressPrefixes");

	(void)at;
	if (json_is_object(bgp))
		g->broken |= !schema_fill(&bgp_settings, bgp, l->a, g);
	g->n_prefixes = load_prefixes(l, list, &g->prefixes);
	g->broken |= g->n_prefixes < json_array_size(list);
}

static void find_site(const struct model *m, struct local_gateway *g)
{
	for (size_t i = 0; !g->site && ip4_is_set(g->gateway_ip) && i < m->n_sites; i++)
		if (m->sites[i].public_ip == g->gateway_ip)
			g->site = &m->sites[i];
	if (g->site && ip4_is_set(g->bgp_ip) && ip4_is_none(g->site->bgp_ip))
		g->site->bgp_ip = g->bgp_ip;
}

static void find_sites(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_local_gateways; i++)
		find_site(l->m, &l->m->local_gateways[i]);
}

static bool has_public(const struct node *vm, ip4 a)
{
	if (vm->role == VM_GATEWAY)
		return vm_gateway(vm)->public_ip[vm->part.instance] == a;
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->public_ip == a)
			return true;
	return false;
}

static bool speaks_from(const struct node *vm, ip4 a)
{
	for (size_t i = 0;
	     vm->role == VM_GATEWAY && i < vm_gateway(vm)->n_custom[vm->part.instance]; i++)
		if (vm_gateway(vm)->custom[vm->part.instance][i] == a)
			return true;
	return vm_has_address(vm, a);
}

static bool can_be_peer(const struct node *vm)
{
	return !vm_is_hybrid(vm) || (vm->role == VM_GATEWAY && vm_gateway(vm)->type == GW_VPN &&
	                             !vm_gateway(vm)->broken);
}

static void set_local_peer(struct model *m, struct local_gateway *l)
{
	for (size_t i = 0; i < m->n_vms && !l->site && !l->peer; i++)
		if (can_be_peer(&m->vms[i]) && ip4_is_set(l->gateway_ip) &&
		    has_public(&m->vms[i], l->gateway_ip))
			l->peer = &m->vms[i];
	for (size_t i = 0; i < m->n_vms && !l->site && !l->peer; i++)
		if (can_be_peer(&m->vms[i]) && ip4_is_set(l->bgp_ip) &&
		    speaks_from(&m->vms[i], l->bgp_ip))
			l->peer = &m->vms[i];
}

static void find_peers(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_local_gateways; i++)
		if (!l->m->local_gateways[i].broken)
			set_local_peer(l->m, &l->m->local_gateways[i]);
}

const struct kind kind_local_gateway = {
	.key = "localNetworkGateways",
	.what = "local network gateway",
	.help = "Local network gateways by name.",
	.object = &local_gateway,
	.azure = true,
	.place = 80,
	.list = KIND_LIST(local_gateways, n_local_gateways),
	.load = load_local,
	.resolve = find_sites,
	.settle = find_peers,
};
