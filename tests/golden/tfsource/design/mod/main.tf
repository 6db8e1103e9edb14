variable "name" {}
variable "cidr" {}
variable "rg" {}
variable "hub" {}
variable "nva_ip" {}
variable "routed" { type = bool }
resource "azurerm_virtual_network" "v" {
  name                = "spoke-${var.name}"
  resource_group_name = var.rg.name
  location            = var.rg.location
  address_space       = [var.cidr]
  dynamic "subnet" {
    for_each = ["one", "two"]
    content {
      name             = subnet.value
      address_prefixes = [cidrsubnet(var.cidr, 8, subnet.key)]
    }
  }
}
resource "azurerm_virtual_network_peering" "to" {
  name                      = "to-hub"
  resource_group_name       = var.rg.name
  virtual_network_name      = azurerm_virtual_network.v.name
  remote_virtual_network_id = var.hub.id
  allow_forwarded_traffic   = true
}
resource "azurerm_virtual_network_peering" "from" {
  name                      = "to-${var.name}"
  resource_group_name       = var.rg.name
  virtual_network_name      = var.hub.name
  remote_virtual_network_id = azurerm_virtual_network.v.id
  allow_forwarded_traffic   = true
}
resource "azurerm_route_table" "rt" {
  count               = var.routed ? 1 : 0
  name                = "rt-${var.name}"
  resource_group_name = var.rg.name
  location            = var.rg.location
  route {
    name                   = "default"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = var.nva_ip
  }
}
resource "azurerm_subnet_route_table_association" "a" {
  count          = length(azurerm_route_table.rt)
  subnet_id      = tolist(azurerm_virtual_network.v.subnet)[1].id
  route_table_id = azurerm_route_table.rt[count.index].id
}
resource "azurerm_network_interface" "vm" {
  name                = "nic-${var.name}"
  location            = var.rg.location
  resource_group_name = var.rg.name
  ip_configuration {
    name                          = "ipc"
    subnet_id                     = [for s in azurerm_virtual_network.v.subnet : s.id if s.name == "two"][0]
    private_ip_address_allocation = "Dynamic"
  }
}
output "subnet_id" { value = azurerm_virtual_network.v.subnet.*.id[0] }
resource "azurerm_linux_virtual_machine" "vm" {
  name                  = "vm-${var.name}"
  location              = var.rg.location
  resource_group_name   = var.rg.name
  size                  = "Standard_B1s"
  network_interface_ids = [azurerm_network_interface.vm.id]
}
