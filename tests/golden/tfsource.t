#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Designs in Terraform's language, read without Terraform.
. "$(dirname "$0")/../lib/tap.sh"
need jq openssl python3

here=$root/tests/golden/tfsource
plan() { vnetlab import --plan "$@"; }

plan "$here/language" | jq -S '.planned_values.outputs | map_values(.value)' >"$work/language"
golden "the language: what Terraform itself makes of the same expressions" "$here/language.expect" <"$work/language"

plan "$here/design" 2>/dev/null | jq -S '.planned_values' >"$work/plan"
golden "a design: modules, for_each, count, dynamic blocks, ids, addresses" "$here/design.plan.expect" <"$work/plan"
(cd "$here" && vnetlab import design 2>"$work/import.err") >"$work/import"
golden "the topology that it is" "$here/design.expect" <"$work/import"
like "an invented value is reported" "$(cat "$work/import.err")" 'TF-VAR-02 .*|1 values that carry no packets are invented: prefix = "prefix"'
is "a place in the source says where an object comes from" \
	"$(jq -r '.virtualNetworks["spoke-a"].source' "$work/import")" 'mod/main.tf:7:1#module.spoke["a"].azurerm_virtual_network.v'
is "-p gives a value" "$(plan "$here/design" -p prefix=lab 2>/dev/null | jq -r '.planned_values.root_module.resources[] | select(.type=="azurerm_resource_group") | .values.name')" rg-lab
is "a file of a design stands for its folder" "$(vnetlab check "$here/design/main.tf" 2>&1 | grep -c '^error')" 0

# What does not change what a design is.
plan "$here/design" 2>/dev/null >"$work/once"
is "evaluated twice, a design is the same" "$(plan "$here/design" 2>/dev/null | cmp - "$work/once" && echo same)" same
# Addresses and values of a plan: where they stand is another matter.
values() { jq -S '[.planned_values | .. | objects | select(.address? and .values?) | {address, values}] | sort_by(.address)'; }
values <"$work/once" >"$work/values"
for order in 1 -1; do # a file for each block, named in their order and against it
	rm -rf "$work/split"
	mkdir "$work/split"
	cp -r "$here/design/." "$work/split"
	rm "$work/split/main.tf"
	awk -v d="$work/split" -v o="$order" '/^[a-z].*\{/ { n++ } { print > sprintf("%s/f%03d.tf", d, 500 + o * n) }' "$here/design/main.tf"
	is "the order of files does not matter (from $order)" "$(plan "$work/split" 2>/dev/null | values | cmp - "$work/values" && echo same)" same
