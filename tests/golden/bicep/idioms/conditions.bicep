// .virtualNetworks | keys => ["v"]
param more bool = false
resource v 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'v'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: []
  }
}
resource w 'Microsoft.Network/virtualNetworks@2024-01-01' = if (more || v.name =~ 'W') {
  name: 'w'
  properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } }
}
