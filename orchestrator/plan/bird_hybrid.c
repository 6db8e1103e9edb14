/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/bird_hybrid.h"

#include <stdio.h>

#include "plan/bird_rs.h"
#include "plan/bird_text.h"

static void write_protocol_name(const char *kind, ip4 a, char buf[64])
{
	snprintf(buf, 64, "%s_%s", kind, IP4_NAME(a));
}

void bird_hybrid_protocol(const struct hybrid_session *s, char buf[64])
{
	static const char *const kinds[] = {
		[HP_ROUTE_SERVER] = "rs", [HP_SIBLING] = "own", [HP_COEXISTING] = "beside",
		[HP_SITE] = "site",       [HP_GATEWAY] = "gw",  [HP_MSEE] = "msee",
	};

	write_protocol_name(kinds[s->kind], s->peer_ip, buf);
}

bool bird_hybrid_runs(const struct node *vm)
{
	return vm->role == VM_GATEWAY || vm->role == VM_MSEE ||
	       (vm->role == VM_SITE_ROUTER && vm_site(vm)->generated);
}

/* --- addresses and prefixes ------------------------------------------------------------------ */

static ip4 router_id(const struct node *vm)
{
	const struct gateway *g = vm_gateway(vm);
	const struct circuit *c = vm_circuit(vm);
	const struct site *s = vm_site(vm);

	return g   ? g->instance[vm->part.instance]
	       : c ? c->msee_ip[vm->part.instance]
	       : s ? s->bgp_ip
	           : IP4_NONE;
}

static void append_static_route(void *b, struct prefix p)
{
	str_printf(b, "\troute %s blackhole;\n", PREFIX_STR(p));
}

/* Prefixes that a gateway takes from nobody: the VNet's address space and that of its transit
 * peers. */
static void add_set(void *ctx, struct prefix p, bool transit)
{
	struct str *b = ctx;

	(void)transit;
	str_printf(b, "%s%s+", b->s[b->n - 1] == '[' ? "" : ", ", PREFIX_STR(p));
}

/* --- what all have --------------------------------------------------------------------------- */

static void add_head(struct str *b, const struct node *vm)
{
	str_printf(b,
	           "# %s, for BIRD 2. Generated.\n" BIRD_HEAD
	           "# Where next hops are: at the other end of a wire, or anywhere on the fabric.\n"
	           "protocol static wires4 {\n"
	           "\tipv4 { table igp4; };\n",
	           vm->name, IP4_STR(router_id(vm)));
	if (vm->role == VM_GATEWAY)
		str_add(b, "\troute 0.0.0.0/0 via \"eth0\";\n");
	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *n = vm->nics[i];

		if (n->peer && n->wire_len)
			str_printf(b, "\troute %s/32 via %s;\n", IP4_STR(router_id(n->peer->vm)),
			           IP4_STR(n->peer->ip));
		else if (n->peer)
			str_printf(b, "\troute %s/32 via \"eth%zu\";\n", IP4_STR(n->peer->ip),
			           n->index);
	}
	str_add(b, "}\n");
}

static void add_kernel(struct str *b, const char *filter)
{
	str_printf(b,
	           "\n# What it forwards by.\n"
	           "protocol kernel {\n"
	           "\tscan time 3600;\n"
	           "\tmerge paths on limit %d;\n"
	           "\tipv4 {\n"
	           "\t\timport none;\n"
	           "\t\texport %s;\n"
	           "\t};\n"
	           "}\n",
	           BIRD_RS_MAX_NEXT_HOPS, filter);
}

