#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A running lab takes a changed design: only what differs is touched, and a failure is taken back.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird

cp "$root"/tests/e2e/lab/pair.vnetlab.json "$work/pair.vnetlab.json"
file=$work/pair.vnetlab.json
edit() { jq "$1" "$file" >"$work/.new" && mv "$work/.new" "$file"; }
pids() { vnetlab status -o json | jq -c "[.nodes[] | select(.name | test(\"$1\")) | .processes[].pid]"; }
# When a peering's sessions came up, in ms; BIRD works it out anew each time it is asked, and under load it wobbles.
since() {
	vnetlab status -o json | jq -c '[.bgp[] | select(.peering=="'"$1"'") | .since |
		(.[0:19] + "Z" | fromdate) * 1000 + (.[20:23] | tonumber)]'
}
same_since() { # NAME GOT WANT
	jq -ne --argjson a "$2" --argjson b "$3" '[$a, $b] | transpose | length == 2 and all(.[]; .[0] - .[1] | fabs < 200)' >/dev/null
	_result $? "$1" || diag "got $2, want $3"
}
established() { holds '[.bgp[] | select(.peering=="'"$1"'") | .state] == ["Established","Established"]' vnetlab status -o json; }
routes_to() { vnetlab routes "$1" -o json | jq -c '[.value[] | select(.addressPrefix[0]=="'"$2"'") | .nextHopIpAddress[]]'; }

status "plan of a new lab" 0 vnetlab plan "$file" -o json
json "creates all of it" '([.changes[].action] | unique) == ["create"] and any(.changes[]; .kind=="bgpConnection" and .name=="Rs/one")'
status "with --detailed-exitcode" 6 vnetlab plan "$file" --detailed-exitcode
status "up" 0 vnetlab up "$file" -o json
json "converged" '.converged and .sessions == {"up":4,"of":4}'
json "says what it made" '.nodes.created == 5 and .nodes.kept == 0'
is "the backend has the routes" "$(routes_to box 10.201.0.0/16)" '["10.9.1.4"]'
all=$(pids .) one=$(since one) two=$(since two)

status "the same again" 0 vnetlab up "$file" -o json
json "changes nothing" '.changes == [] and .nodes.created == 0 and .nodes.kept == 5'
is "same processes" "$(pids .)" "$all"
same_since "same sessions" "$(since one)" "$one"
same_since "of both" "$(since two)" "$two"
status "plan says nothing" 0 vnetlab plan "$file" --detailed-exitcode
like "in words" "$out" 'nothing to change'
nodes() { vnetlab plan "$file" -o json | jq -c '[.nodes[] | "\(.action) \(.name)"] | sort'; }
is "and no node is touched" "$(nodes)" '[]'

# Added: a VM, a subnet, a route, an address space.
edit '.virtualMachines.new = {"nic":{"subnet":"Net/More","privateIPAddress":"10.9.4.4"},"listen":["tcp/80"]}
	| .virtualNetworks.Net.subnets.More = {"addressPrefix":"10.9.4.0/24","routeTable":"rt"}
	| .virtualNetworks.Net.addressPrefixes += ["10.10.0.0/16"]
	| .routeTables.rt = {"routes":{"out":{"addressPrefix":"10.77.0.0/16","nextHopType":"VirtualAppliance","nextHopIpAddress":"10.9.1.4"}}}'
status "plan names each" 6 vnetlab plan "$file" --detailed-exitcode -o json
json "the VM" 'any(.changes[]; .action=="create" and .kind=="virtualMachine" and .name=="new")'
json "the subnet" 'any(.changes[]; .action=="create" and .kind=="subnet" and .name=="Net/More")'
json "the route" 'any(.changes[]; .action=="create" and .kind=="route" and .name=="rt/out")'
json "the address space, old and new" 'any(.changes[]; .action=="change" and .kind=="virtualNetwork" and (.detail | test("addressPrefixes: .* -> .*10.10.0.0/16")))'
is "what becomes of nodes" "$(nodes)" '["change Rs/0","change Rs/1","create new"]'
status "plan did nothing" 0 vnetlab exec box -- sh -c '! ping -c1 -W1 10.9.4.4'
status "up" 0 vnetlab up "$file" -o json
json "one node is new, the instances are told" '.nodes == {"created":1,"removed":0,"rebuilt":0,"restarted":0,"reconfigured":2,"kept":3}'
is "same processes" "$(pids 'Rs|one|two')" "$all"
same_since "same sessions" "$(since one)" "$one"
same_since "of both" "$(since two)" "$two"
status "the new VM answers" 0 vnetlab exec box -- curl -sS -m 3 http://10.9.4.4/
is "with the route of its table" "$(routes_to new 10.77.0.0/16)" '["10.9.1.4"]'
status "the appliances are told the address space" 0 vnetlab advertised Rs/one -o json
json "by both instances" '[.[][] | .network] | sort == ["10.10.0.0/16","10.10.0.0/16","10.9.0.0/16","10.9.0.0/16"]'

