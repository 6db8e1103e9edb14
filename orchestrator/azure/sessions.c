/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/sessions.h"

#include <netinet/in.h>

#include "azure/nsg.h"
#include "azure/own_bgp.h"
#include "base/str.h"

bool vm_speaks_bgp(const struct node *vm)
{
	return !strieq(vm->guest.image, "host") && (vm->guest.bgp.present || vm->guest.n_configs);
}

const struct bgp_connection *vm_connection(const struct model *m, const struct node *vm,
                                           const struct bgp_connection *after)
{
	bool past = !after;

	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++) {
			const struct bgp_connection *c = &m->route_servers[i].conns[j];

			if (past && c->nic && c->nic->vm == vm)
				return c;
			past |= c == after;
		}
	return NULL;
}

/* --- what a VM's own files say ---------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *content_of(const struct node *vm, size_t i)
{
	return vm->guest.configs[i].content ? vm->guest.configs[i].content : "";
}

bool vm_files_mention(const struct node *vm, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < vm->guest.n_configs; i++) {
		const char *all = content_of(vm, i);

		for (const char *at = strstr(all, text); at; at = strstr(at + 1, text)) {
			char before = at == all ? ' ' : at[-1], after = at[n];

			if (!is_digit(before) && before != '.' && !is_digit(after) &&
			    !(after == '.' && is_digit(at[n + 1])))
				return true;
		}
	}
	return false;
}

/* "bgp listen range 10.0.3.0/26 ...", "neighbor range 10.0.3.0/26 ...", "neighbor 10.0.3.0/26 {",
 * or a line of GoBGP's dynamic-neighbors. */
static bool line_has_range(const char *line, ip4 instance)
{
	static const char *const before[] = { "range ", "neighbor ", "prefix = \"" };

	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		const char *at = strstr(line, before[i]);

		if (!at)
			continue;
		at += strlen(before[i]);

		_cleanup_free_ char *word = xstrndup(at, strspn(at, "0123456789./"));
		struct prefix p;

		if (strchr(word, '/') && prefix_parse(word, &p) == 0 && prefix_has(p, instance))
			return true;
	}
	return false;
}

