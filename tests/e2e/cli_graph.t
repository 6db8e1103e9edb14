#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Pictures of topologies and of running labs; completion of names of a running lab.
. "$(dirname "$0")/../lib/tap.sh"
need xmllint jq

for t in "$topologies"/*/*.vnetlab.json; do
	name=$(basename "$t" .vnetlab.json)
	vnetlab graph "$t" >"$work/$name.svg" 2>"$work/$name.err"
	is "$name: drawn" $? 0
	ok "$name: well-formed" xmllint --noout "$work/$name.svg"
	names=$(jq -r '(.virtualMachines, .sites, .expressRouteCircuits) // {} | keys[]' "$t")
	for vm in $names; do grep -qF ">$vm<" "$work/$name.svg" || echo "$vm"; done >"$work/missing"
	is "$name: every VM, site and circuit is in it" "$(cat "$work/missing")" ""
done

file=$topologies/route-server/route-server.vnetlab.json
status "a folder with one topology will do" 0 vnetlab graph "$topologies/route-server"
like "SVG by default" "$out" '^<svg '
status "dot" 0 vnetlab graph "$file" --format dot
like "is a digraph" "$out" '^digraph "route-server" \{'
status "mermaid" 0 vnetlab graph "$file" --format mermaid
like "is a flowchart" "$out" '^flowchart'
status "another format" 2 vnetlab graph "$file" --format png
status "neither lab nor file" 5 vnetlab graph nosuch
like "says so" "$err" 'neither a running lab nor a file called "nosuch"'
status "no such file" 5 vnetlab graph ./nosuch.vnetlab.json
like "says so" "$err" 'nosuch.vnetlab.json.*No such file'
echo '{"name":"x","virtualNetwork":{}}' >"$work/bad.vnetlab.json"
status "a design with mistakes" 3 vnetlab graph "$work/bad.vnetlab.json"
like "has its findings" "$err" 'virtualNetworks'
is "and no picture" "$out" ""

cd "$work" || exit 1
run vnetlab up "$file"
is "a lab runs" "$rc" 0 || diag "$err"
status "its picture, by name" 0 vnetlab graph route-server --format mermaid
is "both connections are up" "$(echo "$out" | grep -c 'AS 65000, up"')" 2
status "by -n" 0 vnetlab graph -n route-server
like "as SVG" "$out" 'class="session up"'

words() { vnetlab completion --complete -- "$@" | cut -f 1 | tr '\n' ' '; }
is "nodes" "$(words exec '')" "NVA_1 NVA_2 Backend RouteServer/0 RouteServer/1 internet fabric "
is "peerings" "$(words learned '')" "RouteServer/NVA_1 RouteServer/NVA_2 "
is "NICs" "$(words routes B)" "Backend BackendVMNic "
is "labs" "$(words down '')" "route-server "
is "faults" "$(words fault st)" "stop start "
is "nodes of faults" "$(words fault stop Ba)" "Backend "

run vnetlab fault kill NVA_2 --hold
wait_until "a session that is down is drawn as such" 20 sh -c \
	'"$0" graph route-server --format mermaid | grep -q "AS 65000, down\""' "$B/vnetlab"
done_testing
