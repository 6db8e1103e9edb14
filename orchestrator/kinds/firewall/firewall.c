/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Firewalls: what a topology says of them, and how they are loaded: a node each. */
#include "kinds/firewall/firewall.h"

#include "azure/subnet.h"
#include "base/str.h"
#include "input/load.h"

#define SUBNET "AzureFirewallSubnet"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define LIST(key, where, what) { .name = key, .type = T_LIST, .item = T_TEXT, .shows = where, .help = what }
/* clang-format on */

static const struct object_def firewall = {
	"azureFirewall", "an Azure Firewall",
	"A stateful hop in AzureFirewallSubnet that denies what no rule allows. It is a node of "
	"the "
	"lab; changed rules are taken over as it runs.",
	(const struct field[]){
	    { .name = "virtualNetwork",
	      .type = T_NAME,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .ref = "virtualNetworks",
	      .at = AT(struct firewall, vnet),
	      .required = true,
	      .help = "whose AzureFirewallSubnet it is in" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct firewall, ip),
	      .help = "Without it: the lowest free one, which is base+4." },
	    { .name = "publicIPAddresses",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	      .item = T_PUBLIC_IP,
	      .help = "Its public addresses: entries of publicIPAddresses, or true for one from "
	              "20.100.0.0/16. Azure takes any of them for a flow, the lab the first." },
	    LIST("privateRanges", SHOWS_IN_FILES,
	         "Destinations that see the true source: prefixes, or IANAPrivateRanges (the "
	         "default: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10). 0.0.0.0/0: "
	         "all; 255.255.255.255/32: none."),
	    { .name = "networkRuleCollections",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .keys = KEYS_TEXT,
	      .item = T_OBJECT,
	      .object = &network_collection_def,
	      .help = "Collections of network rules by name." },
	    { .name = "natRuleCollections",
	      .type = T_MAP,
	      .shows = SHOWS_INSIDE,
	      .keys = KEYS_TEXT,
	      .item = T_OBJECT,
	      .object = &nat_collection_def,
	      .help = "Collections of rules that translate destinations (DNAT) by name." },
	    END }
};

static const struct field firewall_settings[] = {
	{ .name = "azureFirewallPing",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FILES,
	  .dflt = "true",
	  .at = AT(struct settings, firewall_ping),
	  .help = "Azure Firewall's private address answers ICMP echo.",
	  .source = "one operator's report of 2020 that it does; not documented",
	  .confidence = "L" },
	{ .name = "azureFirewallInstances",
	  .type = T_UINT,
	  .shows = SHOWS_IN_GUEST | SHOWS_IN_FILES | SHOWS_IN_FABRIC,
	  .min = 1,
	  .max = 20,
	  .dflt = "2",
	  .at = AT(struct settings, firewall_instances),
	  .help = "How many instances Azure Firewall is behind its private address, each with an "
	          "address of its own that it translates to; 1: the private address.",
	  .source = "it starts with two and scales with the load; how many there are is not shown",
	  .confidence = "M" },
	{ .name = "azureFirewallInternetIcmp",
	  .type = T_BOOL,
	  .shows = SHOWS_IN_FILES,
	  .dflt = "false",
	  .at = AT(struct settings, firewall_icmp),
	  .help = "Azure Firewall lets ICMP pass to the Internet when a rule allows it; false: "
	          "its public address is for TCP and UDP only.",
	  .source = "the known issues of Azure Firewall: rules for other protocols do not work "
	            "for Internet traffic",
	  .confidence = "H" },
	END
};

