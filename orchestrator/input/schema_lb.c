/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers in the topology file: internal ones of SKU Standard, one frontend and one pool. */
#include <netinet/in.h>

#include "azure/kind.h"
#include "azure/model.h"
#include "input/schema_topology.h"

static const struct enum_value protocols[] = {
	{ "All", 0, "HA ports: every protocol, with both ports 0", NULL },
	{ "Tcp", IPPROTO_TCP, NULL, NULL },
	{ "Udp", IPPROTO_UDP, NULL, NULL },
	END
};

static const struct enum_value modes[] = {
	{ "Default", LB_BY_FLOW, "by the five-tuple", NULL },
	{ "SourceIP", LB_BY_IP, "by source and destination address", NULL },
	{ "SourceIPProtocol", LB_BY_PROTOCOL, "by both addresses and the protocol", NULL },
	END
};

const struct object_def schema_lb_rule = {
	"loadBalancingRule", "a rule of a load balancer", NULL,
	(const struct field[]){
	    { .name = "protocol",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = protocols,
	      .required = true,
	      .at = AT(struct lb_rule, protocol),
	      .help = "what it takes" },
	    { .name = "frontendPort",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FABRIC,
	      .max = 65534,
	      .dflt = "0",
	      .at = AT(struct lb_rule, frontend_port),
	      .help = "The port that clients use; 0 with protocol All." },
	    { .name = "backendPort",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FABRIC,
	      .max = 65534,
	      .dflt = "0",
	      .at = AT(struct lb_rule, backend_port),
	      .help = "The port of the backends; 0 with protocol All." },
	    { .name = "enableFloatingIP",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct lb_rule, floating),
	      .help = "Backends get packets with the frontend's address: they need it as one of "
	              "their loopbacks." },
	    { .name = "loadDistribution",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = modes,
	      .dflt = "Default",
	      .at = AT(struct lb_rule, mode),
	      .help = "What of a packet chooses the backend of a new flow." },
	    END }
};

static const struct enum_value probe_protocols[] = {
	{ "Tcp", LB_PROBE_TCP, "a connection is accepted", NULL },
	{ "Http", LB_PROBE_HTTP, "a GET is answered with status 200", NULL },
	{ "Https", 0, NULL, "use Tcp with the same port: certificates are not emulated" },
	END
};

const struct object_def schema_lb_probe = {
	"probe", "the health probe of a load balancer",
	"Comes from 168.63.129.16 to each backend's NIC.",
	(const struct field[]){
	    { .name = "protocol",
	      .type = T_ENUM,
	      .shows = SHOWS_AS_IT_RUNS,
	      .values = probe_protocols,
	      .required = true,
	      .at = AT(struct lb_probe, protocol),
	      .help = "when a backend counts as healthy" },
	    { .name = "port",
	      .type = T_UINT,
	      .shows = SHOWS_AS_IT_RUNS,
	      .min = 1,
	      .max = 65535,
	      .required = true,
	      .at = AT(struct lb_probe, port),
	      .help = "the port that is probed" },
	    { .name = "requestPath",
	      .type = T_TEXT,
	      .shows = SHOWS_AS_IT_RUNS,
	      .nullable = true,
	      .at = AT(struct lb_probe, path),
	      .help = "Of the GET, with Http; \"/\" without it." },
	    { .name = "intervalInSeconds",
	      .type = T_UINT,
	      .shows = SHOWS_AS_IT_RUNS,
	      .min = 5,
	      .max = 2147483,
	      .dflt = "5",
	      .at = AT(struct lb_probe, interval),
	      .help = "Time from probe to probe; with the setting timing fast a tenth of it." },
	    { .name = "probeThreshold",
	      .type = T_UINT,
	      .shows = SHOWS_AS_IT_RUNS,
	      .min = 1,
	      .max = 100,
	      .dflt = "1",
	      .at = AT(struct lb_probe, threshold),
	      .help = "How many failures in a row make a backend unhealthy, and how many successes "
	              "healthy again." },
	    END }
};

static const struct enum_value skus[] = { { "Standard", 0, NULL, NULL },
	                                  { "Basic", 0, NULL,
	                                    "Azure has retired it in 2025; use Standard" },
	                                  END };

const struct object_def schema_load_balancer = {
	"loadBalancer", "a load balancer",
	"An internal one of SKU Standard. As the next hop of routes it hands packets to a backend "
	"as they are; what is sent to its own address gets the backend's.",
	(const struct field[]){
	    { .name = "sku",
	      .type = T_ENUM,
	      .shows = SHOWS_AS_IT_RUNS,
	      .values = skus,
	      .dflt = "Standard",
	      .help = "SKU" },
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_FABRIC,
	      .required = true,
	      .help = "\"VNET/SUBNET\" of the frontend" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct load_balancer, ip),
	      .help = "The frontend's address. Without it: the lowest free one of the subnet, "
	              "behind those of NICs." },
	    { .name = "backends",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_NODE,
	      .help = "The backend pool: NICs by name, or VMs for their primary one; \"VM/NIC\" "
	              "where a name is not unique." },
	    { .name = "rules",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &schema_lb_rule,
	      .help = "Load-balancing rules by name." },
	    { .name = "probe",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &schema_lb_probe,
	      .help = "The health probe of all rules. Without it every backend whose VM runs is "
	              "healthy." },
	    END }
};

const struct kind kind_load_balancer = {
	.key = "loadBalancers",
	.what = "load balancer",
	.help = "Internal load balancers by name.",
	.object = &schema_load_balancer,
	.azure = true,
	.place = 150,
};
