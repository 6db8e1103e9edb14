/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers in the topology file: one frontend, with a private or a public address, and one
 * pool. */
#include <netinet/in.h>

#include "azure/kind.h"
#include "azure/public_ip.h"
#include "input/load.h"

static const struct enum_value lb_protocols[] = {
	{ "All", 0, "HA ports: every protocol, with both ports 0", NULL },
	{ "Tcp", IPPROTO_TCP, NULL, NULL },
	{ "Udp", IPPROTO_UDP, NULL, NULL },
	END
};

static const struct enum_value lb_modes[] = {
	{ "Default", LB_BY_FLOW, "by the five-tuple", NULL },
	{ "SourceIP", LB_BY_IP, "by source and destination address", NULL },
	{ "SourceIPProtocol", LB_BY_PROTOCOL, "by both addresses and the protocol", NULL },
	END
};

static const struct object_def lb_rule_def = {
	"loadBalancingRule", "a rule of a load balancer", NULL,
	(const struct field[]){
	    { .name = "protocol",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = lb_protocols,
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
	      .values = lb_modes,
	      .dflt = "Default",
	      .at = AT(struct lb_rule, mode),
	      .help = "What of a packet chooses the backend of a new flow." },
	    { .name = "disableOutboundSnat",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct lb_rule, no_snat),
	      .help = "Of a public frontend: false lets what the pool sends to the Internet leave "
	              "by it, too." },
	    END }
};

static const struct enum_value nat_protocols[] = { { "Tcp", IPPROTO_TCP, NULL, NULL },
	                                           { "Udp", IPPROTO_UDP, NULL, NULL },
	                                           END };

static const struct object_def nat_rule_def = {
	"inboundNatRule", "an inbound NAT rule of a load balancer", NULL,
	(const struct field[]){ { .name = "protocol",
	                          .type = T_ENUM,
	                          .shows = SHOWS_IN_FABRIC,
	                          .values = nat_protocols,
	                          .dflt = "Tcp",
	                          .at = AT(struct lb_nat_rule, protocol),
	                          .help = "what it takes" },
	                        { .name = "frontendPort",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FABRIC,
	                          .min = 1,
	                          .max = 65534,
	                          .required = true,
	                          .at = AT(struct lb_nat_rule, frontend_port),
	                          .help = "the port that clients use" },
	                        { .name = "backend",
	                          .type = T_NODE,
	                          .shows = SHOWS_IN_FABRIC,
	                          .required = true,
	                          .help = "the NIC that it leads to, or a VM for its primary one" },
	                        { .name = "backendPort",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FABRIC,
	                          .min = 1,
	                          .max = 65535,
	                          .required = true,
	                          .at = AT(struct lb_nat_rule, backend_port),
	                          .help = "the port there" },
	                        { .name = "enableFloatingIP",
	                          .type = T_BOOL,
	                          .shows = SHOWS_IN_FABRIC,
	                          .dflt = "false",
	                          .at = AT(struct lb_nat_rule, floating),
	                          .help = "As in rules." },
	                        END }
};

static const struct enum_value probe_protocols[] = {
	{ "Tcp", LB_PROBE_TCP, "a connection is accepted", NULL },
	{ "Http", LB_PROBE_HTTP, "a GET is answered with status 200", NULL },
	{ "Https", 0, NULL, "use Tcp with the same port: certificates are not emulated" },
	END
};

static const struct object_def lb_probe_def = {
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

static const struct enum_value lb_skus[] = {
	{ "Standard", 0, "NICs in its pool have no default outbound access", NULL },
	{ "Basic", 1, "they keep it; Azure has retired this SKU in 2025", NULL },
	END
};

static const struct object_def balancer = {
	"loadBalancer", "a load balancer",
	"With a subnet it is internal: as the next hop of routes it hands packets to a backend as "
	"they are; what is sent to its own address gets the backend's. With a publicIPAddress it "
	"takes what comes from the Internet, and its pool leaves by it.",
	(const struct field[]){
	    { .name = "sku",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .as_bool = true,
	      .values = lb_skus,
	      .dflt = "Standard",
	      .at = AT(struct load_balancer, basic),
	      .help = "SKU." },
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct load_balancer, subnet),
	      .help = "\"VNET/SUBNET\" of an internal frontend." },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct load_balancer, ip),
	      .help = "The frontend's address. Without it: the lowest free one of the subnet, "
	              "behind those of NICs." },
	    { .name = "publicIPAddress",
	      .type = T_PUBLIC_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .dflt = "false",
	      .help = "Instead of a subnet, a public frontend: true for one from 20.100.0.0/16, or "
	              "the name of an entry of publicIPAddresses." },
	    { .name = "backends",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FABRIC,
	      .item = T_NODE,
	      .help = "The backend pool: NICs by name, or VMs for their primary one; \"VM/NIC\" "
	              "where a name is not unique. Or addresses of NICs: those "
	              "keep default outbound access." },
	    { .name = "rules",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &lb_rule_def,
	      .help = "Load-balancing rules by name." },
	    { .name = "inboundNatRules",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .item = T_OBJECT,
	      .object = &nat_rule_def,
	      .help = "Ports of the frontend that lead to one NIC, by name." },
	    { .name = "outboundRule",
	      .type = T_BOOL,
	      .shows = SHOWS_IN_FABRIC,
	      .dflt = "false",
	      .at = AT(struct load_balancer, outbound),
	      .help = "Of a public frontend: what the pool sends to the Internet leaves by it, "
	              "whatever its rules say." },
	    { .name = "probe",
	      .type = T_OBJECT,
	      .shows = SHOWS_INSIDE,
	      .object = &lb_probe_def,
	      .help = "The health probe of all rules. Without it every backend whose VM runs is "
	              "healthy." },
	    END }
};

