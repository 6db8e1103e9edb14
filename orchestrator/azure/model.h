/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Azure design, as parsed and resolved: who is connected to what.  Pure data; everything lives
 * in the model's arena and dies with it.  Arrays keep the order of the file (dynamic addresses and
 * rule order depend on it); idx fields are positions in the model's arrays.
 *
 * Names keep the case of the file; look-ups ignore case, as Azure does.  `ptr` is the JSON pointer
 * of the object in the file, for findings and explanations.
 *
 * `broken` says that a value of the object could not be read and a finding says so already: checks
 * leave such objects alone.  A model that a lab is built from has none. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"

#define AZURE_ASN 65515u                  /* azure-behaviour 7.3: not configurable */
#define PLATFORM_IP IP4(168, 63, 129, 16) /* azure-behaviour 1.7 */
#define METADATA_IP IP4(169, 254, 169, 254)
#define DEFAULT_OUTBOUND_IP \
	IP4(20, 100, 255, 254) /* what VMs without a public address leave as \
	                        */

/* The first members of every object that has a name in the topology. name keeps its case; ptr is
 * its place there; idx its position in the model's list. */
#define RESOURCE \
	const char *name, *ptr; \
	size_t idx; \
	bool broken
struct resource {
	RESOURCE;
} __attribute__((may_alias));

/* The types of next hops that ARM has for routes (interfaces.md, section 5). */
enum next_hop_type {
	NH_VNET_LOCAL,
	NH_VNET_PEERING,
	NH_VNET_GLOBAL_PEERING,
	NH_VIRTUAL_NETWORK_GATEWAY,
	NH_VIRTUAL_APPLIANCE,
	NH_INTERNET,
	NH_NONE,
	NH_SERVICE_ENDPOINT,
	NH_INTERFACE_ENDPOINT,
	NH_CONNECTED_GROUP,
	NH_MAX
};
const char *next_hop_type_str(enum next_hop_type t); /* "VnetLocal", ... */
int next_hop_type_parse(const char *s);              /* -EINVAL */

enum reflect_nva { REFLECT_AUTO, REFLECT_ALWAYS, REFLECT_NEVER };
/* By the year of the tables that were published. */
enum internal_none {
	INTERNAL_NONE_OFF, /* the documented ones alone */
	INTERNAL_NONE_OLDEST,
	INTERNAL_NONE_2020,
	INTERNAL_NONE_2021,
	INTERNAL_NONE_2023,
	INTERNAL_NONE_2026
};
enum route_pref { PREF_EXPRESSROUTE, PREF_VPNGATEWAY, PREF_ASPATH };

/* Named knobs with documented defaults: azure-behaviour 9. */
struct settings {
	bool timing_azure;                /* "timing": "azure" */
	enum reflect_nva reflect;         /* "reflectNva" */
	bool listing_received;            /* "learnedListing": accepted (default) | received */
	uint32_t max_peers;               /* "maxPeers", 8 */
	uint32_t max_routes_per_peer;     /* "maxRoutesPerPeer", 4000 */
	bool strict_forwarded;            /* "strictForwarded", true */
	bool udr_over_service;            /* "udrOverridesServiceEndpoint", true */
	bool strict_access;               /* "strictAccess", true */
	bool route_server_ping;           /* "routeServerPing", true */
	bool firewall_ping;               /* "azureFirewallPing", true */
	bool firewall_icmp;               /* "azureFirewallInternetIcmp", false */
	enum internal_none internal_none; /* "azureInternalNone", off */
	bool vnet2vnet_rs;                /* "vnet2vnetRouteServerRoutes", true */
	bool endpoint_last_hop;           /* "privateEndpointAnswers": direct (default) | lastHop */
	uint32_t firewall_instances;      /* "azureFirewallInstances", 2 */
	bool nat_first;                   /* "natGatewayBeforePublicIP", true */
	bool nat_icmp;                    /* "natGatewayIcmp", false */

