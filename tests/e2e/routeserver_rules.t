#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a Route Server does to a whole lab: it forwards nothing, each of its instances programs half of
# the NICs, it takes new peerings without losing a session, and it cuts who announces too much.
. "$(dirname "$0")/../lib/tap.sh"

need jq
here=$(dirname "$0")/rs

# --- pure control plane (azure-behaviour 1.2), on the main lab, after packets of every kind --------
ok "the main lab runs" vnetlab up "$topologies/route-server/route-server.vnetlab.json"
for to in 10.100.0.1 10.200.0.1 10.50.0.1 8.8.8.8 172.16.1.5 203.0.113.10; do
	ok "packets to $to are answered" vnetlab probe Backend "$to" --count 5
done
for i in 0 1; do
	# Ip: ... ForwDatagrams is the 7th word of both lines
	run vnetlab exec "RouteServer/$i" -- cat /proc/net/snmp
	is "instance $i has forwarded nothing" "$(printf '%s\n' "$out" | awk '/^Ip:/ { if (n++) print $7 }')" 0
	run vnetlab exec "RouteServer/$i" -- cat /proc/sys/net/ipv4/ip_forward
	is "instance $i does not forward" "$out" 0
done

# --- what appears while it runs: no session is lost ----------------------------------------------
sessions() { vnetlab status -o json | jq -c '[.bgp[] | select(.peering != "NVA_3") | [.peering, .instance, .since]] | sort'; }
# BIRD prints times with milliseconds that wobble by one: seconds are compared.
before=$(sessions | sed 's/\.[0-9]*Z"/"/g')
jq '.virtualMachines.NVA_3 = (.virtualMachines.NVA_2 | .nic.privateIPAddress = "172.16.1.6" | .bgp.advertise = ["10.210.0.0/16"] | .bgp.asn = 65003 | del(.loopbacks))
    | .routeServers.RouteServer.bgpConnections.NVA_3 = { peerIp: "172.16.1.6", peerAsn: 65003 } | del(.checks)' \
	"$topologies/route-server/route-server.vnetlab.json" >"$work/more.vnetlab.json"
ok "up adds a third appliance" vnetlab up "$work/more.vnetlab.json"
run vnetlab learned RouteServer/NVA_3 -o json
json "both instances learn the third appliance's prefix" '[.[][] | select(.network == "10.210.0.0/16")] | length == 2'
is "the other sessions stay up" "$(sessions | sed 's/\.[0-9]*Z"/"/g')" "$before"
# A VNet peering with gateway transit: its VNet is announced.
jq '.virtualNetworks.AppNet.peerings = { spoke: { remoteVirtualNetwork: "Spoke", allowGatewayTransit: true } }
    | .virtualNetworks.Spoke = { addressPrefixes: ["10.7.0.0/16"], subnets: { a: { addressPrefix: "10.7.1.0/24" } },
        peerings: { hub: { remoteVirtualNetwork: "AppNet", useRemoteGateways: true } } }' \
	"$work/more.vnetlab.json" >"$work/peered.vnetlab.json"
ok "up peers a spoke" vnetlab up "$work/peered.vnetlab.json"
run vnetlab advertised RouteServer/NVA_1 -o json
json "the spoke's prefix is announced" '[.[][] | select(.network == "10.7.0.0/16")] | length == 2'
is "no session is lost over the spoke" "$(sessions | sed 's/\.[0-9]*Z"/"/g')" "$before"
ok "down ends the main lab" vnetlab down

# --- one instance only (7.4): half of the NICs ------------------------------------------------------
run vnetlab check "$here/one-instance.vnetlab.json"
like "check warns of a session with one instance" "$out" 'RS-INSTANCE-01'
run vnetlab up "$root/tests/golden/check/rs-instance-01.json" -n unnamed
is "up does not wait for an instance that the appliance's files do not name" "$rc" 0
like "a note of up says that the files do not name it" "$err" 'note: rs/nva instance 1 will not come up: the files of nva name 10\.0\.3\.4, but not 10\.0\.3\.5'
run vnetlab status unnamed -o json
json "status gives the reason of the missing session" '[.bgp[] | .reason] == [null, "the files of nva name 10.0.3.4, but not 10.0.3.5"]'
ok "down ends the lab with one instance named" vnetlab down unnamed
run vnetlab up "$root/tests/golden/check/rs-peer-10.json" -n closed
is "up does not wait for sessions that security groups deny" "$rc" 0
like "a note of up names both rules" "$err" 'note: rs/nva instance 1 will not come up: security rule nothing-in \(4000\) of closed drops tcp/179 from the Route Server, and nothing-out \(4000\) of closed that to it'
like "status says why, in its last column" "$(vnetlab status closed)" 'Received +Advertised +Because.*|rs/nva +1 +.*security rule nothing-in \(4000\) of closed drops tcp/179'
ok "down ends the lab with the closed groups" vnetlab down closed
run vnetlab up "$root/tests/golden/check/rs-peer-10-in.json" -n closed
is "up succeeds where the group lets BGP in" "$rc" 0
like "both sessions are Established there" "$out" '2 of 2 sessions Established'
ok "down ends that lab" vnetlab down closed
ok "a lab comes up with a session to one instance" vnetlab up "$here/one-instance.vnetlab.json"
with=0 without=0
for vm in a b c d; do
	run vnetlab routes "$vm" -o json
	if holds 'any(.value[]; .addressPrefix == ["10.9.0.0/16"])' printf '%s' "$out"; then
		with=$((with + 1))
		ok "$vm has the route and reaches the prefix" vnetlab probe "$vm" 10.9.0.1
	else
		without=$((without + 1))
		status "$vm has no route and does not reach the prefix" 1 vnetlab probe "$vm" 10.9.0.1 --timeout 300ms
	fi
done
is "half of the NICs have the route" "$with/$without" 2/2
run vnetlab path a 10.9.0.1 -o json
json "both walks agree" '.agree'
ok "down ends the lab with one session" vnetlab down

# --- more routes than a peer may announce (7.2) -----------------------------------------------------
status "a peer over its limit flaps" 0 vnetlab test "$here/limit.vnetlab.json"
done_testing
