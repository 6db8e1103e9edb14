/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers.  One of ARM's has frontends, pools, rules and probes that refer to each
 * other; one of the lab's has a single frontend.  So each frontend becomes a load balancer. */
#include "input/import/priv.h"
#include "input/resources.h"
#include "input/terraform/types.h"

static bool list_has_name(const json_t *list, const char *name)
{
	json_t *v;
	size_t i;

	json_array_foreach ((json_t *)list, i, v)
		if (strieq(json_string_value(v), name))
			return true;
	return false;
}

static void append_name(json_t *list, const char *name)
{
	if (!list_has_name(list, name))
		json_array_append_new(list, json_string(name));
}

static bool nic_is(const struct im_nic *n, const char *backend)
{
	ip4 ip;

	return strieq(n->lab, backend) ||
	       (ip4_is_set(n->ip) && !ip4_parse(backend, &ip) && n->ip == ip);
}

/* A pool has NICs, which name it, or addresses: only the former take default outbound access from
 * their NICs, so that the topology says which. */
static void add_pool(struct import *im, const struct res *r, const char *id, json_t *backends)
{
	const struct res *pool = im_ref(im, r, id, "backend pool");
	json_t *v;
	size_t i;

	if (!pool)
		return;
	json_array_foreach (json_object_get(im->pools, pool->key), i, v)
		append_name(backends, json_string_value(v));
	json_array_foreach (arm_list(pool->j, "loadBalancerBackendAddresses"), i, v) {
		const char *s = arm_str(v, "ipAddress");
		ip4 ip;

		for (size_t k = 0; s && !ip4_parse(s, &ip) && k < im->n_nics; k++)
			if (im->nics[k].ip == ip && !list_has_name(backends, im->nics[k].lab))
				append_name(backends, im->nics[k].dynamic ? im->nics[k].lab : s);
	}
}

static void add_rule_pools(struct import *im, const struct res *rule, json_t *backends)
{
	json_t *v;
	size_t i;

	if (arm_id(rule->j, "backendAddressPool"))
		add_pool(im, rule, arm_id(rule->j, "backendAddressPool"), backends);
	json_array_foreach (arm_list(rule->j, "backendAddressPools"), i, v)
		add_pool(im, rule, arm_str(v, "id"), backends);
}

static json_t *probe_of(struct import *im, const struct res *rule)
{
	static const char *const protocols[] = { "Tcp", "Http", "Https", NULL };
	const struct res *p = im_ref(im, rule, arm_id(rule->j, "probe"), "probe");
	json_int_t n;

	if (!p)
		return NULL;
	const char *protocol = arm_word(arm_str(p->j, "protocol"), protocols);
	json_t *obj = json_object();

	if (protocol && streq(protocol, "Https")) {
		protocol = "Tcp";
		im_note(im, SEV_INFO, "IMPORT-LB-03", p, NULL,
		        "probe \"%s\" speaks HTTPS; in the lab a connection to its port is enough",
		        p->name);
	}
	put_str(obj, "protocol", protocol);
	if (arm_int(p->j, "port", &n))
		json_object_set_new(obj, "port", json_integer(n));
	if (protocol && streq(protocol, "Http"))
		put_str(obj, "requestPath", arm_str(p->j, "requestPath"));
	if (arm_int(p->j, "intervalInSeconds", &n))
		json_object_set_new(obj, "intervalInSeconds", json_integer(n));
	if (arm_int(p->j, "probeThreshold", &n) || arm_int(p->j, "numberOfProbes", &n))
		json_object_set_new(obj, "probeThreshold", json_integer(n));
	im_put_origin(obj, p);
	return obj;
}

static json_t *rule_object(const struct res *r)
{
	static const char *const protocols[] = { "All", "Tcp", "Udp", NULL };
	static const char *const modes[] = { "Default", "SourceIP", "SourceIPProtocol", NULL };
	const char *mode = arm_word(arm_str(r->j, "loadDistribution"), modes);
	const char *protocol = arm_word(arm_str(r->j, "protocol"), protocols);
	json_t *obj = json_object();
	json_int_t n;

	put_str(obj, "protocol", protocol && streq(protocol, "*") ? "All" : protocol);
	if (arm_int(r->j, "frontendPort", &n))
		json_object_set_new(obj, "frontendPort", json_integer(n));
	if (arm_int(r->j, "backendPort", &n))
		json_object_set_new(obj, "backendPort", json_integer(n));
	put_bool(obj, "enableFloatingIP", arm_bool(r->j, "enableFloatingIP", false), false);
	if (mode && !streq(mode, "Default"))
		put_str(obj, "loadDistribution", mode);
	put_bool(obj, "disableOutboundSnat", arm_bool(r->j, "disableOutboundSnat", false), false);
	im_put_origin(obj, r);
	return obj;
}