	/* With timing_azure, azure-behaviour 7.12: how long until NICs follow. */
	uint32_t injection_ms;   /* "injectionDelay", 30 s */
	uint32_t withdrawal_ms;  /* "withdrawalDelay", 25 s */
	uint32_t switch_ms;      /* "switchDelay", 30 s */
	uint32_t replacement_ms; /* "replacementDelay", 3 s */
	uint32_t damping_ms;     /* "programmingDamping", 30 s */
	uint32_t timing_scale; /* "timingScale", percent of all of these and of maintenance, 100 */
	uint32_t maintenance_ms;   /* "maintenanceTime", 2 m */
	uint32_t instance_loss_ms; /* "instanceLossHold", 3 m */

	/* The limit of routes per peer, azure-behaviour 7.2. */
	bool count_repeats;      /* "routeLimitCounts": announcements (default) | routes */
	uint32_t limit_pause_ms; /* "routeLimitPause", 300 ms */
	bool limit_resets;       /* "routeLimitNotification": maximumPrefixes (default) | reset */
	/* Prefixes per session of gateways and circuits, 7.1 and 7.2. */
	uint32_t max_from_vpn_peer; /* "maxPrefixesPerVpnPeer", 4000 */
	uint32_t max_from_circuit;  /* "maxPrefixesFromCircuit", 4000 */
	uint32_t max_from_premium;  /* "maxPrefixesFromPremiumCircuit", 10000 */
	uint32_t max_to_circuit;    /* "maxPrefixesToCircuit", 1000 */
};

struct vnet;
struct nic;
struct node;

/* Security groups: azure-behaviour 4; azure/nsg.h says what they do. */
struct asg { /* an application security group: a set of NICs */
	RESOURCE;
	struct nic **nics;
	size_t n_nics;
};

struct port_span {
	uint16_t lo, hi;
};

enum nsg_tag { TAG_NONE, TAG_VIRTUAL_NETWORK, TAG_INTERNET, TAG_LOAD_BALANCER };

struct nsg_side {         /* source or destination of a rule; nothing of it: any address */
	const char *text; /* as written, for tables; "*": any */
	enum nsg_tag tag;
	bool named; /* addresses are written: without one that is known here it matches none */
	struct prefix *prefixes; /* also those of other service tags */
	size_t n_prefixes;
	struct asg **asgs;
	size_t n_asgs;
	struct port_span *ports; /* none: any */
	size_t n_ports;
};

struct security_rule {
	const char *name, *ptr;
	uint32_t priority;
	uint32_t direction; /* enum nsg_direction */
	bool deny;
	uint32_t protocol; /* IPPROTO_...; 0: any */
	struct nsg_side src, dst;
	bool broken;
};

enum nsg_direction { NSG_IN, NSG_OUT };

struct nsg {
	RESOURCE;
	struct security_rule *rules; /* as in the file, without the default rules */
	size_t n_rules;
};

struct service_tag { /* a name that stands for prefixes, as destination of routes */
	RESOURCE;
	const struct prefix *prefixes;
	size_t n_prefixes;
};

struct route { /* a user-defined route */
	const char *name, *ptr;
	struct prefix prefix;
	/* With a service tag as destination: a route for each of its prefixes, side by side. */
	const char *tag;
	bool more; /* not the first of them */
	enum next_hop_type type;
	ip4 next_hop; /* VirtualAppliance only */
	bool broken;
};

struct route_table {
	RESOURCE;
	bool disable_bgp; /* disableBgpRoutePropagation */
	struct route *routes;
	size_t n_routes;
	size_t n_declared; /* as written: a route to a service tag is one */
};

enum endpoint_policies { POLICIES_DISABLED, POLICIES_ENABLED, POLICIES_NSG, POLICIES_ROUTES };

struct service_prefix { /* a prefix that a service endpoint of a subnet stands for */
	struct prefix prefix;
	const char *service, *tag; /* "Microsoft.Storage", "Storage.WestEurope" */
	const char *ptr;
};

