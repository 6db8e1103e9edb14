#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Gateways: next hops as Azure prints them, tables as az prints them, keys, what passes and what not.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"
need jq
lab=$root/tests/e2e/hybrid/gateways.vnetlab.json

run vnetlab up "$lab"
is "it comes up" "$rc" 0
like "up says which connection stays down, and why" "$err" \
	'locked.*sharedKey of connection "to-locked" is not that of site "locked"'

run vnetlab status -o json
json "status says so, too" '.connections[] | select(.name == "to-locked") |
	.connectionStatus == "NotConnected" and (.reason | test("sharedKey"))'
json "the others are connected" '[.connections[] | select(.name != "to-locked") | .connectionStatus] |
	unique == ["Connected"]'
json "nodes say what they are" '[.nodes[] | select(.name == "vpngw/1" or .name == "er/0" or .name == "frr" or
	.name == "frr/srv") | .kind] | sort == ["expressRouteCircuit", "siteHost", "siteRouter", "virtualNetworkGateway"]'

run vnetlab routes app -o json
hops() { # PREFIX HOP...: the row's next hops
	p=$1
	shift
	json "$p by $*" ".value[] | select(.addressPrefix == [\"$p\"]) |
		.source == \"VirtualNetworkGateway\" and (.nextHopIpAddress | sort | join(\" \")) == \"$*\""
}
hops 10.40.0.0/16 10.0.255.4 10.0.255.5
hops 10.41.0.0/16 10.0.255.4 10.0.255.5
hops 10.43.0.0/16 100.65.0.4 100.65.0.5
hops 10.8.0.0/16 10.0.255.4 10.0.255.5
json "beside a Route Server NICs have no host routes of BGP peers" '[.value[].addressPrefix[] | select(endswith("/32"))] == []'
run vnetlab routes far-app -o json
hops 10.0.0.0/16 20.100.9.9
hops 10.0.255.4/32 20.100.9.9
json "vnet2vnetRouteServerRoutes false: a Vnet2Vnet connection does not carry the Route Server's routes" \
	'[.value[] | select(.addressPrefix == ["10.70.0.0/16"])] == []'

for to in frr/srv static/srv office/pc far-app; do
	status "app reaches $to" 0 vnetlab probe app "$to"
	status "$to reaches app" 0 vnetlab probe "$to" app
done
status "a host of a site answers TCP" 0 vnetlab probe app frr/srv --protocol tcp --port 80
status "what is behind the wrong key is not reached" 1 vnetlab probe app locked/srv
status "branch to branch: VPN and ExpressRoute" 0 vnetlab probe frr/srv office/pc
status "branch to branch: the appliance" 0 vnetlab probe frr/srv 10.70.0.1

run vnetlab gateway learned vpngw -o json
json "learned: the VNet's space, origin Network" '.value[] | select(.network == "10.0.0.0/16" and
	.localAddress == "10.0.255.4") | .origin == "Network" and .nextHop == null and .sourcePeer == "10.0.255.4"'
json "learned: from the site" '[.value[] | select(.network == "10.40.0.0/16" and .localAddress == "10.0.255.4") |
	[.origin, .asPath, .nextHop]] | any(. == ["EBgp", "65010", "10.40.0.1"]) and
	any(. == ["IBgp", "65010", "10.0.255.5"])'
json "learned: the appliance's, next hop kept, no 65515 inside" '[.value[] | select(.network == "10.70.0.0/16" and
	.sourcePeer == "10.0.3.4") | [.origin, .asPath, .nextHop]] | unique == [["IBgp", "65001", "10.0.2.10"]]'
run vnetlab gateway learned ergw -o json
json "learned: from the MSEE, weight 32769" '.value[] | select(.network == "10.43.0.0/16" and
	.sourcePeer == "100.65.0.4" and .localAddress == "10.0.255.6") | .asPath == "12076-65043" and .weight == 32769'
run vnetlab gateway advertised vpngw 10.40.0.1 -o json
json "advertised: to a site, 65515 in front once" '[.value[] | select(.network == "10.70.0.0/16") | .asPath] |
	unique == ["65515-65001"]'
run vnetlab gateway bgp-peers vpngw -o json
json "peers: all states that az knows" '[.value[].state] | unique == ["Connected", "Connecting", "Unknown"]'
json "peers: the one with the wrong key is Connecting" '[.value[] | select(.neighbor == "10.42.0.1") | .state] |
	unique == ["Connecting"]'
status "peers: one by its address" 0 vnetlab gateway bgp-peers vpngw 10.0.3.4
status "no such gateway" 2 vnetlab gateway learned vpngv
like "... and which there are" "$err" 'vpngw, ergw, far'
status "no such table" 2 vnetlab gateway known vpngw