static void load_lb_rules(struct loader *l, struct load_balancer *lb, json_t *map,
                          const struct jptr *at)
{
	const char *key;
	json_t *x;

	lb->rules = arena_array(l->a, json_object_size(map), sizeof(*lb->rules));
	json_object_foreach (map, key, x) {
		struct lb_rule *r = &lb->rules[lb->n_rules++];

		r->name = arena_strdup(l->a, key);
		r->ptr = load_ptr(l, JPTR(at, key));
		r->broken = !schema_fill(&lb_rule_def, x, l->a, r);
	}
}

static void load_nat_rules(struct loader *l, struct load_balancer *lb, json_t *map,
                           const struct jptr *at)
{
	const char *key;
	json_t *x;

	lb->nat_rules = arena_array(l->a, json_object_size(map), sizeof(*lb->nat_rules));
	json_object_foreach (map, key, x) {
		struct lb_nat_rule *r = &lb->nat_rules[lb->n_nat_rules++];

		r->name = arena_strdup(l->a, key);
		r->ptr = load_ptr(l, JPTR(at, key));
		r->broken = !schema_fill(&nat_rule_def, x, l->a, r);
	}
}

static bool wants_public_ip(const json_t *x)
{
	const json_t *v = json_object_get(x, "publicIPAddress");

	return json_is_true(v) || json_is_string(v);
}

static void load_balancer(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct load_balancer *lb = obj;
	json_t *probe = json_object_get(x, "probe");
	bool inside = json_is_string(json_object_get(x, "subnet"));

	lb->dynamic =
	    inside && !lb->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
	load_lb_rules(l, lb, json_object_get(x, "rules"), JPTR(at, "rules"));
	load_nat_rules(l, lb, json_object_get(x, "inboundNatRules"), JPTR(at, "inboundNatRules"));
	if (inside == wants_public_ip(x)) {
		load_error(
		    l, "LB-FRONT-01", NULL, lb->ptr,
		    "give it a subnet, or a publicIPAddress; for both make two load balancers",
		    "load balancer \"%s\" has %s: a frontend has one of the two", lb->name,
		    inside ? "a subnet and a public address" : "no subnet and no public address");
		lb->broken = true;
	}
	if (!json_is_object(probe))
		return;
	lb->probe.present = true;
	lb->probe.ptr = load_ptr(l, JPTR(at, "probe"));
	lb->broken |= !schema_fill(&lb_probe_def, probe, l->a, &lb->probe);
}

/* --- references ----------------------------------------------------------------------------- */

static void take_lb_address(struct loader *l, void *obj, json_t *x)
{
	struct load_balancer *lb = obj;
	json_t *v = json_object_get(x, "publicIPAddress");
	const struct public_ip *e =
	    json_is_string(v) ? load_find(l, "publicIPAddresses", json_string_value(v)) : NULL;

	if (!wants_public_ip(x) || json_is_string(json_object_get(x, "subnet")))
		return;
	lb->basic |= e && e->basic;
	lb->ip = load_public_ip(l, lb->name, v, arena_printf(l->a, "%s/publicIPAddress", lb->ptr));
	lb->broken |= ip4_is_none(lb->ip);
}

/* Subnets have the lists of those whose frontend is in them. */
static void list_frontends(struct loader *l, const struct kind *k)
{
	struct model *m = l->m;

	(void)k;
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		struct load_balancer *lb = &m->load_balancers[i];

		if (lb->subnet)
			lb->subnet->n_lbs++;
		lb->broken |= lb->subnet && lb->subnet->broken;
		lb->vnet = lb->subnet ? lb->subnet->vnet : NULL;
	}
	for (size_t i = 0; i < m->n_subnets; i++) {
		m->subnets[i].lbs =
		    arena_array(l->a, m->subnets[i].n_lbs, sizeof(struct load_balancer *));
		m->subnets[i].n_lbs = 0;
	}
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		struct subnet *s = m->load_balancers[i].subnet;

		if (s)
			s->lbs[s->n_lbs++] = &m->load_balancers[i];
	}
}