struct subnet {
	RESOURCE; /* idx: over all subnets of the model */
	struct vnet *vnet;
	struct prefix prefix;
	struct route_table *route_table; /* or NULL */
	struct nsg *nsg;                 /* or NULL */
	struct nat_gateway *nat_gateway; /* or NULL: azure/nat.h */
	bool default_outbound;           /* defaultOutboundAccess, default true */
	struct service_prefix *services; /* serviceEndpoints; no prefix twice */
	size_t n_services;
	/* privateEndpointNetworkPolicies: user-defined routes may override private endpoints */
	enum endpoint_policies policies;
	/* Private endpoints answer without the subnet's user-defined routes: as this subnet, which
	 * is in no list, and whose `real` is this one.  NULL: nothing to leave out. */
	struct subnet *bare;
	const struct subnet *real;
	struct nic **nics;
	size_t n_nics;
	struct nic **nics_by_ip;    /* the same, ascending by address; NULL before model_index() */
	const struct subnet *like;  /* effective_routes_like(); NULL before model_index() */
	struct load_balancer **lbs; /* with their frontend here */
	size_t n_lbs;
};

struct peering {
	const char *name, *ptr;
	struct vnet *vnet, *remote;
	struct peering
	    *reverse; /* the remote's peering towards us; NULL: half-made, state Initiated */
	bool allow_access, allow_forwarded, allow_gateway_transit, use_remote_gateways;
	/* peerCompleteVnets; when false only these subnets are peered (subnet peering) */
	bool complete;
	struct subnet **local_subnets, **remote_subnets;
	size_t n_local_subnets, n_remote_subnets;
	bool broken;
};

/* Azure Virtual Network Manager's mesh: its members reach each other without peerings. */
struct connected_group {
	RESOURCE;
	bool global; /* isGlobal: also between regions */
	struct vnet **vnets;
	size_t n_vnets;
};

struct vnet {
	RESOURCE;
	const char *location; /* may be NULL: then all are in one region */
	struct prefix *prefixes;
	size_t n_prefixes;
	struct prefix *summaries; /* summarizedGatewayPrefixes */
	size_t n_summaries;
	struct subnet **subnets; /* into model->subnets */
	size_t n_subnets;
	struct peering *peerings;
	size_t n_peerings;
	struct connected_group **groups; /* that it is a member of */
	size_t n_groups;
	struct route_server *route_server; /* its own, or NULL */
	struct gateway *gateway[2];        /* its own, by enum gateway_type; azure/hybrid.h */
};

struct bgp_connection {
	RESOURCE; /* idx: within its Route Server */
	struct route_server *rs;
	ip4 peer_ip;
	uint32_t peer_asn;
	struct nic *nic; /* the NIC that has peer_ip in the VNet or a peered one; NULL: nobody */
};

struct route_server {
	RESOURCE;
	struct vnet *vnet;
	struct subnet *subnet; /* RouteServerSubnet */
	ip4 instance[2];       /* base+4, base+5: azure-behaviour 7.1 */
	bool branch_to_branch;
	enum route_pref preference;
	struct bgp_connection *conns;
	size_t n_conns;
};

/* The fabric's port of something that is attached to a subnet: a VM's NIC or a Route Server
 * instance. */
struct nic {
	RESOURCE;     /* idx: over all NICs of the model, Route Server instances not included */
	size_t index; /* within its VM: eth<index> in the guest */
	struct node *vm;
	struct subnet *subnet;
	ip4 ip;
	bool dynamic;      /* allocated, not given */
	bool forwarding;   /* enableIPForwarding */
	ip4 public_ip;     /* 0: none */
	bool public_basic; /* it is of SKU Basic: open to what comes in, without a group too */
	/* The load balancer of SKU Standard in whose pool the NIC stands itself (not only its
	 * address): the NIC has no default outbound access (azure-behaviour 1.8).  NULL: none. */
	const struct load_balancer *in_pool_of;
	/* The public load balancer whose frontend the NIC's packets to the Internet leave by; NULL:
	 * none. */
	const struct load_balancer *leaves_by;
	bool public_balancer; /* a public load balancer that is not in the design translates for it
	                       */
	/* A wire (azure/hybrid.h): the NIC at its other end.  Such a NIC has no subnet, and is in
	 * its VM's list only, not in the model's. */
	struct nic *peer;
	const struct tunnel *tunnel; /* the wire is an overlay: azure/hybrid.h */
	bool ipsec;                  /* the wire is a tunnel of a VPN gateway's connection */
	uint8_t wire_len; /* of the wire's own network; 0: its address is that of its VM */
	struct nsg *nsg;  /* or NULL */
};

