/* The properties of the topology file (interfaces.md, section 1): ARM's names, types and values. */
#include "azure/model.h"
#include "input/schema.h"

#define UNSUPPORTED(key, what) \
	{ \
		.name = (key), .type = T_UNSUPPORTED, .help = (what) \
	}
#define END \
	{ \
		.name = NULL \
	}

const struct object_def schema_peering = {
	"peering", "a peering",
	"One half of a VNet peering; the other half belongs to the remote VNet.",
	(const struct field[]){
	    { .name = "remoteVirtualNetwork",
	      .type = T_NAME,
	      .required = true,
	      .help = "the VNet on the other side" },
	    { .name = "allowVirtualNetworkAccess",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct peering, allow_access),
	      .help = "Traffic between the two VNets." },
	    { .name = "allowForwardedTraffic",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct peering, allow_forwarded),
	      .help = "Take packets from the remote VNet that do not originate there." },
	    { .name = "allowGatewayTransit",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct peering, allow_gateway_transit),
	      .help = "Offer this VNet's Route Server to the remote VNet." },
	    { .name = "useRemoteGateways",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct peering, use_remote_gateways),
	      .help = "Use the remote VNet's Route Server; on one peering of a VNet at most." },
	    { .name = "peerCompleteVnets",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct peering, complete),
	      .help = "false: subnet peering, of the subnets that are named here only." },
	    { .name = "localSubnetNames",
	      .type = T_LIST,
	      .item = T_NAME,
	      .help = "Subnet peering: the subnets of this VNet that take part." },
	    { .name = "remoteSubnetNames",
	      .type = T_LIST,
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
	      .required = true,
	      .at = AT(struct subnet, prefix),
	      .help = "its range, inside the VNet's" },
	    { .name = "routeTable",
	      .type = T_NAME,
	      .nullable = true,
	      .help = "The route table that is attached." },
	    { .name = "defaultOutboundAccess",
	      .type = T_BOOL,
	      .dflt = "true",
	      .at = AT(struct subnet, default_outbound),
	      .help = "VMs without a public address reach the Internet as 20.100.255.254." },
	    { .name = "serviceEndpoints",
	      .type = T_LIST,
	      .item = T_OBJECT,
	      .object = &schema_service_endpoint,
	      .help = "Azure services that the subnet reaches by Azure's own network." },
	    { .name = "privateEndpointNetworkPolicies",
	      .type = T_ENUM,
	      .values = endpoint_policies,
	      .dflt = "Disabled",
	      .at = AT(struct subnet, policies),
	      .help = "Whether security groups, and user-defined routes of clients, apply to the "
	              "private endpoints in this subnet." },
	    UNSUPPORTED("networkSecurityGroup", "network security groups"),
	    UNSUPPORTED("natGateway", "NAT gateways"),
	    UNSUPPORTED("delegations", "subnet delegation"),
	    END }
};

const struct object_def schema_vnet = {
	"virtualNetwork", "a virtual network", NULL,
	(const struct field[]){
	    { .name = "location",
	      .type = T_LOCATION,
	      .nullable = true,
	      .help = "Region; peerings between two regions are VNetGlobalPeering. Without it: "
	              "one region for all." },
	    { .name = "addressPrefixes",
	      .type = T_LIST,
	      .item = T_PREFIX,
	      .required = true,
	      .min = 1,
	      .help = "its address space" },
	    { .name = "subnets",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_subnet,
	      .help = "Subnets by name. A Route Server needs one called RouteServerSubnet." },
	    { .name = "peerings",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_peering,
	      .help = "Peerings by name." },
	    END }
};