/* Timers as those of a Route Server; Azure does not say (azure-behaviour 8.1). */
static void append_hybrid_session(struct str *b, const struct model *m,
                                  const struct hybrid_session *s, const char *in, const char *out)
{
	uint32_t limit = hybrid_session_limit(m, s);
	_cleanup_free_ char *limited =
	    limit ? xasprintf("\t\treceive limit %u action restart;\n", limit) : xstrdup("");
	char name[64];

	bird_hybrid_protocol(s, name);
	str_printf(b,
	           "\nprotocol bgp %s {   # %s\n"
	           "%s"
	           "\tlocal %s as %u;\n"
	           "\tneighbor %s as %u;\n"
	           "\tmultihop;\n" BIRD_TIMERS "\tipv4 {\n"
	           "\t\timport %s;\n"
	           "\t\texport %s;\n"
	           "\t\timport table on;   # as received: a new filter works on it at once\n"
	           "%s"
	           "\t\tnext hop self;\n"
	           "\t\tgateway recursive;\n"
	           "\t\tigp table igp4;\n"
	           "\t};\n"
	           "}\n",
	           name, s->peer ? s->peer->name : s->rs->name, s->down ? "\tdisabled;\n" : "",
	           IP4_STR(s->local_ip), s->local_asn, IP4_STR(s->peer_ip), s->peer_asn, in, out,
	           limited);
}

/* --- gateways -------------------------------------------------------------------------------- */

struct known {
	struct str *b;
	const struct model *m;
	const struct node *vm;
	const struct connection *of; /* whose protocol is open */
	bool peers;                  /* this time the addresses of BGP peers, which stay inside */
};

/* The wire that leads there; the first of several: an active-active gateway has more. */
static const struct nic *wire_to(const struct node *vm, const struct connection *c)
{
	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *n = vm->nics[i];
		const struct node *far = n->peer ? n->peer->vm : NULL;

		if (!far || n->wire_len)
			continue;
		if (c->type != CONN_IPSEC ? vm_gateway(far) && (vm_gateway(far) == c->remote ||
		                                                vm_gateway(far) == c->gateway)
		    : c->site             ? vm_site(far) == c->site
		                          : far == c->local->peer)
			return n;
	}
	return NULL;
}

static void add_static(void *ctx, struct prefix p, const struct connection *c)
{
	struct known *x = ctx;
	const struct nic *n = !c || c->down ? NULL : wire_to(x->vm, c);

	if (!c || gateway_has_peer(x->m, vm_gateway(x->vm), p) != x->peers)
		return;
	if (c != x->of) {
		str_printf(x->b, "%sprotocol static %s_%zu {   # %s\n\tipv4;\n",
		           x->of ? "}\n\n" : "", x->peers ? "peer" : "local", c->idx, c->name);
		x->of = c;
	}
	if (n)
		str_printf(x->b, "\troute %s via %s%%eth%zu onlink;\n", PREFIX_STR(p),
		           IP4_STR(n->peer->ip), n->index);
	else
		str_printf(x->b, "\troute %s blackhole;\n", PREFIX_STR(p));
}

/* Point-to-site clients are not part of a lab: what is for one ends here. */
static void append_client_pools(struct str *b, const struct gateway *g)
{
	if (!g->n_pools)
		return;
	str_add(b, "\n# Point-to-site clients.\nprotocol static clients {\n\tipv4;\n");
	for (size_t i = 0; i < g->n_pools; i++)
		str_printf(b, "\troute %s blackhole;\n", PREFIX_STR(g->pools[i]));
	str_add(b, "}\n");
}

static void add_statics(struct str *b, const struct model *m, const struct node *vm)
{
	const struct gateway *g = vm_gateway(vm);

	if (!g)
		return;
	str_add(b,
	        "\n# Announced: the VNet's address space and that of VNets that use the gateway.\n"
	        "protocol static vnets {\n"
	        "\tipv4;\n");
	gateway_announced(g, append_static_route, b);
	str_add(b, "}\n");
	append_client_pools(b, g);
	str_add(
	    b,
	    "\n# Known without BGP: what local network gateways say, and BGP peers' addresses.\n");
	for (int peers = 0; peers < 2; peers++) {
		struct known x = { b, m, vm, NULL, peers };

		gateway_statics(m, g, add_static, &x);
		if (x.of)
			str_add(b, "}\n");
	}
}

/* azure-behaviour 8.1: equal to or inside the VNets' space is refused; a default route is not.
 * Outwards: what the VNets have, and what was learned elsewhere, except what overlaps the VNets.
 * Without a Route Server the other gateway's routes are known, and told to nobody (7.9).  A VPN
 * gateway keeps a default route to itself, an ExpressRoute gateway passes it on (7.6). */