struct guest_route {
	const char *ptr;
	struct prefix prefix;
	ip4 via;
	ip4 from; /* only for what leaves with this address of the VM; 0: for all */
};

struct listener {
	enum { LISTEN_TCP, LISTEN_UDP } proto;
	uint16_t port;
};

enum { GUEST_NAT_EXCEPT_MAX = 16 };

struct config_file {
	const char *name; /* as the image knows it: "frr.conf" */
	const char *path; /* as written, below the topology's folder */
	const char *ptr;
	const char *content; /* NULL until the loader has read it */
	size_t size;
};

struct bgp_block { /* "bgp": the appliance's generated configuration */
	bool present;
	const char *ptr;
	uint32_t asn;
	struct prefix *advertise;
	size_t n_advertise;
	uint32_t prepend;         /* asPathPrepend */
	const char **communities; /* "65535:65282" */
	size_t n_communities;
	ip4 next_hop; /* third-party next hop; 0: own */
};

/* The roles of a node; each node has one. */
enum node_role {
	VM_USER, /* a virtual machine of the file */
	VM_FIREWALL,
	VM_ENDPOINT, /* a private endpoint: answers on its ports, and no ping */
	VM_GATEWAY,  /* an instance of one; from here on see azure/hybrid.h */
	VM_MSEE,
	VM_SITE_ROUTER,
	VM_SITE_HOST
};

/* The configuration inside of a VM of the file or of a site's own router.  All is 0 in nodes that
 * Azure runs. */
struct guest_config {
	const char *image; /* "host" runs nothing */
	bool source_nat;
	/* sourceNat leaves alone what goes there; NULL: the private addresses of RFC 1918. */
	struct prefix *nat_except;
	size_t n_nat_except;
	struct config_file *configs;
	size_t n_configs;
	struct config_file *filters; /* of "config", too: azure/own_filter.h */
	size_t n_filters;
	struct guest_filter *filter; /* these, read (azure/guest_filter.h); or NULL */
	struct own_bgp *own;         /* what they say of BGP (azure/own_bgp.h); or NULL */
	struct bgp_block bgp;
	struct guest_route *routes;
	size_t n_routes;
	ip4 *loopbacks; /* "loopbacks": further addresses of the guest, /32 on lo: a prefix that an
	                   appliance announces has somebody who answers */
	size_t n_loopbacks;
};

/* The object of the model that a machine plays, or plays a part of.  The machine's role says which
 * member is set: read it by vm_firewall() and its like. */
struct node_part {
	union {
		const struct firewall *firewall; /* azure/firewall.h */
		const struct gateway *gateway;
		const struct circuit *circuit;
		const struct site *site; /* of its router and of its hosts */
	};
	unsigned instance; /* of gateway or circuit */
};

/* A machine of the lab with NICs in the model: it has one role. */
struct node {
	RESOURCE;
	enum node_role role;
	struct node_part part;
	struct guest_config guest;
	struct nic **nics; /* into model->nics; [0] is the primary */
	size_t n_nics;
	bool deallocated; /* powerState */
	struct listener *listen;
	size_t n_listen;
	/* The addresses of a firewall's instances, behind that of its NIC and in the same subnet.
	 * None: the firewall is one instance, which has the NIC's. */
	ip4 *instances;
	size_t n_instances;
};

/* The object that vm is, or is a part of; NULL in other roles. */
static inline const struct firewall *vm_firewall(const struct node *vm)
{
	return vm->role == VM_FIREWALL ? vm->part.firewall : NULL;
}
static inline const struct gateway *vm_gateway(const struct node *vm)
{
	return vm->role == VM_GATEWAY ? vm->part.gateway : NULL;
}
static inline const struct circuit *vm_circuit(const struct node *vm)
{
	return vm->role == VM_MSEE ? vm->part.circuit : NULL;
}
static inline const struct site *vm_site(const struct node *vm)
{
	return vm->role == VM_SITE_ROUTER || vm->role == VM_SITE_HOST ? vm->part.site : NULL;
}

