/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Design -> model, in two passes: first every object with its own values, then what refers to other
 * objects; so the order of the file does not matter, and all findings come in one run. */
#include "input/load.h"

#include <stdio.h>
#include <string.h>

#include "azure/alloc.h"
#include "azure/hybrid.h"
#include "azure/routes.h"
#include "base/str.h"
#include "base/suggest.h"
#include "checks/check.h"
#include "input/topology.h"
#include "input/topology_def.h"

void load_error(struct loader *l, const char *rule, const char *azure_code, const char *ptr,
                const char *hint, const char *fmt, ...)
{
	va_list ap;
	_cleanup_free_ char *msg = NULL;

	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) < 0)
		abort();
	va_end(ap);
	finding_add(l->f, SEV_ERROR, rule, azure_code, ptr, hint, "%s", msg);
}

const char *load_ptr(struct loader *l, const struct jptr *at)
{
	_cleanup_free_ char *s = jptr_str(at);

	return arena_strdup(l->a, s);
}

/* --- names that do not exist ---------------------------------------------------------------- */

struct names {
	char **v;
	size_t n, cap;
};

static void name_add(struct names *x, const char *a, const char *sep, const char *b)
{
	VEC_PUSH(x->v, x->n, x->cap) = xasprintf("%s%s%s", a, sep, b);
}

static void names_of(const struct loader *l, enum load_kind kind, struct names *x)
{
	const struct model *m = l->m;
	const char *key;
	json_t *v;

	if (kind == K_VNET)
		for (size_t i = 0; i < m->n_vnets; i++)
			name_add(x, m->vnets[i].name, "", "");
	if (kind == K_SUBNET)
		for (size_t i = 0; i < m->n_subnets; i++)
			name_add(x, m->subnets[i].vnet->name, "/", m->subnets[i].name);
	if (kind == K_ROUTE_TABLE)
		for (size_t i = 0; i < m->n_route_tables; i++)
			name_add(x, m->route_tables[i].name, "", "");
	if (kind == K_NIC)
		for (size_t i = 0; i < m->n_nics; i++)
			name_add(x, m->nics[i].name, "", "");
	for (size_t i = 0; kind == K_NSG && i < m->n_nsgs; i++)
		name_add(x, m->nsgs[i].name, "", "");
	for (size_t i = 0; kind == K_ASG && i < m->n_asgs; i++)
		name_add(x, m->asgs[i].name, "", "");
	if (kind == K_VM || kind == K_NIC)
		for (size_t i = 0; i < m->n_vms; i++)
			name_add(x, m->vms[i].name, "", "");
	static const char *const maps[] = {
		[K_PUBLIC_IP] = "publicIPAddresses",        [K_NAT_GATEWAY] = "natGateways",
		[K_GATEWAY] = "virtualNetworkGateways",     [K_SITE] = "sites",
		[K_LOCAL_GATEWAY] = "localNetworkGateways", [K_CIRCUIT] = "expressRouteCircuits",
	};

	if (kind < ARRAY_LEN(maps) && maps[kind])
		json_object_foreach (json_object_get(l->root, maps[kind]), key, v)
			name_add(x, key, "", "");
}

char *load_suggest(struct loader *l, enum load_kind kind, const char *name)
{
	struct names x = { 0 };

	if (l->compared <= SUGGEST_MAX_COMPARED)
		names_of(l, kind, &x);
	char *hint = suggest_name(name, (const char *const *)x.v, x.n, &l->compared);

	for (size_t i = 0; i < x.n; i++)
		free(x.v[i]);
	free(x.v);
	return hint;
}

