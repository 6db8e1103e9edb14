# .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"one":"10.0.7.0/24"}
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
variable "o" {
  type    = object({ n = optional(number, 7), name = optional(string) })
  default = {}
}
resource "azurerm_subnet" "s" {
  name                 = coalesce(var.o.name, try(var.o.none.there, "one"))
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [cidrsubnet("10.0.0.0/16", 8, var.o.n > 5 ? var.o.n : 0)]
}