run vnetlab exec office -- birdc -s /run/bird/bird.ctl show route 10.70.0.0/16 all
like "on-premises sees 12076, and no private number behind it" "$out" 'BGP.as_path: 12076$'
run vnetlab advertised rs/nva -o json
json "the appliance is told the site's route with the gateway's community" \
	'[.RouteServiceRole_IN_0[] | select(.network == "10.40.0.0/16") | .asPath] == ["65515-65010"]'
run vnetlab exec nva -- birdc -s /run/bird/bird.ctl show route 10.40.0.0/16 all
like "... 65517:65517" "$out" '\(65517,65517\)'
run vnetlab exec app -- ping -c 1 10.40.0.10
like "a gateway is no hop: the site's router alone lowers the TTL" "$out" 'ttl=63'

run vnetlab path app frr/srv -o json
json "path: by a gateway's instance and a wire" '.verdict == "delivered" and .agree and
	([.hops[].node] | .[0] == "app" and (.[1] | test("^vpngw/[01]$")) and .[2] == "frr" and .[3] == "frr/srv")'
status "a gateway's instance dies" 0 vnetlab fault stop vpngw/0
wait_until "the other one carries on" 10 holds \
	'.value[] | select(.addressPrefix == ["10.40.0.0/16"]) | .nextHopIpAddress == ["10.0.255.5"]' vnetlab routes app -o json
run vnetlab routes app -o json
hops 10.41.0.0/16 10.0.255.5
wait_until "and the site is reached" 10 vnetlab probe app frr/srv
status "up changes nothing of that" 0 vnetlab up "$lab" -q --wait none
status "it is started again" 0 vnetlab fault start vpngw/0
wait_until "with its wires and sessions" 20 holds \
	'.value[] | select(.addressPrefix == ["10.40.0.0/16"]) | .nextHopIpAddress | length == 2' vnetlab routes app -o json

state() { # GATEWAY-INSTANCE PEER: the session's state and why it is so
	vnetlab status -o json | jq -r ".gatewayBgp[] | select(.node == \"$1\" and .peer == \"$2\") | .state, .reason // \"-\""
}
status "a gateway's session goes down" 0 vnetlab fault session vpngw/to-frr/1 down -o json
json "... as a fault" '.faults == ["session vpngw/to-frr/1 down"]'
wait_until "... of that instance" 5 holds \
	'[.value[] | "\(.localAddress) \(.state)"] == ["10.0.255.4 Connected", "10.0.255.5 Connecting"]' \
	vnetlab gateway bgp-peers vpngw 10.40.0.1 -o json
is "... status says which, and why" "$(state vpngw/1 frr | tr '\n' ' ')" "Down fault session vpngw/to-frr/1 down "
is "... not the other" "$(state vpngw/0 frr | tr '\n' ' ')" "Established - "
status "up waits for it" 124 vnetlab up "$lab" --wait 300ms
like "... and says so" "$err" 'vpngw/1 with frr: Down, fault session vpngw/to-frr/1 down'
status "those with the Route Server, too, of both instances" 0 vnetlab fault session VPNGW/rs down
wait_until "... are down" 5 holds \
	'[.value[] | select(.neighbor | startswith("10.0.3.")) | .state] == ["Connecting", "Connecting", "Connecting", "Connecting"]' \
	vnetlab gateway bgp-peers vpngw -o json
status "clear" 0 vnetlab fault clear
wait_until "... brings them all back" 20 holds \
	'[.value[] | select(.neighbor | startswith("10.0.3.") or . == "10.40.0.1") | .state] | length == 6 and unique == ["Connected"]' \
	vnetlab gateway bgp-peers vpngw -o json
status "a Vnet2Vnet connection, from its other side" 0 vnetlab fault session far/from-far down
status "... and up" 0 vnetlab fault session far/from-far up
status "a connection without BGP" 2 vnetlab fault session vpngw/to-static down
like "... says so" "$err" 'connection to-static has no BGP'
status "no such session" 2 vnetlab fault session vpngw/to-nowhere down
like "... says how they are called" "$err" 'GATEWAY/CONNECTION'
is "completion knows them" "$(vnetlab completion --complete -- fault session vpn | cut -f 1 | tr '\n' ' ')" "vpngw/rs vpngw/to-frr vpngw/to-locked vpngw/to-far "