void load_unknown(struct loader *l, enum load_kind kind, const char *name, const char *ptr)
{
	static const char *const what[] = {
		[K_VNET] = "virtual network",
		[K_SUBNET] = "subnet",
		[K_ROUTE_TABLE] = "route table",
		[K_VM] = "virtual machine",
		[K_NIC] = "NIC or VM",
		[K_PUBLIC_IP] = "entry of publicIPAddresses",
		[K_NSG] = "network security group",
		[K_ASG] = "application security group",
		[K_NAT_GATEWAY] = "NAT gateway",
		[K_GATEWAY] = "virtual network gateway",
		[K_SITE] = "site",
		[K_LOCAL_GATEWAY] = "local network gateway",
		[K_CIRCUIT] = "ExpressRoute circuit",
	};
	_cleanup_free_ char *hint = load_suggest(l, kind, name);
	/* Azure's error is for resources, not for what checks speak of. */
	bool resource = kind == K_NSG || kind == K_ASG || kind == K_VNET || kind == K_SUBNET ||
	                kind == K_ROUTE_TABLE || kind == K_PUBLIC_IP || kind == K_GATEWAY ||
	                kind == K_LOCAL_GATEWAY || kind == K_CIRCUIT || kind == K_NAT_GATEWAY;

	load_error(l, "TOPO-REF-01", resource ? "InvalidResourceReference" : NULL, ptr, hint,
	           "there is no %s \"%s\"", what[kind], name);
}

/* --- the whole ------------------------------------------------------------------------------ */

/* Without "name" the lab is called as its file: "seed.vnetlab.json" -> "seed". */
static const char *name_from_path(struct arena *a, const char *path)
{
	const char *base = path ? strrchr(path, '/') : NULL;
	char *name = arena_strdup(a, base ? base + 1 : path ? path : "");
	char *to = name;

	for (const char *c = name; *c && *c != '.' && to - name < 63; c++) {
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
		    (*c == '-' && to > name))
			*to++ = *c;
		else if (*c >= 'A' && *c <= 'Z')
			*to++ = (char)(*c - 'A' + 'a');
		else if ((*c == '_' || *c == ' ') && to > name)
			*to++ = '-';
	}
	*to = 0;
	return *name ? name : "lab";
}

static void load_settings(struct loader *l)
{
	schema_fill(&schema_settings, json_object_get(l->root, "settings"), l->a, &l->m->settings);
}

static void load_all(struct loader *l, const char *path, const json_t *addresses)
{
	struct model *m = l->m;

	schema_fill(topology_def(), l->root, l->a, m);
	if (!m->name)
		m->name = name_from_path(l->a, path);
	load_settings(l);
	load_networks(l);
	load_groups(l);
	load_route_servers(l);
	load_vms(l);
	load_hybrid(l);
	load_security(l);
	load_balancers(l);
	load_nat_gateways(l);
	load_internet(l);
	model_index(m); /* names */
	resolve_networks(l);
	resolve_nat_gateways(l);
	resolve_groups(l);
	resolve_route_servers(l);
	resolve_hybrid(l);
	resolve_vms(l);
	resolve_balancers(l);
	resolve_security(l);
	alloc_keep(m, addresses);
	alloc_private(m, l->f);
	load_public_ips(l);
	load_firewall_rules(l);
	load_tunnels(l);
	hybrid_settle(m);
	hybrid_wire(m);
	model_index(m); /* and addresses */
	model_bare_subnets(m);
	effective_routes_share(m);
	for (size_t i = 0; i < m->n_route_servers; i++) {
		struct route_server *rs = &m->route_servers[i];

		for (size_t j = 0; rs->vnet && j < rs->n_conns; j++)
			rs->conns[j].nic = model_nic_by_ip(rs->vnet, rs->conns[j].peer_ip);
	}
	checks_read(json_object_get(l->root, "checks"), m, l->f);
}

struct model *design_model(json_t *design, struct findings *f)
{
	json_t *root = json_object_get(design, "topology");

	if (!json_is_object(root)) {
		finding_add(f, SEV_ERROR, "TOPO-TYPE-01", NULL, "", NULL,
		            "a topology is a JSON object: { ... }");
		return NULL;
	}
	struct loader l = {
		.m = model_new(),
		.f = f,
		.root = root,
		.files = json_object_get(design, "files"),
	};

	l.a = l.m->arena;
	schema_check(topology_def(), root, NULL, f);
	load_all(&l, json_string_value(json_object_get(design, "path")),
	         json_object_get(design, "addresses"));
	return l.m;
}
