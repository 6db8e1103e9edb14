#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Internal load balancers: the appliances behind them as the next hop of routes, servers by the
# frontend's own address, probes.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 nft

file=$root/tests/e2e/lb/lb.vnetlab.json
flows=$root/tests/e2e/lb/flows.py
state() { vnetlab status -o json | jq -r '.loadBalancers[].backends[] | select(.vm=="'"$1"'") | .state'; }
is_state() { [ "$(state "$1")" = "$2" ]; }
backend() { vnetlab path "$@" -o json | jq -r '.kernel.hops as $k | .hops | (.[2].node | select(. == $k[2].node))'; }
# Counts what an appliance forwards, by the port that it is for; drops what it has seen half of.
watch='table ip t {
	set seen { type inet_service; flags dynamic; }
	chain f { type filter hook forward priority 0; policy accept;
		tcp flags & (syn | ack) != syn ct state new drop
		ct state invalid drop
		udp dport 2000-2999 add @seen { udp dport }
	}
}'
seen() { vnetlab exec "$1" -- nft -j list set ip t seen | jq -c '[.nftables[] | .set? // empty | .elem? // [] | .[]] | sort'; }
predicted() { # $1: appliance
	for p in $(seq 2001 2012); do
		[ "$(backend a b --protocol udp --port "$p")" = "$1" ] && echo "$p"
	done | jq -s -c sort
}

status "the lab comes up" 0 vnetlab up "$file" -q
is "a backend that answers its probe is Up" "$(state nva1)" Up
is "a backend that refuses its probe is Down" "$(state nva3)" Down
status "status succeeds" 0 vnetlab status -o json
json "status names the backend and the reason" '.loadBalancers[0] | .name == "ilb" and .address == "10.0.1.100" and .backends[2].reason == "Connection refused"'
ok "an event reports each change of a backend" event '.kind=="probe" and .subject=="ilb/nva1VMNic" and .detail=="up"'

# As a next hop: unmodified, both ways by the same appliance, and by the one that was predicted.
for n in nva1 nva2; do printf '%s' "$watch" | vnetlab exec "$n" -- nft -f -; done
python_in a "$flows" udp 10.2.0.4 2001 12
wait_until "the packets arrive at the appliances unchanged" 5 sh -c "[ \$($B/vnetlab exec nva1 -- nft -j list set ip t seen | jq '[.nftables[] | .set? // empty | .elem? // [] | .[]] | length') -gt 0 ]"
for n in nva1 nva2; do is "what went by $n is what path says" "$(seen "$n")" "$(predicted "$n")"; done
is "40 connections pass stateful appliances" "$(python_in a "$flows" tcp 10.2.0.4 80 40)" 40
is "40 connections pass in the other direction" "$(python_in b "$flows" tcp 10.1.0.4 80 40)" 40
status "pings pass the appliances" 0 vnetlab probe a b --count 3

# By its own address.
is "40 connections to the frontend's address are answered" "$(python_in a "$flows" tcp 10.0.2.6 80 40)" 40
status "the frontend answers HTTP" 0 vnetlab probe a weblb --protocol http --port 80
status "the frontend answers UDP" 0 vnetlab probe a weblb --protocol udp --port 53
status "a port without a rule is not answered" 1 vnetlab probe a weblb --protocol tcp --port 81
status "the frontend answers no ping" 1 vnetlab probe a weblb
status "path delivers to the frontend's address" 0 vnetlab path a weblb --protocol tcp --port 80 -o json
json "both walks translate there and back" '.agree and (.hops[1].reason | test("destination becomes 10.0.2.[45] port 8080")) and .return.verdict == "delivered"'

# Probe down: new flows go to the healthy, connections stay.
coproc KEEP { python_in b "$flows" keep 10.1.0.4 80; }
read -r line <&"${KEEP[0]}"
is "a connection is open" "$line" up
for n in nva1 nva2; do
	vnetlab exec "$n" -- nft -f - <<'N'