/* v: NULL for any. */
static struct nic *nic_in_vnet(const struct model *m, const struct vnet *v, ip4 ip)
{
	for (size_t i = 0; i < m->n_nics; i++) {
		struct nic *n = &m->nics[i];

		if (n->ip == ip && n->subnet && (!v || n->subnet->vnet == v))
			return n;
	}
	return NULL;
}

/* The NIC that an entry of the pool names, by its address or by a name: the latter takes default
 * outbound access from it (azure-behaviour 1.8). */
static struct nic *find_backend(struct loader *l, const struct load_balancer *lb, const char *name,
                                bool in_pool, const char *ptr)
{
	const struct node *vm = model_vm(l->m, name);
	struct nic *n = model_nic(l->m, name);
	ip4 ip;

	if (!n && vm && vm->n_nics) /* its primary one */
		n = vm->nics[0];
	if (!n && ip4_parse(name, &ip) == 0) {
		n = nic_in_vnet(l->m, lb->vnet, ip);
		if (!n)
			load_error(l, "TOPO-REF-01", "InvalidResourceReference", ptr,
			           "give a NIC that privateIPAddress, or name one",
			           "no NIC of the %s has %s",
			           lb->subnet ? "frontend's virtual network"
			                      : "pool's virtual network",
			           name);
		return n;
	}
	if (!n)
		load_unknown(l, SCOPE_NICS, name, ptr);
	else if (in_pool && !lb->basic && !n->in_pool_of)
		n->in_pool_of = lb;
	return n;
}

/* A public frontend translates what its pool sends, by an outbound rule, or since one of its rules
 * does not say otherwise (azure-behaviour 5.1). */
static bool translates_outbound(const struct load_balancer *lb)
{
	bool some = lb->outbound;

	for (size_t i = 0; i < lb->n_rules; i++)
		some |= !lb->rules[i].no_snat;
	return some && !lb->subnet;
}

/* An outbound rule comes before what rules do beside. */
static void mark_outbound(struct load_balancer *lb)
{
	for (size_t i = 0; translates_outbound(lb) && i < lb->n_backends; i++) {
		struct nic *n = lb->backends[i];

		if (!n->leaves_by || (lb->outbound && !n->leaves_by->outbound))
			n->leaves_by = lb;
	}
}

static void resolve_nat_rules(struct loader *l, struct load_balancer *lb, json_t *map)
{
	for (size_t i = 0; i < lb->n_nat_rules; i++) {
		struct lb_nat_rule *r = &lb->nat_rules[i];
		const char *name =
		    json_string_value(json_object_get(json_object_get(map, r->name), "backend"));

		r->nic = name ? find_backend(l, lb, name, false,
		                             arena_printf(l->a, "%s/backend", r->ptr))
		              : NULL;
		r->broken |= !r->nic || !r->nic->subnet;
		lb->broken |= r->broken;
		if (!lb->vnet && !r->broken)
			lb->vnet = r->nic->subnet->vnet;
	}
}

static void resolve_pool(struct loader *l, void *obj, json_t *y)
{
	struct load_balancer *lb = obj;
	json_t *list = json_object_get(y, "backends"), *x;
	size_t i;

	lb->first_backend = l->m->n_backends;
	lb->backends = arena_array(l->a, json_array_size(list), sizeof(struct nic *));
	json_array_foreach (list, i, x) {
		const char *name = json_string_value(x);
		struct nic *n =
		    name ? find_backend(l, lb, name, true,
		                        arena_printf(l->a, "%s/backends/%zu", lb->ptr, i))
		         : NULL;

		if (n && n->subnet)
			lb->backends[lb->n_backends++] = n;
		else
			lb->broken = true;
		if (!lb->vnet && lb->n_backends)
			lb->vnet = lb->backends[0]->subnet->vnet;
	}
	l->m->n_backends += lb->n_backends;
	mark_outbound(lb);
	resolve_nat_rules(l, lb, json_object_get(y, "inboundNatRules"));
}

/* NICs of all kinds of nodes know their subnets. */
static void resolve_pools(struct loader *l, const struct kind *k)
{
	load_each(l, k, resolve_pool);
}

const struct kind kind_load_balancer = {
	.key = "loadBalancers",
	.what = "load balancer",
	.help = "Load balancers by name.",
	.object = &balancer,
	.azure = true,
	.place = 150,
	.list = KIND_LIST(load_balancers, n_load_balancers),
	.load = load_balancer,
	.resolve = list_frontends,
	.address = take_lb_address,
	.settle = resolve_pools,
};
