// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"s0":"10.0.0.0/24","s1":"10.0.1.0/24","s2":"10.0.2.0/24"}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [for i in range(0, 3): { name: 's${i}', properties: { addressPrefix: cidrSubnet('10.0.0.0/16', 24, i) } }]
  }
}