done
{ printf '\357\273\277'; sed '/<</,/^ *EOT/!s/$/\r/; s/^resource/\/* a comment *\/ resource/' "$here/design/main.tf"; printf '# no end of line'; } >"$work/split/f.tf"
mv "$work/split/f.tf" "$work/main.keep"
rm "$work"/split/*.tf
mv "$work/main.keep" "$work/split/main.tf"
is "nor do a BOM, CRLF, comments and a last line without an end" "$(plan "$work/split" 2>/dev/null | values | cmp - "$work/values" && echo same)" same
mkdir "$work/defaults"
cat >"$work/defaults/main.tf" <<'EOF'
resource "azurerm_bastion_host" "a" { name = "a" }
resource "azurerm_virtual_wan" "b" { name = "b" }
resource "azurerm_virtual_hub" "c" { name = "c" }
resource "azurerm_express_route_circuit" "d" { name = "d" }
resource "azurerm_private_dns_resolver_inbound_endpoint" "e" {
  name = "e"
  ip_configurations { subnet_id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/e" }
}
EOF
is "a bastion, a WAN, a hub, a circuit and a DNS endpoint have the provider's defaults" \
	"$(plan "$work/defaults" 2>/dev/null | jq -c '[.planned_values.root_module.resources[].values | .sku?, .allow_branch_to_branch_traffic?, .hub_routing_preference?, .rate_limiting_enabled?, .ip_configurations[0].private_ip_allocation_method?] | map(values)')" \
	'["Basic",true,"ExpressRoute",false,"Dynamic"]'

cat >>"$work/defaults/main.tf" <<'EOF'
resource "azurerm_firewall" "f" {
  name = "f"
  virtual_hub { virtual_hub_id = azurerm_virtual_hub.c.id }
}
resource "azurerm_virtual_network" "v" {
  name          = "v"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.0.0/24"]
}
EOF
fates=$(vnetlab import "$work/defaults" --coverage --output json 2>/dev/null)
is "--coverage says what became of each resource" "$(jq -c '.resources[] | select(.name == "s" or .name == "v" or .name == "a") | [.name, .how, .becomes]' <<<"$fates" | tr '\n' ' ')" \
	'["a","ignored",null] ["v","read","/virtualNetworks/v"] ["s","part","/virtualNetworks/v"] '
is "and why one is left out" "$(jq -c '.resources[] | select(.name == "f") | [.how, .why]' <<<"$fates")" '["leftOut","it is in a hub of Virtual WAN"]'
mkdir "$work/v6"
cat >"$work/v6/main.tf" <<'EOF'
resource "azurerm_virtual_network" "v" {
  name          = "v"
  address_space = ["10.0.0.0/16", "fd00:db8::/56"]
}
resource "azurerm_public_ip" "p6" {
  name       = "p6"
  ip_version = "IPv6"
}
resource "azurerm_lb" "l" {
  name = "l"
  frontend_ip_configuration {
    name                 = "f"
    public_ip_address_id = azurerm_public_ip.p6.id
  }
}
resource "azurerm_route_table" "t" {
  name = "t"
}
resource "azurerm_route" "r6" {
  name                   = "r6"
  route_table_name       = azurerm_route_table.t.name
  address_prefix         = "fd00:db8:1::/56"
  next_hop_type          = "VirtualAppliance"
  next_hop_in_ip_address = azurerm_route_table.t.known_after_apply
}
resource "azurerm_network_security_group" "g" {
  name = "g"
}
resource "azurerm_network_security_rule" "s6" {
  name                        = "s6"
  network_security_group_name = azurerm_network_security_group.g.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = "fd00::/8"
  destination_address_prefix  = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
}
EOF
is "what is IPv6 is left out as that" "$(vnetlab import "$work/v6" --coverage --output json 2>/dev/null | jq -c '[.resources[] | select(.name | endswith("6")) | [.name, .how, .why]]')" \
	'[["p6","leftOut","IPv6 is not emulated"],["r6","leftOut","IPv6 is not emulated"],["s6","leftOut","IPv6 is not emulated"]]'
like "as people read it" "$(vnetlab import "$work/defaults" --coverage 2>/dev/null)" 'azurerm_subnet.s +microsoft.network/virtualnetworks/subnets +read +/virtualNetworks/v'

cat >"$work/defaults/main.tf" <<'EOF'
resource "azurerm_virtual_network" "v" {
  for_each            = toset(["a", "b"])
  name                = "vnet-${each.key}"
  resource_group_name = "rg"
  address_space       = [each.key == "a" ? "10.1.0.0/16" : "10.2.0.0/16"]
}
resource "azurerm_subnet" "s" {
  for_each             = toset(["a", "b"])
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v[each.key].name
  address_prefixes     = [each.key == "a" ? "10.1.0.0/26" : "10.2.0.0/26"]
}
data "azurerm_subnet" "of_b" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = "vnet-b"
}
output "prefix" { value = data.azurerm_subnet.of_b.address_prefixes }
EOF
is "a data source is the resource of its name in its network" "$(plan "$work/defaults" 2>/dev/null | jq -c .planned_values.outputs.prefix.value)" '["10.2.0.0/26"]'

# Hashes: what the tools of this machine say of the same bytes.
mkdir "$work/hash"
printf 'a\nb' >"$work/hash/f"
cat >"$work/hash/main.tf" <<'EOF'
output "v" {
  value = [md5("ab"), sha1("ab"), sha256("ab"), sha512("ab"), base64sha256("ab"), base64sha512("ab"),
    filemd5("f"), filesha1("f"), filesha256("f"), filesha512("f"), filebase64sha256("f"), filebase64sha512("f"),
    uuidv5("dns", "vnetlab.example"), uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", "x")]
}
EOF
{
	for tool in md5sum sha1sum sha256sum sha512sum; do printf ab | $tool; done | cut -d' ' -f1
	for size in 256 512; do printf ab | openssl dgst -sha$size -binary | base64 -w0; echo; done
	for tool in md5sum sha1sum sha256sum sha512sum; do $tool "$work/hash/f"; done | cut -d' ' -f1
	for size in 256 512; do openssl dgst -sha$size -binary "$work/hash/f" | base64 -w0; echo; done
	python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_DNS, "vnetlab.example")); print(uuid.uuid5(uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830"), "x"))'
} >"$work/sums"
is "hashes are those of the bytes" "$(plan "$work/hash" | jq -r '.planned_values.outputs.v.value[]')" "$(cat "$work/sums")"
echo 'output "v" { value = uuidv5("nobody", "x") }' >"$work/hash/main.tf"
run plan "$work/hash"
like "a name space that is none is refused" "$err" 'nobody" is no UUID, and none of dns, url, oid, x500'

mkdir "$work/dns"
cat >"$work/dns/main.tf" <<'EOF'
resource "azurerm_virtual_network" "v" {
  name                = "V"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "dns" {
  name                 = "dns"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/28"]
}
resource "azurerm_private_dns_resolver" "r" {
  name                = "r"
  resource_group_name = "rg"
  virtual_network_id  = azurerm_virtual_network.v.id
}
resource "azurerm_private_dns_resolver_inbound_endpoint" "in" {
  name                    = "inbound"
  private_dns_resolver_id = azurerm_private_dns_resolver.r.id
  ip_configurations {
    private_ip_allocation_method = "Static"
    subnet_id                    = azurerm_subnet.dns.id
    private_ip_address           = "10.0.1.5"
  }
}
EOF
is "the inbound endpoint of a DNS resolver has its subnet and its address" \
	"$(vnetlab import "$work/dns" 2>/dev/null | jq -c '.dnsInboundEndpoints.inbound | del(.source)')" \
	'{"subnet":"V/dns","privateIPAddress":"10.0.1.5"}'

mkdir "$work/services"
cat >"$work/services/main.tf" <<'EOF'
resource "azurerm_virtual_network" "v" {
  name                = "V"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_application_gateway" "shop" {
  name = "shop"
  gateway_ip_configuration {
    name      = "c"
    subnet_id = azurerm_subnet.s.id
  }
  frontend_port {
    name = "http"
    port = 80
  }
  frontend_port {
    name = "unused"
    port = 81
  }
  frontend_ip_configuration {
    name               = "in"
    subnet_id          = azurerm_subnet.s.id
    private_ip_address = "10.0.1.9"
  }
  http_listener {
    name                           = "l"
    frontend_ip_configuration_name = "in"
    frontend_port_name             = "http"
  }
}
resource "azurerm_kubernetes_cluster" "k" {
  name = "k"
  default_node_pool {
    name           = "system"
    node_count     = 2
    vnet_subnet_id = azurerm_subnet.s.id
  }
}
resource "azurerm_kubernetes_cluster_node_pool" "more" {
  name                  = "more"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.k.id
  node_count            = 1
  vnet_subnet_id        = azurerm_subnet.s.id
}
resource "azurerm_container_group" "job" {
  name       = "job"
  subnet_ids = [azurerm_subnet.s.id]
  exposed_port {
    port     = 8080
    protocol = "TCP"
  }
}
resource "azurerm_netapp_account" "a" {
  name = "a"
}
resource "azurerm_netapp_pool" "p" {
  name         = "p"
  account_name = azurerm_netapp_account.a.name
}
resource "azurerm_netapp_volume" "home" {
  name      = "home"
  pool_name = azurerm_netapp_pool.p.name
  subnet_id = azurerm_subnet.s.id
  protocols = ["NFSv3"]
}
resource "azurerm_private_link_service" "pls" {
  name = "pls"
  nat_ip_configuration {
    name      = "n"
    primary   = true
    subnet_id = azurerm_subnet.s.id
  }
}
EOF
is "hosts stand for what Azure runs in a subnet" \
	"$(vnetlab import "$work/services" 2>/dev/null | jq -c '[.virtualMachines | to_entries[] | [.key, (.value.nics[].privateIPAddress // ""), .value.listen // []]]')" \
	'[["shop","10.0.1.9",["tcp/80"]],["k-system_0","",[]],["k-system_1","",[]],["k-more_0","",[]],["job","",["tcp/8080"]],["home","",["tcp/2049"]],["pls","",[]]]'

mkdir "$work/gw"
cat >"$work/gw/main.tf" <<'EOF'
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "gw" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/27"]
}
resource "azurerm_public_ip" "p" {
  count               = 2
  name                = "p${count.index}"
  resource_group_name = "rg"
  allocation_method   = "Static"
}
resource "azurerm_virtual_network_gateway" "g" {
  name                = "g"
  resource_group_name = "rg"
  type                = "Vpn"
  bgp_enabled         = true
  active_active       = true
  sku                 = "VpnGw1"
  dynamic "ip_configuration" {
    for_each = range(2)
    content {
      name                 = "c${ip_configuration.value}"
      subnet_id            = azurerm_subnet.gw.id
      public_ip_address_id = azurerm_public_ip.p[ip_configuration.value].id
    }
  }
  bgp_settings {
    asn = 65010
  }
}
resource "azurerm_local_network_gateway" "other" {
  name                = "other"
  resource_group_name = "rg"
  gateway_address     = "198.51.100.7"
  bgp_settings {
    asn                 = 65020
    bgp_peering_address = azurerm_virtual_network_gateway.g.bgp_settings[0].peering_addresses[1].default_addresses[0]
  }
}
resource "azurerm_lb" "lb" {
  name                = "lb"
  resource_group_name = "rg"
  frontend_ip_configuration {
    name      = "f"
    subnet_id = azurerm_subnet.gw.id
  }
}
resource "azurerm_lb_probe" "probe" {
  name            = "probe"
  loadbalancer_id = azurerm_lb.lb.id
  port            = 80
}
resource "azurerm_lb_backend_address_pool" "pool" {
  name            = "pool"
  loadbalancer_id = azurerm_lb.lb.id
}
resource "azurerm_network_interface" "nic" {
  name                = "nic"
  resource_group_name = "rg"
  ip_configuration {
    name                          = "c"
    subnet_id                     = azurerm_subnet.gw.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.20"
  }
}
resource "azurerm_lb_backend_address_pool_address" "one" {
  name                    = "one"
  backend_address_pool_id = azurerm_lb_backend_address_pool.pool.id
  virtual_network_id      = azurerm_virtual_network.v.id
  ip_address              = azurerm_network_interface.nic.private_ip_address
}
resource "azurerm_lb_rule" "rule" {
  name                           = "rule"
  loadbalancer_id                = azurerm_lb.lb.id
  protocol                       = azurerm_lb_probe.probe.protocol
  frontend_port                  = 80
  backend_port                   = 80
  frontend_ip_configuration_name = azurerm_lb.lb.frontend_ip_configuration[0].name
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.pool.id]
  probe_id                       = azurerm_lb_probe.probe.id
}
EOF
vnetlab import "$work/gw" 2>/dev/null >"$work/gw.json"
is "a gateway's BGP address is that of its instance" "$(jq -r '.localNetworkGateways.other.bgpSettings.bgpPeeringAddress' "$work/gw.json")" 10.0.1.5
is "a pool has an address that stands by itself" "$(jq -c '[.loadBalancers.lb | .. | .backends? // empty] | flatten' "$work/gw.json")" '["10.0.1.20"]'
sed -i '1i terraform {\n required_providers {\n  azurerm = { version = "~> 3.0" }\n }\n}' "$work/gw/main.tf"
vnetlab import "$work/gw" 2>/dev/null >"$work/gw3.json"
is "defaults of azurerm 4, and of 3" "$(jq -c '[.loadBalancers.lb.sku, ([.. | .protocol? // empty] | unique)]' "$work/gw.json" "$work/gw3.json" | tr '\n' ' ')" '[null,["Tcp"]] ["Basic",["Tcp"]] '
is "a subnet's prefix has two names" "$(cat >>"$work/gw/main.tf" <<'EOF'
output "one" { value = azurerm_subnet.gw.address_prefix }
EOF
plan "$work/gw" 2>/dev/null | jq -r .planned_values.outputs.one.value)" 10.0.1.0/27
mkdir "$work/range"
cat >"$work/range/main.tf" <<'EOF'
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_public_ip_prefix" "p" {
  name                = "range"
  resource_group_name = "rg"
  prefix_length       = 30
}
resource "azurerm_public_ip" "one" {
  name                = "one"
  resource_group_name = "rg"
  public_ip_prefix_id = azurerm_public_ip_prefix.p.id
}
resource "azurerm_public_ip" "two" {
  name                = "two"
  resource_group_name = "rg"
}
resource "azurerm_lb" "lb" {
  name                = "lb"
  resource_group_name = "rg"
  frontend_ip_configuration {
    name                = "f"
    public_ip_prefix_id = azurerm_public_ip_prefix.p.id
  }
}
resource "azurerm_network_security_group" "g" {
  name                = "g"
  resource_group_name = "rg"
  dynamic "security_rule" {
    for_each = [azurerm_public_ip_prefix.p.ip_prefix, azurerm_public_ip.one.ip_address, azurerm_public_ip.two.ip_address, azurerm_virtual_network.v.guid]
    content {
      name                       = "r${security_rule.key}"
      priority                   = 100 + security_rule.key
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "*"
      source_port_range          = "*"
      destination_port_range     = "*"
      source_address_prefix      = security_rule.value
      destination_address_prefix = "*"
    }
  }
}
EOF
vnetlab import "$work/range" 2>"$work/range.err" >"$work/range.json"
is "a frontend has an address of its range" "$(jq -r '.publicIPAddresses[.loadBalancers.lb.publicIPAddress].publicIPPrefix' "$work/range.json")" range
is "public addresses and ranges are known where a rule asks for them" "$(jq -c '[.networkSecurityGroups.g.securityRules[].sourceAddressPrefix]' "$work/range.json")" '["20.101.0.0/30","20.101.0.0","20.100.0.4"]'
like "a rule whose source nobody knows is left out, and not for everybody" "$(cat "$work/range.err")" 'IMPORT-FORM-01 at .*main.tf.*|"r3" is left out: its source is not known'
cat >>"$work/gw/main.tf" <<'EOF'
resource "azurerm_public_ip" "given" {
  for_each            = toset(["fw", "peer"])
  name                = each.key
  resource_group_name = "rg"
  allocation_method   = "Static"
}
resource "azurerm_subnet" "fw" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.9.0/26"]
}
resource "azurerm_firewall" "fw" {
  name                = "fw"
  resource_group_name = "rg"
  ip_configuration {
    name                 = "c"
    subnet_id            = azurerm_subnet.fw.id
    public_ip_address_id = azurerm_public_ip.given["fw"].id
  }
}
resource "azurerm_firewall_nat_rule_collection" "nat" {
  name                = "nat"
  azure_firewall_name = azurerm_firewall.fw.name
  resource_group_name = "rg"
  priority            = 100
  action              = "Dnat"
  rule {
    name                  = "web"
    source_addresses      = ["*"]
    destination_addresses = [azurerm_public_ip.given["fw"].ip_address]
    destination_ports     = ["80"]
    translated_address    = azurerm_private_endpoint.pe.private_service_connection[0].private_ip_address
    translated_port       = "80"
    protocols             = ["TCP"]
  }
}
resource "azurerm_private_endpoint" "pe" {
  name                = "pe"
  resource_group_name = "rg"
  subnet_id           = azurerm_subnet.gw.id
  private_service_connection {
    name                           = "c"
    private_connection_resource_id = azurerm_storage_account.s.id
    subresource_names              = ["blob"]
  }
}
resource "azurerm_storage_account" "s" {
  name                = "s"
  resource_group_name = "rg"
}
resource "azurerm_linux_virtual_machine" "nva" {
  name                  = "nva"
  network_interface_ids = [azurerm_network_interface.nic.id]
  custom_data           = base64encode("#!/bin/sh\nip route add ${azurerm_public_ip.given["peer"].ip_address}/32 via ${azurerm_firewall.fw.ip_configuration[0].private_ip_address}\n")
}
EOF
vnetlab import "$work/gw" 2>/dev/null >"$work/gw.json"
is "public addresses and endpoints' are given, where a rule names them" "$(jq -c '.azureFirewalls.fw.natRuleCollections.nat.rules.web | .destinationAddresses + [.translatedAddress]' "$work/gw.json")" '["20.100.0.4","10.0.1.4"]'
is "and have what was given" "$(jq -c '[.publicIPAddresses[].ipAddress | values]' "$work/gw.json")" '["20.100.0.4"]'
is "they stand in what a machine is handed in base64" "$(jq -c '.virtualMachines.nva.routes' "$work/gw.json")" '[{"prefix":"20.100.0.5/32","via":"10.0.9.4"}]'
mkdir "$work/arm"
cat >"$work/arm/main.tf" <<'EOF'
resource "azurerm_resource_group_template_deployment" "d" {
  name                = "d"
  resource_group_name = "net"
  deployment_mode     = "Incremental"
  parameters_content  = jsonencode({ prefix = { value = "10.7.0.0/16" } })
  template_content    = file("${path.module}/d.json")
}
resource "azurerm_virtual_network_peering" "p" {
  name                      = "p"
  resource_group_name       = "net"
  virtual_network_name      = "a"
  remote_virtual_network_id = azurerm_virtual_network.b.id
}
resource "azurerm_virtual_network" "b" {
  name                = "b"
  resource_group_name = "net"
  address_space       = ["10.8.0.0/16"]
}
EOF
cat >"$work/arm/d.json" <<'EOF'
{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
  "parameters": { "prefix": { "type": "string" } },
  "resources": [ { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "a",
    "properties": { "addressSpace": { "addressPrefixes": [ "[parameters('prefix')]" ] } } } ] }
EOF
is "a template that Terraform deploys is evaluated, and peers with the design's own networks" "$(vnetlab import "$work/arm" 2>/dev/null |
	jq -c '.virtualNetworks.a | [.addressPrefixes, (.peerings | keys)]')" '[["10.7.0.0/16"],["p"]]'
# NAME SOURCE WANT: what check says of a folder with that main.tf.
says() {
	rm -rf "$work/d"
	mkdir "$work/d"
	printf '%s\n' "$2" >"$work/d/main.tf"
	cd "$work/d" || return
	run vnetlab check .
	cd "$root" || return
	like "$1" "$out$err" "$3"
}
net='resource "azurerm_virtual_network" "v" {
  name = "v"
  resource_group_name = "rg"
  address_space = ["10.0.0.0/16"]
'
says "a name that is not there, at its place" "$net tags = { a = local.nothing }
}" 'error HCL-REF-01 at main.tf:5:20|there is no local value "nothing"'
says "a local value that is nearly there" "locals { hub_prefix = 1 }
$net tags = { a = local.hub_prefx }
}" 'did you mean "hub_prefix"'
printf 'resource "azurerm_virtual_network" "v" {\r\n\tname = "v"\r\n\ttags = { e = "\303\251", a = local.hub_prefx + [\r\n\t1] }\r\n}' >"$work/d/main.tf"
run vnetlab check "$work/d"
is "the line is shown, with a caret under the expression; a tab is one column" "$(sed '1s/.*main/main/; 5,$d' <<<"$out")" "main.tf:3:24
    there is no local value \"hub_prefx\"
      tags = { e = \"$(printf '\303\251')\", a = local.hub_prefx + [
                            ^~~~~~~~~~~~~~~"
is "JSON has file, line and columns" "$(vnetlab check "$work/d" -o json | jq -c --arg d "$work/d/" '.findings[0] | [.source, (.file | ltrimstr($d)), .line, .column, .end_column]')" '["main.tf:3:24","main.tf",3,24,39]'
says "a place in a heredoc without its indentation" "$net tags = { a = <<-EOT
    abc
     $(printf 'x%.0s' {1..150}) \${local.q} $(printf 'y%.0s' {1..150})
  EOT
} }" 'HCL-REF-01 at main.tf:7:159$'
like "of a long line a part is shown" "$out" '^      \.\.\.x{37} \$\{local.q\} y+\.\.\.$'
like "with its caret" "$out" '^ {49}\^~~~~~~$'
says "an object of the lab has the place of its resource" "$net}
resource \"azurerm_subnet\" \"s\" {
  name                 = \"s\"
  resource_group_name  = \"rg\"
  virtual_network_name = \"v\"
  address_prefixes     = [\"10.9.0.0/24\"]
}" 'at main.tf:6:1 \(azurerm_subnet.s, /virtualNetworks/v/subnets/.*\)'
like "whose line is shown" "$out" '^      resource "azurerm_subnet" "s" \{$'
says "a resource that is not there" "$net tags = { a = azurerm_virtual_network.w.id }
}" 'there is no resource azurerm_virtual_network "w"|did you mean "v"'
says "an output that a module lacks" "module \"m\" { source = \"./m\" }
$net tags = { a = module.n.x }
}" 'there is no module "n"'
says "a key that an object lacks, with the nearest" "locals { o = { prefix = 1 } }
$net tags = { a = local.o.prefx }
}" 'did you mean "prefix"'
says "an index behind the end" "$net tags = { a = [1, 2][2] }
}" 'HCL-INDEX-01 at main.tf:5:15'
says "a value of the wrong type" "$net tags = { a = \"x\" + 1 }
}" 'HCL-TYPE-01 at main.tf:5:15'
says "a function that does not exist" "$net tags = { a = uper(\"x\") }
}" 'HCL-FUNC-01 .*|did you mean upper\(\)'
says "an argument that a function does not take" "$net tags = { a = cidrsubnet(\"10.0.0.0/16\", 40, 0) }
}" 'HCL-FUNC-02 at main.tf:5:15'
says "a duration that is too long is no time" "$net tags = { a = timeadd(\"2024-01-31T10:00:00Z\", \"9e66h\") }
}" '"9e66h" is longer than 292 years'
says "values that go round" "locals {
 a = local.b
 b = local.a
}
$net tags = { a = local.a }
}" 'HCL-CIRCLE-01'
says "count of what is no number" "resource \"azurerm_virtual_network\" \"v\" {
 count = \"many\"
}" 'HCL-COUNT-01 at main.tf:2:10'
says "count is less than nothing" "$net count = -1
}" 'count is a whole number, 0 to 10000, and this is -1'
says "half an instance" "$net count = 1.5
}" 'count is a whole number, 0 to 10000, and this is 1.5'
says "for_each over a number" "resource \"azurerm_virtual_network\" \"v\" {
 for_each = 5
}" 'HCL-EACH-01 at main.tf:2:13'
says "for_each over a list that is written out" "$net for_each = [\"a\"]
}" 'HCL-EACH-01 at main.tf:5:13|this is a list|toset\(...\)'
says "for_each over a local value that is a list" "locals { all = [for x in [\"a\"] : x] }
$net for_each = local.all
}" 'HCL-EACH-01 at main.tf:6:13'
says "for_each over a variable that is a list" "variable \"all\" {
  type    = list(string)
  default = [\"a\"]
}
$net for_each = var.all
}" 'HCL-EACH-01 at main.tf:9:13'
says "count beside for_each" "$net count = 1
 for_each = { a = 1 }
}" 'HCL-EACH-01 at main.tf:6:13|for_each stands beside count'
says "an argument that is given twice" "$net name = \"w\"
}" 'HCL-SYNTAX-01 at main.tf:5:2|"name" is given twice, at main.tf:2:3 as well'
says "a resource that is declared twice" "$net}
$net}" 'HCL-TWICE-01 at main.tf:6:1|resource azurerm_virtual_network "v" is declared twice, at main.tf:1:1 as well'
says "a local value that is declared twice" "locals { a = 1 }
locals { a = 2 }
$net}" 'HCL-TWICE-01 at main.tf:2:10|local value "a" is declared twice, at main.tf:1:10 as well'
says "how many there are is not known" "$net}
resource \"azurerm_virtual_network\" \"w\" {
 count = azurerm_virtual_network.v.guid == \"x\" ? 1 : 0
}" 'warning TF-UNKNOWN-01 at main.tf:7'
says "a file that is not there" "$net tags = { a = file(\"none.txt\") }
}" 'HCL-FILE-01 at main.tf:5:15'
says "a file outside of the design" "$net tags = { a = file(\"/etc/passwd\") }
}" 'only files of the design are opened'
says "a file above the design" "$net tags = { a = file(\"../../../../../../etc/passwd\") }
}" 'HCL-FILE-01'
says "a module's folder that is not there" 'module "m" { source = "./none" }' 'TF-MODULE-01 at main.tf:1'
says "a module of the registry" 'module "m" { source = "Azure/vnet/azurerm" }' 'TF-MODULE-02 at main.tf:1.*|terraform init fetches it'
mkdir -p "$work/far/sub" "$work/far/other"
cat >"$work/far/sub/main.tf" <<'EOF'
module "other" { source = "../other" }
resource "azurerm_virtual_network" "m" {
  name                = file("${path.module}/name.txt")
  resource_group_name = "rg"
  address_space       = ["10.9.0.0/16"]
  tags                = { a = module.other.x }
}
EOF
printf far >"$work/far/sub/name.txt"
touch "$work/far/.git"
echo 'output "x" { value = "y" }' >"$work/far/other/main.tf"
registry='module "m" { source = "git::https://example.com/net.git//sub?ref=v1" }
module "gone" { source = "./gone" }
'
says "both modules are missed, and the rest is evaluated" "$registry$net tags = { a = local.none }
}" 'TF-MODULE-01 at main.tf:2|TF-MODULE-02 at main.tf:1|--module .git::https://example.com/net.git=DIR., or --without m|HCL-REF-01'
printf '%s\n' "$registry$net tags = { a = module.gone.x }
}" >"$work/d/main.tf"
for from in git::https://example.com/net.git="$work/far" "git::https://example.com/net.git//sub?ref=v1=$work/far/sub"; do
	is "--module ${from%%"=$work"*}: its files and those beside it are read" "$(vnetlab import "$work/d" --module "$from" --without gone 2>/dev/null |
		jq -c '.virtualNetworks | keys')" '["far","v"]'
done
is "--module stands for a folder that is not there" "$(vnetlab import "$work/d" --without module.m --module ./gone="$work/far/other" 2>/dev/null | jq -c '.virtualNetworks | keys')" '["v"]'
run vnetlab check "$work/d" --module git::https://example.com/net.git="$work/far/none" --without gone
like "--module with a folder that is not there" "$out$err" 'error TF-MODULE-01 at main.tf:1:23|far/none/sub, which cannot be opened'
like "what is left out is said" "$out$err" 'info TF-MODULE-03 at main.tf:2:1|module "gone" is left out'
run vnetlab check "$work/d" --module git::https://example.com/net.gi="$work/far" --without gon --without m.gone
like "a module that no design has, with the nearest" "$out$err" 'TF-MODULE-04 at --without|--without gon: the design has no such module|did you mean "gone"|--without m.gone: the|--module git::https://example.com/net.gi='
says "a module's variable without a value" "module \"m\" { source = \"./m\" }" 'TF-MODULE-01'
says "a value that shapes the network is asked for, with a line to paste" "variable \"hub_cidr\" {}
variable \"asn\" { type = number }
resource \"azurerm_virtual_network\" \"v\" {
 name = \"v\"
 address_space = [var.hub_cidr]
 dns_servers = [var.asn]
}" '"hub_cidr" \(string\), "asn" \(number\)'
like "a variable that is asked for is an error of its own rule" "$out$err" '^error TF-VAR-01 '
is "the line that is offered has examples" "$(grep -o 'give them.*' <<<"$out$err")" 'give them, as in -p hub_cidr=10.0.0.0/16 -p asn=65001'
# Variables of every type, and what is made of each.
mkdir "$work/types"
cat >"$work/types/main.tf" <<'EOF'
variable "vnet_cidr" { default = "10.50.0.0/16" }
variable "subnets" { type = map(object({ prefix = string, hosts = number, nat = bool, tags = optional(map(string)) })) }
variable "names" { type = list(string) }
variable "mode" {
  type = string
  description = "Routing, an address"
  validation {
    condition     = contains(["active", "standby"], var.mode)
    error_message = "No."
  }
}
variable "spoke_cidr" { type = string }
variable "first_ip_address" { type = number }
variable "deploy_gateway" { type = bool }
variable "anything" {}
variable "who" { type = object({ project = string, location = string, tags = map(string) }) }
variable "send_logs" { type = bool }
variable "location_secondary" {}
variable "disk_size" { type = number }
variable "gui_network" { description = "Clients, an address range in CIDR" }
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  address_space       = [var.vnet_cidr]
  tags = { a = jsonencode([var.subnets, var.names, var.spoke_cidr, var.first_ip_address, var.deploy_gateway, var.anything, var.who, var.send_logs, var.location_secondary, var.disk_size, var.gui_network]) }
}
EOF
run vnetlab check "$work/types"
like "what carries no packets is invented, objects of it as well" "$out$err" 'invented: anything = "anything", who = \{"project":"project","location":"westeurope","tags":\{\}\}, send_logs = false, location_secondary = "northeurope", disk_size = 1$'
line=$(sed -n 's/.*give them, as in //p' <<<"$out$err")
is "every type has an example that fits the others" "$line" \
	"-p 'subnets={ a = { prefix = \"10.50.10.0/24\", hosts = 1, nat = true } }' -p 'names=[\"names\"]' -p spoke_cidr=10.150.0.0/16 -p first_ip_address=4 -p deploy_gateway=true -p gui_network=10.151.0.0/16"
eval "run vnetlab check '$work/types' $line"
is "the line can be pasted" "$(grep -c ^error <<<"$out$err")" 0
cat >"$work/types/main.tf" <<'EOF'
data "http" "me" { url = "https://api.ipify.org?format=json" }
data "http" "plain" { url = "https://ifconfig.me" }
data "http" "other" { url = "https://management.example/providers" }
output "a" { value = [jsondecode(data.http.me.response_body).ip, data.http.plain.body] }
output "b" { value = jsondecode(data.http.other.response_body).state }
EOF
is "data \"http\" is the caller's address where a service tells it, and open elsewhere" \
	"$(plan "$work/types" 2>/dev/null | jq -c '.planned_values.outputs | map_values(.value)')" '{"a":["198.51.100.1","198.51.100.1"]}'
cat >"$work/types/main.tf" <<'EOF'
data "http" "hub" { url = "https://management.example/hub" }
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
  subnet {
    name             = "GatewaySubnet"
    address_prefixes = ["10.0.0.0/26"]
  }
}
resource "azurerm_public_ip" "p" {
  name                = "p"
  resource_group_name = "rg"
  allocation_method   = "Static"
}
resource "azurerm_virtual_network_gateway" "g" {
  name                = "g"
  resource_group_name = "rg"
  type                = "Vpn"
  sku                 = "VpnGw1AZ"
  bgp_enabled         = true
  ip_configuration {
    public_ip_address_id = azurerm_public_ip.p.id
    subnet_id            = azurerm_virtual_network.v.subnet.*.id[0]
  }
}
resource "azurerm_local_network_gateway" "l" {
  name                = "l"
  resource_group_name = "rg"
  gateway_address     = "203.0.113.9"
  address_space       = ["10.9.0.0/16"]
  bgp_settings {
    asn                 = 65515
    bgp_peering_address = data.http.hub.response_body
  }
}
resource "azurerm_virtual_network_gateway_connection" "c" {
  name                       = "c"
  resource_group_name        = "rg"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.g.id
  local_network_gateway_id   = azurerm_local_network_gateway.l.id
  bgp_enabled                = true
}
EOF
run vnetlab check "$work/types"
like "a connection with BGP to an address that only Azure knows is not refused" "$out$err" 'IMPORT-OPEN-01 .*|0 errors'
like "and said to be without BGP" "$out$err" 'connection "c" has BGP with an address that only Azure knows: it comes up without BGP'
says "a mistake ends with its statement: each is found" "locals {
 a = 1 +
 b = 2 3
}
$net tags = { a = 1 2 }
}" 'HCL-SYNTAX-01'
is "each of three mistakes is an error, and no other" "$(grep -c 'error HCL-SYNTAX-01' <<<"$out$err")" 3
says "a block that Terraform does not know" "resorce \"a\" \"b\" {}
$net}" 'warning HCL-SYNTAX-02 at main.tf:1:1'
says "a bomb of values costs nothing" "locals { a = [for i in range(1000) : [for j in range(1000) : [for k in range(1000) : i]]] }
$net tags = { a = length(local.a) }
}" 'HCL-LIMIT-01'
says "a list that doubles itself costs nothing" "locals {
 a0 = [1, 2, 3, 4, 5, 6, 7, 8]
$(for i in {1..30}; do echo " a$i = concat(local.a$((i - 1)), local.a$((i - 1)))"; done)
}
$net tags = { a = length(local.a30) }
}" 'HCL-LIMIT-01 .*|the steps that evaluate the design are more than 20000000'
says "values that lead to values without an end are named" "locals {
 a0 = 1
$(for i in {1..500}; do echo " a$i = local.a$((i - 1)) + 1"; done)
}
$net tags = { a = local.a500 }
}" 'HCL-LIMIT-01'
rm -rf "$work/d" && mkdir "$work/d"
for i in {1..499}; do echo "locals { l$i = $i }" >"$work/d/f$i.tf"; done
for i in {1..600}; do : >"$work/d/a$i.txt"; done
printf '%s\n' "$net tags = { a = local.l499 }
}" >"$work/d/z.tf"
like "five hundred files are read, whatever else lies beside them" "$(vnetlab check "$work/d" 2>&1)" "no findings"
: >"$work/d/z1.tf"
like "one more is an error" "$(vnetlab check "$work/d" 2>&1)" 'error HCL-LIMIT-01 at .*z1.tf'
like "with its number" "$(vnetlab check "$work/d" 2>&1)" 'more than 500 files are not taken'
# N brackets around a value.
nested() { echo "$net tags = { a = $(printf '(%.0s' $(seq "$1"))1$(printf ')%.0s' $(seq "$1")) }
}"; }
says "brackets as deep as docs/terraform.md has it are read" "$(nested 98)" 'no findings'
says "brackets that are deeper are an error" "$(nested 101)" 'expressions are nested more than 100 deep'
says "signs that are deeper are an error" "$net tags = { a = $(printf '!%.0s' {1..101})true }
}" 'expressions are nested more than 100 deep'
says "brackets without an end" "$net tags = $(printf '[%.0s' {1..5000})" 'HCL-SYNTAX-01'
says "blocks without end, in blocks without end" "$(printf 'a {\n%.0s' {1..20000})" 'these are 100 mistakes: the rest of the file is not read'
says "brackets that close nothing" "$(printf '}\n%.0s' {1..20000})" 'these are 100 mistakes'
says "a repetition of repetitions is more than there is memory" "$net tags = { a = regex(\"(((a{1,200}){1,200}){1,200}){1,200}\", \"a\") }
}" 'HCL-FUNC-02 at main.tf:5:15'
says "repetitions one after another are no bomb" "$net tags = { a = regex(\"^[a-z]{1,255}-[]a-z]{1,255}(x{2,40}|y{3}){1,20}$\", \"ab-cdxx\")[0] }
}" 'no findings'
says "matches of a long text are steps" "locals {
 a = join(\"\", [for i in range(1000) : join(\"\", [for j in range(1000) : \"abcdefgh\"])])
}
$net tags = { a = length(regexall(\"[a-h]\", local.a)), b = replace(local.a, \"/a/\", \"b\") }
}" 'regexall.*there are too many matches in so long a text'
rm -rf "$work/d"
mkdir "$work/d"
printf '%s}\n' "$net" >"$work/d/main.tf"
ln -s /etc/passwd "$work/d/x.tf"
run vnetlab check "$work/d"
like "a link out of the design" "$out$err" 'HCL-FILE-01 at x.tf.*|it is a link that leads out of the design, or nowhere'
rm "$work/d/x.tf"
echo '{}' >"$work/d/x.tf.json"
run vnetlab check "$work/d"
like "the language as JSON is not read, and reported" "$out$err" 'warning TF-JSON-01 at x.tf.json.*|x.tf.json is Terraform.s language as JSON'
run vnetlab check "$here/design" -p nothing=1
like "-p of no variable" "$out$err" 'TF-VAR-03 .*|the design has no variable "nothing"'
run vnetlab check "$here/design" -p none.tfvars
like "-p of no file" "$out$err" 'file none.tfvars of variables cannot be read'
mkdir -p "$work/p"
cp -r "$here/design/." "$work/p"
printf 'hub_cidr = "PLEASE ENTER A PREFIX"\nprefix = "from-file"\n' >"$work/p/terraform.tfvars"
run vnetlab check "$work/p"
like "a placeholder counts as not given" "$out$err" 'TF-VAR-05 at .*/terraform.tfvars:1:1'
printf 'module "m" { source = "./mod" }\n' >"$work/p/more.tf"
run vnetlab check "$work/p"
like "a variable of a module without a value" "$out$err" 'TF-VAR-04 at .*/more.tf:1:1'
rm "$work/p/more.tf"
printf 'resource "azurerm_virtual_network" "hub" {\n address_space = ["10.77.0.0/16"]\n dns_servers = ["10.77.0.9"]\n}\n' >"$work/p/x_override.tf"
printf 'resource "azurerm_network_interface" "nva" {\n ip_configuration {\n  name = "other"\n  subnet_id = azurerm_subnet.nva.id\n }\n}\n' >>"$work/p/x_override.tf"
rm "$work/p/terraform.tfvars"
# VALUE of a resource that an override file changes.
overridden() { plan "$work/p" 2>/dev/null | jq -c ".planned_values.root_module.resources[] | select(.address==\"$1\") | .values$2"; }
is "an override file's attribute counts" "$(overridden azurerm_virtual_network.hub .address_space)" '["10.77.0.0/16"]'
is "an override file adds an attribute" "$(overridden azurerm_virtual_network.hub .dns_servers)" '["10.77.0.9"]'
is "an override file's block replaces those of its type" "$(overridden azurerm_network_interface.nva '.ip_configuration | map(.name)')" '["other"]'
run vnetlab import --plan "$here/design.expect"
is "--plan wants a folder of that language" "$rc" 2

