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

status "plan of a new lab succeeds" 0 vnetlab plan "$file" -o json
json "plan creates every object" '([.changes[].action] | unique) == ["create"] and any(.changes[]; .kind=="bgpConnection" and .name=="Rs/one")'
status "plan --detailed-exitcode says that changes are pending" 6 vnetlab plan "$file" --detailed-exitcode
status "up builds the lab" 0 vnetlab up "$file" -o json
json "up converges with all sessions" '.converged and .sessions == {"up":4,"of":4}'
json "up says how many nodes it made" '.nodes.created == 5 and .nodes.kept == 0'
is "the backend has the routes" "$(routes_to box 10.201.0.0/16)" '["10.9.1.4"]'
all=$(pids .) one=$(since one) two=$(since two)

status "up of the same file succeeds" 0 vnetlab up "$file" -o json
json "up of the same file changes nothing" '.changes == [] and .nodes.created == 0 and .nodes.kept == 5'
is "every process stays the same" "$(pids .)" "$all"
same_since "same sessions" "$(since one)" "$one"
same_since "of both" "$(since two)" "$two"
status "plan of the same file has no change" 0 vnetlab plan "$file" --detailed-exitcode
like "plan says so in words" "$out" 'nothing to change'
nodes() { vnetlab plan "$file" -o json | jq -c '[.nodes[] | "\(.action) \(.name)"] | sort'; }
is "plan of the same file touches no node" "$(nodes)" '[]'

# Added: a VM, a subnet, a route, an address space.
edit '.virtualMachines.new = {"nic":{"subnet":"Net/More","privateIPAddress":"10.9.4.4"},"listen":["tcp/80"]}
	| .virtualNetworks.Net.subnets.More = {"addressPrefix":"10.9.4.0/24","routeTable":"rt"}
	| .virtualNetworks.Net.addressPrefixes += ["10.10.0.0/16"]
	| .routeTables.rt = {"routes":{"out":{"addressPrefix":"10.77.0.0/16","nextHopType":"VirtualAppliance","nextHopIpAddress":"10.9.1.4"}}}'
status "plan of a changed file has changes" 6 vnetlab plan "$file" --detailed-exitcode -o json
json "plan names the new VM" 'any(.changes[]; .action=="create" and .kind=="virtualMachine" and .name=="new")'
json "plan names the new subnet" 'any(.changes[]; .action=="create" and .kind=="subnet" and .name=="Net/More")'
json "plan names the new route" 'any(.changes[]; .action=="create" and .kind=="route" and .name=="rt/out")'
json "plan names the address space, old and new" 'any(.changes[]; .action=="change" and .kind=="virtualNetwork" and (.detail | test("addressPrefixes: .* -> .*10.10.0.0/16")))'
is "plan says what becomes of each node" "$(nodes)" '["change Rs/0","change Rs/1","create new"]'
status "plan has changed nothing" 0 vnetlab exec box -- sh -c '! ping -c1 -W1 10.9.4.4'
status "up applies the changes" 0 vnetlab up "$file" -o json
json "up makes one node and reconfigures the instances" '.nodes == {"created":1,"removed":0,"rebuilt":0,"restarted":0,"reconfigured":2,"kept":3}'
is "the other nodes' processes stay the same" "$(pids 'Rs|one|two')" "$all"
same_since "same sessions" "$(since one)" "$one"
same_since "of both" "$(since two)" "$two"
status "the new VM answers" 0 vnetlab exec box -- curl -sS -m 3 http://10.9.4.4/
is "the new VM has the route of its table" "$(routes_to new 10.77.0.0/16)" '["10.9.1.4"]'
status "advertised lists what the appliances are told" 0 vnetlab advertised Rs/one -o json
json "both instances announce the new address space" '[.[][] | .network] | sort == ["10.10.0.0/16","10.10.0.0/16","10.9.0.0/16","10.9.0.0/16"]'

# An appliance changes: that one starts over, nothing else does.
edit '.virtualMachines.one.bgp.advertise = ["10.211.0.0/16"]'
is "plan says that the appliance is rebuilt" "$(nodes)" '["rebuild one"]'
status "plan of a changed appliance succeeds" 0 vnetlab plan "$file"
like "plan names the node that is made anew" "$out" '^Nodes made anew: one$'
status "up applies the appliance's routes" 0 vnetlab up "$file" -o json
json "up rebuilds that node only" '.nodes.rebuilt == 1 and .nodes.created == 0 and .nodes.removed == 0'
same_since "the other one is as it was" "$(since two)" "$two"
isnt "the appliance has started anew" "$(since one)" "$one"
ok "the appliance's sessions come up again" established one
is "the appliance's new route is on the NIC" "$(routes_to box 10.211.0.0/16)" '["10.9.1.4"]'
is "the appliance's old route is gone" "$(routes_to box 10.201.0.0/16)" '[]'
rs=$(pids Rs) ntwo=$(pids two) one=$(since one)

