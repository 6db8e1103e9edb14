# .virtualNetworks.v.subnets | keys | length => 3
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
  name                 = "s${count.index}"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.${count.index}.0/24"]
}
resource "azurerm_subnet" "t" {
  name                 = "all-${join("", azurerm_subnet.s[*].name)}"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.${length(azurerm_subnet.s.*.id) + 6}.0/24"]
}
