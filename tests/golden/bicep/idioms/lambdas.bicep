// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"z2":"10.0.2.0/24","z3":"10.0.3.0/24"}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: map(filter([1, 2, 3], n => n > 1), n => { name: 'z${n}', properties: { addressPrefix: '10.0.${n}.0/24' } })
  }
}