static void add_filters(struct str *b, const struct gateway *g)
{
	_cleanup_str_ struct str space = { 0 };

	str_add(&space, "[");
	vnet_space(g->vnet, add_set, &space);
	str_add(&space, "]");
	str_printf(
	    b,
	    "\nfilter from_outside {\n"
	    "\tif net ~ %s then reject;\n"
	    "%s"
	    "\tunset(bgp_med);\n"
	    "\taccept;\n"
	    "}\n"
	    "\n"
	    "function may_leave() {\n"
	    "\tif proto = \"vnets\" then return true;\n"
	    "\tif proto ~ \"beside_*\" || proto ~ \"peer_*\" then return false;\n"
	    "%s"
	    "\treturn net !~ %s;\n"
	    "}\n"
	    "\n"
	    "# Inside Azure: what came from outside.\n"
	    "filter to_inside {\n"
	    "\tif proto = \"vnets\" || proto ~ \"rs_*\" || proto ~ \"own_*\" || "
	    "proto ~ \"beside_*\" || proto ~ \"peer_*\" then reject;\n"
	    "\taccept;\n"
	    "}\n"
	    "\n"
	    "filter to_sibling {\n"
	    "\tif proto = \"vnets\" || proto ~ \"rs_*\" || proto ~ \"beside_*\" then reject;\n"
	    "\taccept;\n"
	    "}\n",
	    str_get(&space),
	    /* azure-behaviour 8.2: weight 32769, where all else has 32768 */
	    g->type == GW_EXPRESSROUTE ? "\tpreference = 101;\n" : "",
	    g->type == GW_VPN ? "\tif net = 0.0.0.0/0 then return false;\n" : "", str_get(&space));
}

/* The table of routes that NICs get; the virtual router reads it. */
static void add_told(struct str *b)
{
	str_printf(b,
	           "\n# What it brings to NICs, for the virtual router to read.\n"
	           "ipv4 table told4;\n"
	           "\n"
	           "protocol pipe {\n"
	           "\ttable master4;\n"
	           "\tpeer table told4;\n"
	           "\timport none;\n"
	           "\texport where source = RTS_BGP && proto !~ \"rs_*\" && proto !~ "
	           "\"beside_*\";\n"
	           "}\n"
	           "\n"
	           "protocol kernel " BIRD_NICS " {\n"
	           "\tkernel table %d;\n"
	           "\tscan time 3600;\n"
	           "\tmerge paths on limit %d;\n"
	           "\tipv4 {\n"
	           "\t\ttable told4;\n"
	           "\t\timport none;\n"
	           "\t\texport all;\n"
	           "\t};\n"
	           "}\n",
	           BIRD_RS_TABLE, BIRD_RS_MAX_NEXT_HOPS);
}

/* Its own prefixes are not told to a site.  Whether a Route Server's routes pass by a VNet-to-VNet
 * connection, captures disagree (azure-behaviour 7.9): a setting. */
static void to_outside(struct str *b, const struct model *m, const struct hybrid_session *s)
{
	bool keep = s->conn->type == CONN_VNET2VNET && !m->settings.vnet2vnet_rs;
	_cleanup_free_ char *out = xasprintf("where may_leave() && proto != \"local_%zu\"%s",
	                                     s->conn->idx, keep ? " && proto !~ \"rs_*\"" : "");

	append_hybrid_session(b, m, s, "filter from_outside", out);
}

static void gateway_session(struct str *b, const struct model *m, const struct hybrid_session *s)
{
	switch (s->kind) {
	case HP_ROUTE_SERVER:
		append_hybrid_session(b, m, s, "all", "filter to_inside");
		break;
	case HP_SIBLING:
		append_hybrid_session(b, m, s, "all", "filter to_sibling");
		break;
	case HP_COEXISTING:
		/* Prefer the Route Server's copy of the route (99 < 100): only that copy may be
		 * announced. */
		append_hybrid_session(b, m, s, "filter { preference = 99; accept; }",
		                      "filter to_inside");
		break;
	default:
		to_outside(b, m, s);
	}
}

/* --- MSEEs and sites ------------------------------------------------------------------------- */

