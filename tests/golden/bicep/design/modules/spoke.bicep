param name string
param prefix string
param hubId string
param location string
resource vnet 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: name
  location: location
  properties: {
    addressSpace: { addressPrefixes: [prefix] }
    subnets: [ { name: 'default', properties: { addressPrefix: cidrSubnet(prefix, 24, 0) } } ]
  }
}
resource back 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2023-09-01' = {
  parent: vnet
  name: 'to-hub'
  properties: { remoteVirtualNetwork: { id: hubId }, allowVirtualNetworkAccess: true, allowForwardedTraffic: true }
}
output id string = vnet.id