/* An end or a part of a connection with somewhere outside of Azure's VNets. */
static inline bool vm_is_hybrid(const struct node *vm)
{
	return vm->role >= VM_GATEWAY;
}

/* Load balancers: azure-behaviour 5. */
enum lb_mode { LB_BY_FLOW = 1, LB_BY_IP, LB_BY_PROTOCOL }; /* loadDistribution */
enum { LB_SLOTS = 60 }; /* a pool's backends share them: evenly when there are up to 6 */

struct lb_rule {
	const char *name, *ptr;
	uint32_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: All, with ports 0 (HA ports) */
	uint32_t frontend_port, backend_port;
	bool floating; /* enableFloatingIP: the destination stays the frontend's address */
	uint32_t mode; /* enum lb_mode */
	bool no_snat;  /* disableOutboundSnat */
	bool broken;
};

struct lb_nat_rule { /* inboundNatRules: a port of the frontend that leads to one NIC */
	const char *name, *ptr;
	uint32_t protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	uint32_t frontend_port, backend_port;
	bool floating;
	const struct nic *nic;
	bool broken;
};

enum lb_probe_protocol { LB_PROBE_TCP, LB_PROBE_HTTP };

struct lb_probe {
	bool present;
	const char *ptr;
	uint32_t protocol; /* enum lb_probe_protocol */
	uint32_t port;
	uint32_t interval;  /* intervalInSeconds */
	uint32_t threshold; /* probeThreshold: so many failures in a row, or successes, count */
	const char *path;   /* requestPath, of HTTP; may be NULL */
};

struct load_balancer {
	RESOURCE;
	struct subnet *subnet;   /* of an internal frontend; NULL: it has a public address */
	const struct vnet *vnet; /* of the pool; NULL: a public one that leads nowhere */
	ip4 ip;                  /* the frontend's */
	bool dynamic;            /* allocated, not given */
	bool outbound;           /* outboundRule: a public one translates what its pool sends */
	bool basic;              /* SKU Basic */
	struct nic **backends;
	size_t n_backends;
	size_t first_backend; /* number of the first one over all pools: struct runtime */
	struct lb_rule *rules;
	size_t n_rules;
	struct lb_nat_rule *nat_rules;
	size_t n_nat_rules;
	struct lb_probe probe;
};

struct internet_host {
	const char *name;
	ip4 ip;
};

struct kind_items { /* a kind's objects: azure/kind.h */
	const char *key;
	void *items;
	size_t n;
};

struct model {
	struct arena *arena;
	const char *name, *description;
	struct settings settings;
	struct vnet *vnets;
	size_t n_vnets;
	struct subnet *subnets;
	size_t n_subnets;
	struct route_table *route_tables;
	size_t n_route_tables;
	struct connected_group *groups;
	size_t n_groups;
	struct service_tag *service_tags; /* the topology's own */
	size_t n_service_tags;
	struct route_server *route_servers;
	size_t n_route_servers;
	struct node *vms;
	size_t n_vms;
	struct nic *nics;
	size_t n_nics;
	struct nic **endpoints; /* of private endpoints, which are among the VMs */
	size_t n_endpoints;
	struct gateway *gateways; /* azure/hybrid.h, as what follows */
	size_t n_gateways;
	struct local_gateway *local_gateways;
	size_t n_local_gateways;
	struct site *sites;
	size_t n_sites;
	struct circuit *circuits;
	size_t n_circuits;
	struct connection *connections;
	size_t n_connections;
	struct tunnel *tunnels;
	size_t n_tunnels;
	struct hybrid_session *sessions;
	size_t n_sessions;
	struct nsg *nsgs;
	size_t n_nsgs;
	struct asg *asgs;
	size_t n_asgs;
	struct public_ip *public_ips; /* azure/public_ip.h */
	size_t n_public_ips;
	struct nat_gateway *nat_gateways;
	size_t n_nat_gateways;
	struct firewall *firewalls; /* azure/firewall.h */
	size_t n_firewalls;
	struct load_balancer *load_balancers;
	size_t n_load_balancers, n_backends; /* of all pools together */
	struct kind_items *others;           /* of kinds that no engine reads: kind_items() */
	size_t n_others;
	struct internet_host *internet; /* 8.8.8.8 and 203.0.113.10 are always there */
	size_t n_internet;
	struct model_index *index; /* NULL before model_index(): look-ups are then linear */
	struct check *checks;      /* checks/check.h; in the file's order */
	size_t n_checks;
	json_t *check_specs; /* what they point into; NULL: there are none */
	json_t *topology;    /* that it was made of: azure/given.h; or NULL */
};

