// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"last":"10.0.8.0/24"}
var names = split(trim('''
first,last
'''), ',')
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: names[^1], properties: { addressPrefix: '10.0.8.0/24' } }]
  }
}
