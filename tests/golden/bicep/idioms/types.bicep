// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"t":"10.0.6.0/24"}
type net = { name: string, n: int? }
param o net = { name: 't' }
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: o.name, properties: { addressPrefix: '10.0.${o.?n ?? 6}.0/24' } }]
  }
}
