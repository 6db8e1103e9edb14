# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"app":"10.0.4.0/22","web":"10.0.8.0/22"}
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
  subnets = { app = { n = 1 }, web = { n = 2 } }
}
resource "azurerm_subnet" "s" {
  for_each             = local.subnets
  name                 = each.key
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [cidrsubnet("10.0.0.0/16", 6, each.value.n)]
}
