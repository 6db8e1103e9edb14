/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual machines and their NICs. */
#include "kinds/vm/import.h"
#include "input/terraform/types.h"

static bool is_ip6_config(const json_t *config)
{
	const char *version = arm_str(config, "privateIPAddressVersion");

	return version && strieq(version, "IPv6");
}

/* The primary IPv4 configuration: a NIC of the lab has one address. */
static struct res *primary_config(struct import *im, struct res *nic)
{
	struct res *c, *best = NULL;
	size_t more = 0;

	IM_EACH_CHILD(c, nic, NET "networkinterfaces/ipconfigurations")
	{
		if (is_ip6_config(c->j)) {
			im_note(im, SEV_INFO, "IMPORT-IPV6-01", c, NULL,
			        "the IPv6 address of NIC \"%s\" is left out", nic->name);
			continue;
		}
		more += best != NULL;
		if (!best ||
		    (arm_bool(c->j, "primary", false) && !arm_bool(best->j, "primary", false)))
			best = c;
	}
	if (more)
		im_note(im, SEV_WARNING, "IMPORT-NIC-02", nic, NULL,
		        "NIC \"%s\" has %zu further addresses, which the lab lacks: only \"%s\" is "
		        "there",
		        nic->name, more, best->name);
	return best;
}

static bool read_nic(struct import *im, struct res *nic, const char *vm, json_t *vm_out)
{
	struct res *config = primary_config(im, nic), *subnet = NULL;

	if (!config) {
		im_leave_out(im, nic, NULL, "it has no IPv4 configuration");
		return false;
	}
	json_t *obj = im_nic_object(im, nic, config->j, nic->j, &subnet);

	if (!obj)
		return false;
	nic->lab = im_name(im, "nics", nic, nic->name);
	im_set_in(vm_out, "nics", nic->lab, obj);
	nic->out = obj;
	im_add_nic(im,
	           (struct im_nic){ .lab = nic->lab,
	                            .vm = vm,
	                            .out = obj,
	                            .vm_out = vm_out,
	                            .res = nic,
	                            .subnet = subnet },
	           config->j);
	return true;
}

/* Drop the name of a VM's only NIC when it is az's default, VMVMNic. */
static void drop_default_nic_name(const char *vm, json_t *obj)
{
	_cleanup_free_ char *usual = xasprintf("%sVMNic", vm);
	json_t *nics = json_object_get(obj, "nics"), *nic = json_object_get(nics, usual);

	if (json_object_size(nics) != 1 || !nic)
		return;
	json_object_set(obj, "nic", nic);
	json_object_del(obj, "nics");
}

/* Describes the image that Azure has, since "image" names the lab's. */
static void describe_machine(struct import *im, const struct res *r, json_t *obj)
{
	json_t *image = arm_get(r->j, "storageProfile.imageReference");
	const char *offer = arm_str(image, "offer"), *sku = arm_str(image, "sku");

	if (offer && sku)
		offer = arena_printf(im->a, "%s %s", offer, sku);
	DESCRIBE(obj, arm_str(image, "publisher"), offer, arm_str(r->j, "hardwareProfile.vmSize"));
}

static bool is_machine_stopped(const struct res *r)
{
	const char *state = arm_str(r->j, "powerState");
	json_t *v;
	size_t i;

	json_array_foreach (arm_list(arm_get(r->j, "instanceView"), "statuses"), i, v) {
		const char *code = arm_str(v, "code");

		if (code && strieq(code, "PowerState/deallocated"))
			return true;
	}
	return state && (strieq(state, "VM deallocated") || strieq(state, "deallocated"));
}

