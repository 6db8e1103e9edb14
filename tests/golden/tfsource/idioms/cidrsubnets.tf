# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"a":"10.0.0.0/20","b":"10.0.16.0/24","c":"10.0.17.0/24"}
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  address_space       = ["10.0.0.0/16"]
}
locals {
  p = zipmap(["a", "b", "c"], cidrsubnets("10.0.0.0/16", 4, 8, 8))
}
resource "azurerm_subnet" "s" {
  for_each             = local.p
  name                 = each.key
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [each.value]
}
