#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# azure-behaviour 7.10: for one prefix by ExpressRoute, by VPN and from an appliance, the longest prefix
# decides, then hubRoutingPreference, then the shortest AS path.  The lab goes through all of it.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird

# 192.168.0.0/16: by ExpressRoute with two AS numbers (12076 and the site's), by VPN with one, from the
# appliance with one and as many as it prepends.
jq -n '{ name: "preference",
  virtualNetworks: { Hub: { addressPrefixes: ["10.0.0.0/16"], subnets: { nva: { addressPrefix: "10.0.1.0/24" }, app: { addressPrefix: "10.0.2.0/24" },
    RouteServerSubnet: { addressPrefix: "10.0.0.0/26" }, GatewaySubnet: { addressPrefix: "10.0.255.0/27" } } } },
  routeServers: { rs: { virtualNetwork: "Hub", allowBranchToBranchTraffic: true, bgpConnections: { nva: { peerIp: "10.0.1.4", peerAsn: 65001 } } } },
  virtualNetworkGateways: { ergw: { virtualNetwork: "Hub", gatewayType: "ExpressRoute" },
    vpngw: { virtualNetwork: "Hub", gatewayType: "Vpn", activeActive: true } },
  sites: { one: { addressPrefixes: ["192.168.0.0/16"], asn: 65010 }, two: { addressPrefixes: ["192.168.0.0/16"], asn: 65020 } },
  expressRouteCircuits: { er1: { site: "one", peerAsn: 65010 } },
  connections: { "by-er": { gateway: "ergw", type: "ExpressRoute", circuit: "er1" }, "by-vpn": { gateway: "vpngw", type: "IPsec", site: "two", enableBgp: true } },
  virtualMachines: {
    nva: { image: "bird", nic: { subnet: "Hub/nva", privateIPAddress: "10.0.1.4", enableIPForwarding: true },
      bgp: { asn: 65001, advertise: ["192.168.0.0/16", "192.168.7.0/24"], asPathPrepend: 0 },
      routes: [{ prefix: "10.0.0.0/26", via: "10.0.1.1" }] },
    app: { nic: { subnet: "Hub/app" } }, app2: { nic: { subnet: "Hub/app" } } } }' >"$work/base.json"

# PREFERENCE PREPEND [WITHOUT]: the lab as asked for
lab() {
	jq --arg p "$1" --argjson n "$2" --arg without "${3:-}" '.routeServers.rs.hubRoutingPreference = $p
	    | .virtualMachines.nva.bgp.asPathPrepend = $n | if $without == "" then . else del(.connections[$without]) end' \
		"$work/base.json" >"$work/now.vnetlab.json"
	vnetlab up -q "$work/now.vnetlab.json"
}
hops() { vnetlab routes "$1" -o json | jq -c '[.value[] | select(.addressPrefix == ["'"$2"'"]) | .nextHopIpAddress[]] | sort'; }
# Both halves of the NICs.
leads() { [ "$(hops app "$1")" = "$2" ] && [ "$(hops app2 "$1")" = "$2" ]; }
show() { leads "$@" || { hops app "$1"; hops app2 "$1"; false; }; }
er='["100.65.0.4","100.65.0.5"]' vpn='["10.0.255.6","10.0.255.7"]' nva='["10.0.1.4"]'

ok "the lab comes up with preference ExpressRoute" lab ExpressRoute 0
wait_until "ExpressRoute comes first, though its path is the longest" 15 show 192.168.0.0/16 "$er"
ok "a longer prefix comes before any preference" show 192.168.7.0/24 "$nva"
ok "up sets the preference VpnGateway" lab VpnGateway 0
wait_until "the appliance's path comes before ExpressRoute's, and before VPN's of the same length" 15 show 192.168.0.0/16 "$nva"
ok "up makes the appliance prepend" lab VpnGateway 1
wait_until "VPN's path comes first when it is shorter" 15 show 192.168.0.0/16 "$vpn"
ok "up takes the VPN away" lab VpnGateway 3 by-vpn
wait_until "the appliance's path, whatever its length, comes before ExpressRoute's" 15 show 192.168.0.0/16 "$nva"
ok "up sets the preference ASPath with an appliance that prepends" lab ASPath 3 by-vpn
wait_until "ExpressRoute has the shorter path" 15 show 192.168.0.0/16 "$er"
ok "up makes the appliance prepend no more" lab ASPath 0 by-vpn
wait_until "the appliance has the shorter path" 15 show 192.168.0.0/16 "$nva"
ok "up brings the VPN back, with an appliance that prepends" lab ASPath 1
wait_until "VPN has the shorter path" 15 show 192.168.0.0/16 "$vpn"

# Branch-to-branch: an appliance hears of one path, and not of its own back.
ok "up sets the preference ExpressRoute again" lab ExpressRoute 0
wait_until "ExpressRoute comes first again" 15 show 192.168.0.0/16 "$er"
told() { vnetlab advertised rs/nva -o json | jq -c '[.RouteServiceRole_IN_0[] | select(.network == "192.168.0.0/16") | .asPath]'; }
is "the appliance is told of the best path alone" "$(told)" '["65515-12076-65010"]'
jq '.routeServers.rs.allowBranchToBranchTraffic = false' "$work/now.vnetlab.json" >"$work/off.vnetlab.json"
ok "up turns branch-to-branch off" vnetlab up -q "$work/off.vnetlab.json"
untold() { [ "$(told)" = '[]' ]; }
wait_until "the appliance is told of no path" 10 untold
ok "NICs have the same order without branch-to-branch" show 192.168.0.0/16 "$er"
# Maintenance takes the gateways' sessions, too, and NICs keep everything.
ok "fault puts an instance in maintenance" vnetlab fault maintenance rs/0 60s
gone() { vnetlab exec rs/0 -- birdc show protocols | awk '/BGP/ && /Established/ { n++ } END { exit n > 0 }'; }
wait_until "all sessions of that instance end" 10 gone
ok "NICs keep the gateway's routes" show 192.168.0.0/16 "$er"
ok "NICs keep the appliance's routes" show 192.168.7.0/24 "$nva"
# On its way back it programs its NICs when all sessions are up again, and not before.
ok "fault clear ends the maintenance" vnetlab fault clear
back() { event '.kind == "maintenance" and (.detail | test("programs its NICs again"))'; }
lost=
for _ in $(seq 200); do
	leads 192.168.0.0/16 "$er" || lost="$lost $(hops app 192.168.0.0/16)$(hops app2 192.168.0.0/16)"
	back && break
	sleep 0.02
done
ok "the instance's sessions come back" back
is "no NIC has lost a route at any time" "$lost" ''
ok "down ends the lab" vnetlab down
done_testing
