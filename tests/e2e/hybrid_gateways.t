#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Gateways: next hops as Azure prints them, tables as az prints them, keys, what passes and what not.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"
need jq
lab=$root/tests/e2e/hybrid/gateways.vnetlab.json

run vnetlab up "$lab"
is "the lab comes up" "$rc" 0
like "up says which connection stays down, and why" "$err" \
	'locked.*sharedKey of connection "to-locked" is not that of site "locked"'

run vnetlab status -o json
json "status says why the connection is down, too" '.connections[] | select(.name == "to-locked") |
	.connectionStatus == "NotConnected" and (.reason | test("sharedKey"))'
json "status shows the other connections connected" '[.connections[] | select(.name != "to-locked") | .connectionStatus] |
	unique == ["Connected"]'
json "status says what kind each node is" '[.nodes[] | select(.name == "vpngw/1" or .name == "er/0" or .name == "frr" or
	.name == "frr/srv") | .kind] | sort == ["expressRouteCircuit", "siteHost", "siteRouter", "virtualNetworkGateway"]'

run vnetlab routes app -o json
hops() { # PREFIX HOP...: the row's next hops
	p=$1
	shift
	json "the NIC gets $p by $*" ".value[] | select(.addressPrefix == [\"$p\"]) |
		.source == \"VirtualNetworkGateway\" and (.nextHopIpAddress | sort | join(\" \")) == \"$*\""
}
hops 10.40.0.0/16 10.0.255.4 10.0.255.5
hops 10.41.0.0/16 10.0.255.4 10.0.255.5
hops 10.43.0.0/16 100.65.0.4 100.65.0.5
hops 10.8.0.0/16 10.0.255.4 10.0.255.5
json "NICs beside a Route Server have no host routes of BGP peers" '[.value[].addressPrefix[] | select(endswith("/32"))] == []'
run vnetlab routes far-app -o json
hops 10.0.0.0/16 20.100.9.9
hops 10.0.255.4/32 20.100.9.9
json "a Vnet2Vnet connection does not carry the Route Server's routes when vnet2vnetRouteServerRoutes is false" \
	'[.value[] | select(.addressPrefix == ["10.70.0.0/16"])] == []'

for to in frr/srv static/srv office/pc far-app; do
	status "app reaches $to" 0 vnetlab probe app "$to"
	status "$to reaches app" 0 vnetlab probe "$to" app
done
status "a host of a site answers TCP" 0 vnetlab probe app frr/srv --protocol tcp --port 80
status "the site with the wrong key is not reached" 1 vnetlab probe app locked/srv
status "a VPN site reaches an ExpressRoute site, with branch-to-branch" 0 vnetlab probe frr/srv office/pc
status "a VPN site reaches what the appliance announces, with branch-to-branch" 0 vnetlab probe frr/srv 10.70.0.1

run vnetlab gateway learned vpngw -o json
json "the gateway's learned list has the VNet's space with origin Network" '.value[] | select(.network == "10.0.0.0/16" and
	.localAddress == "10.0.255.4") | .origin == "Network" and .nextHop == null and .sourcePeer == "10.0.255.4"'
json "the gateway's learned list has the site's prefix" '[.value[] | select(.network == "10.40.0.0/16" and .localAddress == "10.0.255.4") |
	[.origin, .asPath, .nextHop]] | any(. == ["EBgp", "65010", "10.40.0.1"]) and
	any(. == ["IBgp", "65010", "10.0.255.5"])'
json "the gateway's learned list has the appliance's prefix with its next hop and without 65515" '[.value[] | select(.network == "10.70.0.0/16" and
	.sourcePeer == "10.0.3.4") | [.origin, .asPath, .nextHop]] | unique == [["IBgp", "65001", "10.0.2.10"]]'
run vnetlab gateway learned ergw -o json
json "the gateway's learned list has the MSEE's prefix with weight 32769" '.value[] | select(.network == "10.43.0.0/16" and
	.sourcePeer == "100.65.0.4" and .localAddress == "10.0.255.6") | .asPath == "12076-65043" and .weight == 32769'
run vnetlab gateway advertised vpngw 10.40.0.1 -o json
json "the gateway advertises the appliance's prefix to a site with one 65515 in front" '[.value[] | select(.network == "10.70.0.0/16") | .asPath] |
	unique == ["65515-65001"]'
run vnetlab gateway bgp-peers vpngw -o json
json "the gateway's peers show all states that az knows" '[.value[].state] | unique == ["Connected", "Connecting", "Unknown"]'
json "the gateway's peer with the wrong key is Connecting" '[.value[] | select(.neighbor == "10.42.0.1") | .state] |
	unique == ["Connecting"]'
status "bgp-peers lists one peer by its address" 0 vnetlab gateway bgp-peers vpngw 10.0.3.4
status "a gateway that is not there is refused" 2 vnetlab gateway learned vpngv
like "the message lists the gateways" "$err" 'vpngw, ergw, far'
status "a table that is not there is refused" 2 vnetlab gateway known vpngw

