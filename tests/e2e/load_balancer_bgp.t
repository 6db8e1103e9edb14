#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two stateful appliances that announce the same prefix: with their own addresses as next hops about
# half of all connections meet the other one on the way back and die; with the load balancer as next
# hop none does.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 nft bird

flows=$root/tests/e2e/lb/flows.py
hops() { vnetlab routes a -o json | jq -c '[.value[] | select(.addressPrefix[0]=="10.0.0.0/8" and .source=="VirtualNetworkGateway") | .nextHopIpAddress[]] | sort'; }
has() { [ "$(hops)" = "$1" ]; }
stateful() {
	for n in nva1 nva2; do
		vnetlab exec "$n" -- nft -f - <<'N'
table ip t {
	chain f {
		type filter hook forward priority 0; policy accept;
		tcp flags & (syn | ack) != syn ct state new drop
		ct state invalid drop
	}
}
N
	done
}

status "the lab comes up" 0 vnetlab up "$root/tests/e2e/lb/route-server.vnetlab.json" -q
wait_until "conformance 17: both announce the load balancer, one next hop" 10 has '["10.0.1.100"]'
stateful
is "conformance 19: behind the load balancer no connection is lost" "$(python_in a "$flows" tcp 10.2.0.4 80 60)" 60
status "conformance 17: path goes there and back" 0 vnetlab path a b --protocol tcp --port 80 -o json
json "conformance 17: both directions meet the same appliance" '.agree and .hops[2].node == .return.hops[2].node and (.hops[2].node | test("^nva")) and .hops[1].node == "ilb"'

jq 'del(.virtualMachines[].bgp?.nextHop?) | .checks = {}' "$root/tests/e2e/lb/route-server.vnetlab.json" >"$work/own.vnetlab.json"
status "up gives each appliance its own next hop" 0 vnetlab up "$work/own.vnetlab.json" -n lb-rs -q
wait_until "the NIC has two next hops" 10 has '["10.0.1.4","10.0.1.5"]'
stateful
n=$(python_in a "$flows" tcp 10.2.0.4 80 60)
diag "$n of 60 connections by ECMP"
ok "conformance 19: by ECMP about half of them is lost" [ "$n" -gt 8 -a "$n" -lt 52 ]

done_testing