# One design for each idiom; its first line says "QUERY => VALUE", worked out by hand from the language's documentation.
for design in "$root"/tests/golden/tfsource/idioms/*.tf "$root"/tests/golden/tfsource/idioms/*/main.tf; do
	line=$(sed -n '1s|^# ||p' "$design")
	name=${design#"$root"/tests/golden/tfsource/idioms/} name=${name%/main.tf}
	mkdir -p "$work/idioms/${name%.tf}"
	[ ! -d "${design%/main.tf}" ] || cp -r "${design%/main.tf}/." "$work/idioms/$name"
	cp "$design" "$work/idioms/${name%.tf}/main.tf"
	is "the idiom ${name%.tf}" "$(vnetlab import "$work/idioms/${name%.tf}" 2>/dev/null | jq -cS "${line%% => *}")" "${line##* => }"
done

# What the parser makes of a text, printed with each operator in brackets and blocks in reverse order, is the same design.
hcl_print() { "$B/tests/tools/hcl_print" "$@"; }
printed_anew() { # FOLDER: its values, of its printed files
	rm -rf "$work/printed"
	cp -r "$1" "$work/printed"
	find "$work/printed" -name '*.tf' -exec sh -c '"$0" -r "$1" >"$1.new" && mv "$1.new" "$1"' "$B/tests/tools/hcl_print" {} \;
	plan "$work/printed" 2>/dev/null | jq -S '[.planned_values.outputs, (.planned_values | [.. | objects | select(.address? and .values?) | {address, values}] | sort_by(.address))]'
}
once=() twice=()
for f in "$here"/language/*.tf "$here"/design/*.tf "$here"/design/mod/*.tf "$here"/idioms/*.tf; do
	hcl_print "$f" >"$work/printed.tf"
	once+=("$(cat "$work/printed.tf")")
	twice+=("$(hcl_print "$work/printed.tf")")
done
is "each file of each design, printed and read again, is the same tree" "$(printf '%s\n' "${twice[@]}" | md5sum)" "$(printf '%s\n' "${once[@]}" | md5sum)"
for folder in "$here/language" "$here/design" "$work"/idioms/*; do
	want=$(plan "$folder" 2>/dev/null | jq -S '[.planned_values.outputs, (.planned_values | [.. | objects | select(.address? and .values?) | {address, values}] | sort_by(.address))]')
	is "printed in reverse order, ${folder##*/} has the same values" "$(printed_anew "$folder")" "$want"
done
done_testing
