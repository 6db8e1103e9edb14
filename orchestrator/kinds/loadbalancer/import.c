/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers.  One of ARM's has frontends, pools, rules and probes that refer to each
 * other; one of the lab's has a single frontend.  So each frontend becomes a load balancer. */
#include "input/terraform/types.h"
#include "kinds/loadbalancer/import_rules.h"
#include "kinds/ranges.h"

#define NAMES_RANGE(key, one, many, tf, what) || arm_id(front->j, (one))

static bool is_ipv6(const struct res *front)
{
	const char *version = arm_str(front->j, "privateIPAddressVersion"),
	           *ip = arm_str(front->j, "privateIPAddress");

	return strieq(version, "IPv6") || (ip && arm_family(ip) == 0);
}

/* A frontend that names a range has an address of it, which is an entry of the lab's own.  Returns
 * what the load balancer's publicIPAddress is; NULL: the range is IPv6, and reported to be. */
static json_t *take_of_range(struct import *im, const struct res *lb, const struct res *front,
                             const char *property, const char *what)
{
	const char *id = arm_id(front->j, property), *range = im_use(im, front, id, what);
	struct res entry = *front;

	if (!range)
		return im_find(im, id) ? NULL : json_true();
	json_t *obj = json_object();

	put_str(obj, property, range);
	entry.lab = im_name(im, "publicIPAddresses", &entry,
	                    arena_printf(im->a, "%.40s-%.39s", lb->lab, front->name));
	im_put(im, "publicIPAddresses", &entry, obj);
	return json_string(entry.lab);
}

#define TAKE_OF_RANGE(key, one, many, tf, what) \
	if (arm_id(front->j, (one))) \
		return take_of_range(im, lb, front, (one), (what));

static json_t *range_address(struct import *im, const struct res *lb, const struct res *front)
{
	ADDRESS_RANGES(TAKE_OF_RANGE)
	return json_true();
}

/* Sets *ret_subnet or *ret_public; false: it is left out, since what it names is. */
static bool frontend_address(struct import *im, const struct res *lb, struct res *front,
                             const char **ret_subnet, json_t **ret_public)
{
	const char *id = arm_id(front->j, "subnet"), *public = arm_id(front->j, "publicIPAddress");
	const struct res *ip = public ? im_find(im, public) : NULL;

	if (is_ipv6(front)) {
		_cleanup_free_ char *what = xasprintf("frontend \"%s\"", front->name);

		im_leave_ipv6(im, front, what);
		return false;
	}
	*ret_subnet = im_subnet(im, front, id);
	if (id && !*ret_subnet)
		im_leave_out(im, front, NULL, "its subnet is not in the lab");
	if (id)
		return *ret_subnet;
	const char *own = im_use(im, front, public, "public address");

	if (ip && !own) { /* it is IPv6, and said to be */
		im_leave_ipv6(im, front, NULL);
		return false;
	}
	if (!(public ADDRESS_RANGES(NAMES_RANGE))) {
		front->left_out = true;
		im_note(im, SEV_WARNING, "IMPORT-LB-04", front, NULL,
		        "frontend \"%s\" has neither a subnet nor a public address: nobody "
		        "answers there",
		        front->name);
		return false;
	}
	*ret_public = own ? json_string(own) : range_address(im, lb, front);
	front->left_out = !*ret_public;
	return *ret_public;
}

/* Azure's default where none is given. */
static bool is_basic(const struct res *lb)
{
	const char *sku = arm_str(json_object_get(lb->j, "sku"), "name");

	return !sku || strieq(sku, "Basic");
}

/* Nobody who gets a dynamic address gets that of a frontend. */
static void put_private_address(struct import *im, const struct res *front, json_t *obj)
{
	const char *s = arm_address(im, front, front->j, "privateIPAddress");
	const struct res *subnet = im_find(im, arm_id(front->j, "subnet"));
	ip4 ip;

	put_str(obj, "privateIPAddress", s);
	if (s && ip4_parse(s, &ip) == 0)
		VEC_PUSH(im->taken, im->n_taken, im->cap_taken) = (struct im_taken){ subnet, ip };
}