/* Empty, in an arena of its own; with the default settings and Internet hosts. */
struct model *model_new(void);
/* Sorts the names and addresses for the look-ups below; to be called once they are final. */
void model_index(struct model *m);
struct model *model_free(struct model *m); /* returns NULL */
void model_free_p(struct model **m);

/* Look-ups, case ignored; NULL when absent.  A NIC may be called "VM/nic"; its name alone will do
 * where only one VM has a NIC of that name. */
struct vnet *model_vnet(const struct model *m, const char *name);
struct subnet *model_subnet(const struct model *m, const char *vnet_slash_subnet);
struct node *model_vm(const struct model *m, const char *name);
struct nic *model_nic(const struct model *m, const char *spec);
struct route_server *model_route_server(const struct model *m, const char *name);
struct bgp_connection *model_connection(const struct model *m, const char *rs_slash_peering);

/* True if a is an address of vm: of a NIC, of its loopback, or of an instance. */
bool vm_has_address(const struct node *vm, ip4 a);
bool vm_has_instance(const struct node *vm, ip4 a);
/* The NIC that owns address ip as seen from vnet: in it, or in a VNet that it has a connected
 * peering with.  NULL when none. */
struct nic *model_nic_by_ip(const struct vnet *from, ip4 ip);

struct load_balancer *model_lb(const struct model *m, const char *name);
/* Same for the frontend of a load balancer. */
struct load_balancer *model_lb_by_ip(const struct vnet *from, ip4 ip);

/* True when both halves of the peering exist (azure-behaviour 3). */
bool peering_connected(const struct peering *p);
/* allowVirtualNetworkAccess=false on either side, with strictAccess: nothing passes. */
bool peering_shut(const struct model *m, const struct peering *p);
/* The prefixes that the peering brings to its VNet: the remote VNet's address space, or the remote
 * subnets that are peered. */
size_t peering_n_prefixes(const struct peering *p);
struct prefix peering_prefix(const struct peering *p, size_t i);
/* True if subnet s of the peering's own VNet, or of the remote VNet, takes part in it; with subnet
 * peering that is so when both halves name it. */
bool peering_has_local(const struct peering *p, const struct subnet *s);
bool peering_has_remote(const struct peering *p, const struct subnet *s);
/* The subnet whose effective routes a NIC's packets take: its own, or for a private endpoint that
 * without user-defined routes. */
const struct subnet *nic_routes(const struct nic *n);
void model_bare_subnets(struct model *m); /* makes those; when subnets are final */
/* The service endpoint of the subnet that an address belongs to, or NULL. */
const struct service_prefix *subnet_service(const struct subnet *s, ip4 a);
/* Members of one connected group reach each other, when they are in one region or it is global. */
bool group_connects(const struct connected_group *g, const struct vnet *a, const struct vnet *b);
/* True if v, a member of group g, has its routes to member `other` by g. */
bool vnet_group_route(const struct vnet *v, const struct connected_group *g,
                      const struct vnet *other);
/* The Route Server that programs this VNet's NICs: its own, or a peered VNet's through
 * useRemoteGateways/allowGatewayTransit (azure-behaviour 7.12).  NULL: none. */
struct route_server *vnet_programmed_by(const struct vnet *v);
/* The instance, 0 or 1, that programs this NIC: azure-behaviour 7.4; the exact partition is
 * unknown, ours alternates in file order. */
unsigned nic_instance(const struct nic *n);
