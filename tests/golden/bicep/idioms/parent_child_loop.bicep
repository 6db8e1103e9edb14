// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"k0":"10.0.0.0/24","k1":"10.0.1.0/24"}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}
@batchSize(1)
resource s 'Microsoft.Network/virtualNetworks/subnets@2024-01-01' = [for i in range(0, 2): {
  parent: v
  name: 'k${i}'
  properties: { addressPrefix: cidrSubnet(v.properties.addressSpace.addressPrefixes[0], 24, i) }
}]
