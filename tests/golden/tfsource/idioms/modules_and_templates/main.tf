# [(.virtualNetworks | map_values(.subnets.a.addressPrefix)), .networkSecurityGroups.g.securityRules.all.sourceAddressPrefixes] => [{"vnet-east":"10.20.8.0/24","vnet-west":"10.30.8.0/24"},["10.20.0.0/16","10.30.0.0/16"]]
# module for_each, outputs of modules into modules, each.value of an object, templatefile with a loop in it.
module "plan" {
  for_each = { west = { second = 30 }, east = { second = 20 } }
  source   = "./plan"
  second   = each.value.second
}
module "net" {
  for_each = module.plan
  source   = "./net"
  name     = each.key
  space    = each.value.space
  offset   = length(module.plan) * 4
}
locals {
  sources = jsondecode(templatefile("${path.module}/sources.tftpl", { spaces = [for k, n in module.net : n.space] }))
}
resource "azurerm_network_security_group" "g" {
  name                = "g"
  resource_group_name = "rg"
  security_rule {
    name                       = "all"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefixes    = local.sources
    destination_address_prefix = "*"
  }
}
output "sources" {
  value = local.sources
}
output "plans" {
  value = module.plan
}
