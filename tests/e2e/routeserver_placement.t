#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where appliances stand and what they name as next hop: in a peered VNet (azure-behaviour 7.3), with a
# next hop that is somebody else's (7.11), in branch-to-branch (7.5, 7.9), and one that takes 65515 out
# of every path (7.6).
. "$(dirname "$0")/../lib/tap.sh"
need jq bird

jq -n '
def nva($image; $vnet; $ip; $asn): { image: $image, nic: { subnet: "\($vnet)/nva", privateIPAddress: $ip, enableIPForwarding: true },
    routes: [{ prefix: "10.0.0.0/26", via: ($ip | sub("[0-9]+$"; "1")) }] };
def says($list; $hop): . + { bgp: { asn: 65000, advertise: $list, nextHop: $hop } };
{ name: "placement",
  virtualNetworks: {
    Hub: { addressPrefixes: ["10.0.0.0/16"], subnets: { nva: { addressPrefix: "10.0.1.0/24" }, work: { addressPrefix: "10.0.2.0/24" },
        AzureFirewallSubnet: { addressPrefix: "10.0.9.0/26" },
        RouteServerSubnet: { addressPrefix: "10.0.0.0/26" } },
      peerings: { s1: { remoteVirtualNetwork: "Spoke1", allowGatewayTransit: true, allowForwardedTraffic: true },
        s2: { remoteVirtualNetwork: "Spoke2", allowGatewayTransit: true, allowForwardedTraffic: true }, o: { remoteVirtualNetwork: "Other" } } },
    Spoke1: { addressPrefixes: ["10.1.0.0/16"], subnets: { nva: { addressPrefix: "10.1.1.0/24" } },
      peerings: { hub: { remoteVirtualNetwork: "Hub", useRemoteGateways: true, allowForwardedTraffic: true } } },
    Spoke2: { addressPrefixes: ["10.2.0.0/16"], subnets: { nva: { addressPrefix: "10.2.1.0/24" } },
      peerings: { hub: { remoteVirtualNetwork: "Hub", useRemoteGateways: true, allowForwardedTraffic: true } } },
    Other: { addressPrefixes: ["10.5.0.0/16"], subnets: { RouteServerSubnet: { addressPrefix: "10.5.0.0/26" } },
      peerings: { hub: { remoteVirtualNetwork: "Hub" } } } },
  routeServers: {
    Rs: { virtualNetwork: "Hub", allowBranchToBranchTraffic: true, bgpConnections: {
      strips: { peerIp: "10.0.1.4", peerAsn: 65001 }, east: { peerIp: "10.0.1.5", peerAsn: 65002 }, west: { peerIp: "10.0.1.6", peerAsn: 65004 },
      spoke: { peerIp: "10.1.1.4", peerAsn: 65003 }, third: { peerIp: "10.0.1.7", peerAsn: 65005 }, lost: { peerIp: "10.0.1.8", peerAsn: 65006 } } },
    Rs2: { virtualNetwork: "Other", bgpConnections: {} } },
  virtualMachines: {
    strips: (nva("bird"; "Hub"; "10.0.1.4"; 65001) + { config: { "bird.conf": "strips.bird.conf" } }),
    east: (nva("gobgp"; "Hub"; "10.0.1.5"; 65002) | says(["192.168.0.0/16"]; null) | .bgp.asn = 65002 | .loopbacks = ["192.168.0.1"]),
    west: (nva("exabgp"; "Hub"; "10.0.1.6"; 65004) | says(["192.168.0.0/16", "192.168.7.0/24"]; null) | .bgp.asn = 65004 | .loopbacks = ["192.168.0.1", "192.168.7.1"]),
    spoke: (nva("frr"; "Spoke1"; "10.1.1.4"; 65003) | says(["172.20.0.0/16"]; null) | .bgp.asn = 65003 | .loopbacks = ["172.20.0.1"]),
    third: (nva("bird"; "Hub"; "10.0.1.7"; 65005) | says(["172.21.0.0/16"]; "10.0.9.4") | .bgp.asn = 65005),
    lost: (nva("exabgp"; "Hub"; "10.0.1.8"; 65006) | says(["172.22.0.0/16"]; "10.5.0.4") | .bgp.asn = 65006),
    box: { nic: { subnet: "Hub/work", privateIPAddress: "10.0.2.4" } },
    named: { nic: { subnet: "Hub/AzureFirewallSubnet", privateIPAddress: "10.0.9.4", enableIPForwarding: true }, loopbacks: ["172.21.0.1"] },
    far: { nic: { subnet: "Spoke2/nva", privateIPAddress: "10.2.1.9" } } } }' >"$work/placement.vnetlab.json"
cp "$(dirname "$0")/rs/strips.bird.conf" "$work"

run vnetlab check "$work/placement.vnetlab.json"
is "check does not warn of an appliance in a VNet that uses the Route Server" "$(printf '%s' "$out" | grep -c RS-PEER-08)" 0
jq '.virtualNetworks.Spoke1.peerings.hub.useRemoteGateways = false' "$work/placement.vnetlab.json" >"$work/plain.vnetlab.json"
run vnetlab check "$work/plain.vnetlab.json"
like "check warns of an appliance in a VNet that does not use it" "$out" RS-PEER-08

