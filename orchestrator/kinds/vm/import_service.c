/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services whose machines are Azure's and stand in a subnet of the design: a host that takes their
 * connections stands for each (azure-behaviour 1.12).  What they say to others in turn, as an
 * application gateway to its backends, are connections of their own, from that host. */
#include "input/terraform/types.h"
#include "kinds/vm/import.h"

enum { MAX_NODES = 16 };

/* Takes listen, which may be NULL.  Its guest is what it is: nothing is guessed. */
static void put_service(struct import *im, struct res *r, const char *name, json_t *config,
                        json_t *listen, const char *what)
{
	struct res *subnet = NULL;
	json_t *nic = im_nic_object(im, r, config, NULL, &subnet);

	if (!nic) {
		json_decref(listen);
		return;
	}
	json_t *obj = json_pack("{s:s, s:s}", "description", what, "image", "host");
	const char *lab = im_new_name(im, "nics", r, arena_printf(im->a, "%.70s-nic", name));

	put_str(nic, "source", r->source);
	im_set_in(obj, "nics", lab, nic);
	if (json_array_size(listen))
		json_object_set(obj, "listen", listen);
	json_decref(listen);
	put_str(obj, "source", r->source);
	im_add_nic(
	    im,
	    (struct im_nic){ .lab = lab, .vm = name, .out = nic, .vm_out = obj, .subnet = subnet },
	    config);
	json_object_set_new(im->services, name, json_true());
	im_set_in(im->topology, "virtualMachines", name, obj);
	r->out = obj;
}

static void add_service_port(json_t *list, const char *proto, json_int_t port)
{
	json_t *s = json_sprintf("%s/%d", proto, (int)port), *v;
	size_t i;

	json_array_foreach (list, i, v)
		if (json_equal(v, s))
			port = 0;
	if (port > 0 && port <= UINT16_MAX)
		json_array_append(list, s);
	json_decref(s);
}

/* --- application gateways -------------------------------------------------------------------- */

static bool is_port_listened_on(json_t *listeners, const char *port)
{
	json_t *v;
	size_t i;

	json_array_foreach (listeners, i, v) {
		const char *id = arm_id(v, "frontendPort"), *slash = id ? strrchr(id, '/') : NULL;

		if (port && id && strieq(slash ? slash + 1 : id, port))
			return true;
	}
	return false;
}

static json_t *find_gateway_ports(const struct res *r)
{
	json_t *http = arm_list(r->j, "httpListeners"), *tcp = arm_list(r->j, "listeners");
	json_t *list = json_array(), *v;
	size_t i;

	json_array_foreach (arm_list(r->j, "frontendPorts"), i, v) {
		const char *name = arm_str(v, "name");
		json_int_t port = 0;

		arm_int(v, "port", &port);
		if (is_port_listened_on(http, name) || is_port_listened_on(tcp, name))
			add_service_port(list, "tcp", port);
	}
	return list;
}

/* Without a security group its public frontend is open, which a NIC's public address is not. */
static void open_frontend(struct import *im, struct res *r)
{
	const char *nsg = im_new_name(im, "networkSecurityGroups", r,
	                              arena_printf(im->a, "%.60s-frontend", r->lab));
	const char *nic;
	json_t *v;

	im_set_in(im->topology, "networkSecurityGroups", nsg,
	          json_pack("{s:s, s:{s:{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}}}", "description",
	                    "a frontend of an application gateway needs none", "securityRules",
	                    "any", "priority", 100, "direction", "Inbound", "access", "Allow",
	                    "protocol", "*", "sourceAddressPrefix", "*", "sourcePortRange", "*",
	                    "destinationAddressPrefix", "*", "destinationPortRange", "*"));
	json_object_foreach (json_object_get(r->out, "nics"), nic, v)
		put_str(v, "networkSecurityGroup", nsg);
}

