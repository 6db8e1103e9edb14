#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One step beyond what is counted somewhere: descriptors that select() can take.
. "$(dirname "$0")/../lib/tap.sh"
need jq prlimit

# $1 virtual machines beside "web", which answers, behind a group and a load balancer.
many() {
	jq -n --argjson n "$1" '{
	  name: "many",
	  virtualNetworks: { net: { addressPrefixes: ["10.0.0.0/8"], subnets: {
	    apps: { addressPrefix: "10.1.0.0/16", networkSecurityGroup: "only80" },
	    idle: { addressPrefix: "10.2.0.0/16" } } } },
	  networkSecurityGroups: { only80: { securityRules: {
	    web: { priority: 100, direction: "Inbound", access: "Allow", protocol: "Tcp", sourceAddressPrefix: "*",
	           sourcePortRange: "*", destinationAddressPrefix: "*", destinationPortRange: "80" },
	    rest: { priority: 200, direction: "Inbound", access: "Deny", protocol: "*", sourceAddressPrefix: "*",
	            sourcePortRange: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } },
	  loadBalancers: { lb: { sku: "Standard", subnet: "net/idle", privateIPAddress: "10.2.255.4", backends: ["webVMNic"],
	    rules: { web: { protocol: "Tcp", frontendPort: 80, backendPort: 80 } }, probe: { protocol: "Tcp", port: 80 } } },
	  virtualMachines: ({ web: { nic: { subnet: "net/apps", privateIPAddress: "10.1.255.4" }, listen: ["tcp/80"] } }
	    + ([range($n) | { key: "vm\(.)", value: { nic: { subnet: "net/idle" } } }] | from_entries))
	}'
}

hard=$(ulimit -Hn)
[ "$hard" = unlimited ] || [ "$hard" -ge 2048 ] || skip_all "the hard limit of open files is $hard"

# --- descriptors of 1,024 and more ------------------------------------------------------------------

many 1028 >"$work/many.vnetlab.json"
status "a lab with more nodes than select() has descriptors comes up" 0 vnetlab up "$work/many.vnetlab.json"
pid=$(vnetlab ls -o json | jq '.labs[0].driver.pid')
ok "the driver has all descriptors open" [ "$(awk '/^FDSize/ { print $2 }' "/proc/$pid/status")" -gt 1024 ]
many 1029 >"$work/many.vnetlab.json"
status "up adds one more node" 0 vnetlab up "$work/many.vnetlab.json"
like "up changes nothing else" "$out" '\+ virtualMachine vm1028'
status "HTTP passes a load balancer there" 0 vnetlab probe vm1028 10.2.255.4 --protocol http
status "path walks through group and balancer" 0 vnetlab path vm1028 10.2.255.4 --protocol tcp --port 80 -o json
json "model and kernel agree on the path" '.agree == true'
status "the group denies another port" 1 vnetlab probe vm1028 web --protocol tcp --port 81 --timeout 300ms
status "a program runs in the last node" 0 vnetlab exec vm1028 -- ip -br addr show eth0
status "fault freezes a node" 0 vnetlab fault freeze web
status "fault clear thaws it" 0 vnetlab fault clear
status "down ends the lab" 0 vnetlab down many

# --- groups of 1,000 rules, tables of 400 routes ---------------------------------------------------

# $1: whether rule 7 lets port 7 in.
rules() {
	jq -n --arg access "$1" '{
	  name: "rules",
	  virtualNetworks: { net: { addressPrefixes: ["10.1.0.0/16"], subnets: ([range(3) | { key: "s\(.)", value: {
	    addressPrefix: "10.1.\(.).0/24", networkSecurityGroup: "g\(.)", routeTable: "rt\(.)" } }] | from_entries) } },
	  routeTables: ([range(3) | { key: "rt\(.)", value: { routes: ([range(400) | { key: "u\(.)", value: {
	    addressPrefix: "99.\(. / 200 | floor).\(. % 200).0/24", nextHopType: "None" } }] | from_entries) } }] | from_entries),
	  networkSecurityGroups: ([range(3) as $g | { key: "g\($g)", value: { securityRules: ([range(1000) | { key: "r\(.)", value: {
	    priority: (100 + .), direction: "Inbound", access: (if . == 7 and $g == 0 then $access else "Deny" end), protocol: "Tcp",
	    sourceAddressPrefixes: ["10.1.2.0/24", "10.9.\(. % 200).0/24"], sourcePortRange: "*", destinationAddressPrefix: "*",
	    destinationPortRanges: ["\(. + 3000)", (if . == 7 then "7" else "\(. + 6000)" end)] } }] | from_entries) } }] | from_entries),
	  virtualMachines: ([range(3) | { key: "vm\(.)", value: { nic: { subnet: "net/s\(.)" }, listen: ["tcp/7", "tcp/80"] } }] | from_entries)
	}'
}

rules Deny >"$work/rules.vnetlab.json"
status "three groups with 1,000 rules each come up" 0 vnetlab up "$work/rules.vnetlab.json"
status "the last rule lets its port in" 0 vnetlab probe vm2 vm0 --protocol tcp --port 80
status "another rule denies its port" 1 vnetlab probe vm2 vm0 --protocol tcp --port 7 --timeout 300ms
rules Allow >"$work/rules.vnetlab.json"
status "up changes one rule" 0 vnetlab up "$work/rules.vnetlab.json"
like "up changes nothing else of the groups" "$out" '1 change$'
status "the changed rule lets its port in" 0 vnetlab probe vm2 vm0 --protocol tcp --port 7
status "the other group still denies that port" 1 vnetlab probe vm2 vm1 --protocol tcp --port 7 --timeout 300ms
status "down ends the lab with the rules" 0 vnetlab down rules

# --- the limit of open files -------------------------------------------------------------------------

few() { prlimit --nofile=128:128 "$B/vnetlab" "$@"; }
status "up fails with more nodes than a process may have open files" 5 few up "$work/many.vnetlab.json"
like "the message names the limit, its value and the cure" "$err" \
	'Too many open files \(RLIMIT_NOFILE is 128; .*raise the hard limit, ulimit -Hn\)'
like "the message says that nothing is left" "$err" 'nothing ran before, and nothing is left'
many 20 >"$work/some.vnetlab.json"
status "up builds a lab that fits" 0 few up "$work/some.vnetlab.json"
status "up fails to add more nodes than fit" 5 few up "$work/many.vnetlab.json"
like "the message names the limit again" "$err" 'RLIMIT_NOFILE is 128'
like "the message says that the lab is as before" "$err" 'the lab is as it was before'
status "the lab still works" 0 vnetlab probe vm19 10.2.255.4 --protocol tcp --port 80

done_testing