# A peering between a Route Server and an appliance goes and comes.
edit 'del(.routeServers.Rs.bgpConnections.one)'
status "up takes a connection away" 0 vnetlab up "$file" -o json
json "no node is new without the connection" '.nodes.created == 0 and .sessions.of == 2'
same_since "the other session is the same" "$(since two)" "$two"
is "the connection's routes are gone" "$(routes_to box 10.211.0.0/16)" '[]'
edit '.routeServers.Rs.bgpConnections.one = {"peerIp":"10.9.1.4","peerAsn":65001}'
status "up gives the connection back" 0 vnetlab up "$file" -q
ok "the connection's sessions come up" established one
same_since "the other session is the same" "$(since two)" "$two"
is "the Route Server's processes stay the same" "$(pids Rs)" "$rs"

# Whether a NIC forwards is switched as its machine runs, in Azure and here.
forwards() { vnetlab exec two -- cat /proc/sys/net/ipv4/ip_forward; }
ntwo=$(pids two)
for on in false true; do
	edit ".virtualMachines.two.nic.enableIPForwarding = $on"
	is "plan says that the appliance takes enableIPForwarding $on as it runs" "$(nodes)" '["change two"]'
	status "up sets enableIPForwarding to $on" 0 vnetlab up "$file" -o json
	json "up rebuilds nothing for enableIPForwarding $on" '.nodes.rebuilt == 0 and .nodes.created == 0 and .nodes.reconfigured == 1'
	is "the appliance's kernel has enableIPForwarding $on" "$(forwards)" "$([ $on = true ] && echo 1 || echo 0)"
	is "the appliance's processes live on" "$(pids two)" "$ntwo"
	same_since "the appliance's sessions live on" "$(since two)" "$two"
done

# A VNet and its peering.
edit '.virtualNetworks.Spoke = {"addressPrefixes":["10.20.0.0/16"],"subnets":{"s":{"addressPrefix":"10.20.1.0/24"}},
		"peerings":{"hub":{"remoteVirtualNetwork":"Net","useRemoteGateways":true}}}
	| .virtualNetworks.Net.peerings.spoke = {"remoteVirtualNetwork":"Spoke","allowGatewayTransit":true}
	| .virtualMachines.far = {"nic":{"subnet":"Spoke/s"}}'
status "up adds a spoke" 0 vnetlab up "$file" -q
status "the spoke talks over the peering" 0 vnetlab exec far -- ping -c1 -W2 10.9.2.4
is "the hub's Route Server programs the spoke's NIC" "$(routes_to far 10.202.0.0/16)" '["10.9.1.5"]'
same_since "the sessions are the same" "$(since two)" "$two"
edit 'del(.virtualNetworks.Spoke, .virtualNetworks.Net.peerings, .virtualMachines.far)'
status "up takes the spoke away" 0 vnetlab up "$file" -o json
json "up removes one node" '.nodes.removed == 1'
status "the spoke is no node any more" 2 vnetlab exec far -- true
same_since "the sessions are the same" "$(since two)" "$two"
is "the other processes stay the same" "$(pids Rs)$(pids two)" "$rs$ntwo"

# Addresses that Azure chose stay with their NICs.
edit '.virtualMachines = ({"d1":{"nic":{"subnet":"Net/Work"}},"d2":{"nic":{"subnet":"Net/Work"}}} + .virtualMachines)'
status "up adds two VMs without addresses" 0 vnetlab up "$file" -q
status "the second VM has an address" 0 vnetlab exec d2 -- ip -o -4 addr show dev eth0
like "the second VM has the second free address" "$out" '10\.9\.2\.6/24'
edit 'del(.virtualMachines.d1)'
status "up takes the first VM away" 0 vnetlab up "$file" -o json
json "up rebuilds no node for that" '.nodes.rebuilt == 0 and .nodes.removed == 1'
status "the second VM still has an address" 0 vnetlab exec d2 -- ip -o -4 addr show dev eth0
like "the second VM keeps its address" "$out" '10\.9\.2\.6/24'
edit '.virtualMachines.box.nic.privateIPAddress = "10.9.2.6"'
status "up gives that address to another VM" 0 vnetlab up "$file" -q
status "the second VM gets another address" 0 vnetlab exec d2 -- ip -o -4 addr show dev eth0
like "the second VM takes the next free address" "$out" '10\.9\.2\.4/24'
edit 'del(.virtualMachines.d2) | .virtualMachines.box.nic.privateIPAddress = "10.9.2.4"'
status "up goes back" 0 vnetlab up "$file" -q

