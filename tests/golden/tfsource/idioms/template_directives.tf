# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"sabc":"10.0.1.0/24"}
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
  name                 = "s%{ for x in ["a", "b", "c"] }${x}%{ endfor }"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.%{ if length("abc") == 3 }1%{ else }2%{ endif }.0/24"]
}
