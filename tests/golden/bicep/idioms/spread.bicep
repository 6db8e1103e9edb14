// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"first":"10.0.1.0/24","last":"10.0.9.0/24","mid":"10.0.5.0/24"}
var mid = [{ name: 'mid', properties: { addressPrefix: '10.0.5.0/24' } }]
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: 'first', properties: { addressPrefix: '10.0.1.0/24' } }, ...mid, { name: 'last', properties: { addressPrefix: '10.0.9.0/24' } }]
  }
}
