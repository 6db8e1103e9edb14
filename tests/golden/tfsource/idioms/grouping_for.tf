# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"dev":"10.0.2.0/24","prod":"10.0.1.0/24"}
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
  by = { for s in [["dev", "a"], ["prod", "b"], ["dev", "c"]] : s[0] => s[1]... }
}
resource "azurerm_subnet" "s" {
  for_each             = local.by
  name                 = each.key
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.${length(each.value)}.0/24"]
}