void vm_import_application_gateway(struct import *im, struct res *r)
{
	json_t *own = json_array_get(arm_list(r->j, "gatewayIPConfigurations"), 0), *v;
	const char *subnet = arm_id(own, "subnet"), *ip = NULL, *public = NULL;
	size_t i;

	json_array_foreach (arm_list(r->j, "frontendIPConfigurations"), i, v) {
		ip = ip ? ip : arm_str(v, "privateIPAddress");
		public = public ? public : arm_id(v, "publicIPAddress");
	}
	json_t *config = json_pack("{s:{s:s*}, s:s*, s:{s:s*}}", "subnet", "id", subnet,
	                           "privateIPAddress", ip, "publicIPAddress", "id", public);

	json_array_append_new(im->keep, config);
	put_service(im, r, r->lab, config, find_gateway_ports(r), "an application gateway");
	if (!r->out)
		return;
	if (public)
		open_frontend(im, r);
	im_note(
	    im, SEV_INFO, "IMPORT-SERVICE-01", r, NULL,
	    "a host stands for application gateway \"%s\": it takes connections on its "
	    "listeners' ports, and hands none on; whether it reaches its backends is asked from "
	    "it",
	    r->name);
}

/* --- nodes of Kubernetes clusters --------------------------------------------------------------
 */

void vm_import_agent_pool(struct import *im, struct res *r)
{
	static const struct import_type alone = { IMPORT_IGNORED(
	    "microsoft.containerservice/managedclusters/agentpools",
	    "its nodes are in a network of their own, which Azure makes") };
	const char *subnet = arm_id(r->j, "vnetSubnetID");
	const char *cluster = r->parent ? r->parent->name : "cluster";
	json_int_t n = 1;

	if (!subnet) {
		r->row = &alone;
		return;
	}
	json_t *config = json_pack("{s:{s:s}}", "subnet", "id", subnet);

	json_array_append_new(im->keep, config);
	arm_int(r->j, "count", &n);
	if (!n)
		im_leave_out(im, r, NULL, "it has no nodes");
	for (json_int_t i = 0; i < n && i < MAX_NODES && !r->left_out; i++)
		put_service(
		    im, r,
		    im_new_name(im, "virtualMachines", r,
		                arena_printf(im->a, "%.40s-%.30s_%d", cluster, r->name, (int)i)),
		    config, NULL, "a node of a Kubernetes cluster");
	if (r->out)
		im_note(im, SEV_INFO, "IMPORT-SERVICE-01", r, NULL,
		        "hosts stand for the nodes of pool \"%s\" of Kubernetes cluster "
		        "\"%s\"%s: its pods, its services and their balancers are not there",
		        r->name, cluster, n > MAX_NODES ? ", the first 16 of them" : "");
}

/* --- container groups, volumes of NetApp, private link services ----------------------------------
 */

void vm_import_container_group(struct import *im, struct res *r)
{
	static const struct import_type outside = { IMPORT_IGNORED(
	    "microsoft.containerinstance/containergroups", "it is in no virtual network") };
	json_t *ids = arm_list(r->j, "subnetIds"), *list, *v;
	size_t i;

	if (!json_array_size(ids)) {
		r->row = &outside;
		return;
	}
	list = json_array();
	json_array_foreach (arm_list(arm_get(r->j, "ipAddress"), "ports"), i, v) {
		const char *proto = arm_str(v, "protocol");
		json_int_t port = 0;

		arm_int(v, "port", &port);
		add_service_port(list, proto && strieq(proto, "UDP") ? "udp" : "tcp", port);
	}
	v = json_array_get(ids, 0);
	v = json_pack("{s:{s:s*}, s:s*}", "subnet", "id",
	              json_is_string(v) ? json_string_value(v) : arm_str(v, "id"),
	              "privateIPAddress", arm_str(arm_get(r->j, "ipAddress"), "ip"));
	json_array_append_new(im->keep, v);
	put_service(im, r, r->lab, v, list, "a container group");
}

void vm_import_volume(struct import *im, struct res *r)
{
	json_t *list = json_array(), *v;
	const json_t *mount = json_array_get(arm_list(r->j, "mountTargets"), 0);
	bool smb = false, nfs = false;
	size_t i;

	json_array_foreach (arm_list(r->j, "protocolTypes"), i, v) {
		smb |= json_is_string(v) && strieq(json_string_value(v), "CIFS");
		nfs |= json_is_string(v) && !strieq(json_string_value(v), "CIFS");
	}
	if (nfs || !smb)
		add_service_port(list, "tcp", 2049);
	if (smb)
		add_service_port(list, "tcp", 445);
	v = json_pack("{s:{s:s*}, s:s*}", "subnet", "id", arm_id(r->j, "subnetId"),
	              "privateIPAddress", arm_str(mount, "ipAddress"));
	json_array_append_new(im->keep, v);
	put_service(im, r, r->lab, v, list, "a volume of Azure NetApp Files");
}

