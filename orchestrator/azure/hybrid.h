/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hybrid connectivity: gateways, what they connect to, and who plays what in a lab
 * (azure-behaviour 8, 7.9).
 *
 * What Azure or a customer runs as a box of its own is a VM of the model too, so that it is built,
 * walked, probed and watched like one: each instance of a gateway ("vpngw/0") with a NIC in
 * GatewaySubnet, a circuit's two MSEEs ("er1/0", "er1/1"), a site's router ("dc1") and its hosts
 * ("dc1/srv").  A wire between two of them is a pair of NICs that name each other as `peer`: no
 * fabric is between them. */
#pragma once

#include "azure/model.h"

#define MSEE_ASN 12076u /* azure-behaviour 8.2 */

enum gateway_type { GW_VPN, GW_EXPRESSROUTE, GW_TYPES };

struct gateway {
	RESOURCE;
	enum gateway_type type;
	struct vnet *vnet;
	struct subnet *subnet;              /* GatewaySubnet */
	struct local_gateway *default_site; /* gatewayDefaultSite, or NULL */
	bool active_active;
	bool remote_vnets; /* allowRemoteVnetTraffic */
	uint32_t asn;
	unsigned n; /* instances: 2, or 1 of a VPN gateway that is not active-active */
	ip4 instance[2], public_ip[2];
	ip4 given[2];   /* defaultBgpIpAddresses: as a state or an export prints it; 0: not given */
	ip4 *custom[2]; /* customBgpIpAddresses of each instance */
	size_t n_custom[2];
	struct prefix *pools; /* vpnClientAddressPools, of a VPN gateway */
	size_t n_pools;
	struct node *vm[2];
};

struct site_host {
	const char *name, *ptr;
	ip4 ip;
	struct node *vm;
};

struct site {
	RESOURCE;
	struct prefix *prefixes;
	size_t n_prefixes;
	uint32_t asn;
	ip4 bgp_ip;    /* bgpPeeringAddress, or the first address of its first prefix */
	ip4 public_ip; /* 0: none given */
	const char *shared_key;
	struct site_host *hosts;
	size_t n_hosts;
	struct node *vm; /* its router */
	bool generated;  /* the router's configuration is ours */
};

struct local_gateway {
	RESOURCE;
	struct prefix *prefixes;
	size_t n_prefixes;
	ip4 gateway_ip;
	uint32_t asn; /* 0: no bgpSettings */
	ip4 bgp_ip;
	struct site *site;
	/* Without a site: another VPN gateway's instance, or a VM, that has bgp_ip, or gateway_ip
	 * as its public address. */
	struct node *peer;
};

struct circuit {
	RESOURCE;
	struct site *site; /* NULL: nobody is connected on the customer's side */
	uint32_t peer_asn;
	bool premium; /* skuTier */
	ip4 msee_ip[2];
	struct node *vm[2];
};

enum connection_type { CONN_IPSEC, CONN_VNET2VNET, CONN_EXPRESSROUTE };

struct connection {
	RESOURCE;
	enum connection_type type;
	struct gateway *gateway, *remote; /* remote: Vnet2Vnet */
	struct local_gateway *local;      /* or NULL */
	struct site *site; /* IPsec: directly, or that of the local network gateway */
	struct circuit *circuit;
	struct connection *reverse; /* the other side's object, between two gateways */
	bool bgp;
	ip4 *custom; /* gatewayCustomBgpIpAddresses: which of the gateway's it is spoken from */
	size_t n_custom;
	const char *shared_key;
	const char *down; /* why it never comes up; NULL: it does */
};

enum hybrid_peer {
	HP_ROUTE_SERVER, /* of a gateway: both instances */
	HP_SIBLING,      /* of a gateway: its other instance */
	HP_COEXISTING,   /* of a gateway: the VNet's gateway of the other type */
	HP_SITE,         /* a site's router, seen from a gateway or an MSEE */
	HP_GATEWAY,      /* a gateway, seen from an MSEE, a site, or a gateway of another VNet */
	HP_MSEE          /* an MSEE, seen from a gateway or a site */
};

struct hybrid_session { /* one end of a BGP session that nobody configured */
	size_t idx;
	const struct node *vm; /* whose end it is */
	enum hybrid_peer kind;
	ip4 local_ip, peer_ip;
	uint32_t local_asn, peer_asn;
	const struct nic *nic;   /* the wire; NULL: over the fabric */
	const struct node *peer; /* or */
	const struct route_server *rs;
	unsigned instance;             /* of rs */
	const struct connection *conn; /* that it belongs to, or NULL */
	const char *down; /* why this end never tries, though the connection is up; or NULL */
};

struct tunnel_end {
	const char *ptr;
	struct node *vm;
	const struct nic *nic; /* whose address the outer packets have; NULL: the first one */
	ip4 outer;             /* a loopback that they have instead; 0: none */
	ip4 address;
	uint8_t len;
	bool broken;
};

struct tunnel {
	RESOURCE;
	uint32_t vni, port;
	struct tunnel_end end[2];
};

/* Each Route Server, and behind them each gateway, has a table in struct rib, since it tells NICs
 * routes; each with two instances (of some gateways the second one is missing). */
