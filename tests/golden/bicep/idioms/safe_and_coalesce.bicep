// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"none":"10.0.4.0/24"}
param o object = { n: 4 }
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: o.?name ?? 'none', properties: { addressPrefix: '10.0.${o.?n ?? 9}.0/24' } }]
  }
}
