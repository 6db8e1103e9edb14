#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Network security groups: by packets, by path, by the commands that show them.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 nft ping

file=$root/tests/e2e/nsg/nsg.vnetlab.json
flows=$root/tests/e2e/lb/flows.py

status "the design's own checks hold" 0 vnetlab test "$file" --format json
json "all of the checks were run" '.failed == 0 and .passed == 14'

status "the lab comes up" 0 vnetlab up "$file" -q
status "nsg succeeds" 0 vnetlab nsg server -o json
json "nsg has the subnet's group before the NIC's" '[.value[] | .networkSecurityGroup.id] == ["web","nic"] and (.value[0].association.subnet.id == "Net/web") and (.value[1].association.networkInterface.id == "serverVMNic")'
json "nsg has the rules by priority and the defaults behind" '[.value[0].effectiveSecurityRules[] | select(.direction=="Inbound") | .priority] == [200,210,4000,65000,65001,65500]'
json "nsg has the addresses of application security groups" '.value[0].effectiveSecurityRules[0] | .expandedSourceAddressPrefix == ["10.0.2.4/32"] and .destinationPortRanges == ["80-80","8000-8100"]'
json "nsg has the prefixes of this subnet's VirtualNetwork" '.value[0].effectiveSecurityRules[2].expandedSourceAddressPrefix == ["10.0.0.0/16","10.9.0.0/16","168.63.129.16/32"]'
status "nsg prints a table" 0 vnetlab nsg server
like "the table has the rule with its ports" "$out" "clients-in +Allow +Tcp +clients +\* +servers +80,8000-8100"
status "flow says Deny" 1 vnetlab flow server --local 80 --remote 10.0.3.4:5000 -o json
json "flow names the rule that denies" '.access == "Deny" and .ruleName == "UserRule_no-vnet" and .networkSecurityGroup == "web"'
status "flow says Allow" 0 vnetlab flow server --direction Outbound --remote 8.8.8.8:53 --protocol udp -o json
json "flow names the default rule that allows" '.access == "Allow" and .ruleName == "DefaultRule_AllowInternetOutBound"'
status "an unknown protocol is wrong usage" 2 vnetlab flow server --remote 8.8.8.8:53 --protocol sctp
like "the message lists the protocols" "$err" "tcp.udp.icmp"
status "an address that is none is wrong usage" 2 vnetlab flow server --remote 8.8.8:53
like "the message says what it should be" "$err" "ADDRESS:PORT"
status "path drops what a rule denies" 1 vnetlab path other server --protocol tcp --port 80 -o json
json "path names the rule" '.agree and (.reason | test("security rule no-vnet \\(4000\\) of network security group web on subnet Net/web"))'

# Conformance 18: a user-defined 0.0.0.0/0 is part of VirtualNetwork, so the default rules let in what
# comes from anywhere.
status "conformance 18: nsg of a subnet with a default route of the user succeeds" 0 vnetlab nsg forced -o json
json "conformance 18: VirtualNetwork has 0.0.0.0/0 there" '.value[0].effectiveSecurityRules[0] | .name == "defaultSecurityRules/AllowVnetInBound" and .expandedSourceAddressPrefix == ["0.0.0.0/0"]'
vnetlab exec nva -- ip addr add 198.51.100.7/32 dev lo
ok "conformance 18: a foreign address gets in there" vnetlab exec nva -- ping -c1 -W2 -I 198.51.100.7 10.0.4.4
not_ok "conformance 18: a foreign address does not get in where no such route is" vnetlab exec nva -- ping -c1 -W1 -I 198.51.100.7 10.9.0.4

# Stateful: what runs goes on when its rule goes, new flows do not come.
coproc KEEP { python_in client "$flows" keep 10.0.1.4 80; }
read -r line <&"${KEEP[0]}"
is "a connection is open" "$line" up
jq 'del(.networkSecurityGroups.web.securityRules["clients-in"]) | .checks = {}' "$file" >"$work/less.vnetlab.json"
status "up takes the rule away" 0 vnetlab up "$work/less.vnetlab.json" -n nsg -q
is "no new flow passes without the rule" "$(python_in client "$flows" tcp 10.0.1.4 80 3)" 0
echo hello >&"${KEEP[1]}"
read -r line <&"${KEEP[0]}"
is "the open connection goes on" "$line" hello
eval "exec ${KEEP[1]}>&-"
status "fault kills the virtual router" 0 vnetlab fault kill fabric
wait_until "the virtual router comes back" 5 holds '.router.state == "running"' vnetlab status -o json
status "up brings the rule back" 0 vnetlab up "$file" -q
is "new flows pass with the rule" "$(python_in client "$flows" tcp 10.0.1.4 80 3)" 3
status "path delivers with the rule" 0 vnetlab path client server --protocol tcp --port 80
status "down ends the lab" 0 vnetlab down nsg

# A group that does not let the probe in takes the appliance out of its pool.
jq '.checks = {} | .networkSecurityGroups = {"g": {"securityRules": {
	"no-probe": {"priority": 100, "direction": "Inbound", "access": "Deny", "sourceAddressPrefix": "AzureLoadBalancer"}}}}
	| .virtualMachines.nva1.nic.networkSecurityGroup = "g"' "$root/tests/e2e/lb/lb.vnetlab.json" >"$work/lb.vnetlab.json"
status "a lab with a balancer comes up" 0 vnetlab up "$work/lb.vnetlab.json" -q
is "the backend whose group denies the probe is Down" "$(vnetlab status -o json | jq -r '[.loadBalancers[0].backends[].state] | join(" ")')" "Down Up Down"
status "flow denies the probe" 1 vnetlab flow nva1 --local 8022 --remote 168.63.129.16:5000 -o json
json "flow names the rule" '.ruleName == "UserRule_no-probe"'
status "down ends the lab with the balancer" 0 vnetlab down lb

done_testing
