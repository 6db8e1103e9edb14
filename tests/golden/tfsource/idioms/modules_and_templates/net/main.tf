variable "name" {
  type = string
}
variable "space" {
  type = string
}
variable "offset" {
  type = number
}
resource "azurerm_virtual_network" "v" {
  name                = "vnet-${var.name}"
  resource_group_name = "rg"
  address_space       = [var.space]
}
resource "azurerm_subnet" "a" {
  name                 = "a"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [cidrsubnet(var.space, 8, var.offset)]
}
output "space" {
  value = azurerm_virtual_network.v.address_space[0]
}
