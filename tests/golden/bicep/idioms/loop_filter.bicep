// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"a0":"10.0.0.0/24","c2":"10.0.2.0/24"}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [for (x, i) in ['a', 'b', 'c']: if (x != 'b') { name: '${x}${i}', properties: { addressPrefix: '10.0.${i}.0/24' } }]
  }
}
