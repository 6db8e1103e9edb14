/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of the topology file (interfaces.md, section 1): ARM's names, types and values. */
#include "input/schema_topology.h"
#include "azure/kind.h"
#include "azure/model.h"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define UNSUPPORTED(key, what, other) \
	{ .name = (key), .type = T_UNSUPPORTED, .help = (what), .instead = (other) }
/* clang-format on */
const struct object_def schema_peering = {
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

static const struct enum_value endpoint_policies[] = {
	{ "Disabled", POLICIES_DISABLED, NULL, NULL },
	{ "Enabled", POLICIES_ENABLED, "both", NULL },
	{ "NetworkSecurityGroupEnabled", POLICIES_NSG, NULL, NULL },
	{ "RouteTableEnabled", POLICIES_ROUTES, NULL, NULL },
	END
};

const struct object_def schema_subnet = {
	"subnet", "a subnet", NULL,
	(const struct field[]){
	    { .name = "addressPrefix",
	      .type = T_PREFIX,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .required = true,
	      .at = AT(struct subnet, prefix),
	      .help = "its range, inside the VNet's" },
	    { .name = "routeTable",
	      .type = T_NAME,
	      .ref = "routeTables",
	      .at = AT(struct subnet, route_table),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The route table that is attached." },
	    { .name = "defaultOutboundAccess",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "true",
	      .at = AT(struct subnet, default_outbound),
	      .help = "VMs without a public address reach the Internet as 20.100.255.254." },
	    { .name = "serviceEndpoints",
	      .type = T_LIST,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &schema_service_endpoint,
	      .help = "Azure services that the subnet reaches by Azure's own network." },
	    { .name = "privateEndpointNetworkPolicies",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = endpoint_policies,
	      .dflt = "Disabled",
	      .at = AT(struct subnet, policies),
	      .help = "Whether security groups, and user-defined routes of clients, apply to the "
	              "private endpoints in this subnet." },
	    { .name = "networkSecurityGroup",
	      .type = T_NAME,
	      .ref = "networkSecurityGroups",
	      .at = AT(struct subnet, nsg),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The security group of all NICs in it." },
	    { .name = "natGateway",
	      .type = T_NAME,
	      .ref = "natGateways",
	      .at = AT(struct subnet, nat_gateway),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The NAT gateway that it reaches the Internet by." },
	    UNSUPPORTED("delegations", "subnet delegation", NULL),
	    END }
};

const struct object_def schema_vnet = {
	"virtualNetwork", "a virtual network", NULL,
	(const struct field[]){
	    { .name = "location",
	      .type = T_LOCATION,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "Region; peerings between two regions are VNetGlobalPeering. Without it: "
	              "one region for all." },
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PREFIX,
	      .required = true,
	      .min = 1,
	      .help = "its address space" },
	    { .name = "summarizedGatewayPrefixes",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PREFIX,
	      .help =
	          "What its ExpressRoute gateway announces in the place of its address space, and "
	          "of that of VNets that use it where they cover it." },
	    { .name = "subnets",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &schema_subnet,
	      .apart = "subnet",
	      .help = "Subnets by name. A Route Server needs one called RouteServerSubnet." },
	    { .name = "peerings",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &schema_peering,
	      .apart = "virtualNetworkPeering",
	      .help = "Peerings by name." },
	    END }
};

const struct object_def schema_bgp_connection = {
	"bgpConnection", "a BGP connection", "The Route Server peers with it from both instances.",
	(const struct field[]){ { .name = "peerIp",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_FILES,
	                          .required = true,
	                          .at = AT(struct bgp_connection, peer_ip),
	                          .help = "the appliance's address" },
	                        { .name = "peerAsn",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FILES,
	                          .max = UINT32_MAX,
	                          .required = true,
	                          .at = AT(struct bgp_connection, peer_asn),
	                          .help = "the appliance's AS number" },
	                        END }
};

static const struct enum_value preferences[] = { { "ExpressRoute", PREF_EXPRESSROUTE, NULL, NULL },
	                                         { "VpnGateway", PREF_VPNGATEWAY, NULL, NULL },
	                                         { "ASPath", PREF_ASPATH, NULL, NULL },
	                                         END };

const struct object_def schema_route_server = {
	"routeServer", "a Route Server",
	"Two instances, at the fourth and fifth address of RouteServerSubnet, AS 65515.",
	(const struct field[]){ { .name = "virtualNetwork",
	                          .type = T_NAME,
	                          .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	                          .required = true,
	                          .help = "the VNet that it is in" },
	                        { .name = "allowBranchToBranchTraffic",
	                          .type = T_BOOL,
	                          .shows = SHOWS_IN_FILES,
	                          .dflt = "false",
	                          .at = AT(struct route_server, branch_to_branch),
	                          .help = "Exchange routes between appliances and gateways." },
	                        { .name = "hubRoutingPreference",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FILES,
	                          .values = preferences,
	                          .dflt = "ExpressRoute",
	                          .at = AT(struct route_server, preference),
	                          .help = "Which kind of source wins for on-premises prefixes." },
	                        { .name = "bgpConnections",
	                          .type = T_MAP,
	                          .shows = SHOWS_INSIDE,
	                          .item = T_OBJECT,
	                          .object = &schema_bgp_connection,
	                          .apart = "bgpConnection",
	                          .help = "BGP connections (peerings) by name." },
	                        END }
};

const struct object_def schema_nic = {
	"networkInterface", "a network interface", NULL,
	(const struct field[]){
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .required = true,
	      .at = AT(struct nic, subnet),
	      .help = "\"VNET/SUBNET\"" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct nic, ip),
	      .help = "Static address. Without it: the lowest free one, in the file's order; a NIC "
	              "of a running lab keeps the one that it has." },
	    { .name = "enableIPForwarding",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct nic, forwarding),
	      .help = "Let packets pass that are not from or for this NIC's address." },
	    { .name = "publicIPAddress",
	      .type = T_PUBLIC_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .dflt = "false",
	      .help = "true: one from 20.100.0.0/16; or the name of an entry of "
	              "publicIPAddresses." },
	    { .name = "networkSecurityGroup",
	      .type = T_NAME,
	      .ref = "networkSecurityGroups",
	      .at = AT(struct nic, nsg),
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The security group of this NIC." },
	    { .name = "applicationSecurityGroups",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_NAME,
	      .help = "The application security groups that it belongs to." },
	    END }
};

const struct object_def schema_bgp = {
	"bgp", "the appliance's bgp",
	"The configuration that is generated for the appliance's daemon.",
	(const struct field[]){
	    { .name = "asn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .min = 1,
	      .max = UINT32_MAX,
	      .required = true,
	      .at = AT(struct bgp_block, asn),
	      .help = "its AS number" },
	    { .name = "advertise",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PREFIX,
	      .help = "Prefixes that it announces." },
	    { .name = "asPathPrepend",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .max = 32,
	      .dflt = "0",
	      .at = AT(struct bgp_block, prepend),
	      .help = "How often it adds its AS number once more." },
	    { .name = "communities",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_COMMUNITY,
	      .help = "Communities on what it announces; 65535:65282 is NO_ADVERTISE." },
	    { .name = "nextHop",
	      .type = T_IP,
	      .shows = SHOWS_IN_FILES,
	      .nullable = true,
	      .at = AT(struct bgp_block, next_hop),
	      .help = "Next hop of what it announces, when not its own address." },
	    END }
};

const struct object_def schema_guest_route = {
	"guestRoute", "a route inside the guest", NULL,
	(const struct field[]){ { .name = "prefix",
	                          .type = T_PREFIX,
	                          .shows = SHOWS_IN_GUEST,
	                          .required = true,
	                          .at = AT(struct guest_route, prefix),
	                          .help = "destination" },
	                        { .name = "via",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_GUEST,
	                          .required = true,
	                          .at = AT(struct guest_route, via),
	                          .help = "next hop, in one of the VM's subnets" },
	                        END }
};

static const struct enum_value power_states[] = { { "running", 0, NULL, NULL },
	                                          { "deallocated", 1, NULL, NULL },
	                                          END };

const struct object_def schema_vm = {
	"virtualMachine", "a virtual machine", NULL,
	(const struct field[]){
	    { .name = "image",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES,
	      .dflt = "host",
	      .at = AT(struct vm, image),
	      .help = "A folder of images/: frr, bird, openbgpd, gobgp, exabgp; host runs "
	              "nothing." },
	    { .name = "nic",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &schema_nic,
	      .help = "Its only NIC, called <VM>VMNic." },
	    { .name = "nics",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &schema_nic,
	      .help = "Several NICs by name, instead of nic; the first one is the primary." },
	    { .name = "config",
	      .type = T_MAP,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PATH,
	      .keys = KEYS_FILE,
	      .help = "The appliance's own configuration files: name as the image knows it, path "
	              "below the topology's folder." },
	    { .name = "bgp",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &schema_bgp,
	      .help = "Generate the daemon's configuration, instead of config." },
	    { .name = "routes",
	      .type = T_LIST,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &schema_guest_route,
	      .help = "Static routes inside the guest." },
	    { .name = "sourceNat",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_GUEST,
	      .dflt = "false",
	      .at = AT(struct vm, source_nat),
	      .help = "Masquerade what the guest forwards to destinations outside RFC 1918." },
	    { .name = "powerState",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .as_bool = true,
	      .values = power_states,
	      .dflt = "running",
	      .at = AT(struct vm, deallocated),
	      .help = "deallocated: it is there, and does not run." },
	    { .name = "listen",
	      .type = T_LIST,
	      .shows = SHOWS_AS_IT_RUNS,
	      .item = T_LISTEN,
	      .help = "Ports that answer: \"tcp/80\", \"udp/53\"." },
	    { .name = "loopbacks",
	      .type = T_LIST,
	      .shows = SHOWS_IN_GUEST,
	      .item = T_IP,
	      .help =
	          "Further addresses of the guest, that answer: what is behind the appliance." },
	    END }
};

const struct object_def schema_internet = {
	"internet", "internet", NULL,
	(const struct field[]){ { .name = "hosts",
	                          .type = T_MAP,
	                          .apart = "internetHost",
	                          .shows = SHOWS_IN_FABRIC,
	                          .item = T_IP,
	                          .help =
	                              "Hosts of the Internet that answer, by name. Always there: "
	                              "8.8.8.8 and 203.0.113.10." },
	                        END }
};

const struct kind kind_vnet = {
	.key = "virtualNetworks",
	.what = "virtual network",
	.help = "VNets by name.",
	.object = &schema_vnet,
	.azure = true,
	.place = 10,
};

const struct kind kind_route_server = {
	.key = "routeServers",
	.what = "Route Server",
	.help = "Route Servers by name.",
	.object = &schema_route_server,
	.nodes = true,
	.azure = true,
	.place = 60,
};

static void count_vm(json_t *x, size_t *nodes, size_t *nics)
{
	++*nodes;
	*nics += json_object_size(json_object_get(x, "nics")) + (json_object_get(x, "nic") != NULL);
}

const struct kind kind_vm = {
	.key = "virtualMachines",
	.what = "virtual machine",
	.help = "VMs and appliances by name.",
	.object = &schema_vm,
	.nodes = true,
	.count = count_vm,
	.azure = true,
	.place = 190,
};

const struct kind kind_internet = {
	.key = "internet",
	.what = "internet",
	.help = "What there is outside.",
	.object = &schema_internet,
	.single = true,
	.place = 210,
};