static void load_firewall(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct firewall *fw = obj;
	const struct node *other = model_vm(l->m, fw->name);
	struct nic *n;

	(void)at;
	if (other)
		load_error(l, "FW-NAME-01", NULL, fw->ptr, "rename one of them",
		           "%s is called \"%s\" too: as nodes of the lab they could not be told "
		           "apart",
		           other->role == VM_ENDPOINT ? "a private endpoint" : "a virtual machine",
		           fw->name);
	fw->vm = load_node(l, fw->name, fw->ptr);
	fw->vm->role = VM_FIREWALL;
	fw->vm->part.firewall = fw;
	fw->vm->broken = fw->broken;
	n = fw->vm->nics[0];
	n->ip = fw->ip;
	n->broken = fw->broken;
	n->dynamic = !n->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
	n->forwarding = true;
	fw->answers_ping = l->m->settings.firewall_ping;
	fw->icmp_out = l->m->settings.firewall_icmp;
}

/* Its NIC is in the subnet of that name. */
static void place_firewalls(struct loader *l, const struct kind *k)
{
	(void)k;
	for (size_t i = 0; i < l->m->n_firewalls; i++) {
		struct firewall *fw = &l->m->firewalls[i];
		struct nic *n = fw->vm->nics[0];

		if (!fw->vnet)
			continue;
		n->subnet = model_subnet(l->m, arena_printf(l->a, "%s/" SUBNET, fw->vnet->name));
		if (!n->subnet)
			load_error(l, "FW-SUBNET-01", NULL, fw->ptr,
			           "add \"" SUBNET "\", /26 or bigger, to its subnets",
			           "virtual network \"%s\" has no subnet " SUBNET
			           ", where firewall \"%s\" would be",
			           fw->vnet->name, fw->name);
	}
}

/* The first one is its NIC's; others are taken, and lead nowhere in a lab. */
static void take_firewall_addresses(struct loader *l, void *obj, json_t *x)
{
	struct firewall *fw = obj;
	json_t *v;
	size_t i;

	json_array_foreach (json_object_get(x, "publicIPAddresses"), i, v) {
		const char *ptr = arena_printf(l->a, "%s/publicIPAddresses/%zu", fw->ptr, i);

		if (!json_is_true(v) && !json_is_string(v))
			continue;
		if (!fw->n_public++)
			load_nic_public_ip(l, fw->vm->nics[0], v, ptr);
		else
			load_public_ip(l, fw->name, v, ptr);
	}
}

static bool somebody_has(const struct model *m, const struct subnet *s, ip4 a)
{
	for (size_t i = 0; i < m->n_nics; i++)
		if (m->nics[i].subnet == s && m->nics[i].ip == a)
			return true;
	return false;
}

/* The lowest addresses of the subnet that are not the firewall's own (azure-behaviour 6). */
static void place_instances(struct loader *l, struct firewall *fw)
{
	const struct nic *n = fw->vm->nics[0];
	uint32_t most = l->m->settings.firewall_instances;

	if (most < 2 || !n->subnet || n->subnet->broken || fw->vm->broken)
		return;
	fw->vm->instances = arena_array(l->a, most, sizeof(*fw->vm->instances));
	for (uint32_t at = 4; fw->vm->n_instances < most; at++) {
		ip4 a = prefix_at(n->subnet->prefix, at);

		if (!prefix_has(n->subnet->prefix, a) ||
		    ip4_cmp(a, subnet_last(n->subnet->prefix)) > 0)
			return;
		if (!somebody_has(l->m, n->subnet, a))
			fw->vm->instances[fw->vm->n_instances++] = a;
	}
}

static void read_rules_of(struct loader *l, void *obj, json_t *x)
{
	place_instances(l, obj);
	firewall_read_rules(l, obj, x);
}

static void read_all_rules(struct loader *l, const struct kind *k)
{
	load_each(l, k, read_rules_of);
}

const struct kind kind_firewall = {
	.key = "azureFirewalls",
	.what = "Azure Firewall",
	.help = "Azure Firewalls by name.",
	.object = &firewall,
	.nodes = true,
	.azure = true,
	.place = 140,
	.list = KIND_LIST(firewalls, n_firewalls),
	.settings = firewall_settings,
	.load = load_firewall,
	.resolve = place_firewalls,
	.address = take_firewall_addresses,
	.settle = read_all_rules,
};