run vnetlab exec office -- birdc -s /run/bird/bird.ctl show route 10.70.0.0/16 all
like "on-premises sees 12076, and no private number behind it" "$out" 'BGP.as_path: 12076$'
run vnetlab advertised rs/nva -o json
json "the appliance is told the site's route" \
	'[.RouteServiceRole_IN_0[] | select(.network == "10.40.0.0/16") | .asPath] == ["65515-65010"]'
run vnetlab exec nva -- birdc -s /run/bird/bird.ctl show route 10.40.0.0/16 all
like "the site's route has community 65517:65517" "$out" '\(65517,65517\)'
run vnetlab exec app -- ping -c 1 10.40.0.10
like "the site's router lowers the TTL, and the gateway does not" "$out" 'ttl=63'
status "1,400 bytes pass a VPN connection" 0 vnetlab exec frr/srv -- ping -c 1 -W 2 -M "do" -s 1372 10.0.2.4
run vnetlab exec static/srv -- ping -c 1 -W 2 -M "do" -s 1373 10.0.2.4
like "one byte more does not" "$out" "mtu = 1400"
run vnetlab exec static -- ip route replace 10.0.2.4/32 dev eth1
status "a route out of a wire, without a next hop, is a way" 0 vnetlab probe static/srv app
run vnetlab exec static -- ip route del 10.0.2.4/32 dev eth1

run vnetlab path app frr/srv -o json
json "path goes by a gateway's instance and a wire" '.verdict == "delivered" and .agree and
	([.hops[].node] | .[0] == "app" and (.[1] | test("^vpngw/[01]$")) and .[2] == "frr" and .[3] == "frr/srv")'
status "fault stops a gateway's instance" 0 vnetlab fault stop vpngw/0
wait_until "the other instance carries the NICs' routes" 10 holds \
	'.value[] | select(.addressPrefix == ["10.40.0.0/16"]) | .nextHopIpAddress == ["10.0.255.5"]' vnetlab routes app -o json
run vnetlab routes app -o json
hops 10.41.0.0/16 10.0.255.5
wait_until "the site is reached by the other instance" 10 vnetlab probe app frr/srv
status "up leaves the instance stopped" 0 vnetlab up "$lab" -q --wait none
status "fault starts the instance again" 0 vnetlab fault start vpngw/0
wait_until "the instance gets its wires and sessions back" 20 holds \
	'.value[] | select(.addressPrefix == ["10.40.0.0/16"]) | .nextHopIpAddress | length == 2' vnetlab routes app -o json

state() { # GATEWAY-INSTANCE PEER: the session's state and why it is so
	vnetlab status -o json | jq -r ".gatewayBgp[] | select(.node == \"$1\" and .peer == \"$2\") | .state, .reason // \"-\""
}
status "fault takes one instance's session with a site down" 0 vnetlab fault session vpngw/to-frr/1 down -o json
json "the fault is listed by the session's name" '.faults == ["session vpngw/to-frr/1 down"]'
wait_until "the session of that instance goes down" 5 holds \
	'[.value[] | "\(.localAddress) \(.state)"] == ["10.0.255.4 Connected", "10.0.255.5 Connecting"]' \
	vnetlab gateway bgp-peers vpngw 10.40.0.1 -o json
is "status names that session and the fault" "$(state vpngw/1 frr | tr '\n' ' ')" "Down fault session vpngw/to-frr/1 down "
is "status shows the other instance's session Established" "$(state vpngw/0 frr | tr '\n' ' ')" "Established - "
status "up waits for the session in vain" 124 vnetlab up "$lab" --wait 300ms
like "up says which session is down, and why" "$err" 'vpngw/1 with frr: Down, fault session vpngw/to-frr/1 down'
status "fault takes the gateway's sessions with the Route Server down" 0 vnetlab fault session VPNGW/rs down
wait_until "all sessions with the Route Server go down" 5 holds \
	'[.value[] | select(.neighbor | startswith("10.0.3.")) | .state] == ["Connecting", "Connecting", "Connecting", "Connecting"]' \
	vnetlab gateway bgp-peers vpngw -o json
status "fault clear succeeds" 0 vnetlab fault clear
wait_until "all sessions come back" 20 holds \
	'[.value[] | select(.neighbor | startswith("10.0.3.") or . == "10.40.0.1") | .state] | length == 6 and unique == ["Connected"]' \
	vnetlab gateway bgp-peers vpngw -o json
status "fault takes a Vnet2Vnet connection's session down from its other side" 0 vnetlab fault session far/from-far down
status "fault lets that session up again" 0 vnetlab fault session far/from-far up
status "a connection without BGP has no session to take down" 2 vnetlab fault session vpngw/to-static down
like "the message says that it has no BGP" "$err" 'connection to-static has no BGP'
status "a session that is not there is refused" 2 vnetlab fault session vpngw/to-nowhere down
like "the message says how sessions are called" "$err" 'GATEWAY/CONNECTION'
is "completion offers the gateway's sessions" "$(vnetlab completion --complete -- fault session vpn | cut -f 1 | tr '\n' ' ')" "vpngw/rs vpngw/to-frr vpngw/to-locked vpngw/to-far "

