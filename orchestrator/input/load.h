/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the loader: a document of good form becomes a model. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"
#include "input/schema_topology.h"

struct loader {
	struct model *m;
	struct arena *a; /* the model's */
	struct findings *f;
	json_t *root;    /* the topology */
	json_t *files;   /* contents of configuration files by path */
	size_t compared; /* names, for suggestions */
};

/* An error about the value at ptr. */
void load_error(struct loader *l, const char *rule, const char *azure_code, const char *ptr,
                const char *hint, const char *fmt, ...) PRINTF(6, 7);
const char *load_ptr(struct loader *l, const struct jptr *at); /* in the arena */
/* "did you mean \"X\"?", or what there is, or NULL; the caller frees.  Costs a look at all names,
 * so there is an end to it.  Names of one kind: */
enum load_kind {
	K_VNET,
	K_SUBNET,
	K_ROUTE_TABLE,
	K_VM,
	K_NIC,
	K_PUBLIC_IP,
	K_GATEWAY,
	K_SITE,
	K_LOCAL_GATEWAY,
	K_CIRCUIT,
	K_NSG,
	K_ASG,
	K_NAT_GATEWAY
};
char *load_suggest(struct loader *l, enum load_kind kind, const char *name);
void load_unknown(struct loader *l, enum load_kind kind, const char *name, const char *ptr);

/* "80", "8000-8080". */
bool load_port_span(const char *text, struct port_span *ret);
/* NULL: unknown, and a finding says so. */
const struct service_tag *load_service_tag(struct loader *l, const char *name, const char *ptr);

void load_networks(struct loader *l);     /* VNets, subnets, peerings, route tables */
void load_route_tables(struct loader *l); /* service tags, too */
void load_service_endpoints(struct loader *l);
void load_groups(struct loader *l); /* connected groups */
void load_route_servers(struct loader *l);
void load_vms(struct loader *l);
/* A node like a VM that runs nothing, with one NIC, NAME.nic, which def describes; in model->vms
 * and model->nics, behind those that are there. */
struct vm *load_node(struct loader *l, const char *name, const char *ptr,
                     const struct object_def *def, json_t *x);
void load_config(struct loader *l, struct vm *vm, json_t *map, const struct jptr *at);
/* How many VMs and NICs load_hybrid() adds to those of the file, at most. */
void hybrid_count(const struct loader *l, size_t *vms, size_t *nics);
void load_hybrid(struct loader *l);  /* gateways, connections, sites, circuits */
void load_tunnels(struct loader *l); /* needs VMs */
void load_nat_gateways(struct loader *l);
void resolve_nat_gateways(struct loader *l); /* after the networks */
void load_firewalls(struct loader *l);       /* their nodes: part of load_vms() */
void resolve_firewalls(struct loader *l);    /* their NICs' subnets: part of resolve_vms() */
void load_firewall_rules(struct loader *l);  /* once addresses are known */
void load_internet(struct loader *l);
void load_public_ips(struct loader *l); /* gives addresses to NICs */
void resolve_networks(struct loader *l);
void resolve_groups(struct loader *l);
void resolve_peering_subnets(struct loader *l, struct peering *p, json_t *x);
void resolve_route_servers(struct loader *l);
void resolve_hybrid(struct loader *l);
void resolve_vms(struct loader *l);
void load_security(struct loader *l);    /* security groups, application security groups */
void resolve_security(struct loader *l); /* after the VMs */
void load_balancers(struct loader *l);
void resolve_balancers(struct loader *l); /* after the VMs */