/* The primary NIC becomes the first. */
static void read_vm(struct import *im, struct res *r)
{
	json_t *list = arm_list(arm_get(r->j, "networkProfile"), "networkInterfaces"), *v;
	json_t *obj = json_object();
	size_t i;

	describe_machine(im, r, obj);
	put_str(obj, "image", "host");
	for (int primary = 1; primary >= 0; primary--) {
		json_array_foreach (list, i, v) {
			struct res *nic;

			if (arm_bool(v, "primary", json_array_size(list) == 1) != primary)
				continue;
			nic = im_ref(im, r, arm_str(v, "id"), "NIC");
			if (nic && !nic->out && !nic->left_out)
				read_nic(im, nic, r->lab, obj);
		}
	}
	if (!json_object_get(obj, "nics")) {
		json_decref(obj);
		im_leave_out(im, r, NULL, "none of its NICs is in the lab");
		return;
	}
	drop_default_nic_name(r->lab, obj);
	if (is_machine_stopped(r))
		put_str(obj, "powerState", "deallocated");
	im_put(im, "virtualMachines", r, obj);
}

/* A NIC whose machine is not among the resources becomes a host: one that runs when the NIC
 * has the id of a machine, one that is off otherwise. */
static void read_lone_nic(struct import *im, struct res *nic)
{
	const char *id = arm_id(nic->j, "virtualMachine"), *slash = id ? strrchr(id, '/') : NULL;

	if (nic->out || nic->left_out || arm_get(nic->j, "privateEndpoint") ||
	    arm_get(nic->j, "privateLinkService"))
		return;
	struct res *vm = id ? im_find(im, id) : NULL;

	if (vm && vm->out) {
		/* The VM does not list this NIC. */
		if (json_object_get(vm->out, "nic")) {
			im_leave_out(im, nic, NULL, "its virtual machine does not list it");
			return;
		}
		read_nic(im, nic, vm->lab, vm->out);
		return;
	}
	json_t *obj = json_object();
	const char *name = im_new_name(im, "virtualMachines", nic, slash ? slash + 1 : nic->name);

	put_str(obj, "image", "host");
	if (!read_nic(im, nic, name, obj)) {
		json_decref(obj);
		return;
	}
	drop_default_nic_name(name, obj);
	if (!id)
		put_str(obj, "powerState", "deallocated");
	put_str(obj, "source", nic->source);
	im_set_in(im->topology, "virtualMachines", name, obj);
	im_note(im, SEV_INFO, "IMPORT-NIC-01", nic, NULL,
	        id ? "the machine of NIC \"%s\" is not among the resources: a host stands for it"
	           : "NIC \"%s\" has no machine: a host that does not run keeps its address",
	        nic->name);
}

static const struct tf_attr tf_image[] = {
	{ "publisher", "publisher" },
	{ "offer", "offer" },
	{ "sku", "sku" },
	{ "version", "version" },
	{ "product", "product" },
	{ "name", "name" },
	{ 0 },
};

static const struct tf_attr tf_machine[] = {
	{ "network_interface_ids", "networkProfile.networkInterfaces", TF_IDS },
	{ "source_image_reference", "storageProfile.imageReference", TF_BLOCK, tf_image },
	{ "storage_image_reference", "storageProfile.imageReference", TF_BLOCK, tf_image },
	{ "plan", "^plan", TF_BLOCK, tf_image },
	{ "custom_data", "osProfile.customData" },
	{ "user_data", "userData" },
	{ "tags", "^tags" },
	{ 0 },
};

static const struct tf_attr tf_script[] = { { "script", "script" },
	                                    { "script_uri", "scriptUri" },
	                                    { 0 } };

static const struct tf_type tf_machines[] = {
	{ "azurerm_virtual_machine", ARM_COMPUTE "virtualMachines", .ids = " virtual_machine_id ",
	  .attrs = tf_machine },
	{ "azurerm_linux_virtual_machine", ARM_COMPUTE "virtualMachines", .attrs = tf_machine },
	{ "azurerm_windows_virtual_machine", ARM_COMPUTE "virtualMachines", .attrs = tf_machine },
	{ "azurerm_virtual_machine_extension", ARM_COMPUTE "virtualMachines/extensions",
	  .parent_id = "virtual_machine_id",
	  .attrs = TF_ATTRS{ { "publisher", "publisher" },
	                     { "type", "type" },
	                     { "settings", "settings", TF_JSON },
	                     { "protected_settings", "protectedSettings", TF_JSON },
	                     { 0 } } },
	{ "azurerm_virtual_machine_run_command", ARM_COMPUTE "virtualMachines/runCommands",
	  .parent_id = "virtual_machine_id",
	  .attrs = TF_ATTRS{ { "source", "source", TF_BLOCK, tf_script }, { 0 } } },
	{ 0 },
};

