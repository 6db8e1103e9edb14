# .virtualNetworks.v.subnets | keys => ["a-1","b-2"]
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
  lines = <<-EOT
    a,1
    b,2
  EOT
  rows = [for l in split("\n", trimspace(local.lines)) : split(",", l)]
}
resource "azurerm_subnet" "s" {
  for_each             = { for r in local.rows : join("-", r) => r[1] }
  name                 = each.key
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.${each.value}.0/24"]
}