/* A machine that was just made answers nothing that a probe asks for; with the ports open, the lab
 * shows what the design is meant to do. */
static void open_ports(struct import *im, const json_t *backends, const json_t *probe)
{
	json_int_t port = json_integer_value(json_object_get(probe, "port"));
	_cleanup_free_ char *word = xasprintf("tcp/%" JSON_INTEGER_FORMAT, port);
	json_t *v;
	size_t i;

	json_array_foreach ((json_t *)backends, i, v)
		for (size_t k = 0; port > 0 && k < im->n_nics; k++) {
			json_t *listen = json_object_get(im->nics[k].vm_out, "listen");

			if (!nic_is(&im->nics[k], json_string_value(v)))
				continue;
			if (!listen) {
				listen = json_array();
				json_object_set_new(im->nics[k].vm_out, "listen", listen);
			}
			append_name(listen, word);
		}
}

static void read_rules(struct import *im, struct res *lb, const struct res *front, json_t *obj)
{
	json_t *backends = json_array(), *probe = NULL;
	struct res *r;

	json_object_set_new(obj, "backends", backends);
	IM_EACH_CHILD(r, lb, NET "loadbalancers/loadbalancingrules")
	{
		const char *id = arm_id(r->j, "frontendIPConfiguration");

		if (!id || im_find(im, id) != front)
			continue;
		json_t *own = json_array(), *p = probe_of(im, r);
		_cleanup_free_ char *scope = xasprintf("rules of %s", front->key);

		add_rule_pools(im, r, own);
		if (!json_array_size(backends))
			json_array_extend(backends, own);
		else if (!json_equal(backends, own))
			im_note(im, SEV_WARNING, "IMPORT-LB-01", r, NULL,
			        "rule \"%s\" has another backend pool than the rules before it; "
			        "in the lab a frontend has one",
			        r->name);
		if (!probe)
			probe = json_incref(p);
		else if (p && !json_equal(p, probe))
			im_note(im, SEV_INFO, "IMPORT-LB-02", r, NULL,
			        "rule \"%s\" has another probe than the rules before it; in the "
			        "lab a frontend has one",
			        r->name);
		r->lab = im_name(im, scope, r, r->name);
		im_set_in(obj, "rules", r->lab, rule_object(r));
		json_decref(own);
		json_decref(p);
	}
	if (probe) {
		open_ports(im, backends, probe);
		json_object_set_new(obj, "probe", probe);
	}
}

/* A rule for one NIC, or for several of which each has a port of its own: of a pool, or of what
 * names the rule. */
static void put_nat_rules(struct import *im, struct res *r, json_t *obj, json_t *targets,
                          const char *first_port)
{
	static const char *const protocols[] = { "Tcp", "Udp", NULL };
	_cleanup_free_ char *scope = xasprintf("NAT rules of %s", r->parent->key);
	const char *protocol = arm_word(arm_str(r->j, "protocol"), protocols);
	bool several = !streq(first_port, "frontendPort");
	json_int_t front = 0, back = 0;
	json_t *v;
	size_t i;

	if (!json_array_size(targets))
		im_note(im, SEV_INFO, "IMPORT-LB-06", r, NULL,
		        "inbound NAT rule \"%s\" leads to no NIC of the lab", r->name);
	arm_int(r->j, first_port, &front);
	arm_int(r->j, "backendPort", &back);
	json_array_foreach (targets, i, v) {
		json_t *rule = json_object();

		if (protocol && !streq(protocol, "Tcp") && !streq(protocol, "All"))
			put_str(rule, "protocol", protocol);
		json_object_set_new(rule, "frontendPort", json_integer(front + (json_int_t)i));
		json_object_set(rule, "backend", v);
		json_object_set_new(rule, "backendPort", json_integer(back));
		put_bool(rule, "enableFloatingIP", arm_bool(r->j, "enableFloatingIP", false),
		         false);
		im_put_origin(rule, r);
		im_set_in(
		    obj, "inboundNatRules",
		    im_new_name(im, scope, r,
		                several ? arena_printf(im->a, "%.60s-%zu", r->name, i) : r->name),
		    rule);
		if (!several)
			return;
	}
}

static bool is_for_frontend(struct import *im, const struct res *r, const struct res *front)
{
	const char *id = arm_id(r->j, "frontendIPConfiguration");

	return r->parent == front->parent && id && im_find(im, id) == front;
}