/* azure-behaviour 8.2: on-premises sees 12076 and no private AS number behind it. */
static void add_msee_filter(struct str *b)
{
	str_add(b, "\nfilter to_site {\n"
	           "\tbgp_path.delete([64512..65534, 4200000000..4294967294]);\n"
	           "\taccept;\n"
	           "}\n");
}

struct via {
	struct str *b;
	const char *hops;
};

static void add_via(void *ctx, struct prefix p, bool transit)
{
	const struct via *v = ctx;

	(void)transit;
	str_printf(v->b, "\troute %s%s;\n", PREFIX_STR(p), v->hops);
}

/* Without BGP the site's operator configures static routes to the VNets' prefixes. */
static void add_site_statics(struct str *b, const struct model *m, const struct site *site)
{
	_cleanup_str_ struct str hops = { 0 };

	for (size_t i = 0; i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];
		const struct node *vm = site->vm;

		if (c->broken || c->bgp || c->down || c->site != site || c->type != CONN_IPSEC)
			continue;
		hops.n = 0;
		for (size_t k = 0; k < vm->n_nics; k++)
			if (vm_gateway(vm->nics[k]->peer->vm) == c->gateway)
				str_printf(&hops, " via %s%%eth%zu onlink",
				           IP4_STR(vm->nics[k]->peer->ip), k);
		str_printf(b, "\nprotocol static azure_%zu {   # %s, which has no BGP\n\tipv4;\n",
		           i, c->name);
		if (hops.n)
			vnet_space(c->gateway->vnet, add_via, &(struct via){ b, str_get(&hops) });
		str_add(b, "}\n");
	}
}

static void append_site_routes(struct str *b, const struct site *s)
{
	str_add(b, "\nprotocol static onprem {\n"
	           "\tipv4;\n");
	for (size_t i = 0; i < s->n_prefixes; i++)
		append_static_route(b, s->prefixes[i]);
	str_add(b, "}\n");
}

/* The filter for routes that an MSEE hands to a gateway: the site's routes, and those of other
 * gateways where both sides allow it, without the AS number that both of them have. */
static char *filter_to_gateway(const struct model *m, const struct hybrid_session *to)
{
	struct str b = { 0 };

	str_add(&b, "filter {\n"
	            "\t\t\tif proto !~ \"gw_*\" then accept;\n");
	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];
		char name[64];

		if (s->vm != to->vm || s->kind != HP_GATEWAY ||
		    !gateways_exchange(vm_gateway(s->peer), vm_gateway(to->peer)))
			continue;
		bird_hybrid_protocol(s, name);
		str_printf(&b, "\t\t\tif proto = \"%s\" then { bgp_path.delete(%u); accept; }\n",
		           name, to->peer_asn);
	}
	str_add(&b, "\t\t\treject;\n"
	            "\t\t}");
	return str_take(&b);
}

static void outside_session(struct str *b, const struct model *m, const struct node *vm,
                            const struct hybrid_session *s)
{
	_cleanup_free_ char *out =
	    vm->role == VM_MSEE && s->kind == HP_GATEWAY ? filter_to_gateway(m, s) : NULL;

	if (vm->role == VM_MSEE)
		append_hybrid_session(b, m, s, "all", out ? out : "filter to_site");
	else
		append_hybrid_session(b, m, s, "all", "where proto = \"onprem\"");
}

char *bird_hybrid_config(const struct model *m, const struct node *vm)
{
	const struct gateway *g = vm_gateway(vm);
	const struct site *site = vm_site(vm);
	struct str b = { 0 };

	add_head(&b, vm);
	if (g) {
		add_statics(&b, m, vm);
		add_filters(&b, g);
		add_kernel(&b, "where proto != \"vnets\"");
		add_told(&b);
	} else {
		if (vm->role == VM_MSEE)
			add_msee_filter(&b);
		else if (site)
			append_site_routes(&b, site);
		if (site)
			add_site_statics(&b, m, site);
		add_kernel(&b, "where proto != \"onprem\"");
	}
	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		if (s->vm != vm)
			continue;
		if (vm->role == VM_GATEWAY)
			gateway_session(&b, m, s);
		else
			outside_session(&b, m, vm, s);
	}
	return str_take(&b);
}
