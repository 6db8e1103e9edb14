/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of a load balancer as ARM has them, with the pools and probes that they name. */
#include "kinds/loadbalancer/import_rules.h"

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

/* The virtual network that an address of a pool is of; NULL: it does not say. */
static const struct res *find_address_network(struct import *im, const json_t *address)
{
	const struct res *subnet =
	    arm_id(address, "subnet") ? im_find(im, arm_id(address, "subnet")) : NULL;

	if (arm_id(address, "virtualNetwork"))
		return im_find(im, arm_id(address, "virtualNetwork"));
	return subnet ? subnet->parent : NULL;
}

/* Azure takes addresses of machines that come later. */
static void add_pool_address(struct import *im, const struct res *pool, const json_t *address,
                             json_t *backends)
{
	const char *s = arm_str(address, "ipAddress");
	const struct res *vnet = find_address_network(im, address);
	bool found = false;
	ip4 ip;

	if (!s || ip4_parse(s, &ip) < 0)
		return;
	for (size_t k = 0; k < im->n_nics; k++) {
		const struct im_nic *n = &im->nics[k];

		if (n->ip != ip || (vnet && n->subnet && n->subnet->parent != vnet))
			continue;
		found = true;
		if (!list_has_name(backends, n->lab))
			append_name(backends, n->dynamic ? n->lab : s);
	}
	if (!found)
		im_note(im, SEV_WARNING, "IMPORT-LB-07", pool,
		        "give a NIC of that network the address, or take it out of the pool",
		        "no NIC%s%s has %s of backend pool \"%s\": nobody answers there, and the "
		        "lab leaves it out",
		        vnet ? " of virtual network " : "", vnet ? vnet->name : "", s, pool->name);
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
	json_array_foreach (arm_list(pool->j, "loadBalancerBackendAddresses"), i, v)
		add_pool_address(im, pool, v, backends);
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

void lb_import_rules(struct import *im, struct res *lb, const struct res *front, json_t *obj)
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

void lb_import_nat_rules(struct import *im, const struct res *front, json_t *obj)
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

void lb_import_outbound_rules(struct import *im, const struct res *front, json_t *obj)
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