const struct object_def schema_bgp_connection = {
	"bgpConnection", "a BGP connection", "The Route Server peers with it from both instances.",
	(const struct field[]){ { .name = "peerIp",
	                          .type = T_IP,
	                          .required = true,
	                          .at = AT(struct bgp_connection, peer_ip),
	                          .help = "the appliance's address" },
	                        { .name = "peerAsn",
	                          .type = T_UINT,
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
	                          .required = true,
	                          .help = "the VNet that it is in" },
	                        { .name = "allowBranchToBranchTraffic",
	                          .type = T_BOOL,
	                          .dflt = "false",
	                          .at = AT(struct route_server, branch_to_branch),
	                          .help = "Exchange routes between appliances and gateways." },
	                        { .name = "hubRoutingPreference",
	                          .type = T_ENUM,
	                          .values = preferences,
	                          .dflt = "ExpressRoute",
	                          .at = AT(struct route_server, preference),
	                          .help = "Which kind of source wins for on-premises prefixes." },
	                        { .name = "bgpConnections",
	                          .type = T_MAP,
	                          .item = T_OBJECT,
	                          .object = &schema_bgp_connection,
	                          .help = "BGP connections (peerings) by name." },
	                        END }
};

const struct object_def schema_nic = {
	"networkInterface", "a network interface", NULL,
	(const struct field[]){
	    { .name = "subnet", .type = T_SUBNET, .required = true, .help = "\"VNET/SUBNET\"" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .nullable = true,
	      .at = AT(struct nic, ip),
	      .help = "Static address. Without it: the lowest free one, in the file's order." },
	    { .name = "enableIPForwarding",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct nic, forwarding),
	      .help = "Let packets pass that are not from or for this NIC's address." },
	    { .name = "publicIPAddress",
	      .type = T_PUBLIC_IP,
	      .nullable = true,
	      .dflt = "false",
	      .help = "true: one from 20.100.0.0/16; or the name of an entry of "
	              "publicIPAddresses." },
	    UNSUPPORTED("networkSecurityGroup", "network security groups"),
	    UNSUPPORTED("applicationSecurityGroups", "application security groups"),
	    END }
};

const struct object_def schema_bgp = {
	"bgp", "the appliance's bgp",
	"The configuration that is generated for the appliance's daemon.",
	(const struct field[]){
	    { .name = "asn",
	      .type = T_UINT,
	      .min = 1,
	      .max = UINT32_MAX,
	      .required = true,
	      .at = AT(struct bgp_block, asn),
	      .help = "its AS number" },
	    { .name = "advertise",
	      .type = T_LIST,
	      .item = T_PREFIX,
	      .help = "Prefixes that it announces." },
	    { .name = "asPathPrepend",
	      .type = T_UINT,
	      .max = 32,
	      .dflt = "0",
	      .at = AT(struct bgp_block, prepend),
	      .help = "How often it adds its AS number once more." },
	    { .name = "communities",
	      .type = T_LIST,
	      .item = T_COMMUNITY,
	      .help = "Communities on what it announces; 65535:65282 is NO_ADVERTISE." },
	    { .name = "nextHop",
	      .type = T_IP,
	      .nullable = true,
	      .at = AT(struct bgp_block, next_hop),
	      .help = "Next hop of what it announces, when not its own address." },
	    END }
};

const struct object_def schema_guest_route = {
	"guestRoute", "a route inside the guest", NULL,
	(const struct field[]){ { .name = "prefix",
	                          .type = T_PREFIX,
	                          .required = true,
	                          .at = AT(struct guest_route, prefix),
	                          .help = "destination" },
	                        { .name = "via",
	                          .type = T_IP,
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
	      .dflt = "host",
	      .at = AT(struct vm, image),
	      .help = "A folder of images/: frr, bird, openbgpd, gobgp, exabgp; host runs "
	              "nothing." },
	    { .name = "nic",
	      .type = T_OBJECT,
	      .object = &schema_nic,
	      .help = "Its only NIC, called <VM>VMNic." },
	    { .name = "nics",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_nic,
	      .help = "Several NICs by name, instead of nic; the first one is the primary." },
	    { .name = "config",
	      .type = T_MAP,
	      .item = T_PATH,
	      .keys = KEYS_FILE,
	      .help = "The appliance's own configuration files: name as the image knows it, path "
	              "below the topology's folder." },
	    { .name = "bgp",
	      .type = T_OBJECT,
	      .object = &schema_bgp,
	      .help = "Generate the daemon's configuration, instead of config." },
	    { .name = "routes",
	      .type = T_LIST,
	      .item = T_OBJECT,
	      .object = &schema_guest_route,
	      .help = "Static routes inside the guest." },
	    { .name = "sourceNat",
	      .type = T_BOOL,
	      .dflt = "false",
	      .at = AT(struct vm, source_nat),
	      .help = "Masquerade what the guest forwards to destinations outside RFC 1918." },
	    { .name = "powerState",
	      .type = T_ENUM,
	      .as_bool = true,
	      .values = power_states,
	      .dflt = "running",
	      .at = AT(struct vm, deallocated),
	      .help = "deallocated: it is there, and does not run." },
	    { .name = "listen",
	      .type = T_LIST,
	      .item = T_LISTEN,
	      .help = "Ports that answer: \"tcp/80\", \"udp/53\"." },
	    { .name = "loopbacks",
	      .type = T_LIST,
	      .item = T_IP,
	      .help =
	          "Further addresses of the guest, that answer: what is behind the appliance." },
	    END }
};

