#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What somebody changed by hand in a lab that runs: plan says it, up puts it back, and nothing else is touched.
. "$(dirname "$0")/../lib/tap.sh"
need jq

file=$root/tests/e2e/lab/cables.vnetlab.json
# Everything that a node's kernel has of us, in an order of its own.
state() {
	vnetlab exec "$1" -- sh -c 'nft -s list ruleset; ip -4 addr; ip -d link; ip rule; ip route show table all; ip neigh show nud permanent
		cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/rp_filter' |
		sed -E 's/valid_lft .*//; s/^[0-9]+: ([^@:]*)(@[^:]*)?:/\1:/; s/ (qlen|promiscuity|link-netnsid|numtxqueues) .*//
			s/ handle [0-9]+//; s/ether [0-9a-f:]+/ether/' | sort
}
plan() { vnetlab plan "$file" -o json 2>/dev/null | jq -c '[.drift[] | "\(.node): \(.what)"]'; }
# NAME NODE WHAT COMMAND...: plan says so, up says and mends it, and only it; then there is nothing more to say.
hands() {
	local name=$1 node=$2 what=$3
	shift 3
	vnetlab exec "$node" -- "$@" >/dev/null 2>&1
	is "plan names $name" "$(plan)" "[\"$node: $what\"]"
	status "up repairs $name" 0 vnetlab up "$file" -o json
	json "up says that it put back $name" '[.drift[] | "\(.node): \(.what)"] == ["'"$node: $what"'"] and .changes == [] and .nodes.created == 0'
	state "$node" >"$work/after"
	ok "the kernel is as before $name" diff "$work/before.$node" "$work/after"
	is "plan has no more to say of $name" "$(plan)" '[]'
}

status "the lab comes up" 0 vnetlab up "$file" -q
for node in fabric b; do state $node >"$work/before.$node"; done
status "plan of the same file has no change" 0 vnetlab plan "$file" --detailed-exitcode
is "plan finds nothing changed by hand" "$(plan)" '[]'

hands "the fabric's filter" fabric "the packet filter" nft flush ruleset
hands "a chain of it" fabric "the packet filter" nft flush chain ip vnetlab from_port
routes=$(vnetlab exec fabric -- ip route show table 100001 | wc -l)
hands "a table" fabric "$routes routes" ip route flush table 100001
hands "a rule" fabric "1 rule" ip rule del prio 2000
neighs=$(vnetlab exec fabric -- ip neigh show nud permanent | wc -l)
hands "neighbours" fabric "$neighs neighbours" ip neigh flush all nud permanent
hands "a setting" fabric "1 setting" sh -c 'echo 0 >/proc/sys/net/ipv4/fib_multipath_hash_policy'
hands "the platform's address" fabric "1 setting" ip addr del 168.63.129.16/32 dev lo
hands "a guest's route" b "1 route" ip route del 10.66.0.0/16
hands "its address" b "1 address" ip addr del 10.67.0.1/32 dev lo
hands "its neighbour" b "1 neighbour" ip neigh del 10.1.0.1 dev eth0
hands "its tunnel" b "its wires" ip link del vx

# What takes more with it.
vnetlab exec b -- ip link set eth0 down
like "plan names a link that is down" "$(plan)" 'b: 1 link down'
status "up repairs the link" 0 vnetlab up "$file"
like "up says that the lab was changed by hand" "$out" '^Lab cables was changed by hand, and is as the design says again'
like "up says what it put back" "$out" '  put back b: 1 link down'
state b >"$work/after"
ok "the kernel is as before the link went down" diff "$work/before.b" "$work/after"
vnetlab exec b -- ip link del eth0
status "plan of a lab whose link is gone has changes" 6 vnetlab plan "$file" --detailed-exitcode
like "plan says so in words" "$out" 'Changed by hand \(drift\), up puts it back: b: its link to the fabric'
status "up repairs the node whose link is gone" 0 vnetlab up "$file" -o json
json "up makes that node anew" '.nodes.rebuilt == 1 and .nodes.kept == 2'
status "the node answers again" 0 vnetlab exec a -- ping -c1 -W1 10.1.0.5
is "plan has no more to say" "$(plan)" '[]'

# What is somebody's own is nobody's business, and a fault is no drift.
vnetlab exec b -- sh -c 'ip route add 10.99.0.0/16 dev eth0; ip addr add 10.98.0.1/32 dev lo; nft add table ip mine'
is "plan does not count a node's own route and table as drift" "$(plan)" '[]'
vnetlab fault link b/vx down -q >/dev/null
is "plan does not count a fault as drift" "$(plan)" '[]'
status "up of a lab with a fault succeeds" 0 vnetlab up "$file" -q
is "the fault stays" "$(vnetlab fault list -o json | jq -c .faults)" '["link b/vx down"]'
vnetlab fault clear -q >/dev/null
vnetlab exec b -- ip route del 10.66.0.0/16
status "up applies a change of the design beside drift" 0 sh -c "jq '.virtualMachines.b.listen=[\"tcp/81\"]' '$file' >'$work/new.json' && '$B'/vnetlab up -n cables '$work/new.json' -o json >'$work/out'"
ok "up reports both the change and the drift" jq -e '(.changes | length) == 1 and .drift == [{"node":"b","what":"1 route"}]' "$work/out"
ok "an event reports what was put back" event '.kind=="drift" and .subject=="b" and .detail=="put back: 1 route"'

done_testing