static bool files_have_range(const struct node *vm, ip4 instance)
{
	for (size_t i = 0; i < vm->guest.n_configs; i++) {
		_cleanup_free_ char *text = xstrdup(content_of(vm, i));
		char *rest;

		for (char *line = strtok_r(text, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			if (line_has_range(line, instance))
				return true;
	}
	return false;
}

/* --- Route Servers ---------------------------------------------------------------------------- */

bool connection_unnamed(const struct bgp_connection *c, unsigned instance)
{
	const struct route_server *rs = c->rs;
	const struct node *vm = c->nic ? c->nic->vm : NULL;

	return vm && rs->subnet && ip4_is_set(rs->instance[0]) && vm->guest.n_configs &&
	       vm_files_mention(vm, IP4_STR(rs->instance[!instance])) &&
	       !vm_files_mention(vm, IP4_STR(rs->instance[instance])) &&
	       !files_have_range(vm, rs->instance[instance]);
}

bool connection_asn_differs(const struct bgp_connection *c)
{
	const struct node *vm = c->nic ? c->nic->vm : NULL;

	return vm && vm->guest.bgp.present && vm->guest.bgp.asn != c->peer_asn;
}

/* A route inside the guest that leads to the instance without BGP's help: one that is not less
 * specific than the VNet's prefix, which is what the Route Server announces. */
static bool static_to(const struct node *vm, const struct vnet *v, ip4 instance,
                      struct prefix rs_subnet)
{
	uint8_t least = 0;

	for (size_t i = 0; i < v->n_prefixes; i++)
		if (prefix_has(v->prefixes[i], instance))
			least = v->prefixes[i].len;
	for (size_t i = 0; i < vm->guest.n_routes; i++)
		if (prefix_has(vm->guest.routes[i].prefix, instance) &&
		    vm->guest.routes[i].prefix.len >= least)
			return true;
	return vm_files_mention(vm, PREFIX_STR(rs_subnet)) ||
	       vm_files_mention(vm, PREFIX_STR(prefix_host(instance)));
}

bool connection_recursive(const struct bgp_connection *c)
{
	const struct route_server *rs = c->rs;
	const struct node *vm = c->nic ? c->nic->vm : NULL;

	return vm && rs->subnet && !rs->subnet->broken &&
	       (!static_to(vm, rs->vnet, rs->instance[0], rs->subnet->prefix) ||
	        !static_to(vm, rs->vnet, rs->instance[1], rs->subnet->prefix));
}

/* Why the security groups of a NIC drop a new connection to port 179; the caller frees.  NULL: they
 * let it pass. */
static char *explain_denied(const struct model *m, const struct nic *n, enum nsg_direction d,
                            ip4 src, ip4 dst, const struct eff_table *t)
{
	const struct walk_packet p = {
		.src = src, .dst = dst, .ip_proto = IPPROTO_TCP, .sport = 50000, .dport = 179
	};
	const struct nsg *g = NULL;
	const struct nsg_rule *r = nsg_denies(m, n, d, &p, t, &g, NULL);

	if (!r)
		return NULL;
	return xasprintf("%s (%u) of %s", r->rule->name, r->rule->priority, g->name);
}

char *connection_blocked(const struct model *m, const struct bgp_connection *c, unsigned instance)
{
	const struct nic *n = c->nic;
	const struct nsg *groups[2];
	const struct peering *p = NULL;

	if (!n || n->broken || !c->rs->subnet)
		return NULL;
	if (pair_drops(subnet_pair_rule(m, c->rs->subnet, n->subnet, &p)) && p)
		return xasprintf("peering %s of %s lets nothing pass between RouteServerSubnet and "
		                 "%s",
		                 p->name, p->vnet->name, n->subnet->name);
	if (!nsg_of_nic(n, NSG_IN, groups) || !nsg_of_nic(n, NSG_OUT, groups))
		return NULL;
	_cleanup_(eff_table_free_p) struct eff_table *t =
	    effective_routes(m, nic_routes(n), nic_instance(n), NULL, NULL);
	ip4 rs = c->rs->instance[instance];
	_cleanup_free_ char *in = explain_denied(m, n, NSG_IN, rs, c->peer_ip, t),
	                    *out = in ? explain_denied(m, n, NSG_OUT, c->peer_ip, rs, t) : NULL;

	if (!out)
		return NULL;
	return xasprintf("security rule %s drops tcp/179 from the Route Server, and %s that to it",
	                 in, out);
}

/* The appliance's own files disagree with Azure; the caller frees.  NULL: not in what is plain. */
static char *own_files_prevent(const struct bgp_connection *c, unsigned instance)
{
	const struct node *vm = c->nic->vm;
	const struct config_file *file = NULL;
	ip4 ip = c->rs->instance[instance];
	struct own_neighbor n;
	unsigned line = 0;
	uint32_t asn = own_bgp_asn(vm, ip, &file, &line);

	if (asn && asn != c->peer_asn)
		return xasprintf("peerAsn is %u, and %s, line %u, says AS %u", c->peer_asn,
		                 file->path, line, asn);
	if (!own_bgp_neighbor(vm, ip, &n))
		return NULL;
	if (n.remote_as && n.remote_as != AZURE_ASN)
		return xasprintf("%s, line %u, says that %s is AS %u, and a Route Server is AS %u",
		                 n.file->path, n.remote_line, IP4_STR(ip), n.remote_as,
		                 (unsigned)AZURE_ASN);
	if (n.strict && own_neighbor_too_far(vm, &n))
		return xasprintf("%s is not on a link of %s, and %s lacks multihop", IP4_STR(ip),
		                 vm->name, n.file->path);
	return NULL;
}

char *connection_never(const struct model *m, const struct bgp_connection *c, unsigned instance)
{
	const struct node *vm = c->nic ? c->nic->vm : NULL;

	if (!vm)
		return xasprintf("no NIC has %s", IP4_STR(c->peer_ip));
	if (strieq(vm->guest.image, "host"))
		return xasprintf("%s runs no daemon (image \"host\")", vm->name);
	if (!vm_speaks_bgp(vm))
		return xasprintf("%s has neither \"bgp\" nor \"config\"", vm->name);
	if (connection_asn_differs(c))
		return xasprintf("peerAsn is %u, and %s is AS %u", c->peer_asn, vm->name,
		                 vm->guest.bgp.asn);
	char *own = own_files_prevent(c, instance);

	if (own)
		return own;
	if (connection_unnamed(c, instance))
		return xasprintf("the files of %s name %s, but not %s", vm->name,
		                 IP4_STR(c->rs->instance[!instance]),
		                 IP4_STR(c->rs->instance[instance]));
	return connection_blocked(m, c, instance);
}

/* --- gateways, circuits, sites ---------------------------------------------------------------- */

/* Why the session fails: one end expects another AS number than the other end has.  NULL: they
 * agree. */
static char *asn_differs(const struct hybrid_session *s)
{
	const struct connection *c = s->conn;
	const struct node *site = vm_site(s->vm)                ? s->vm
	                          : s->peer && vm_site(s->peer) ? s->peer
	                                                        : NULL,
	                  *msee = vm_circuit(s->vm)                ? s->vm
	                          : s->peer && vm_circuit(s->peer) ? s->peer
	                                                           : NULL;

	if (c && c->local && !c->site && c->local->asn && local_gateway_far_asn(c->local) &&
	    c->local->asn != local_gateway_far_asn(c->local))
		return xasprintf("local network gateway %s says AS %u, and %s is AS %u",
		                 c->local->name, c->local->asn, c->local->peer->name,
		                 local_gateway_far_asn(c->local));
	if (!site || site->role != VM_SITE_ROUTER)
		return NULL;
	if (msee && msee->role == VM_MSEE && vm_circuit(msee)->peer_asn &&
	    vm_circuit(msee)->peer_asn != vm_site(site)->asn)
		return xasprintf("circuit %s says peerAsn %u, and site %s is AS %u",
		                 vm_circuit(msee)->name, vm_circuit(msee)->peer_asn,
		                 vm_site(site)->name, vm_site(site)->asn);
	if (c && c->local && c->local->asn && c->local->asn != vm_site(site)->asn)
		return xasprintf("local network gateway %s says AS %u, and site %s is AS %u",
		                 c->local->name, c->local->asn, vm_site(site)->name,
		                 vm_site(site)->asn);
	return NULL;
}

/* A gateway dials the address that its local network gateway says, and listens to no other. */
static char *peer_has_another_address(const struct hybrid_session *s)
{
	const struct local_gateway *l = s->conn ? s->conn->local : NULL;
	ip4 has = l ? local_gateway_far_ip(l) : IP4_NONE;
	_cleanup_free_ char *who = NULL;

	if (!l || ip4_is_none(l->bgp_ip) || ip4_is_none(has) || l->bgp_ip == has)
		return NULL;
	who = l->site ? xasprintf("the router of site %s", l->site->name) : xstrdup(l->peer->name);
	return xasprintf("local network gateway %s says bgpPeeringAddress %s, and %s has %s",
	                 l->name, IP4_STR(l->bgp_ip), who, IP4_STR(has));
}

char *hybrid_never(const struct hybrid_session *s)
{
	if (s->conn && s->conn->down)
		return xstrdup(s->conn->down);
	if (s->down)
		return xstrdup(s->down);
	char *never = asn_differs(s);

	return never ? never : peer_has_another_address(s);
}

void sessions_find_peers(struct model *m)
{
	for (size_t i = 0; i < m->n_route_servers; i++) {
		struct route_server *rs = &m->route_servers[i];

		for (size_t k = 0; rs->vnet && k < rs->n_conns; k++)
			rs->conns[k].nic = model_nic_by_ip(rs->vnet, rs->conns[k].peer_ip);
	}
}