const struct object_def schema_internet = {
	"internet", "internet", NULL,
	(const struct field[]){ { .name = "hosts",
	                          .type = T_MAP,
	                          .item = T_IP,
	                          .help =
	                              "Hosts of the Internet that answer, by name. Always there: "
	                              "8.8.8.8 and 203.0.113.10." },
	                        END }
};

const struct object_def schema_public_ip = {
	"publicIPAddress", "a public IP address", NULL,
	(const struct field[]){ { .name = "ipAddress",
	                          .type = T_IP,
	                          .nullable = true,
	                          .help = "The address. Without it: one from 20.100.0.0/16." },
	                        END }
};

const struct object_def schema_topology = {
	"topology", "the topology", NULL,
	(const struct field[]){
	    { .name = "$schema", .type = T_TEXT, .help = "For editors; not read." },
	    { .name = "name",
	      .type = T_LAB_NAME,
	      .at = AT(struct model, name),
	      .help = "The lab's name. Without it: the file's name." },
	    { .name = "description",
	      .type = T_TEXT,
	      .at = AT(struct model, description),
	      .help = "What the design is about." },
	    { .name = "settings",
	      .type = T_OBJECT,
	      .object = &schema_settings,
	      .help = "How the emulation behaves." },
	    { .name = "virtualNetworks",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_vnet,
	      .help = "VNets by name." },
	    { .name = "connectedGroups",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_connected_group,
	      .help = "Meshes of Azure Virtual Network Manager by name." },
	    { .name = "routeTables",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_route_table,
	      .help = "Route tables by name." },
	    { .name = "serviceTags",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_service_tag,
	      .help = "Prefixes of service tags by name, as routes and service endpoints use "
	              "them." },
	    { .name = "routeServers",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_route_server,
	      .help = "Route Servers by name." },
	    { .name = "virtualMachines",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_vm,
	      .help = "VMs and appliances by name." },
	    { .name = "privateEndpoints",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_private_endpoint,
	      .help = "Private endpoints by name." },
	    { .name = "publicIPAddresses",
	      .type = T_MAP,
	      .item = T_OBJECT,
	      .object = &schema_public_ip,
	      .help = "Public addresses by name." },
	    { .name = "internet",
	      .type = T_OBJECT,
	      .object = &schema_internet,
	      .help = "What there is outside." },
	    { .name = "checks",
	      .type = T_MAP,
	      .item = T_CHECK,
	      .keys = KEYS_TEXT,
	      .help = "What must hold: a sentence to a check." },
	    UNSUPPORTED("networkSecurityGroups", "network security groups"),
	    UNSUPPORTED("applicationSecurityGroups", "application security groups"),
	    UNSUPPORTED("virtualNetworkGateways", "VPN and ExpressRoute gateways"),
	    UNSUPPORTED("localNetworkGateways", "local network gateways"),
	    UNSUPPORTED("sites", "on-premises sites"),
	    UNSUPPORTED("connections", "gateway connections"),
	    UNSUPPORTED("expressRouteCircuits", "ExpressRoute circuits"),
	    UNSUPPORTED("tunnels", "tunnels between appliances"),
	    UNSUPPORTED("loadBalancers", "load balancers"),
	    UNSUPPORTED("natGateways", "NAT gateways"),
	    UNSUPPORTED("azureFirewalls", "Azure Firewall"),
	    END }
};