# Deallocated by the design, and back; a fault overrules it, and is listed until it is what the design says anyhow.
state_of() { vnetlab status -o json | jq -r '.nodes[] | select(.name=="'"$1"'") | .state'; }
edit '.virtualMachines.one.powerState = "deallocated" | .virtualMachines.box.powerState = "deallocated"'
status "up deallocates two VMs" 0 vnetlab up "$file" -o json
json "up rebuilds both VMs and keeps the others" '.nodes.rebuilt == 2 and .nodes.kept == 4 and .sessions.of == 2'
is "status shows both VMs deallocated" "$(state_of one)$(state_of box)" deallocateddeallocated
status "a deallocated VM does not answer" 1 vnetlab probe two box -q
wait_until "a deallocated appliance has no session" 5 holds '[.bgp[] | select(.peering=="Rs/one") | .state] | index("Established") == null' vnetlab status -o json
status "advertised to a deallocated appliance succeeds" 0 vnetlab advertised Rs/one -o json
json "a deallocated appliance is told nothing" '[.[][]] == []'
same_since "the other session did not notice" "$(since two)" "$two"
status "plan of the same file with deallocated VMs has no change" 0 vnetlab plan "$file" --detailed-exitcode
vnetlab down -q >/dev/null
status "up builds the same lab from nothing" 0 vnetlab up "$file" -q
is "the new lab has the same VMs deallocated" "$(state_of one)$(state_of box)$(state_of two)" deallocateddeallocatedrunning
status "advertised to an appliance that never ran succeeds" 0 vnetlab advertised Rs/one -o json
json "an appliance that never ran is told nothing" '[.[][]] == []'
two=$(since two)
status "fault starts a VM that the design deallocates" 0 vnetlab fault start box -o json
json "the fault is listed" '.faults == ["start box"]'
status "up leaves the VM running" 0 vnetlab up "$file" -q
is "the VM runs" "$(state_of box)" running
status "fault clear succeeds" 0 vnetlab fault clear
is "the VM is deallocated again, as the design says" "$(state_of box)" deallocated
vnetlab fault start box -q >/dev/null
edit 'del(.virtualMachines.one.powerState, .virtualMachines.box.powerState)'
status "up starts both VMs" 0 vnetlab up "$file" -o json
json "up boots the appliance, and all sessions come up" '.nodes.rebuilt == 1 and .sessions == {"up":4,"of":4}'
status "the started VM answers" 0 vnetlab probe two box -q
status "fault list succeeds" 0 vnetlab fault list -o json
json "no fault is listed when the design says the same" '.faults == []'
same_since "the other session did not notice" "$(since two)" "$two"

# What cannot be is taken back.
cp "$file" "$work/good.json"
mkdir "$work/conf"
printf 'router id 10.9.1.4;\nprotocol bgp {\n  locul as 65001;\n}\n' >"$work/conf/bird.conf"
edit 'del(.virtualMachines.one.bgp) | .virtualMachines.one.config = {"bird.conf":"conf/bird.conf"} | .virtualMachines.more = {"nic":{"subnet":"Net/Work"}}'
before=$(vnetlab status -o json | jq -c '[.nodes[].name]')
status "up fails with a wrong configuration" 5 vnetlab up "$file" -q
like "the message has the daemon's own words with file and line" "$err" 'bird.conf:3'
like "the message names the node" "$err" '^vnetlab: one: '
like "the message says that the lab is as it was before" "$err" 'the lab is as it was before'
is "the nodes are those of before" "$(vnetlab status -o json | jq -c '[.nodes[].name]')" "$before"
same_since "the other session did not notice" "$(since two)" "$two"
wait_until "the appliance comes back" 10 established one
status "plan of the design before has no change" 0 vnetlab plan "$work/good.json" --detailed-exitcode -n pair

edit '.virtualNetworks.Net.subnets.Nva.addressPrefix = "10.8.1.0/24"'
status "up refuses a design that is none" 3 vnetlab up "$file"
same_since "nothing happened" "$(since two)" "$two"
vnetlab down -q >/dev/null
cp "$work/good.json" "$file"
edit 'del(.virtualMachines.one.bgp) | .virtualMachines.one.config = {"bird.conf":"conf/bird.conf"}'
status "up of a new lab fails with a wrong configuration" 5 vnetlab up "$file" -q
like "the message says that nothing is left" "$err" 'nothing ran before, and nothing is left'
wait_until "no lab is left" 3 sh -c "[ -z \"\$($B/vnetlab ls -o json | jq -r '.labs[].name')\" ]"

done_testing
