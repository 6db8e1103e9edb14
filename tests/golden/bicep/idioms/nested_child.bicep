// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"kid":"10.0.3.0/24"}
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
  resource s 'subnets' = {
    name: 'kid'
    properties: { addressPrefix: '10.0.3.0/24' }
  }
}
