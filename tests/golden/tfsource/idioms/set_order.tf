# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"n0":"10.0.10.0/24","n1":"10.0.9.0/24"}
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
resource "azurerm_subnet" "s" {
  count                = 2
  name                 = "n${count.index}"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [tolist(toset(["10.0.9.0/24", "10.0.10.0/24"]))[count.index]]
}