static bool read_frontend(struct import *im, struct res *lb, struct res *front, bool first)
{
	const char *subnet = NULL;
	json_t *public = NULL;

	if (!frontend_address(im, lb, front, &subnet, &public))
		return false;
	json_t *obj = json_object();

	if (is_basic(lb))
		put_str(obj, "sku", "Basic");
	put_str(obj, "subnet", subnet);
	if (public)
		json_object_set_new(obj, "publicIPAddress", public);
	else
		put_private_address(im, front, obj);
	lb_import_rules(im, lb, front, obj);
	lb_import_nat_rules(im, front, obj);
	if (public)
		lb_import_outbound_rules(im, front, obj);
	if (first) {
		im_put(im, "loadBalancers", lb, obj);
		return true;
	}
	front->lab = im_name(im, "loadBalancers", front,
	                     arena_printf(im->a, "%.40s-%.39s", lb->lab, front->name));
	im_put(im, "loadBalancers", front, obj);
	return true;
}

static void read_balancer(struct import *im, struct res *lb)
{
	const char *sku = arm_str(json_object_get(lb->j, "sku"), "name");
	struct res *c;
	bool any = false;

	if (is_basic(lb))
		im_note(im, SEV_INFO, "IMPORT-LB-05", lb, NULL,
		        "load balancer \"%s\" is of SKU Basic, which Azure has retired in 2025; in "
		        "the lab it works as one of SKU Standard, but its backends keep default "
		        "outbound access",
		        lb->name);
	else if (!strieq(sku, "Standard"))
		im_note(im, SEV_INFO, "IMPORT-LB-05", lb, NULL,
		        "load balancer \"%s\" is of SKU %s; the lab has those of SKU Standard and "
		        "Basic",
		        lb->name, sku);
	IM_EACH_CHILD(c, lb, NET "loadbalancers/frontendipconfigurations")
	any |= read_frontend(im, lb, c, !any);
	if (!any)
		im_leave_out(im, lb, NULL, "none of its frontends is in the lab");
}

#define RANGE_ATTR(key, one, many, tf, what) { tf, one, TF_ID },

static const struct tf_attr tf_frontend[] = {
	{ "subnet_id", "subnet", TF_ID },
	{ "private_ip_address", "privateIPAddress" },
	{ "private_ip_address_allocation", "privateIPAllocationMethod" },
	{ "private_ip_address_version", "privateIPAddressVersion" },
	{ "public_ip_address_id", "publicIPAddress", TF_ID },
	ADDRESS_RANGES(RANGE_ATTR) /* it is of one of them */
	{ 0 },
};

/* Names alone: azurerm's outbound rules name frontends of their own load balancer. */
static const struct tf_attr tf_nothing[] = { { 0 } };

