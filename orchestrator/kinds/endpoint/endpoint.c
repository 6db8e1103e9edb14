/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private endpoints: a node each, which answers on its ports. */
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

#define KEY "privateEndpoints"

static const struct object_def private_endpoint = {
	"privateEndpoint", "a private endpoint",
	"An address of a service inside a VNet. It answers on its ports, and no ping.",
	(const struct field[]){
	    { .name = "subnet",
	      .type = T_SUBNET,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .required = true,
	      .at = AT(struct nic, subnet),
	      .help = "\"VNET/SUBNET\"" },
	    { .name = "privateIPAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_GUEST | SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct nic, ip),
	      .help = "Static address. Without it: the lowest free one, after those of VMs." },
	    { .name = "listen",
	      .type = T_LIST,
	      .shows = SHOWS_AS_IT_RUNS,
	      .item = T_LISTEN,
	      .help = "Ports that the service answers on. Without it: tcp/443." },
	    END }
};

static const struct enum_value answer_words[] = { { "direct", 0, NULL, NULL },
	                                          { "lastHop", 1, NULL, NULL },
	                                          END };

static const struct field endpoint_settings[] = {
	{ .name = "privateEndpointAnswers",
	  .type = T_ENUM,
	  .shows = SHOWS_IN_FABRIC,
	  .as_bool = true,
	  .values = answer_words,
	  .dflt = "direct",
	  .at = AT(struct settings, endpoint_last_hop),
	  .help = "Where the answers of private endpoints go, TCP and UDP: straight to who asked, "
	          "so that a firewall before them has to translate sources, or to the appliance, "
	          "firewall or gateway that handed the question over.",
	  .source = "direct: Microsoft's pages, which want sources translated, and a lab; lastHop: "
	            "three documentation issues, two of them with labs",
	  .confidence = "M" },
	END
};

static void load_endpoint(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	static struct listener https = { .proto = LISTEN_TCP, .port = 443 };
	const char *name = arena_strdup(l->a, at->key), *ptr = load_ptr(l, at);
	json_t *listen = json_object_get(x, "listen");

	(void)obj;
	if (model_vm(l->m, name))
		load_error(l, "PE-NAME-01", NULL, ptr, "rename one of them",
		           "a virtual machine is called \"%s\" too: as nodes of the lab they "
		           "could not be told apart",
		           name);
	struct node *vm = load_node(l, name, ptr);
	struct nic *n = vm->nics[0];

	load_fill(l, &private_endpoint, x, (struct resource *)n);
	n->dynamic = !n->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
	vm->broken = n->broken;
	vm->role = VM_ENDPOINT;
	load_listen(l, vm, listen);
	if (listen)
		return;
	vm->listen = &https;
	vm->n_listen = 1;
}

/* Routes have them all. */
static void list_endpoints(struct loader *l, const struct kind *k)
{
	struct model *m = l->m;

	m->endpoints = arena_array(l->a, json_object_size(json_object_get(l->root, k->key)),
	                           sizeof(struct nic *));
	for (size_t i = 0; i < m->n_vms; i++)
		if (m->vms[i].role == VM_ENDPOINT)
			m->endpoints[m->n_endpoints++] = m->vms[i].nics[0];
}

const struct kind kind_private_endpoint = {
	.key = KEY,
	.what = "private endpoint",
	.help = "Private endpoints by name.",
	.object = &private_endpoint,
	.nodes = true,
	.azure = true,
	.place = 180,
	.settings = endpoint_settings,
	.load = load_endpoint,
	.resolve = list_endpoints,
};
