# [.virtualNetworks[].subnets | keys[]] => ["x-0","x-1","y-0"]
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
locals {
  nets = { x = ["10.1.0.0/24", "10.1.1.0/24"], y = ["10.2.0.0/24"] }
}
resource "azurerm_virtual_network" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  address_space       = ["10.0.0.0/8"]
  dynamic "subnet" {
    for_each = flatten([for k, ps in local.nets : [for i, p in ps : { name = "${k}-${i}", prefix = p }]])
    content {
      name             = subnet.value.name
      address_prefixes = [subnet.value.prefix]
    }
  }
}