static const struct tf_type tf_balancers[] = {
	{ "azurerm_lb", ARM_NET "loadBalancers", .ids = " loadbalancer_id ",
	  .attrs = TF_ATTRS{ { "sku", "^sku.name" },
	                     { "frontend_ip_configuration", "frontendIPConfigurations", TF_BLOCKS,
	                       tf_frontend },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "sku", "\"Basic\"", 0, 3 },
	                           { "sku", "\"Standard\"", 4, 0 },
	                           { "sku_tier", "\"Regional\"" },
	                           { 0 } } },
	{ "azurerm_lb_backend_address_pool", ARM_NET "loadBalancers/backendAddressPools",
	  .parent_id = "loadbalancer_id", .fold = "backendAddressPools",
	  .ids = " backend_address_pool_id backend_address_pool_ids ", .attrs = TF_ATTRS{ { 0 } } },
	{ "azurerm_lb_probe", ARM_NET "loadBalancers/probes", .parent_id = "loadbalancer_id",
	  .fold = "probes", .ids = " probe_id ",
	  .attrs = TF_ATTRS{ { "protocol", "protocol" },
	                     { "port", "port" },
	                     { "request_path", "requestPath" },
	                     { "interval_in_seconds", "intervalInSeconds" },
	                     { "number_of_probes", "numberOfProbes" },
	                     { "probe_threshold", "probeThreshold" },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "protocol", "\"Tcp\"" },
	                           { "interval_in_seconds", "15" },
	                           { "number_of_probes", "2" },
	                           { "probe_threshold", "1" },
	                           { 0 } } },
	{ "azurerm_lb_rule", ARM_NET "loadBalancers/loadBalancingRules",
	  .parent_id = "loadbalancer_id", .fold = "loadBalancingRules",
	  .attrs = TF_ATTRS{ { "protocol", "protocol" },
	                     { "frontend_port", "frontendPort" },
	                     { "backend_port", "backendPort" },
	                     { "floating_ip_enabled", "enableFloatingIP" },
	                     { "enable_floating_ip", "enableFloatingIP" },
	                     { "load_distribution", "loadDistribution" },
	                     { "disable_outbound_snat", "disableOutboundSnat" },
	                     { "probe_id", "probe", TF_ID },
	                     { "backend_address_pool_ids", "backendAddressPools", TF_IDS },
	                     { "backend_address_pool_id", "backendAddressPool", TF_ID },
	                     { "frontend_ip_configuration_name", "frontendIPConfiguration",
	                       TF_FRONTEND },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "floating_ip_enabled", "false", 4, 0, "enable_floating_ip" },
	                           { "enable_floating_ip", "false", 0, 3, "floating_ip_enabled" },
	                           { "load_distribution", "\"Default\"" },
	                           { "disable_outbound_snat", "false" },
	                           { "idle_timeout_in_minutes", "4" },
	                           { 0 } } },
	{ "azurerm_lb_nat_rule", ARM_NET "loadBalancers/inboundNatRules",
	  .parent_id = "loadbalancer_id", .fold = "inboundNatRules", .ids = " nat_rule_id ",
	  .attrs = TF_ATTRS{ { "protocol", "protocol" },
	                     { "frontend_port", "frontendPort" },
	                     { "frontend_port_start", "frontendPortRangeStart" },
	                     { "backend_port", "backendPort" },
	                     { "floating_ip_enabled", "enableFloatingIP" },
	                     { "enable_floating_ip", "enableFloatingIP" },
	                     { "backend_address_pool_id", "backendAddressPool", TF_ID },
	                     { "frontend_ip_configuration_name", "frontendIPConfiguration",
	                       TF_FRONTEND },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "floating_ip_enabled", "false", 4, 0, "enable_floating_ip" },
	                           { "enable_floating_ip", "false", 0, 3, "floating_ip_enabled" },
	                           { "idle_timeout_in_minutes", "4" },
	                           { 0 } } },
	{ "azurerm_lb_outbound_rule", ARM_NET "loadBalancers/outboundRules",
	  .parent_id = "loadbalancer_id", .fold = "outboundRules",
	  .attrs = TF_ATTRS{ { "protocol", "protocol" },
	                     { "backend_address_pool_id", "backendAddressPool", TF_ID },
	                     { "frontend_ip_configuration", "frontendIPConfigurations", TF_BLOCKS,
	                       tf_nothing },
	                     { 0 } },
	  .defaults = TF_DEFAULTS{ { "allocated_outbound_ports", "1024" },
	                           { "idle_timeout_in_minutes", "4" },
	                           { 0 } } },
	{ "azurerm_lb_backend_address_pool_address", ARM_NET "loadBalancers/backendAddressPools",
	  .parent_id = "backend_address_pool_id", .fold = "loadBalancerBackendAddresses",
	  .attrs = TF_ATTRS{ { "ip_address", "ipAddress" },
	                     { "virtual_network_id", "virtualNetwork", TF_ID },
	                     { 0 } } },
	{ 0 },
};