void vm_import_link_service(struct import *im, struct res *r)
{
	json_t *config = json_array_get(arm_list(r->j, "ipConfigurations"), 0);

	put_service(im, r, r->lab, config, NULL,
	            "the source of a private link service's consumers");
	if (r->out)
		im_note(im, SEV_INFO, "IMPORT-SERVICE-01", r, NULL,
		        "a host has the address that consumers of private link service \"%s\" come "
		        "from; their endpoints answer by themselves",
		        r->name);
}

/* --- azurerm -------------------------------------------------------------------------------------
 */

static const struct tf_attr tf_port[] = { { "port", "port" }, { 0 } };
static const struct tf_attr tf_listener[] = { { "frontend_port_name", "frontendPort" }, { 0 } };

const struct tf_type vm_tf_application_gateways[] = {
	{ "azurerm_application_gateway", ARM_NET "applicationGateways",
	  .attrs = TF_ATTRS{ { "gateway_ip_configuration", "gatewayIPConfigurations", TF_BLOCKS,
	                       tf_address },
	                     { "frontend_ip_configuration", "frontendIPConfigurations", TF_BLOCKS,
	                       tf_address },
	                     { "frontend_port", "frontendPorts", TF_BLOCKS, tf_port },
	                     { "http_listener", "httpListeners", TF_BLOCKS, tf_listener },
	                     { 0 } } },
	{ 0 },
};

static const struct tf_attr tf_pool[] = { { "vnet_subnet_id", "vnetSubnetID", TF_ID },
	                                  { "node_count", "count" },
	                                  { 0 } };

const struct tf_type vm_tf_clusters[] = {
	{ "azurerm_kubernetes_cluster", "Microsoft.ContainerService/managedClusters",
	  .attrs =
	      TF_ATTRS{ { "default_node_pool", "agentPoolProfiles", TF_BLOCKS, tf_pool }, { 0 } } },
	{ "azurerm_kubernetes_cluster_node_pool",
	  "Microsoft.ContainerService/managedClusters/agentPools",
	  .parent_id = "kubernetes_cluster_id", .attrs = tf_pool },
	{ 0 },
};

static const struct tf_attr tf_container_port[] = { { "port", "port" },
	                                            { "protocol", "protocol" },
	                                            { 0 } };

const struct tf_type vm_tf_container_groups[] = {
	{ "azurerm_container_group", "Microsoft.ContainerInstance/containerGroups",
	  .attrs = TF_ATTRS{ { "subnet_ids", "subnetIds", TF_IDS },
	                     { "ip_address", "ipAddress.ip" },
	                     { "exposed_port", "ipAddress.ports", TF_BLOCKS, tf_container_port },
	                     { 0 } } },
	{ 0 },
};

const struct tf_type vm_tf_volumes[] = {
	{ "azurerm_netapp_account", "Microsoft.NetApp/netAppAccounts", .attrs = TF_ATTRS{ { 0 } } },
	{ "azurerm_netapp_pool", "Microsoft.NetApp/netAppAccounts/capacityPools",
	  .parent_name = "account_name", .attrs = TF_ATTRS{ { 0 } } },
	{ "azurerm_netapp_volume", "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
	  .parent_name = "pool_name",
	  .attrs = TF_ATTRS{ { "subnet_id", "subnetId", TF_ID },
	                     { "protocols", "protocolTypes", TF_LIST },
	                     { 0 } } },
	{ 0 },
};

static const struct tf_attr tf_nat_address[] = { { "subnet_id", "subnet", TF_ID },
	                                         { "private_ip_address", "privateIPAddress" },
	                                         { 0 } };

const struct tf_type vm_tf_link_services[] = {
	{ "azurerm_private_link_service", ARM_NET "privateLinkServices",
	  .attrs =
	      TF_ATTRS{ { "nat_ip_configuration", "ipConfigurations", TF_BLOCKS, tf_nat_address },
	                { 0 } } },
	{ 0 },
};