# An appliance changes: that one starts over, nothing else does.
edit '.virtualMachines.one.bgp.advertise = ["10.211.0.0/16"]'
is "plan says that it starts over" "$(nodes)" '["rebuild one"]'
status "and in words" 0 vnetlab plan "$file"
like "the node" "$out" '^Nodes made anew: one$'
status "an appliance's routes" 0 vnetlab up "$file" -o json
json "that node only" '.nodes.rebuilt == 1 and .nodes.created == 0 and .nodes.removed == 0'
same_since "the other one is as it was" "$(since two)" "$two"
isnt "this one is new" "$(since one)" "$one"
ok "and up again" established one
is "its new route is there" "$(routes_to box 10.211.0.0/16)" '["10.9.1.4"]'
is "its old one is not" "$(routes_to box 10.201.0.0/16)" '[]'
rs=$(pids Rs) ntwo=$(pids two) one=$(since one)

# A peering between a Route Server and an appliance goes and comes.
edit 'del(.routeServers.Rs.bgpConnections.one)'
status "without a connection" 0 vnetlab up "$file" -o json
json "no node is new" '.nodes.created == 0 and .sessions.of == 2'
same_since "the other session is the same" "$(since two)" "$two"
is "its routes are gone" "$(routes_to box 10.211.0.0/16)" '[]'
edit '.routeServers.Rs.bgpConnections.one = {"peerIp":"10.9.1.4","peerAsn":65001}'
status "with it again" 0 vnetlab up "$file" -q
ok "it is up" established one
same_since "the other session is the same" "$(since two)" "$two"
is "same processes of the Route Server" "$(pids Rs)" "$rs"

# A VNet and its peering.
edit '.virtualNetworks.Spoke = {"addressPrefixes":["10.20.0.0/16"],"subnets":{"s":{"addressPrefix":"10.20.1.0/24"}},
		"peerings":{"hub":{"remoteVirtualNetwork":"Net","useRemoteGateways":true}}}
	| .virtualNetworks.Net.peerings.spoke = {"remoteVirtualNetwork":"Spoke","allowGatewayTransit":true}
	| .virtualMachines.far = {"nic":{"subnet":"Spoke/s"}}'
status "a spoke" 0 vnetlab up "$file" -q
status "talks over the peering" 0 vnetlab exec far -- ping -c1 -W2 10.9.2.4
is "is programmed by the hub's Route Server" "$(routes_to far 10.202.0.0/16)" '["10.9.1.5"]'
same_since "the sessions are the same" "$(since two)" "$two"
edit 'del(.virtualNetworks.Spoke, .virtualNetworks.Net.peerings, .virtualMachines.far)'
status "the spoke goes" 0 vnetlab up "$file" -o json
json "one node less" '.nodes.removed == 1'
status "it is no node any more" 2 vnetlab exec far -- true
same_since "the sessions are the same" "$(since two)" "$two"
is "and the processes" "$(pids Rs)$(pids two)" "$rs$ntwo"

# Addresses that Azure chose stay with their NICs.
edit '.virtualMachines = ({"d1":{"nic":{"subnet":"Net/Work"}},"d2":{"nic":{"subnet":"Net/Work"}}} + .virtualMachines)'
status "two without addresses" 0 vnetlab up "$file" -q
status "the second has the second" 0 vnetlab exec d2 -- ip -o -4 addr show dev eth0
like "as it was free" "$out" '10\.9\.2\.6/24'
edit 'del(.virtualMachines.d1)'
status "the first goes" 0 vnetlab up "$file" -o json
json "nothing is rebuilt for that" '.nodes.rebuilt == 0 and .nodes.removed == 1'
status "the second keeps its own" 0 vnetlab exec d2 -- ip -o -4 addr show dev eth0
like "address" "$out" '10\.9\.2\.6/24'
edit '.virtualMachines.box.nic.privateIPAddress = "10.9.2.6"'
status "until it is given to another" 0 vnetlab up "$file" -q
status "then it takes the next" 0 vnetlab exec d2 -- ip -o -4 addr show dev eth0
like "free one" "$out" '10\.9\.2\.4/24'
edit 'del(.virtualMachines.d2) | .virtualMachines.box.nic.privateIPAddress = "10.9.2.4"'
status "and back" 0 vnetlab up "$file" -q