static void read_nat_rules(struct import *im, const struct res *front, json_t *obj)
{
	struct res *r;

	IM_EACH(im, r, NET "loadbalancers/inboundnatrules")
	{
		json_t *targets = json_array();
		bool several = arm_id(r->j, "backendAddressPool") != NULL;

		if (is_for_frontend(im, r, front)) {
			add_rule_pools(im, r, targets);
			json_array_extend(targets, json_object_get(im->pools, r->key));
			put_nat_rules(im, r, obj, targets,
			              several ? "frontendPortRangeStart" : "frontendPort");
		}
		json_decref(targets);
	}
	IM_EACH(im, r, NET "loadbalancers/inboundnatpools")
	if (is_for_frontend(im, r, front))
		put_nat_rules(im, r, obj, json_object_get(im->pools, r->key),
		              "frontendPortRangeStart");
}

/* An outbound rule names frontends, and the pool that leaves by them. */
static void read_outbound_rules(struct import *im, const struct res *front, json_t *obj)
{
	json_t *backends = json_object_get(obj, "backends"), *v;
	struct res *r;
	size_t i;

	IM_EACH(im, r, NET "loadbalancers/outboundrules")
	{
		json_array_foreach (arm_list(r->j, "frontendIPConfigurations"), i, v) {
			const char *id =
			    json_is_string(v) ? json_string_value(v) : arm_str(v, "id");
			const char *name = id ? NULL : arm_str(v, "name");

			if (r->parent != front->parent ||
			    !(id ? im_find(im, id) == front : strieq(name, front->name)))
				continue;
			json_object_set_new(obj, "outboundRule", json_true());
			if (!json_array_size(backends))
				add_rule_pools(im, r, backends);
		}
	}
}

static bool is_ipv6(const struct res *front)
{
	const char *version = arm_str(front->j, "privateIPAddressVersion"),
	           *ip = arm_str(front->j, "privateIPAddress");

	return strieq(version, "IPv6") || (ip && arm_family(ip) == 0);
}

/* Sets *ret_subnet or *ret_public; false: it is left out, since what it names is. */
static bool frontend_address(struct import *im, struct res *front, const char **ret_subnet,
                             json_t **ret_public)
{
	const char *id = arm_id(front->j, "subnet"), *public = arm_id(front->j, "publicIPAddress");
	const struct res *ip = public ? im_find(im, public) : NULL;

	if (is_ipv6(front)) {
		front->left_out = true;
		im_note(im, SEV_INFO, "IMPORT-IPV6-01", front, NULL,
		        "frontend \"%s\" is IPv6, which is not emulated: left out", front->name);
		return false;
	}
	*ret_subnet = im_subnet(im, front, id);
	if (id && !*ret_subnet)
		im_leave_out(im, front, NULL, "its subnet is not in the lab");
	if (id)
		return *ret_subnet;
	const char *lab = im_use(im, front, public, "public address");

	if (ip && !lab) { /* it is IPv6, and said to be */
		front->left_out = true;
		return false;
	}
	if (!public && !arm_id(front->j, "publicIPPrefix")) {
		front->left_out = true;
		im_note(im, SEV_WARNING, "IMPORT-LB-04", front, NULL,
		        "frontend \"%s\" has neither a subnet nor a public address: nobody "
		        "answers there",
		        front->name);
		return false;
	}
	*ret_public = lab ? json_string(lab) : json_true();
	return true;
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

	if (!frontend_address(im, front, &subnet, &public))
		return false;
	json_t *obj = json_object();

	if (is_basic(lb))
		put_str(obj, "sku", "Basic");
	put_str(obj, "subnet", subnet);
	if (public)
		json_object_set_new(obj, "publicIPAddress", public);
	else
		put_private_address(im, front, obj);
	read_rules(im, lb, front, obj);
	read_nat_rules(im, front, obj);
	if (public)
		read_outbound_rules(im, front, obj);
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

/* Names alone: azurerm's outbound rules name frontends of their own load balancer. */
static const struct tf_attr tf_nothing[] = { { 0 } };

static const struct tf_type tf_balancers[] = {
	{ "azurerm_lb", ARM_NET "loadBalancers", .ids = " loadbalancer_id ",
	  .attrs = TF_ATTRS{ { "sku", "^sku.name" },
	                     { "frontend_ip_configuration", "frontendIPConfigurations", TF_BLOCKS,
	                       tf_address },
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
	           "outboundRules ddosSettings publicIPPrefix ",
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