jq '.connections["to-locked"].sharedKey = "one"' "$lab" >"$work/gateways.vnetlab.json"
status "up corrects the key as the lab runs" 0 vnetlab up "$work/gateways.vnetlab.json"
wait_until "the connection with the corrected key comes up" 10 vnetlab probe app locked/srv
jq '.routeTables = {"gw": {"routes": {"fw": {"addressPrefix": "10.0.0.0/16", "nextHopType": "VirtualAppliance",
	"nextHopIpAddress": "10.0.2.4"}}}} | .virtualNetworks.Hub.subnets.GatewaySubnet.routeTable = "gw"' \
	"$lab" >"$work/gateways.vnetlab.json"
status "down ends the lab" 0 vnetlab down
jq '.checks = {"calm": {"audit": ["flaps"]}, "a site": {"do": "fault session vpngw/to-frr/0 down"},
	"seen": {"audit": ["flaps"], "not": true, "within": "10s"}, "two gateways": {"do": "fault session far/from-far down"},
	"far from app": {"effectiveRoutes": "far-app", "lacks": [{"addressPrefix": "10.0.0.0/16"}], "within": "10s"},
	"restless": {"audit": ["flaps"]}}' "$lab" >"$work/flaps.vnetlab.json"
status "an audit finds flaps of gateways' sessions" 1 vnetlab test "$work/flaps.vnetlab.json" --format json
json "an audit before the flaps finds none" '[.checks[] | select(.name == "calm") | .ok] == [true]'
json "the audit names no session twice" '[.checks[] | select(.name == "restless") | .detail // .reason | tostring | scan("[a-z]+/[01] with [a-z/01]+ left")] |
	sort == unique and any(. == "vpngw/0 with frr left") and all(test("^vpngw/[01] with (frr|far/0) left$"))'
run vnetlab up "$work/gateways.vnetlab.json"
like "check warns of a route of GatewaySubnet that covers RouteServerSubnet" "$err" 'GW-UDR-02'
like "up does not wait for the sessions that the route breaks" "$err" \
	'vpngw/0 with rs/0 will not come up: user-defined route fw of GatewaySubnet leads 10.0.3.4 elsewhere'
run vnetlab gateway bgp-peers vpngw 10.0.3.4 -o json
json "the sessions between gateway and Route Server stay down" '[.value[].state] | unique == ["Connecting"]'
run vnetlab routes app -o json
hops 10.40.0.0/16 10.0.255.5
run vnetlab path app frr/srv -o json
json "the second instance alone has the NICs' traffic when both do not see each other" '.agree and
	[.hops[].node] == ["app", "vpngw/1", "frr", "frr/srv"]'
ok "an event reports that the instances do not see each other" event '.kind == "gateway" and .subject == "vpngw/0" and
	(.detail | test("does not see the other"))'
status "fault stops the first instance" 0 vnetlab fault stop vpngw/0
status "fault starts the first instance" 0 vnetlab fault start vpngw/0
status "fault stops the second instance" 0 vnetlab fault stop vpngw/1
wait_until "the first instance's routes come back" 10 holds \
	'.value[] | select(.addressPrefix == ["10.40.0.0/16"]) | .nextHopIpAddress == ["10.0.255.4"]' vnetlab routes app -o json

status "down ends the lab with the broken route" 0 vnetlab down
status "up does not wait for AS numbers that do not fit" 0 vnetlab up "$root/tests/golden/check/er-asn-01.json" -n asn
like "a note of up says which session will not come up" "$err" 'note: er/0 with dc will not come up: circuit er says peerAsn 65011, and site dc is AS 65010'
holds '[.gatewayBgp[] | select(.node == "er/0" and .peer == "dc") | .state == "Established", .reason] ==
	[false, "circuit er says peerAsn 65011, and site dc is AS 65010"]' vnetlab status asn -o json
is "status says why the session is down" $? 0
status "down ends the lab with the wrong AS numbers" 0 vnetlab down asn
status "up takes a design that announces more than sessions bear" 0 vnetlab up "$root/tests/golden/check/hybrid-limit-01.json" -n limits --wait none
like "check warns of the limit" "$err" 'HYBRID-LIMIT-01'
over() { # NODE PEER: its session was dropped, and status says why
	[ "$(vnetlab status limits -o json | jq "[.gatewayBgp[] | select(.node == \"$1\" and .peer == \"$2\" and
		.state != \"Established\") | .reason] == [\"it announced more than 1 prefixes\"]")" = true ]
}
wait_until "a VPN gateway drops a site's session over the limit" 10 over vpngw/0 dc
wait_until "a circuit drops a site's session over the limit" 10 over er/0 dc
wait_until "a circuit drops an ExpressRoute gateway's session over the limit" 10 over er/0 ergw/0
jq '.settings |= map_values(2)' "$root/tests/golden/check/hybrid-limit-01.json" >"$work/limits.json"
status "all sessions come up when the limit is high enough" 0 vnetlab up "$work/limits.json" -n limits
done_testing
