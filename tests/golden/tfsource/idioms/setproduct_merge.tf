# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"a-x":"10.0.0.0/24","a-y":"10.0.1.0/24","b-x":"10.0.2.0/24","b-y":"10.0.3.0/24"}
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
  all = merge([for i, p in setproduct(["a", "b"], ["x", "y"]) : { (join("-", p)) = i }]...)
}
resource "azurerm_subnet" "s" {
  for_each             = local.all
  name                 = each.key
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [cidrsubnet("10.0.0.0/16", 8, each.value)]
}
