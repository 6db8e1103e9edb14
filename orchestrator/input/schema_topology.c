/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of the topology file (interfaces.md, section 1): ARM's names, types and values. */
#include "input/schema_topology.h"
#include "azure/kind.h"
#include "azure/model.h"

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
	              "publicIPAddresses. Nothing comes in by it without a security group that "
	              "allows it." },
	    { .name = "publicLoadBalancer",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct nic, public_balancer),
	      .help =
	          "It is in the pool of a public load balancer with a rule that translates what "
	          "leaves. Such balancers are not emulated; here it leaves as by default "
	          "outbound access." },
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
