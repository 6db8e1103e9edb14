#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# probe and path on one lab where packets meet everything: delivery, refusals, no route, private
# subnets, peerings, forwarding off, a loop, a blackhole in a guest, a stopped VM.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird nft

cat >"$work/p.vnetlab.json" <<'END'
{
  "name": "probe-paths",
  "virtualNetworks": {
    "Hub": {
      "addressPrefixes": ["10.0.0.0/16"],
      "subnets": {
        "nva": { "addressPrefix": "10.0.1.0/24" },
        "work": { "addressPrefix": "10.0.2.0/24", "routeTable": "via-fw" },
        "natted": { "addressPrefix": "10.0.5.0/24", "defaultOutboundAccess": false, "natGateway": "ng" },
        "private": { "addressPrefix": "10.0.4.0/24", "defaultOutboundAccess": false },
        "RouteServerSubnet": { "addressPrefix": "10.0.3.0/26" }
      },
      "peerings": { "to-spoke": { "remoteVirtualNetwork": "Spoke" }, "to-odd": { "remoteVirtualNetwork": "Odd" } }
    },
    "Odd": {
      "addressPrefixes": ["52.0.0.0/16"],
      "subnets": { "s": { "addressPrefix": "52.0.1.0/24" } },
      "peerings": { "to-hub": { "remoteVirtualNetwork": "Hub" } }
    },
    "Spoke": {
      "addressPrefixes": ["10.1.0.0/16"],
      "subnets": { "app": { "addressPrefix": "10.1.1.0/24" } },
      "peerings": { "to-hub": { "remoteVirtualNetwork": "Hub" } }
    },
    "Island": { "addressPrefixes": ["10.2.0.0/16"], "subnets": { "s": { "addressPrefix": "10.2.1.0/24" }, "nobody": { "addressPrefix": "10.2.2.0/24" } } }
  },
  "routeTables": {
    "via-fw": { "routes": {
      "fw": { "addressPrefix": "192.0.2.0/24", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4" },
      "odd": { "addressPrefix": "52.0.1.0/24", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.6" },
      "notfw": { "addressPrefix": "198.51.100.0/24", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.5" },
      "nowhere": { "addressPrefix": "100.100.0.0/16", "nextHopType": "None" } } }
  },
  "routeServers": { "RS": { "virtualNetwork": "Hub", "bgpConnections": { "fw": { "peerIp": "10.0.1.4", "peerAsn": 65001 } } } },
  "natGateways": { "ng": { "publicIPAddresses": ["ngip"] } },
  "networkSecurityGroups": { "any": { "securityRules": {
    "in": { "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*" } } } },
  "publicIPAddresses": { "ngip": { "ipAddress": "198.51.100.7" } },
  "virtualMachines": {
    "fw": { "image": "bird", "nic": { "subnet": "Hub/nva", "privateIPAddress": "10.0.1.4", "enableIPForwarding": true },
            "config": { "nftables.conf": "fw.nft" },
            "bgp": { "asn": 65001, "advertise": ["10.50.0.0/16", "192.0.2.0/24"] }, "loopbacks": ["10.50.0.1"],
            "routes": [{ "prefix": "10.0.3.0/26", "via": "10.0.1.1" }] },
    "hide": { "nic": { "subnet": "Hub/nva", "privateIPAddress": "10.0.1.6", "enableIPForwarding": true }, "sourceNat": true, "config": { "nftables.conf": "hide.nft" } },
    "odd": { "nic": { "subnet": "Odd/s", "privateIPAddress": "52.0.1.4" }, "listen": ["tcp/80", "tcp/81", "udp/53"] },
    "plain": { "nic": { "subnet": "Hub/nva", "privateIPAddress": "10.0.1.5" } },
    "a": { "nic": { "subnet": "Hub/work", "privateIPAddress": "10.0.2.4" } },
    "b": { "nic": { "subnet": "Hub/work", "privateIPAddress": "10.0.2.5", "publicIPAddress": true, "networkSecurityGroup": "any" }, "listen": ["tcp/80", "udp/53"] },
    "closed": { "nic": { "subnet": "Hub/private", "privateIPAddress": "10.0.4.4" } },
    "inner": { "nic": { "subnet": "Hub/natted", "privateIPAddress": "10.0.5.4" } },
    "outer": { "nic": { "subnet": "Hub/natted", "privateIPAddress": "10.0.5.5", "publicIPAddress": true, "networkSecurityGroup": "any" }, "listen": ["tcp/80"] },
    "far": { "nic": { "subnet": "Spoke/app", "privateIPAddress": "10.1.1.4", "publicIPAddress": true }, "listen": ["tcp/80"] },
    "twin": { "nics": { "twin-1": { "subnet": "Hub/work", "privateIPAddress": "10.0.2.7" }, "twin-2": { "subnet": "Hub/private", "privateIPAddress": "10.0.4.7" } }, "listen": ["tcp/80"] },
    "pair": { "nics": { "pair-1": { "subnet": "Hub/work", "privateIPAddress": "10.0.2.8" }, "pair-2": { "subnet": "Hub/private", "privateIPAddress": "10.0.4.8" } }, "listen": ["tcp/80"],
              "routes": [{ "prefix": "0.0.0.0/0", "via": "10.0.4.1", "from": "10.0.4.8" }] },
    "pooled": { "nic": { "subnet": "Hub/work", "privateIPAddress": "10.0.2.6" } },
    "alone": { "nic": { "subnet": "Island/s", "privateIPAddress": "10.2.1.4" } }
  },
  "loadBalancers": { "ilb": { "subnet": "Hub/work", "privateIPAddress": "10.0.2.100", "backends": ["pooled"], "rules": { "ha": { "protocol": "All" } } } }
}
END
cat >"$work/fw.nft" <<'END'
create table inet once # nft refuses it where it is
table ip own {
  chain pre { type nat hook prerouting priority -100; tcp dport 8080 dnat to 10.0.2.5:80; }
  chain post { type nat hook postrouting priority 100; ip daddr 10.0.2.5 masquerade; }
  chain in { type filter hook input priority 0; ct state established accept; tcp dport != 179 jump shut; }
  chain shut { ip daddr 10.50.0.0/16 drop; }
}
END
# Its first line would take the table of sourceNat along.
cat >"$work/hide.nft" <<'END'
flush ruleset
table inet mine {
  chain forward { type filter hook forward priority 0; tcp dport 81 drop; }
  chain more { type filter hook forward priority 1; udp dport 99 limit rate 1/day drop; }
}
END
ok "the lab comes up" vnetlab up "$work/p.vnetlab.json" || { diag "$err"; done_testing; }

# expect NAME WANT_STATUS WORDS FROM TO [OPTIONS]: the probe and the path say the same, model and
# kernel agree, and the path's text has the words.
expect() {
	_what=$1 _st=$2 _words=$3 _from=$4 _to=$5
	shift 5
	status "$_what: probe has the status that is expected" "$_st" vnetlab probe "$_from" "$_to" --timeout 400ms "$@"
	run vnetlab path -o json "$_from" "$_to" "$@"
	json "$_what: model and kernel agree" '.agree'
	if [ "$_st" -eq 0 ]; then
		json "$_what: a packet is delivered, and its answer" '.verdict == "delivered" and .kernel.verdict == "delivered"
			and .return.verdict == "delivered"'
	else
		json "$_what: a packet or its answer is not delivered" '.verdict != "delivered" or .return.verdict != "delivered"'
	fi
	run vnetlab path "$_from" "$_to" "$@"
	like "$_what: path says why" "$out" "$_words"
}

expect "same subnet" 0 'directly to b' a b
expect "tcp" 0 'directly to b' a b --protocol tcp --port 80
expect "udp" 0 'directly to b' a b --protocol udp --port 53
expect "http" 0 'directly to b' a b --protocol http
expect "over a peering" 0 'directly to far' a far
expect "an appliance's own prefix" 0 'next hop 10\.0\.1\.4 \(fw\)' a 10.50.0.1
expect "the Internet by default outbound access" 0 'as 20\.100\.255\.254 \(default outbound' a internet
expect "the Internet by a public address" 0 'its public address' b 8.8.8.8
expect "by a NAT gateway" 0 'as 198\.51\.100\.7 \(NAT gateway ng' inner internet --protocol tcp --port 80
run vnetlab probe -o json inner 8.8.8.8 --protocol udp --port 99
json "a datagram by a NAT gateway gets an error back" '.refused and .errorFrom == "8.8.8.8"'
expect "by who translates sources, both ways" 0 'source 10\.0\.2\.5 becomes 10\.0\.1\.6' b odd --protocol tcp --port 80
expect "an appliance's own packet filter drops a port" 1 'hide drops it by its own packet filter: line 3 of hide\.nft' b odd --protocol tcp --port 81
status "path delivers as far as the rules go that it reads" 0 vnetlab path b odd --protocol udp --port 99
like "path says which line it does not read" "$out" '=> delivered \(a packet filter is not walked\): odd has .*packet filter of hide \(hide\.nft, line 4: chain more .*limit rate'
run vnetlab path -o json b odd --protocol udp --port 99
json "so do model and kernel" '([.notWalked, .kernel.notWalked] | all(length == 1 and .[0].node == "hide" and .[0].file == "hide.nft" and .[0].line == 4)) and .flow.notWalked and .agree'
expect "an appliance's own rules translate a destination" 0 'own packet filter: destination becomes 10\.0\.2\.5 port 80' far 10.0.1.4 --protocol tcp --port 8080
expect "and drop in a chain that they jump to" 1 'fw drops it by its own packet filter: line 6 of fw\.nft' a 10.50.0.1 --protocol tcp --port 81
# Everybody to everywhere: the model, the kernels' tables and pings agree; a route planted in the fabric is found.
run vnetlab matrix probe-paths --live -o json
json "model, kernels and packets agree about everybody" '.disagreements == [] and (.flows | length) > 200'
run vnetlab matrix "$work/p.vnetlab.json" --against probe-paths -o json
json "what the file says by its design alone is what the lab's kernels do" '.disagreements == []'
vnetlab exec b -- nft 'add table ip by-hand; add chain ip by-hand in { type filter hook input priority 0; }; add rule ip by-hand in tcp dport 80 drop'
run vnetlab matrix probe-paths --live -o json
json "connections and datagrams are sent, too: a port that somebody closed by hand is found, and nothing else" '.disagreements | map(select(.to == "b")) | length > 0 and all(.between == "packets" and .protocol == "tcp" and .port == 80 and .kernel.verdict == "dropped")'
json "fw, which hands on to that port, is among them" '.disagreements | map(select(.to | startswith("b") | not)) | all((.to | startswith("fw")) and .port == 8080)'
run vnetlab path a b --protocol tcp --port 80
like "path says at that hop that somebody changed the rules inside the node" "$out" 'has the address; its packet filter was changed by hand, inside the node: the design has no rules for it'
like "the verdict of path says so, too" "$out" '=> delivered \(a packet filter is not walked\): .*the own packet filter of b \(changed by hand inside the node\)'
vnetlab exec b -- nft delete table ip by-hand
run vnetlab path a b --protocol tcp --port 80 -o json
json "path says nothing of it when what was changed is gone" '(.flow.notWalked // false) == false and .flow.verdict == "delivered"'
vnetlab exec fw -- nft 'add table ip by-hand'
run vnetlab path far 10.0.1.4 --protocol tcp --port 8080 -o json
json "path says so of a node that has rules of its own" '.notWalked == [{node: "fw", changedByHand: true}] and .kernel.notWalked == .notWalked and .flow.notWalked'
vnetlab exec fw -- nft delete table ip by-hand
vnetlab exec fabric -- ip route add blackhole 10.50.0.1/32 table 10001
run vnetlab matrix "$work/p.vnetlab.json" --against probe-paths
is "a lab with a planted route does not do what the file says" "$rc" 1
like "it says where" "$out" '^disagreement: [a-z]+ -> fw .* at 10\.50\.0\.1, icmp'
like "it says what each side says" "$out" '^    file: delivered, by'
status "a route planted in the fabric is a disagreement" 1 vnetlab matrix probe-paths -o json
# One port is denied by the appliance's own packet filter, once the fabric has led it there.
json "it has the pair, and what each says" '[.disagreements[] | select(.address == "10.50.0.1")] | (map(.model.verdict) | unique) == ["delivered", "denied"] and all(.kernel.verdict == "dropped")'
status "a bundle keeps what reproduces it" 0 vnetlab bundle probe-paths "$work/bundle"
status "its design is one that check takes, and its matrix has the disagreement" 0 sh -c "jq -e '.disagreements | length > 0' '$work/bundle/matrix.json' && test -s '$work/bundle/topology.json' && test -s '$work/bundle/events.ndjson'"
status "a bundle does not write into a folder that is there" 2 vnetlab bundle probe-paths "$work/bundle"
vnetlab exec fabric -- ip route del blackhole 10.50.0.1/32 table 10001
expect "who translates sources sees the answers alone" 1 'hide breaks the connection: .* gives it the source 10\.0\.1\.6' odd b --protocol tcp --port 80
expect "of which a ping shows nothing" 0 'TCP is another matter' odd b
expect "and a datagram's answer is translated at once" 1 'nobody waits for it' odd b --protocol udp --port 53
expect "a NAT gateway takes no ping" 1 'translates TCP and UDP only' inner 8.8.8.8
expect "a NAT gateway before a public address" 0 'as 198\.51\.100\.7 \(NAT gateway ng' outer internet --protocol tcp --port 80
expect "a ping beside a NAT gateway" 0 'its public address' outer 8.8.8.8
expect "in beside a NAT gateway" 0 'leads to NIC outerVMNic' internet outer --protocol tcp --port 80
expect "from a NAT gateway to a public address behind it" 0 'leads to NIC outerVMNic' inner 20.100.0.5 --protocol tcp --port 80
expect "nothing comes in by a NAT gateway" 1 'NAT gateway ng; nothing comes in' internet 198.51.100.7 --protocol tcp --port 80
expect "from the Internet to a public address" 0 'leads to NIC bVMNic of b' internet b --protocol tcp --port 80
expect "in by a public address without a security group" 1 'lets nothing in until a security group does' internet far --protocol tcp --port 80
expect "out by it" 0 'its public address' far 8.8.8.8 --protocol tcp --port 443
expect "between two public addresses, one of them closed" 1 'lets nothing in' b 20.100.0.6 --protocol tcp --port 80
expect "from a closed public address" 0 'leads to NIC bVMNic' far 20.100.0.4 --protocol tcp --port 80
expect "out of an internal load balancer's pool" 1 'pool of internal load balancer ilb' pooled 8.8.8.8 --protocol tcp --port 443
expect "an answer by the NIC that was asked" 0 'directly to pair' a 10.0.4.8 --protocol tcp --port 80
expect "an answer by another NIC" 1 'sends it by NIC twin-1 with the address of its NIC twin-2' a 10.0.4.7 --protocol tcp --port 80
expect "a Route Server instance" 0 'directly to RS/0' a RS/0
expect "from a Route Server instance" 0 'directly to fw' RS/1 fw
expect "the platform's address" 1 'host-local' closed 168.63.129.16 --protocol tcp --port 81
expect "no peering" 1 'next hop type None' a alone
expect "a None route" 1 'nowhere' a 100.100.0.1
expect "a private subnet" 1 'defaultOutboundAccess false' closed 8.8.8.8
expect "nobody has it" 1 'no NIC in subnet private of Hub has 10\.0\.4\.77' a 10.0.4.77
expect "the gateway is silent" 1 'reserved by Azure' a 10.0.2.1
expect "from the Internet to a private address" 1 'needs a publicIPAddress' internet a
expect "IP forwarding is off" 1 'enableIPForwarding is off' a 198.51.100.1
expect "an appliance that sends it back" 1 'gets back what it has sent' a 192.0.2.1

run vnetlab path -o json a 192.0.2.1
json "a packet loops in model and kernel" '.verdict == "loop" and .kernel.verdict == "loop"'
json "hops of path name nodes, NICs and routes" '.hops[0].node == "a" and .hops[0].nic == "aVMNic" and
	.hops[0].route.name == "fw" and .hops[0].nextHop == "10.0.1.4" and .hops[1].node == "fw"'
run vnetlab path -o json a b
json "path prints all its fields" '.from == "a" and .to == "b" and (.kernel.hops | length) == 2 and
	.hops[0].route.nextHopType == "VnetLocal" and .hops[1].route == null and .return.hops[0].node == "b"'

status "a probe to a closed port fails" 1 vnetlab probe a b --protocol tcp --port 81
like "the output says that the connection was refused" "$out" '0 of 1 answered: connection refused'
like "the message says where to look" "$err" 'vnetlab path a b'
run vnetlab probe -o json a b --protocol udp --port 99
json "a refused datagram names its sender" '.ok == false and .refused and .errorFrom == "10.0.2.5" and
	.detail == "port unreachable from 10.0.2.5"'
run vnetlab probe -o json a b --count 4 --interval 1ms
json "probe prints all its fields" '.from == "a" and .to == "b" and .address == "10.0.2.5" and .protocol == "icmp"
	and .port == null and .sent == 4 and .received == 4 and .ok and .rttMs.min > 0 and
	.rttMs.min <= .rttMs.avg and .rttMs.avg <= .rttMs.max and .detail == "answered, TTL 64"'
run vnetlab probe -o json internet b --protocol tcp --port 80
json "a VM is its public address, seen from the Internet" '.address == "20.100.0.4"'

run vnetlab probe -o json '*' 10.0.2.4
json "a matrix has a row for each VM" '(.from | length) == 14 and .to == ["10.0.2.4"] and (.rttMs | length) == 14 and .sent == 14'
json "a matrix has an answer for each VM that is peered, and none for others" '([.from, .rttMs] | transpose | map({(.[0]): .[1][0]}) | add) as $r
	| $r.b > 0 and $r.plain > 0 and $r.alone == null and .answered == ([.rttMs[][0] | select(. != null)] | length)'
run vnetlab probe -o json b '*' --timeout 300ms
json "each pair of a row has its own time" '[.rttMs[0][] | numbers] | length > 5 and (unique | length) > 2'
status "a matrix with an answer missing fails" 1 vnetlab probe 'a*' b --timeout 300ms
like "the matrix shows which VM got no answer" "$out" '^alone +no answer$'
status "a matrix with all answers succeeds" 0 vnetlab probe 'f?' b
like "the matrix is a table of round trips" "$out" '^fw +[0-9.]+$'
status "a matrix of VMs that are not there is wrong usage" 2 vnetlab probe 'x*' b
like "the message says that no VM has such a name" "$err" 'no running VM is called x\*'

ok "the guest gets an unreachable route" vnetlab exec fw -- ip route add unreachable 10.1.0.0/16
expect "the sender's own table refuses" 1 'its table has unreachable 10\.1\.0\.0/16' fw far
vnetlab exec fw -- ip route del unreachable 10.1.0.0/16 >/dev/null 2>&1
ok "the guest gets a blackhole route" vnetlab exec fw -- ip route add blackhole 192.0.2.0/24
expect "an appliance that swallows" 1 'fw drops it: its table has blackhole 192\.0\.2\.0/24' a 192.0.2.1
vnetlab exec fw -- ip route del blackhole 192.0.2.0/24 >/dev/null 2>&1

ok "fault stops the firewall" vnetlab fault stop fw
expect "a stopped next hop" 1 'next hop type None|stopped' a 192.0.2.1
ok "fault starts the firewall" vnetlab fault start fw
wait_until "the firewall answers again" 10 vnetlab probe a fw --timeout 300ms

status "a node that is not there is wrong usage" 2 vnetlab probe a nobody
like "the message names the node" "$err" 'nobody'
status "a NIC that is not there is wrong usage" 2 vnetlab path a/eth9 b
like "the message names the NIC" "$err" "no node a/eth9"
status "the fabric is refused as a sender" 2 vnetlab path fabric a
like "the message says that it sends no packets of its own" "$err" 'no packets of its own'
status "a port with icmp is wrong usage" 2 vnetlab probe a b --port 3
status "tcp without a port is wrong usage" 2 vnetlab path a b --protocol tcp
status "an unknown protocol is wrong usage" 2 vnetlab path a b --protocol sctp
status "a count of 0 is wrong usage" 2 vnetlab probe a b --count 0
status "an IPv6 address is wrong usage" 2 vnetlab probe a 2001:db8::1
like "the message says that there is only IPv4" "$err" 'only IPv4'

# The way from a probe to its reason can be pasted.
status "a probe to a port where nobody listens fails" 1 vnetlab probe a b --protocol tcp --port 4711
like "the message has a command that explains it" "$err" '^see why: vnetlab path a b --protocol tcp --port 4711$'
# shellcheck disable=SC2046
wait_until "that command works as it stands" 10 "$B/vnetlab" $(printf '%s' "$err" | sed -n 's/^see why: vnetlab //p')
# What a packet filter has made lasts as long as the node, whatever becomes of its daemons.
status "daemons of a node with a packet filter start again" 0 sh -c "'$B/vnetlab' fault kill fw && '$B/vnetlab' up -q '$work/p.vnetlab.json'"
run vnetlab status -o json
json "they run, and its rules were read once" '[.nodes[] | select(.name == "fw").processes[].state] == ["done", "running"]'
status "a node that is booted anew reads them again" 0 sh -c "'$B/vnetlab' fault stop fw && '$B/vnetlab' fault start fw && '$B/vnetlab' exec fw -- nft list table inet once"
# A packet filter that has changed is read anew; one that its tool refuses is an error at its place.
sed -i 's/81/80/' "$work/hide.nft"
status "up takes the changed packet filter" 0 vnetlab up "$work/p.vnetlab.json"
status "the port that was dropped passes" 0 vnetlab probe b odd --protocol tcp --port 81 --timeout 400ms
status "another one is dropped" 1 vnetlab probe b odd --protocol tcp --port 80 --timeout 400ms
echo "add rule inet mine forward tcp dprot 80 drop" >>"$work/hide.nft"
status "check refuses what nft refuses" 3 vnetlab check "$work/p.vnetlab.json"
like "it has the file's place and nft's words" "$out" '/virtualMachines/hide/config/nftables\.conf'
like "it has the line of the file" "$out" 'nft refuses it: .*nftables\.conf:6:'
vnetlab down -q >/dev/null

# VMs that are called as something that every lab has: the design's names come first.
jq -n '{name: "names", virtualNetworks: {V: {addressPrefixes: ["10.0.0.0/16"], subnets: {S: {addressPrefix: "10.0.1.0/24"}}}},
	virtualMachines: {dns: {nic: {subnet: "V/S"}, listen: ["udp/53"]}, internet: {nic: {subnet: "V/S"}, listen: ["tcp/81"]},
		fabric: {nic: {subnet: "V/S"}}, app: {nic: {subnet: "V/S"}}}}' >"$work/names.vnetlab.json"
status "a lab whose VMs have the names of other nodes comes up" 0 vnetlab up "$work/names.vnetlab.json"
like "up warns that the name means the VM" "$err" 'in commands and checks "dns" is this virtual machine, not the Internet.s host 8\.8\.8\.8'
for name in dns:udp:53:4 internet:tcp:81:5; do
	IFS=: read -r node protocol port host <<-X
		$name
	X
	status "probe of the VM $node succeeds" 0 vnetlab probe app "$node" --protocol "$protocol" --port "$port" -o json
	json "probe asks the VM $node" ".address == \"10.0.1.$host\""
done
status "probe from the VM fabric succeeds" 0 vnetlab probe fabric app
status "path from the VM internet delivers" 0 vnetlab path internet app -o json
json "path from the VM internet begins at its NIC" '.verdict == "delivered" and .agree and (.hops[0].nic == "internetVMNic")'
status "the Internet's host answers at its address" 0 vnetlab probe app 8.8.8.8
status "up of the same file succeeds" 0 vnetlab up "$work/names.vnetlab.json" -o json
json "up of the same file changes nothing" '.changes == [] and .nodes.kept == 4 and .nodes.created == 0'
status "up takes the VM internet away" 0 sh -c "jq 'del(.virtualMachines.internet)' '$work/names.vnetlab.json' >'$work/less.vnetlab.json' && '$B/vnetlab' up -q '$work/less.vnetlab.json'"
status "the name internet is then the Internet" 0 vnetlab probe internet 8.8.8.8
done_testing