jq '.connections["to-locked"].sharedKey = "one"' "$lab" >"$work/gateways.vnetlab.json"
status "the key is corrected as the lab runs" 0 vnetlab up "$work/gateways.vnetlab.json"
wait_until "and the connection comes up" 10 vnetlab probe app locked/srv
jq '.routeTables = {"gw": {"routes": {"fw": {"addressPrefix": "10.0.0.0/16", "nextHopType": "VirtualAppliance",
	"nextHopIpAddress": "10.0.2.4"}}}} | .virtualNetworks.Hub.subnets.GatewaySubnet.routeTable = "gw"' \
	"$lab" >"$work/gateways.vnetlab.json"
status "the lab ends" 0 vnetlab down
jq '.checks = {"calm": {"audit": ["flaps"]}, "a site": {"do": "fault session vpngw/to-frr/0 down"},
	"seen": {"audit": ["flaps"], "not": true, "within": "10s"}, "two gateways": {"do": "fault session far/from-far down"},
	"far from app": {"effectiveRoutes": "far-app", "lacks": [{"addressPrefix": "10.0.0.0/16"}], "within": "10s"},
	"restless": {"audit": ["flaps"]}}' "$lab" >"$work/flaps.vnetlab.json"
status "flaps of gateways' sessions are found" 1 vnetlab test "$work/flaps.vnetlab.json" --format json
json "... not before they happen" '[.checks[] | select(.name == "calm") | .ok] == [true]'
json "... and no session twice" '[.checks[] | select(.name == "restless") | .detail // .reason | tostring | scan("[a-z]+/[01] with [a-z/01]+ left")] |
	sort == unique and any(. == "vpngw/0 with frr left") and all(test("^vpngw/[01] with (frr|far/0) left$"))'
run vnetlab up "$work/gateways.vnetlab.json"
like "a route of GatewaySubnet that covers RouteServerSubnet" "$err" 'GW-UDR-02'
like "... nobody waits for what it breaks" "$err" \
	'vpngw/0 with rs/0 will not come up: user-defined route fw of GatewaySubnet leads 10.0.3.4 elsewhere'
run vnetlab gateway bgp-peers vpngw 10.0.3.4 -o json
json "... BGP between gateway and Route Server" '[.value[].state] | unique == ["Connecting"]'
run vnetlab routes app -o json
hops 10.40.0.0/16 10.0.255.5
run vnetlab path app frr/srv -o json
json "... the second instance alone has NICs' traffic, where both do not see each other" '.agree and
	[.hops[].node] == ["app", "vpngw/1", "frr", "frr/srv"]'
ok "... an event says so" event '.kind == "gateway" and .subject == "vpngw/0" and
	(.detail | test("does not see the other"))'
status "... the first one stops" 0 vnetlab fault stop vpngw/0
status "... and starts" 0 vnetlab fault start vpngw/0
status "... the second one stops" 0 vnetlab fault stop vpngw/1
wait_until "... the first one's routes are back" 10 holds \
	'.value[] | select(.addressPrefix == ["10.40.0.0/16"]) | .nextHopIpAddress == ["10.0.255.4"]' vnetlab routes app -o json

status "the lab ends" 0 vnetlab down
status "AS numbers that do not fit are not waited for" 0 vnetlab up "$root/tests/golden/check/er-asn-01.json" -n asn
like "... they are a note" "$err" 'note: er/0 with dc will not come up: circuit er says peerAsn 65011, and site dc is AS 65010'
holds '[.gatewayBgp[] | select(.node == "er/0" and .peer == "dc") | .state == "Established", .reason] ==
	[false, "circuit er says peerAsn 65011, and site dc is AS 65010"]' vnetlab status asn -o json
is "... and status says why" $? 0
status "the lab ends" 0 vnetlab down asn
status "sessions that bear one prefix, with two" 0 vnetlab up "$root/tests/golden/check/hybrid-limit-01.json" -n limits --wait none
like "check has said so" "$err" 'HYBRID-LIMIT-01'
over() { # NODE PEER: its session was dropped, and status says why
	[ "$(vnetlab status limits -o json | jq "[.gatewayBgp[] | select(.node == \"$1\" and .peer == \"$2\" and
		.state != \"Established\") | .reason] == [\"it announced more than 1 prefixes\"]")" = true ]
}
wait_until "a VPN gateway drops a site's" 10 over vpngw/0 dc
wait_until "a circuit drops a site's" 10 over er/0 dc
wait_until "a circuit drops an ExpressRoute gateway's" 10 over er/0 ergw/0
jq '.settings |= map_values(2)' "$root/tests/golden/check/hybrid-limit-01.json" >"$work/limits.json"
status "with as many as they bear all come up" 0 vnetlab up "$work/limits.json" -n limits
done_testing
