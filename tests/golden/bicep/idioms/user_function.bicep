// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"f":"10.0.12.0/24"}
func net(n int) string => '10.0.${n * 3}.0/24'
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: 'f', properties: { addressPrefix: net(4) } }]
  }
}
