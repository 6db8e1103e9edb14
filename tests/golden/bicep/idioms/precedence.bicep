// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"p":"10.0.7.0/24"}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: 'p', properties: { addressPrefix: '10.0.${1 + 2 * 3 > 6 && !false ? 1 + 2 * 3 : 10 % 4}.0/24' } }]
  }
}