ok "the lab comes up" vnetlab up -q "$work/placement.vnetlab.json"
row() { vnetlab routes "$1" -o json | jq -c '.value[] | select(.addressPrefix == ["'"$2"'"]) | [.nextHopType, (.nextHopIpAddress | sort)]'; }
has_row() { [ "$(row "$1" "$2")" = "$3" ]; }
learned() { vnetlab learned "Rs/$1" -o json | jq -c '[.RouteServiceRole_IN_'"$2"'[] | select(.network == "'"$3"'") | .asPath]'; }
advertised() { vnetlab advertised "Rs/$1" -o json | jq -c '[.RouteServiceRole_IN_0[] | select(.network == "'"$2"'")] | length'; }

# An appliance in a spoke.
wait_until "the hub's NICs go to an appliance in a peered VNet" 10 has_row box 172.20.0.0/16 '["VirtualNetworkGateway",["10.1.1.4"]]'
ok "the hub's VM reaches the prefix by it" vnetlab probe box 172.20.0.1
ok "a spoke that is not peered with the appliance's VNet has the row with type None" has_row far 172.20.0.0/16 '["None",["10.1.1.4"]]'
not_ok "what that spoke sends is dropped" vnetlab probe far 172.20.0.1 --timeout 300ms

# Next hops that are somebody else's.
ok "the NIC has the third party's address as next hop, as announced" has_row box 172.21.0.0/16 '["VirtualNetworkGateway",["10.0.9.4"]]'
ok "packets go to the third party" vnetlab probe box 172.21.0.1
is "the list of learned routes has the third party's address" "$(vnetlab learned Rs/third -o json | jq -r '.RouteServiceRole_IN_0[0].nextHop')" 10.0.9.4
ok "a next hop in a peered VNet keeps its type, though a Route Server's instance has it" has_row box 172.22.0.0/16 '["VirtualNetworkGateway",["10.5.0.4"]]'
not_ok "packets to that next hop are dropped" vnetlab probe box 172.22.0.1 --timeout 300ms
run vnetlab routes box --explain
like "routes --explain says that an instance forwards nothing" "$out" '10\.5\.0\.4 is an instance of Route Server Rs2, which forwards nothing'

# Two appliances, one prefix, one length: NICs use both, other appliances hear of one.
ok "equal paths of two AS numbers are two next hops" has_row box 192.168.0.0/16 '["VirtualNetworkGateway",["10.0.1.5","10.0.1.6"]]'
ok "a longer prefix of one appliance is on the NIC" has_row box 192.168.7.0/24 '["VirtualNetworkGateway",["10.0.1.6"]]'
is "another appliance is told of one path" "$(advertised strips 192.168.0.0/16)" 1
is "the spoke's appliance is told of one path" "$(advertised spoke 192.168.0.0/16)" 1
wait_until "the spoke's appliance has the route from the Route Server" 10 sh -c "$B/vnetlab exec spoke -- vtysh -c 'show bgp ipv4 unicast 192.168.0.0/16' | grep -q '65515 6500[24]'"

# 65515 stripped: what came from instance 0 goes to instance 1, and is taken (a boomerang).
boomerang() { case $(learned strips 1 192.168.0.0/16) in '["65001-65002"]' | '["65001-65004"]') ;; *) false ;; esac; }
wait_until "the other instance learns the Route Server's own routes back" 10 boomerang
is "what the Route Server refuses is not listed" "$(learned strips 1 10.0.0.0/16)" '[]'
run vnetlab learned Rs/strips --explain -o json
json "learned --explain lists it apart, with the reason" '.refused.RouteServiceRole_IN_1 | any(.network == "10.0.0.0/16" and
    (.reason | contains("equal to 10.0.0.0/16, an address space of its own VNet")))'
is "the instance that they came from does not learn them" "$(learned strips 0 192.168.0.0/16)" '[]'
ok "the longer path does not change what NICs use" has_row box 192.168.0.0/16 '["VirtualNetworkGateway",["10.0.1.5","10.0.1.6"]]'
# settings.reflectNva decides, whatever branch-to-branch says.
jq '.settings = { reflectNva: "never", learnedListing: "received" } | .virtualMachines.third.bgp.nextHop = "10.0.0.4"' "$work/placement.vnetlab.json" >"$work/never.vnetlab.json"
ok "up sets reflectNva to never" vnetlab up -q "$work/never.vnetlab.json"
gone() { [ "$(advertised strips 192.168.0.0/16)$(learned strips 1 192.168.0.0/16)" = '0[]' ]; }
wait_until "no route is told to other appliances, and none comes back" 15 gone
is "learnedListing received lists refused prefixes" "$(learned strips 1 10.0.0.0/16)" '["65001"]'
# A next hop that is an instance itself.
led_to_itself() { holds '(.RouteServiceRole_IN_1 | any(.network == "172.21.0.0/16")) and (.refused.RouteServiceRole_IN_0 | any(.network == "172.21.0.0/16" and
    .nextHop == "10.0.0.4" and (.reason | contains("its next hop is this instance itself")))) and .refused.RouteServiceRole_IN_1 == []' vnetlab learned Rs/third --explain -o json; }
wait_until "learned --explain says that an instance takes no route to itself" 10 led_to_itself
ok "down ends the lab" vnetlab down
done_testing
