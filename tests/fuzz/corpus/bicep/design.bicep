targetScope = 'resourceGroup'
@description('where')
param location string = resourceGroup().location
param prefix string = 'lab'
@allowed(['a', 'b'])
param kind string = 'a'
param spokes array = [
  { name: 'one', prefix: '10.1.0.0/16' }
  { name: 'two', prefix: '10.2.0.0/16' }
]
var subnets = [for i in range(0, 2): {
  name: 'subnet${i}'
  properties: { addressPrefix: cidrSubnet('10.0.0.0/16', 24, i) }
}]
func nic(name string) string => '${name}-nic'
type pairType = {
  a: string
  b: int?
}
resource nsg 'Microsoft.Network/networkSecurityGroups@2023-09-01' = {
  name: '${prefix}-nsg'
  location: location
  properties: {
    securityRules: [
      {
        name: 'ssh'
        properties: {
          access: 'Allow', direction: 'Inbound', priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          destinationAddressPrefix: '*'
          sourcePortRange: '*'
          destinationPortRange: '22'
        }
      }
    ]
  }
}
resource hub 'Microsoft.Network/virtualNetworks@2023-09-01' = {
  name: '${prefix}-hub'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [for s in subnets: {
      name: s.name
      properties: {
        ...s.properties
        networkSecurityGroup: { id: nsg.id }
      }
    }]
  }
  resource extra 'subnets' = {
    name: 'extra'
    properties: { addressPrefix: '10.0.9.0/24' }
  }
}
module spoke 'modules/spoke.bicep' = [for (s, i) in spokes: if (s.name != 'none') {
  name: 'spoke-${s.name}-${i}'
  params: {
    name: s.name
    prefix: s.prefix
    hubId: hub.id
    location: location
  }
}]
resource peer 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2023-09-01' = [for (s, i) in spokes: {
  parent: hub
  name: 'to-${s.name}'
  properties: {
    remoteVirtualNetwork: { id: spoke[i].outputs.id }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: kind == 'a' ? true : false
  }
}]
resource n 'Microsoft.Network/networkInterfaces@2023-09-01' = {
  name: nic('vm')
  location: location
  properties: { ipConfigurations: [ { name: 'c', properties: { subnet: { id: hub::extra.id }, privateIPAllocationMethod: 'Dynamic' } } ] }
}
output ids array = [for (s, i) in spokes: spoke[i].outputs.id]
output space string = hub.properties.addressSpace.addressPrefixes[0]
output ip string = n.properties.ipConfigurations[0].properties.privateIPAddress
