# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"s0":"10.0.0.0/24","s1":"10.0.1.0/24","s2":"10.0.2.0/24"}
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
  count                = 3
  name                 = "s${count.index}"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [cidrsubnet(azurerm_virtual_network.v.address_space[0], 8, count.index)]
}
