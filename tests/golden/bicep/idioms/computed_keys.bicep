// .virtualNetworks.v.subnets | map_values(.addressPrefix) => {"a":"10.0.1.0/24","b":"10.0.2.0/24"}
var k = 'b'
var m = { a: 1, '${k}': 2 }
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: map(items(m), x => { name: x.key, properties: { addressPrefix: '10.0.${x.value}.0/24' } })
  }
}
