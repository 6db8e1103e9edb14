/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inbound endpoints of DNS Private Resolvers (azure-behaviour 1.11): a node each, which takes an
 * address and answers on the ports of DNS. */
#include "kinds/dnsresolver/dnsresolver.h"

#include "base/str.h"
#include "input/load.h"

static const struct object_def dns_inbound = {
	"dnsInboundEndpoint", "a DNS resolver's inbound endpoint",
	"The address of a DNS Private Resolver that others send their queries to. It answers on "
	"tcp/53 and udp/53; names are not emulated.",
	(const struct field[]){
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .required = true,
	      .at = AT(struct dns_inbound, subnet),
	      .help = "\"VNET/SUBNET\": of /28 to /24, and for this endpoint alone." },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct dns_inbound, ip),
	      .help = "Static address. Without it: the lowest free one, after those of VMs." },
	    END }
};

static void load_dns_inbound(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	static struct listener dns[] = { { LISTEN_TCP, 53 }, { LISTEN_UDP, 53 } };
	struct dns_inbound *e = obj;

	(void)at;
	if (model_vm(l->m, e->name))
		load_error(l, "DNS-NAME-01", NULL, e->ptr, "rename one of them",
		           "another node of the lab is called \"%s\" too", e->name);
	e->vm = load_node(l, e->name, e->ptr);
	e->vm->broken = e->broken;
	e->vm->listen = dns;
	e->vm->n_listen = ARRAY_LEN(dns);
	struct nic *n = e->vm->nics[0];

	n->broken = e->broken;
	n->ip = e->ip;
	n->dynamic = !e->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
}

static void place_dns_inbound(struct loader *l, const struct kind *k)
{
	size_t n;
	struct dns_inbound *v = kind_items(l->m, k->key, &n);

	for (size_t i = 0; i < n; i++)
		v[i].vm->nics[0]->subnet = v[i].subnet;
}

const struct kind kind_dns_resolver = {
	.key = DNS_INBOUND,
	.what = "DNS resolver's inbound endpoint",
	.help = "Inbound endpoints of DNS Private Resolvers by name.",
	.object = &dns_inbound,
	.nodes = true,
	.azure = true,
	.place = 185,
	.list = { .size = sizeof(struct dns_inbound) },
	.load = load_dns_inbound,
	.resolve = place_dns_inbound,
};