table ip u {
	chain c {
		type filter hook input priority 0;
		tcp dport 8022 drop
	}
}
N
done
wait_until "an appliance that does not answer its probe is Down" 10 is_state nva1 Down
wait_until "the other appliance is Down, too" 10 is_state nva2 Down
ok "an event reports that a backend is down" event '.subject=="ilb/nva1VMNic" and (.detail | test("down: no answer in time"))'
is "no new flow passes without a healthy backend" "$(python_in a "$flows" tcp 10.2.0.4 80 4)" 0
status "path drops the packet then" 1 vnetlab path a b -o json
json "both walks say that no backend is healthy" '.agree and .verdict == "dropped" and (.reason | test("no backend of load balancer ilb is healthy"))'
echo hello >&"${KEEP[1]}"
read -r line <&"${KEEP[0]}"
is "the connection that was open goes on" "$line" hello
vnetlab exec nva2 -- nft delete table ip u
wait_until "the first success brings a backend up" 10 is_state nva2 Up
is "the one healthy backend gets all flows" "$(python_in a "$flows" tcp 10.2.0.4 80 10)" 10
is "path names the healthy backend" "$(backend a b --protocol tcp --port 80)" nva2

# Who is stopped is down; frozen: too.
status "fault stops a backend" 0 vnetlab fault stop web1
wait_until "a stopped backend is down" 10 is_state web1 Down
run vnetlab status
like "status prints who is down, and why" "$out" '^weblb  +[0-9.]+  +web1  +[0-9.]+  +Down  +its VM is stopped$'
like "status prints who is up" "$out" '^weblb  +[0-9.]+  +web2  +[0-9.]+  +Up'
is "the other backend gets all flows" "$(python_in a "$flows" tcp 10.0.2.6 80 10)" 10
status "fault freezes the other backend" 0 vnetlab fault freeze web2
wait_until "a frozen backend is down" 10 is_state web2 Down
status "fault clear mends both" 0 vnetlab fault clear
wait_until "the stopped backend comes back" 10 is_state web1 Up
wait_until "the frozen backend comes back" 10 is_state web2 Up
status "up of the same file succeeds" 0 vnetlab up "$file" -o json
json "up of the same file changes nothing" '.changes == []'

eval "exec ${KEEP[1]}>&-"

# What they are made of comes and goes with them: without them nothing of the fabric's is tracked.
chains() { vnetlab exec fabric -- nft list chains ip | grep -oE 'chain (checks|lb|lb_track|lb_nat|nsg_from|nsg_to) ' | sort | tr -d '\n'; }
is "the filter has chains for balancers and appliances" "$(chains)" "chain checks chain lb chain lb_nat chain lb_track "
jq 'del(.loadBalancers, .checks)' "$file" >"$work/none.vnetlab.json"
status "up takes the balancers away" 0 vnetlab up "$work/none.vnetlab.json"
is "the filter has no chains for balancers then" "$(chains)" "chain checks "
status "packets pass without balancers" 0 vnetlab probe a web1
old=$(vnetlab status -o json | jq .router.pid)
kill -9 "$old"
wait_until "the virtual router is killed and comes back" 10 holds ".router | .state == \"running\" and .pid != $old" vnetlab status -o json
status "up after that succeeds" 0 vnetlab up "$work/none.vnetlab.json" -o json
json "up after that changes nothing" '.changes == []'
is "the new router adds no chains" "$(chains)" "chain checks "
status "up brings the balancers back" 0 vnetlab up "$file" -q
is "the filter has the balancers' chains again" "$(chains)" "chain checks chain lb chain lb_nat chain lb_track "
wait_until "a backend is healthy again" 10 is_state web1 Up
wait_until "the other backend is healthy again" 10 is_state web2 Up
is "the balancers serve all flows again" "$(python_in a "$flows" tcp 10.0.2.6 80 10)" 10

# A server that answers by its other NIC: the whole reason, with the cure.
jq '.virtualMachines.web3 = { "nics": { "web3-1": { "subnet": "Hub/nva" }, "web3-2": { "subnet": "Hub/web" } }, "listen": ["tcp/8080"] }
	| .loadBalancers.weblb.backends = ["web3-2"]' "$file" >"$work/two.vnetlab.json"
status "up makes a server with two NICs a backend" 0 vnetlab up "$work/two.vnetlab.json" -q
run vnetlab status
like "status prints all of why it is down" "$out" 'web3 .* Down .*answers by NIC web3-1.*\(routes with "from"\)$'

done_testing
