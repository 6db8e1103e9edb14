#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# azure-behaviour 7.4 and the FAQ: during maintenance one instance's sessions end, the other's stay, and
# NICs keep their routes; it comes back by itself, or by `fault clear`.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird
file=$root/tests/e2e/lab/pair.vnetlab.json

states() { vnetlab status -o json | jq -c '[.bgp[] | select(.instance == '"$1"') | .state] | unique'; }
down() { case $(states "$1") in *Established*) false ;; esac; }
up() { [ "$(states "$1")" = '["Established"]' ]; }
since() { vnetlab status -o json | jq -c '[.bgp[] | select(.instance == '"$1"') | .since[:19]]'; }
# Both halves of the NICs: which instance programs box or one is of no matter.
hops() { for vm in box one two; do vnetlab routes "$vm" -o json | jq -c '[.value[] | select(.addressPrefix[0] == "'"$1"'") | .nextHopIpAddress[]]'; done | sort -u | tr '\n' ' '; }
has_route() { [ "$(hops 10.202.0.0/16)" = "$both " ]; }
lost_route() { [ "$(hops 10.202.0.0/16)" = '[] ' ]; }

ok "the lab comes up" vnetlab up -q "$file"
both=$(vnetlab routes box -o json | jq -c '[.value[] | select(.addressPrefix[0] == "10.202.0.0/16") | .nextHopIpAddress[]]')
isnt "the NICs have the appliance's route" "$both" '[]'
ok "every NIC has the route" has_route
other=$(since 1)

ok "fault puts instance 0 in maintenance" vnetlab fault maintenance Rs/0 60s
wait_until "instance 0's sessions end" 5 down 0
ok "the appliance hears an administrative shutdown" sh -c "$B/vnetlab logs one | grep -q 'Received: Administrative shutdown'"
is "instance 1's sessions stay" "$(since 1)" "$other"
ok "every NIC keeps the route in maintenance" has_route
ok "packets follow the route in maintenance" vnetlab probe box 10.202.0.1
status "fault list succeeds in maintenance" 0 vnetlab fault list -o json
json "the maintenance is listed with its time" '.faults == ["maintenance Rs/0 60s"]'
status "a second maintenance at the same time is refused" 5 vnetlab fault maintenance Rs/1
like "the message says that Azure takes one at a time" "$err" 'Rs/0 is in maintenance: Azure takes one at a time'
status "up waits in vain for the sessions in maintenance" 124 vnetlab up "$file" --wait 300ms
like "the message names the maintenance" "$err" 'Rs/one instance 0: .*, fault maintenance Rs/0 60s'
# A session that is new meanwhile waits as the others do.
jq 'del(.routeServers.Rs.bgpConnections.two)' "$file" >"$work/less.vnetlab.json"
ok "up takes a peering of the Route Server away" vnetlab up "$work/less.vnetlab.json" -n pair -q --wait none
ok "up brings the peering back" vnetlab up "$file" -q --wait none
wait_until "the peering's session comes up with instance 1" 10 up 1
ok "the peering's session stays down with instance 0" down 0
# What happens meanwhile reaches all NICs by the other instance.
ok "fault kills an appliance" vnetlab fault kill two --hold
wait_until "all NICs lose the dead appliance's route" 10 lost_route
ok "fault clear starts the appliance and ends the maintenance" vnetlab fault clear
wait_until "instance 0's sessions come back" 10 up 0
wait_until "an event reports that instance 0 programs its NICs again" 10 event '.kind == "maintenance" and .subject == "Rs/0" and (.detail | test("programs its NICs again"))'
wait_until "every NIC has the route after the maintenance" 10 has_route
status "fault list after the maintenance succeeds" 0 vnetlab fault list -o json
json "no fault is listed after the maintenance" '.faults == []'

