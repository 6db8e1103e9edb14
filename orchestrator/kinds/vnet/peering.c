/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Peerings: what a topology says of them, their halves, and the subnets that they are for. */
#include "base/str.h"
#include "input/load.h"
#include "kinds/vnet/vnet.h"

const struct object_def peering_def = {
	"peering", "a peering",
	"One half of a VNet peering; the other half belongs to the remote VNet.",
	(const struct field[]){
	    { .name = "remoteVirtualNetwork",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .required = true,
	      .help = "the VNet on the other side" },
	    { .name = "allowVirtualNetworkAccess",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "true",
	      .at = AT(struct peering, allow_access),
	      .help = "Traffic between the two VNets." },
	    { .name = "allowForwardedTraffic",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct peering, allow_forwarded),
	      .help = "Take packets from the remote VNet that do not originate there." },
	    { .name = "allowGatewayTransit",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct peering, allow_gateway_transit),
	      .help = "Offer this VNet's Route Server to the remote VNet." },
	    { .name = "useRemoteGateways",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct peering, use_remote_gateways),
	      .help = "Use the remote VNet's Route Server; on one peering of a VNet at most." },
	    { .name = "peerCompleteVnets",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .dflt = "true",
	      .at = AT(struct peering, complete),
	      .help = "false: subnet peering, of the subnets that are named here only." },
	    { .name = "localSubnetNames",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_NAME,
	      .help = "Subnet peering: the subnets of this VNet that take part." },
	    { .name = "remoteSubnetNames",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_NAME,
	      .help = "Subnet peering: the subnets of the remote VNet that take part." },
	    END }
};

void vnet_load_peerings(struct loader *l, struct vnet *v, json_t *map, const struct jptr *at)
{
	const char *key;
	json_t *x;

	v->peerings = arena_array(l->a, json_object_size(map), sizeof(*v->peerings));
	json_object_foreach (map, key, x) {
		struct peering *p = &v->peerings[v->n_peerings++];

		p->name = arena_strdup(l->a, key);
		p->ptr = load_ptr(l, JPTR(at, key));
		p->vnet = v;
		p->broken = !schema_fill(&peering_def, x, l->a, p);
	}
}

/* --- references ----------------------------------------------------------------------------- */

static struct subnet *find_subnet_named(const struct vnet *v, const char *name)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		if (strieq(v->subnets[i]->name, name))
			return v->subnets[i];
	return NULL;
}

/* The subnets of v that a list names; unknown ones are reported. */
static size_t resolve_subnet_names(struct loader *l, struct peering *p, const struct vnet *v,
                                   json_t *x, const char *key, struct subnet ***ret)
{
	json_t *list = json_object_get(x, key), *name;
	size_t n = 0, i;

	*ret = arena_array(l->a, json_array_size(list), sizeof(struct subnet *));
	json_array_foreach (list, i, name) {
		const char *s = json_string_value(name);
		struct subnet *found = s ? find_subnet_named(v, s) : NULL;

		if (!s || !schema_name_valid(s)) {
			p->broken = true;
			continue;
		}
		if (found) {
			(*ret)[n++] = found;
			continue;
		}
		p->broken = true;
		load_unknown(l, SCOPE_SUBNETS, arena_printf(l->a, "%s/%s", v->name, s),
		             arena_printf(l->a, "%s/%s/%zu", p->ptr, key, i));
	}
	return n;
}

static void resolve_peering_subnets(struct loader *l, struct peering *p, json_t *x)
{
	p->n_local_subnets =
	    resolve_subnet_names(l, p, p->vnet, x, "localSubnetNames", &p->local_subnets);
	p->n_remote_subnets =
	    resolve_subnet_names(l, p, p->remote, x, "remoteSubnetNames", &p->remote_subnets);
}

static void resolve_peering(struct loader *l, struct peering *p, json_t *x)
{
	const char *name = json_string_value(json_object_get(x, "remoteVirtualNetwork"));

	if (!name || !schema_name_valid(name)) {
		p->broken = true;
		return;
	}
	p->remote = model_vnet(l->m, name);
	if (p->remote) {
		resolve_peering_subnets(l, p, x);
		return;
	}
	p->broken = true;
	load_no_such(l, "virtualNetworks", name,
	             arena_printf(l->a, "%s/remoteVirtualNetwork", p->ptr));
}

void vnet_resolve_peerings(struct loader *l, struct vnet *v, json_t *map)
{
	const char *name;
	size_t i = 0;
	json_t *x;

	json_object_foreach (map, name, x)
		resolve_peering(l, &v->peerings[i++], x);
}

/* The two halves find each other: each VNet's peerings sorted by remote would do, but a VNet has
 * few peerings except for hubs, whose spokes have few: search at the end that has fewer. */
void vnet_pair_peerings(struct model *m)
{
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++) {
			struct peering *p = &m->vnets[i].peerings[j];

			for (size_t k = 0; p->remote && p->remote != p->vnet && !p->reverse &&
			                   k < p->remote->n_peerings &&
			                   (p->remote->n_peerings <= p->vnet->n_peerings);
			     k++) {
				struct peering *q = &p->remote->peerings[k];

				if (q->remote == p->vnet && !q->reverse) {
					p->reverse = q;
					q->reverse = p;
				}
			}
		}
}