size_t model_n_tables(const struct model *m); /* for rib_new() */
const char *model_table_name(const struct model *m, size_t table);
const char *model_table_kind(const struct model *m, size_t table); /* "routeServer", "gateway" */
bool model_speaks(const struct model *m, size_t table, unsigned instance);
/* The table of that kind and name; -1: none. */
int model_table(const struct model *m, const char *kind, const char *name);

/* The AS number of the local network gateway's other end, and the address that it speaks BGP from.
 * 0: not known, as of a VM. */
uint32_t local_gateway_far_asn(const struct local_gateway *l);
ip4 local_gateway_far_ip(const struct local_gateway *l);
/* "site "dc"", "far/0": for sentences; the caller frees. */
char *local_gateway_far_name(const struct local_gateway *l);
/* The address that Azure gives instance k of the only gateway in GatewaySubnet; one: the gateway
 * has one instance. */
ip4 gateway_address(struct prefix subnet, bool one, unsigned k);
enum default_route {
	DEFAULT_NONE,
	DEFAULT_WHOLE, /* 0.0.0.0/0 */
	DEFAULT_HALVES /* 0.0.0.0/1 and 128.0.0.0/1, which are longer than somebody's 0.0.0.0/0 */
};
extern const struct prefix default_halves[2];
/* The words for what brings a default route to a VNet by the design alone: "site "dc", by
 * connection "c"".  The caller frees.  NULL: nobody.  *ret is the route's form. */
char *vnet_default_from(const struct model *m, const struct vnet *v, enum default_route *ret);
/* Do two ExpressRoute gateways of one circuit exchange their VNets' prefixes? */
bool gateways_exchange(const struct gateway *a, const struct gateway *b);
/* 169.254.0.0/16: of BGP speakers inside tunnels alone. */
bool ip4_is_link_local(ip4 a);

struct gateway *model_gateway(const struct model *m, const char *name);
struct site *model_site(const struct model *m, const char *name);

/* The VNet whose Route Server and gateways serve v: itself, or the one that it uses by
 * useRemoteGateways; NULL: none has any (azure-behaviour 7.12, 3). */
const struct vnet *vnet_served_by(const struct vnet *v);
bool subnet_is_gateways(const struct subnet *s); /* GatewaySubnet */
bool vnet_has_gateway(const struct vnet *v);     /* of whatever type */
/* Peered with gateway transit: the other VNet's prefixes count as those of p->vnet. */
bool peering_is_transit(const struct peering *p);
/* Called with each prefix of the VNet's address space, and of that of the VNets that use it
 * (transit): what its Route Server and gateways announce as their own, and take from nobody. */
typedef void vnet_space_fn(void *ctx, struct prefix p, bool transit);
void vnet_space(const struct vnet *v, vnet_space_fn *fn, void *ctx);
/* The instance that has the address; NULL: it is no gateway's. */
const struct gateway *gateway_of_vm(const struct model *m, const struct node *vm, unsigned *ret_k);
/* The name by which users ask for a gateway's session, "GATEWAY/CONNECTION" or
 * "GATEWAY/ROUTESERVER"; the caller frees.  NULL: the session is not a gateway's. */
char *hybrid_session_word(const struct hybrid_session *s);
/* Is it meant by that, with or without the gateway's instance behind it: "/0", "/1"? */
bool hybrid_session_is(const struct hybrid_session *s, const char *word);
/* Called with each prefix that a gateway knows without BGP: its point-to-site pools (with c NULL),
 * those of local network gateways (or of sites and VNets, where no object says them) and, as /32,
 * the BGP addresses of its peers (azure-behaviour 8.1). */
void gateway_statics(const struct model *m, const struct gateway *g,
                     void (*fn)(void *ctx, struct prefix p, const struct connection *c), void *ctx);
/* Is that prefix the address of one of its BGP peers over there?  A gateway tells it to its other
 * instance and to nobody else, and NICs get it only where no Route Server is: captures of VNets
 * with a Route Server show none, those without show all. */
bool gateway_has_peer(const struct model *m, const struct gateway *g, struct prefix p);
/* Called (unless fn is NULL) with each prefix that it announces by the design alone: the VNet's
 * address space and that of VNets that use it, or for an ExpressRoute gateway the VNet's
 * summarizedGatewayPrefixes in their place.  Returns how many. */
size_t gateway_announced(const struct gateway *g, void (*fn)(void *ctx, struct prefix p),
                         void *ctx);
/* The number of prefixes that this end takes from the other before it drops the session
 * (azure-behaviour 8.1, 8.2; settings maxPrefixes...); 0: any number. */
uint32_t hybrid_session_limit(const struct model *m, const struct hybrid_session *s);
/* Wires and BGP sessions, once addresses are known; the loader calls it. */
void hybrid_wire(struct model *m);
/* The address of the outer packets of a tunnel's end. */
ip4 tunnel_outer_ip(const struct nic *n);
/* The tunnel of vm whose network has the address; NULL: none. */
const struct nic *vm_tunnel_to(const struct node *vm, ip4 a);
/* "VPN" and so on, for sentences. */
const char *gateway_type_str(enum gateway_type t);
