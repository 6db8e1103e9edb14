#!/bin/sh
# settings.timing "azure": what a Route Server learns reaches the NICs with Azure's measured delays
# (azure-semantics 1.12: injection 20 to 45 s, withdrawal 20 to 30 s), and not before.
. "$(dirname "$0")/../lib/tap.sh"

need jq
jq '.name = "slow" | .settings = { timing: "azure" } | del(.checks, .virtualMachines.NVA_2, .routeServers.RouteServer.bgpConnections.NVA_2)' \
	"$topologies/route-server/route-server.vnetlab.json" >"$work/slow.vnetlab.json"

now() { date +%s; }
has_route() { vnetlab routes Backend -o json | jq -e 'any(.value[]; .addressPrefix == ["10.100.0.0/16"])'; }
lacks_route() { vnetlab routes Backend -o json | jq -e 'all(.value[]; .addressPrefix != ["10.100.0.0/16"])'; }
# What the fabric does with a packet, whatever the tables say:
reaches() { vnetlab probe Backend 10.100.0.1 --timeout 200ms; }
within() { # NAME FROM LEAST MOST
	_took=$(($(now) - $2))
	ok "$1 after $_took s" test "$_took" -ge "$3" -a "$_took" -le "$4"
}

ok "up does not wait for the NICs" vnetlab up "$work/slow.vnetlab.json"
start=$(now)
run vnetlab learned RouteServer/NVA_1 -o json
json "the Route Server has the route at once" 'any(.RouteServiceRole_IN_0[]; .network == "10.100.0.0/16")'
ok "the NIC has not" lacks_route
not_ok "nor does a packet get there" reaches
wait_until "the route is programmed" 50 has_route
within "injection" "$start" 20 46
ok "packets follow it" reaches

ok "the appliance's daemons die" vnetlab fault kill NVA_1 --hold
start=$(now)
ok "the route stays on the NIC" has_route
wait_until "the route is withdrawn" 40 lacks_route
within "withdrawal" "$start" 19 31
not_ok "and no packet gets there" reaches
ok "down" vnetlab down slow
done_testing
