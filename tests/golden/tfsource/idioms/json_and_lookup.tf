# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"j":"10.0.200.0/24"}
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
  d = jsondecode("{\"name\": \"j\", \"n\": 200}")
}
resource "azurerm_subnet" "s" {
  name                 = lookup(local.d, "name", "none")
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [format("10.0.%d.0/%s", local.d.n, 24)]
}
