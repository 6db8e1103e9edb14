#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# settings.timing "azure": what a Route Server learns reaches the NICs with Azure's measured delays
# (azure-behaviour 7.12: injection 20 to 45 s, withdrawal 20 to 30 s, another NVA 24 to 39 s), and not
# before.  Here at a tenth of them (timingScale), and `events` has each step with its time.
. "$(dirname "$0")/../lib/tap.sh"

need jq
jq '.name = "slow" | .settings = { timing: "azure", timingScale: 10 } | del(.checks)
    | .virtualMachines.NVA_1.bgp.advertise = ["10.100.0.0/16", "10.50.0.0/16"] | .virtualMachines.NVA_2.bgp.advertise = ["10.50.0.0/16"]
    | .virtualMachines.NVA_2.bgp.asPathPrepend = 2 | .virtualMachines.NVA_1.loopbacks = ["10.100.0.1", "10.50.0.1"] | .virtualMachines.NVA_2.loopbacks = ["10.50.0.1"]
    | .virtualMachines.NVA_2.bgp.asn = 65001 | .routeServers.RouteServer.bgpConnections.NVA_2.peerAsn = 65001' \
	"$topologies/route-server/route-server.vnetlab.json" >"$work/slow.vnetlab.json"

has_route() { holds 'any(.value[]; .addressPrefix == ["10.100.0.0/16"])' vnetlab routes Backend -o json; }
lacks_route() { holds 'all(.value[]; .addressPrefix != ["10.100.0.0/16"])' vnetlab routes Backend -o json; }
by() { holds 'any(.value[]; .addressPrefix == ["10.50.0.0/16"] and .nextHopIpAddress == ["'"$1"'"])' vnetlab routes Backend -o json; }
# What the fabric does with a packet, whatever the tables say:
reaches() { vnetlab probe Backend 10.100.0.1 --timeout 200ms; }
# The last programming of PREFIX: STEP, after a tenth of LEAST to MOST seconds.
step() {
	run sh -c "$B/vnetlab events --no-follow | jq -sr '[.[] | select(.kind == \"programmed\" and (.detail | contains(\"$2\")))] | last | .detail'"
	like "events say that $1 was a $3" "$out" "$2 .*, $3 after"
	# shellcheck disable=SC2046
	set -- "$1" "$4" "$5" $(printf '%s' "$out" | sed -n 's/.* after \([0-9]*\)\.\([0-9]\) s$/\1\2/p')
	ok "$1 took $4 s, as in Azure" test "${4:-0}" -ge "$2" -a "${4:-999}" -le "$3"
}

ok "up does not wait for the NICs" vnetlab up -q "$work/slow.vnetlab.json"
run vnetlab learned RouteServer/NVA_1 -o json
json "the Route Server has the route at once" 'any(.RouteServiceRole_IN_0[]; .network == "10.100.0.0/16")'
ok "the NIC does not have the route yet" lacks_route
not_ok "no packet follows the route yet" reaches
run vnetlab events --no-follow
like "events say when NICs follow" "$out" 'add 10.100.0.0/16 [^;]*; NICs in (3.0|2.9) s'
wait_until "the route is programmed into the NIC" 10 has_route
step "a new prefix" 10.100.0.0/16 injection 20 45
ok "packets follow it" reaches
wait_until "the NIC uses the shorter of two paths" 10 by 172.16.1.4

# As in a published lab: the preferred NVA's daemon ends, the other takes over; it comes back.
ok "fault kills the appliance's daemons" vnetlab fault kill NVA_1 --hold
ok "the route stays on the NIC" has_route
wait_until "the prefix of that appliance alone is withdrawn" 10 lacks_route
step "a prefix that goes" 10.100.0.0/16 withdrawal 20 30
not_ok "no packet follows the withdrawn route" reaches
wait_until "the prefix of both appliances goes to the other one" 10 by 172.16.1.5
step "failover" 10.50.0.0/16 switch 24 39
ok "fault clear brings the daemons back" vnetlab fault clear
wait_until "the NIC uses the shorter path again" 15 by 172.16.1.4
step "failback" 10.50.0.0/16 switch 24 39
ok "down ends the lab" vnetlab down slow
done_testing