# By itself.  The virtual router starts anew in the middle of it, and knows.
ok "fault puts instance 1 in maintenance for a second" vnetlab fault maintenance Rs/1 1s
ok "fault kills the virtual router meanwhile" vnetlab fault kill fabric
wait_until "instance 1's sessions end" 5 down 1
ok "NICs keep the route without the virtual router" has_route
wait_until "instance 1's sessions come back by themselves" 15 up 1
over() { [ "$(vnetlab fault list -o json | jq -c .faults)" = '[]' ]; }
wait_until "the maintenance is over" 10 over
ok "every NIC has the route after both" has_route

# An instance that is dead: the same, for as long as it is.  When both are, NICs keep what they have for
# settings.instanceLossHold, and everything that is not a Route Server's for ever.
ok "fault kills instance 0 and holds it" vnetlab fault kill Rs/0 --hold
ok "every NIC keeps the route without instance 0" has_route
ok "fault stops an appliance" vnetlab fault stop two
wait_until "all NICs lose its route, those of the dead instance too" 10 lost_route
ok "fault starts the appliance" vnetlab fault start two
wait_until "all NICs have its route again" 15 has_route
ok "fault kills instance 1 and holds it, too" vnetlab fault kill Rs/1 --hold
wait_until "instance 1's session is down, too" 10 down 1
ok "NICs keep the route without any instance" has_route
ok "packets follow the route without any instance" vnetlab probe box 10.202.0.1
ok "fault clear starts both instances" vnetlab fault clear
wait_until "instance 0's sessions are up again" 15 up 0
wait_until "instance 1's sessions are up again" 15 up 1
jq '.settings = { instanceLossHold: "100ms" }' "$file" >"$work/hold.vnetlab.json"
ok "up sets a shorter instanceLossHold" vnetlab up -q "$work/hold.vnetlab.json"
ok "fault kills instance 1 again" vnetlab fault kill Rs/1 --hold
ok "NICs keep the route as long as instance 0 runs" has_route
ok "fault kills instance 0 as well" vnetlab fault kill Rs/0 --hold
wait_until "NICs lose the route after instanceLossHold" 10 lost_route
ok "an event reports that the routes are not kept any more" event '.kind == "maintenance" and .subject == "Rs/1" and (.detail | test("not kept any more"))'
ok "the VNet's own routes stay" vnetlab probe box 10.9.1.4
ok "fault clear starts both instances again" vnetlab fault clear
wait_until "every NIC has the route again" 15 has_route

# A session that a fault keeps down: maintenance and fault do not undo each other.
session() { vnetlab status -o json | jq -r '.bgp[] | select(.peering == "'"$1"'" and .instance == 0) | .state'; }
established() { [ "$(session "$1")" = Established ]; }
shut() { ! established "$1"; }
ok "fault takes a session down" vnetlab fault session Rs/one down
wait_until "the session is down" 5 shut one
# It is refused until the instance programs its NICs again, which is after it has told them its routes.
wait_until "fault puts instance 0 in maintenance for a second" 10 vnetlab fault maintenance Rs/0 1s
wait_until "the other session goes in maintenance" 5 shut two
wait_until "the other session comes back after it" 15 established two
ok "the session that the fault keeps down stays down" shut one
wait_until "fault puts instance 0 in maintenance again" 10 vnetlab fault maintenance Rs/0 60s
wait_until "the other session goes again" 5 shut two
ok "fault brings the session up in maintenance" vnetlab fault session Rs/one up
is "the session waits for the end of the maintenance" "$(session one)" Down
ok "fault clear ends the maintenance" vnetlab fault clear
wait_until "both sessions come back" 15 up 0

status "a maintenance of an appliance is refused" 2 vnetlab fault maintenance one
like "the message says that it is no instance" "$err" 'one is not an instance of a Route Server'
status "a maintenance for a time that is none is refused" 2 vnetlab fault maintenance Rs/0 soon
like "the message says what a duration is" "$err" '"soon" is no duration, as 30s or 2m'
ok "down ends the lab" vnetlab down
done_testing
