terraform { required_providers { azurerm = { source = "hashicorp/azurerm", version = "~> 3.0" } } }
provider "azurerm" { features {} }
variable "prefix" { type = string }
variable "hub_cidr" {
  type = string
  default = "10.0.0.0/16"
}
variable "spokes" {
  type = map(object({ cidr = string, fw = optional(bool, true) }))
  default = { a = { cidr = "10.1.0.0/16" }, b = { cidr = "10.2.0.0/16", fw = false } }
}
locals {
  names = [for k, v in var.spokes : "${var.prefix}-${k}"]
  nva_ip = cidrhost(cidrsubnet(var.hub_cidr, 8, 1), 4)
}
resource "azurerm_resource_group" "rg" {
  name = "rg-${var.prefix}"
  location = "westeurope"
}
resource "azurerm_virtual_network" "hub" {
  name = "hub"
  resource_group_name = azurerm_resource_group.rg.name
  location = azurerm_resource_group.rg.location
  address_space = [var.hub_cidr]
}
resource "azurerm_subnet" "nva" {
  name = "nva"
  resource_group_name = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes = [cidrsubnet(var.hub_cidr, 8, 1)]
}
module "spoke" {
  source = "./mod"
  for_each = var.spokes
  name = each.key
  cidr = each.value.cidr
  rg = azurerm_resource_group.rg
  hub = azurerm_virtual_network.hub
  nva_ip = azurerm_network_interface.nva.private_ip_address
  routed = each.value.fw
}
resource "azurerm_network_interface" "nva" {
  name = "nva-nic"
  location = azurerm_resource_group.rg.location
  resource_group_name = azurerm_resource_group.rg.name
  ip_forwarding_enabled = true
  ip_configuration {
    name = "ipc"
    subnet_id = azurerm_subnet.nva.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "nva" {
  name = "nva"
  location = azurerm_resource_group.rg.location
  resource_group_name = azurerm_resource_group.rg.name
  size = "Standard_B1s"
  network_interface_ids = [azurerm_network_interface.nva.id]
  custom_data = base64encode(<<-EOT
    #!/bin/bash
    sysctl -w net.ipv4.ip_forward=1
    iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
    EOT
  )
}
output "x" { value = module.spoke["a"].subnet_id }