# Deallocated by the design, and back; a fault overrules it, and is listed until it is what the design says anyhow.
state_of() { vnetlab status -o json | jq -r '.nodes[] | select(.name=="'"$1"'") | .state'; }
edit '.virtualMachines.one.powerState = "deallocated" | .virtualMachines.box.powerState = "deallocated"'
status "two VMs deallocated" 0 vnetlab up "$file" -o json
json "both are done, the others kept" '.nodes.rebuilt == 2 and .nodes.kept == 4 and .sessions.of == 2'
is "they are" "$(state_of one)$(state_of box)" deallocateddeallocated
status "no answer" 1 vnetlab probe two box -q
wait_until "no session" 5 holds '[.bgp[] | select(.peering=="Rs/one") | .state] | index("Established") == null' vnetlab status -o json
status "what is announced to who does not listen" 0 vnetlab advertised Rs/one -o json
json "is nothing" '[.[][]] == []'
same_since "the other session did not notice" "$(since two)" "$two"
status "plan says nothing" 0 vnetlab plan "$file" --detailed-exitcode
vnetlab down -q >/dev/null
status "the same on nothing" 0 vnetlab up "$file" -q
is "is the same" "$(state_of one)$(state_of box)$(state_of two)" deallocateddeallocatedrunning
status "also to who has never listened" 0 vnetlab advertised Rs/one -o json
json "nothing is announced" '[.[][]] == []'
two=$(since two)
status "started by a fault" 0 vnetlab fault start box -o json
json "which is listed" '.faults == ["start box"]'
status "up lets it run" 0 vnetlab up "$file" -q
is "it does" "$(state_of box)" running
status "cleared" 0 vnetlab fault clear
is "it is as the design says" "$(state_of box)" deallocated
vnetlab fault start box -q >/dev/null
edit 'del(.virtualMachines.one.powerState, .virtualMachines.box.powerState)'
status "both run again" 0 vnetlab up "$file" -o json
json "the appliance has booted" '.nodes.rebuilt == 1 and .sessions == {"up":4,"of":4}'
status "it answers" 0 vnetlab probe two box -q
status "nothing is broken any more" 0 vnetlab fault list -o json
json "as the design says the same" '.faults == []'
same_since "the other session did not notice" "$(since two)" "$two"

# What cannot be is taken back.
cp "$file" "$work/good.json"
mkdir "$work/conf"
printf 'router id 10.9.1.4;\nprotocol bgp {\n  locul as 65001;\n}\n' >"$work/conf/bird.conf"
edit 'del(.virtualMachines.one.bgp) | .virtualMachines.one.config = {"bird.conf":"conf/bird.conf"} | .virtualMachines.more = {"nic":{"subnet":"Net/Work"}}'
before=$(vnetlab status -o json | jq -c '[.nodes[].name]')
status "a wrong configuration" 5 vnetlab up "$file" -q
like "the daemon's own words, file and line" "$err" 'bird.conf:3'
like "whose it is" "$err" '^vnetlab: one: '
like "and what became of it" "$err" 'the lab is as it was before'
is "the nodes are those of before" "$(vnetlab status -o json | jq -c '[.nodes[].name]')" "$before"
same_since "the other session did not notice" "$(since two)" "$two"
wait_until "the appliance is back" 10 established one
status "and so is the design" 0 vnetlab plan "$work/good.json" --detailed-exitcode -n pair

edit '.virtualNetworks.Net.subnets.Nva.addressPrefix = "10.8.1.0/24"'
status "a design that is none" 3 vnetlab up "$file"
same_since "nothing happened" "$(since two)" "$two"
vnetlab down -q >/dev/null
cp "$work/good.json" "$file"
edit 'del(.virtualMachines.one.bgp) | .virtualMachines.one.config = {"bird.conf":"conf/bird.conf"}'
status "a wrong configuration of a new lab" 5 vnetlab up "$file" -q
like "leaves nothing" "$err" 'nothing ran before, and nothing is left'
wait_until "no lab" 3 sh -c "[ -z \"\$($B/vnetlab ls -o json | jq -r '.labs[].name')\" ]"

done_testing
