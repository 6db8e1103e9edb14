#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Network security groups: by packets, by path, by the commands that show them.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 nft ping

file=$root/tests/e2e/nsg/nsg.vnetlab.json
flows=$root/tests/e2e/lb/flows.py

status "what the design says of itself holds" 0 vnetlab test "$file" --format json
json "all of it" '.failed == 0 and .passed == 13'

status "up" 0 vnetlab up "$file" -q
status "nsg" 0 vnetlab nsg server -o json
json "subnet's group, then the NIC's" '[.value[] | .networkSecurityGroup.id] == ["web","nic"] and (.value[0].association.subnet.id == "Net/web") and (.value[1].association.networkInterface.id == "serverVMNic")'
json "rules by priority, defaults behind" '[.value[0].effectiveSecurityRules[] | select(.direction=="Inbound") | .priority] == [200,210,4000,65000,65001,65500]'
json "groups of NICs as their addresses" '.value[0].effectiveSecurityRules[0] | .expandedSourceAddressPrefix == ["10.0.2.4/32"] and .destinationPortRanges == ["80-80","8000-8100"]'
json "VirtualNetwork of this subnet" '.value[0].effectiveSecurityRules[2].expandedSourceAddressPrefix == ["10.0.0.0/16","10.9.0.0/16","168.63.129.16/32"]'
status "nsg for people" 0 vnetlab nsg server
like "a table" "$out" "clients-in +Allow +Tcp +clients +\* +servers +80,8000-8100"
status "flow: denied" 1 vnetlab flow server --local 80 --remote 10.0.3.4:5000 -o json
json "by which rule" '.access == "Deny" and .ruleName == "UserRule_no-vnet" and .networkSecurityGroup == "web"'
status "flow: allowed" 0 vnetlab flow server --direction Outbound --remote 8.8.8.8:53 --protocol udp -o json
json "by a default rule" '.access == "Allow" and .ruleName == "DefaultRule_AllowInternetOutBound"'
status "flow: no such protocol" 2 vnetlab flow server --remote 8.8.8.8:53 --protocol sctp
like "which there are" "$err" "tcp.udp.icmp"
status "flow: no such address" 2 vnetlab flow server --remote 8.8.8:53
like "what it should be" "$err" "ADDRESS:PORT"
status "path" 1 vnetlab path other server --protocol tcp --port 80 -o json
json "names the rule" '.agree and (.reason | test("security rule no-vnet \\(4000\\) of network security group web on subnet Net/web"))'

# Conformance 18: a user-defined 0.0.0.0/0 is part of VirtualNetwork, so the default rules let in what
# comes from anywhere.
status "conformance 18: nsg" 0 vnetlab nsg forced -o json
json "VirtualNetwork includes 0.0.0.0/0" '.value[0].effectiveSecurityRules[0] | .name == "defaultSecurityRules/AllowVnetInBound" and .expandedSourceAddressPrefix == ["0.0.0.0/0"]'
vnetlab exec nva -- ip addr add 198.51.100.7/32 dev lo
ok "conformance 18: a foreign address gets in there" vnetlab exec nva -- ping -c1 -W2 -I 198.51.100.7 10.0.4.4
not_ok "and not where no such route is" vnetlab exec nva -- ping -c1 -W1 -I 198.51.100.7 10.9.0.4

# Stateful: what runs goes on when its rule goes, new flows do not come.
coproc KEEP { python_in client "$flows" keep 10.0.1.4 80; }
read -r line <&"${KEEP[0]}"
is "a connection" "$line" up
jq 'del(.networkSecurityGroups.web.securityRules["clients-in"]) | .checks = {}' "$file" >"$work/less.vnetlab.json"
status "without its rule" 0 vnetlab up "$work/less.vnetlab.json" -n nsg -q
is "no new flow" "$(python_in client "$flows" tcp 10.0.1.4 80 3)" 0
echo hello >&"${KEEP[1]}"
read -r line <&"${KEEP[0]}"
is "the connection goes on" "$line" hello
eval "exec ${KEEP[1]}>&-"
status "the virtual router dies" 0 vnetlab fault kill fabric
wait_until "and is back" 5 holds '.router.state == "running"' vnetlab status -o json
status "up" 0 vnetlab up "$file" -q
is "with its rule" "$(python_in client "$flows" tcp 10.0.1.4 80 3)" 3
status "path agrees" 0 vnetlab path client server --protocol tcp --port 80
status "down" 0 vnetlab down nsg

# A group that does not let the probe in takes the appliance out of its pool.
jq '.checks = {} | .networkSecurityGroups = {"g": {"securityRules": {
	"no-probe": {"priority": 100, "direction": "Inbound", "access": "Deny", "sourceAddressPrefix": "AzureLoadBalancer"}}}}
	| .virtualMachines.nva1.nic.networkSecurityGroup = "g"' "$root/tests/e2e/lb/lb.vnetlab.json" >"$work/lb.vnetlab.json"
status "load balancer" 0 vnetlab up "$work/lb.vnetlab.json" -q
is "its probe is denied" "$(vnetlab status -o json | jq -r '[.loadBalancers[0].backends[].state] | join(" ")')" "Down Up Down"
status "the flow says so" 1 vnetlab flow nva1 --local 8022 --remote 168.63.129.16:5000 -o json
json "by the rule" '.ruleName == "UserRule_no-probe"'
status "down" 0 vnetlab down lb

done_testing
