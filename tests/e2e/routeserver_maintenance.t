#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# azure-behaviour 7.4 and the FAQ: during maintenance one instance's sessions end, the other's stay, and
# NICs keep their routes; it comes back by itself, or by `fault clear`.
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

ok "up" vnetlab up -q "$file"
both=$(vnetlab routes box -o json | jq -c '[.value[] | select(.addressPrefix[0] == "10.202.0.0/16") | .nextHopIpAddress[]]')
isnt "there is a route" "$both" '[]'
ok "every NIC has it" has_route
other=$(since 1)

ok "maintenance of instance 0" vnetlab fault maintenance Rs/0 60s
wait_until "its sessions end" 5 down 0
ok "by an administrative shutdown, as the appliance hears it" sh -c "$B/vnetlab logs one | grep -q 'Received: Administrative shutdown'"
is "the other instance's stay" "$(since 1)" "$other"
ok "every NIC keeps the route" has_route
ok "and packets follow it" vnetlab probe box 10.202.0.1
status "it is listed" 0 vnetlab fault list -o json
json "with its time" '.faults == ["maintenance Rs/0 60s"]'
status "a second one at the same time" 5 vnetlab fault maintenance Rs/1
like "is refused, and why" "$err" 'Rs/0 is in maintenance: Azure takes one at a time'
status "up says what is missing" 124 vnetlab up "$file" --wait 300ms
like "and why" "$err" 'Rs/one instance 0: .*, fault maintenance Rs/0 60s'
# A session that is new meanwhile waits as the others do.
jq 'del(.routeServers.Rs.bgpConnections.two)' "$file" >"$work/less.vnetlab.json"
ok "a peering goes" vnetlab up "$work/less.vnetlab.json" -n pair -q --wait none
ok "and comes again" vnetlab up "$file" -q --wait none
wait_until "at the other instance" 10 up 1
ok "not at this one" down 0
# What happens meanwhile reaches all NICs by the other instance.
ok "an appliance stops" vnetlab fault kill two --hold
wait_until "all NICs lose its route" 10 lost_route
ok "it starts again" vnetlab fault clear
wait_until "the maintenance is over too" 10 up 0
wait_until "the instance programs its NICs again" 10 event '.kind == "maintenance" and .subject == "Rs/0" and (.detail | test("programs its NICs again"))'
wait_until "every NIC has the route" 10 has_route
status "nothing is broken" 0 vnetlab fault list -o json
json "any more" '.faults == []'

# By itself.  The virtual router starts anew in the middle of it, and knows.
ok "maintenance of instance 1, for a second" vnetlab fault maintenance Rs/1 1s
ok "the virtual router is killed" vnetlab fault kill fabric
wait_until "sessions end" 5 down 1
ok "NICs keep the route" has_route
wait_until "it comes back by itself" 15 up 1
over() { [ "$(vnetlab fault list -o json | jq -c .faults)" = '[]' ]; }
wait_until "and is over" 10 over
ok "every NIC has the route" has_route

# An instance that is dead: the same, for as long as it is.  When both are, NICs keep what they have for
# settings.instanceLossHold, and everything that is not a Route Server's for ever.
ok "instance 0 is killed, and held" vnetlab fault kill Rs/0 --hold
ok "every NIC keeps the route" has_route
ok "an appliance stops" vnetlab fault stop two
wait_until "all NICs lose its route, those of the dead instance too" 10 lost_route
ok "it starts" vnetlab fault start two
wait_until "all NICs have it again" 15 has_route
ok "instance 1 is killed, and held" vnetlab fault kill Rs/1 --hold
wait_until "neither is there" 10 down 1
ok "NICs keep the route" has_route
ok "and packets follow it" vnetlab probe box 10.202.0.1
ok "both are back" vnetlab fault clear
wait_until "in session" 15 up 0
wait_until "both" 15 up 1
jq '.settings = { instanceLossHold: "100ms" }' "$file" >"$work/hold.vnetlab.json"
ok "with another setting" vnetlab up -q "$work/hold.vnetlab.json"
ok "one of them is killed" vnetlab fault kill Rs/1 --hold
ok "NICs keep the route as long as the other runs" has_route
ok "and the other" vnetlab fault kill Rs/0 --hold
wait_until "NICs lose it" 10 lost_route
ok "which is an event" event '.kind == "maintenance" and .subject == "Rs/1" and (.detail | test("not kept any more"))'
ok "the VNet's own routes stay" vnetlab probe box 10.9.1.4
ok "both are back" vnetlab fault clear
wait_until "and so is the route, on every NIC" 15 has_route

status "of an appliance" 2 vnetlab fault maintenance one
like "there is none" "$err" 'one is not an instance of a Route Server'
status "for what is no time" 2 vnetlab fault maintenance Rs/0 soon
like "it says what one is" "$err" '"soon" is no duration, as 30s or 2m'
ok "down" vnetlab down
done_testing