const struct import_type load_balancer_imports[] = {
	{ IMPORT_READ(NET "loadbalancers", "loadBalancers"),
	  .provider = PROVIDER{ ARM_NET "loadBalancers",
	                        .children = CHILDREN{ { "frontendIPConfigurations" },
	                                              { "backendAddressPools" },
	                                              { "loadBalancingRules" },
	                                              { "probes" },
	                                              { "inboundNatRules" },
	                                              { "inboundNatPools" },
	                                              { "outboundRules" },
	                                              { 0 } },
	                        .sku = "Basic",
	                        .defaults = DEFAULTS{ { "frontendIPConfigurations", "[]" },
	                                              { "backendAddressPools", "[]" },
	                                              { "loadBalancingRules", "[]" },
	                                              { "probes", "[]" },
	                                              { "inboundNatRules", "[]" },
	                                              { "outboundRules", "[]" },
	                                              { 0 } } },
	  .terraform = tf_balancers, .read = read_balancer,
	  .lists = LISTS{ { "frontendIPConfigurations", "frontendipconfigurations" },
	                  { "backendAddressPools", "backendaddresspools" },
	                  { "loadBalancingRules", "loadbalancingrules" },
	                  { "probes", "probes" },
	                  { "inboundNatRules", "inboundnatrules" },
	                  { "inboundNatPools", "inboundnatpools" },
	                  { "outboundRules", "outboundrules" },
	                  { 0 } } },
	{ IMPORT_PART(NET "loadbalancers/frontendipconfigurations", "load balancer"),
	  .provider =
	      PROVIDER{ ARM_NET "loadBalancers/frontendIPConfigurations", .part = true,
	                .in_use = "InUseFrontendIPConfigurationCannotBeDeleted",
	                .defaults =
	                    DEFAULTS{ { "privateIPAllocationMethod", "\"Dynamic\"" }, { 0 } } },
	  .known = " privateIPAddress privateIPAllocationMethod privateIPAddressVersion subnet "
	           "publicIPAddress inboundNatRules inboundNatPools loadBalancingRules "
	           "outboundRules ddosSettings " ADDRESS_RANGES(RANGE_ONE_WORD),
	  .missing =
	      LACKING{ { "gatewayLoadBalancer", "traffic does not pass through it" }, { 0 } },
	  .shown = SHOWN{ { "loadBalancingRules", .by = NET "loadbalancers/loadbalancingrules" },
	                  { "inboundNatRules" },
	                  { "outboundRules" },
	                  { 0 } } },
	{ IMPORT_PART(NET "loadbalancers/backendaddresspools", "load balancer"),
	  .provider = PROVIDER{ ARM_NET "loadBalancers/backendAddressPools", .part = true,
	                        .in_use = "InUseBackendAddressPoolCannotBeDeleted" },
	  .shown =
	      SHOWN{ { "backendIPConfigurations", .by = NET "networkinterfaces/ipconfigurations" },
	             { "loadBalancingRules", .by = NET "loadbalancers/loadbalancingrules" },
	             { 0 } } },
	{ IMPORT_PART(NET "loadbalancers/loadbalancingrules", "load balancer"),
	  .known = " protocol frontendPort backendPort enableFloatingIP loadDistribution probe "
	           "backendAddressPool backendAddressPools frontendIPConfiguration "
	           "idleTimeoutInMinutes enableTcpReset disableOutboundSnat "
	           "enableConnectionTracking " },
	{ IMPORT_PART(NET "loadbalancers/probes", "load balancer"),
	  .provider = PROVIDER{ ARM_NET "loadBalancers/probes", .part = true,
	                        .in_use = "InUseProbeCannotBeDeleted" },
	  .shown = SHOWN{ { "loadBalancingRules", .by = NET "loadbalancers/loadbalancingrules" },
	                  { 0 } } },
	{ IMPORT_PART(NET "loadbalancers/inboundnatrules", "load balancer") },
	{ IMPORT_PART(NET "loadbalancers/inboundnatpools", "load balancer") },
	{ IMPORT_PART(NET "loadbalancers/outboundrules", "load balancer") },
	{ 0 },
};