static const struct tf_type tf_nics[] = {
	{ "azurerm_network_interface", ARM_NET "networkInterfaces",
	  .ids = " network_interface_id network_interface_ids ",
	  .attrs =
	      TF_ATTRS{ { "ip_forwarding_enabled", "enableIPForwarding" },
	                { "enable_ip_forwarding", "enableIPForwarding" },
	                { "ip_configuration", "ipConfigurations", TF_BLOCKS, tf_ip_configuration },
	                { 0 } },
	  .defaults =
	      TF_DEFAULTS{ { "ip_forwarding_enabled", "false", 4, 0, "enable_ip_forwarding" },
	                   { "enable_ip_forwarding", "false", 0, 3, "ip_forwarding_enabled" },
	                   { "ip_configuration.private_ip_address_version", "\"IPv4\"" },
	                   { 0 } } },
	{ "azurerm_network_interface_security_group_association",
	  .parent_id = "network_interface_id", .joins = true,
	  .attrs =
	      TF_ATTRS{ { "network_security_group_id", "networkSecurityGroup", TF_ID }, { 0 } } },
	{ "azurerm_network_interface_backend_address_pool_association",
	  .parent_id = "network_interface_id", .joins = true, .within = "ip_configuration_name",
	  .attrs =
	      TF_ATTRS{ { "backend_address_pool_id", "loadBalancerBackendAddressPools", TF_IDS },
	                { 0 } } },
	{ "azurerm_network_interface_nat_rule_association", .parent_id = "network_interface_id",
	  .joins = true, .within = "ip_configuration_name",
	  .attrs = TF_ATTRS{ { "nat_rule_id", "loadBalancerInboundNatRules", TF_IDS }, { 0 } } },
	{ "azurerm_network_interface_application_security_group_association",
	  .parent_id = "network_interface_id", .joins = true, .within = "",
	  .attrs =
	      TF_ATTRS{ { "application_security_group_id", "applicationSecurityGroups", TF_IDS },
	                { 0 } } },
	{ 0 },
};

const struct import_type vm_imports[] = {
	{ IMPORT_READ("microsoft.compute/virtualmachines", "virtualMachines"),
	  .provider = PROVIDER{ "Microsoft.Compute/virtualMachines", .guid = "vmId" },
	  .terraform = tf_machines, .read = read_vm,
	  .lists = LISTS{ { "resources", "extensions" }, { 0 } },
	  .shown = SHOWN{ { "vmId", .kept = true },
	                  { "timeCreated", .kept = true },
	                  { "instanceView" },
	                  { "resources" },
	                  { 0 } } },
	{ IMPORT_PART("microsoft.compute/virtualmachines/extensions", "virtual machine"),
	  .provider = PROVIDER{ "Microsoft.Compute/virtualMachines/extensions" } },
	{ IMPORT_PART("microsoft.compute/virtualmachines/runcommands", "virtual machine") },
	{ IMPORT_READ("microsoft.compute/virtualmachinescalesets", "virtualMachines"),
	  .provider = PROVIDER{ "Microsoft.Compute/virtualMachineScaleSets" },
	  .read = vm_import_set },
	{ IMPORT_IGNORED("microsoft.compute/virtualmachinescalesets/extensions", WHY_MACHINE) },
	{ IMPORT_READ(NET "applicationgateways", "virtualMachines"),
	  .provider = PROVIDER{ ARM_NET "applicationGateways",
	                        .children = CHILDREN{ { "gatewayIPConfigurations" },
	                                              { "frontendIPConfigurations" },
	                                              { "frontendPorts" },
	                                              { "backendAddressPools" },
	                                              { "backendHttpSettingsCollection" },
	                                              { "httpListeners" },
	                                              { "requestRoutingRules" },
	                                              { "probes" },
	                                              { 0 } } },
	  .terraform = vm_tf_application_gateways, .read = vm_import_application_gateway },
	{ IMPORT_PART(NET "applicationgateways/", "application gateway") },
	{ IMPORT_PART("microsoft.containerservice/managedclusters", "pools"),
	  .terraform = vm_tf_clusters,
	  .lists = LISTS{ { "agentPoolProfiles", "agentpools" }, { 0 } } },
	{ IMPORT_READ("microsoft.containerservice/managedclusters/agentpools", NULL),
	  .read = vm_import_agent_pool },
	{ IMPORT_READ("microsoft.containerinstance/containergroups", "virtualMachines"),
	  .terraform = vm_tf_container_groups, .read = vm_import_container_group },
	{ IMPORT_READ("microsoft.netapp/netappaccounts/capacitypools/volumes", "virtualMachines"),
	  .terraform = vm_tf_volumes, .read = vm_import_volume },
	{ IMPORT_READ(NET "privatelinkservices", "virtualMachines"),
	  .terraform = vm_tf_link_services, .read = vm_import_link_service },
	/* Those whose machine is not among the resources. */
	{ IMPORT_READ(NET "networkinterfaces", NULL),
	  .provider =
	      PROVIDER{ ARM_NET "networkInterfaces",
	                .children = CHILDREN{ { "ipConfigurations" }, { 0 } }, .in_use = "NicInUse",
	                .defaults = DEFAULTS{ { "enableIPForwarding", "false" },
	                                      { "enableAcceleratedNetworking", "false" },
	                                      { "nicType", "\"Standard\"" },
	                                      { "dnsSettings",
	                                        "{\"dnsServers\":[],\"appliedDnsServers\":[]}" },
	                                      { 0 } } },
	  .terraform = tf_nics, .read = read_lone_nic,
	  .lists = LISTS{ { "ipConfigurations", "ipconfigurations" }, { 0 } },
	  .known = " ipConfigurations enableIPForwarding networkSecurityGroup virtualMachine "
	           "dnsSettings enableAcceleratedNetworking macAddress primary privateEndpoint "
	           "privateLinkService nicType hostedWorkloads tapConfigurations auxiliaryMode "
	           "auxiliarySku vnetEncryptionSupported disableTcpStateTracking dscpConfiguration "
	           "migrationPhase workloadType defaultOutboundConnectivityEnabled allowPort25Out "
	           "interfaceEndpoint kind virtualNetworkTap ",
	  .shown =
	      SHOWN{ { "virtualMachine", .by = "microsoft.compute/virtualmachines", .one = true },
	             { "macAddress", .kept = true },
	             { "primary" },
	             { "hostedWorkloads" },
	             { "tapConfigurations" },
	             { 0 } } },
	{ IMPORT_PART(NET "networkinterfaces/ipconfigurations", "NIC"),
	  .provider =
	      PROVIDER{ ARM_NET "networkInterfaces/ipConfigurations", .part = true,
	                .in_use = "IpConfigurationInUse",
	                .defaults = DEFAULTS{ { "privateIPAllocationMethod", "\"Dynamic\"" },
	                                      { "privateIPAddressVersion", "\"IPv4\"" },
	                                      { 0 } } },
	  .known = " privateIPAddress privateIPAllocationMethod privateIPAddressVersion subnet "
	           "publicIPAddress primary applicationSecurityGroups "
	           "loadBalancerBackendAddressPools loadBalancerInboundNatRules "
	           "privateLinkConnectionProperties ",
	  .missing = LACKING{ { "applicationGatewayBackendAddressPools",
	                        "the host that stands for the application gateway hands nothing "
	                        "on" },
	                      { "gatewayLoadBalancer", "gateway load balancers are not emulated" },
	                      { "virtualNetworkTaps", "taps are not emulated" },
	                      { "privateIPAddressPrefixLength", "it has one address" },
	                      { 0 } } },
	{ IMPORT_PART(NET "networkinterfaces/tapconfigurations", "NIC") },
	{ 0 },
};
