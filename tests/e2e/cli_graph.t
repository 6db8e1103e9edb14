#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Pictures and pages of topologies and of running labs; completion of names of a running lab.
. "$(dirname "$0")/../lib/tap.sh"
need xmllint jq

for t in "$topologies"/*/*.vnetlab.json; do
	name=$(basename "$t" .vnetlab.json)
	vnetlab graph "$t" >"$work/$name.svg" 2>"$work/$name.err"
	is "graph draws $name" $? 0
	ok "the picture of $name is well-formed" xmllint --noout "$work/$name.svg"
	names=$(jq -r '(.virtualMachines, .sites, .expressRouteCircuits) // {} | keys[]' "$t")
	for vm in $names; do grep -qF ">$vm<" "$work/$name.svg" || echo "$vm"; done >"$work/missing"
	is "the picture of $name shows every VM, site and circuit" "$(cat "$work/missing")" ""
done

file=$topologies/route-server/route-server.vnetlab.json
status "graph takes a folder with one topology" 0 vnetlab graph "$topologies/route-server"
like "graph draws SVG by default" "$out" '^<svg '
status "graph draws dot" 0 vnetlab graph "$file" --format dot
like "the dot text is a digraph" "$out" '^digraph "route-server" \{'
status "graph draws mermaid" 0 vnetlab graph "$file" --format mermaid
like "the mermaid text is a flowchart" "$out" '^flowchart'
status "another format is wrong usage" 2 vnetlab graph "$file" --format png
status "a name that is neither lab nor file is refused" 5 vnetlab graph nosuch
like "the message says that it is neither" "$err" 'neither a running lab nor a file called "nosuch"'
status "a file that is not there is refused" 5 vnetlab graph ./nosuch.vnetlab.json
like "the message names the file" "$err" 'nosuch.vnetlab.json.*No such file'
echo '{"name":"x","virtualNetwork":{}}' >"$work/bad.vnetlab.json"
status "a design with mistakes is refused" 3 vnetlab graph "$work/bad.vnetlab.json"
like "the message has its findings" "$err" 'virtualNetworks'
is "graph prints no picture of it" "$out" ""

cd "$work" || exit 1
run vnetlab up "$file"
is "a lab runs" "$rc" 0 || diag "$err"
status "graph draws a running lab by its name" 0 vnetlab graph route-server --format mermaid
is "the picture shows both connections up" "$(echo "$out" | grep -c 'AS 65000, up"')" 2
status "-n names the lab to draw" 0 vnetlab graph -n route-server
like "the picture of a lab is SVG by default" "$out" 'class="session up"'
status "a page about the lab is written" 0 vnetlab report route-server --html "$work/lab.html"
for part in 'id="timeline-0"' '<td>session</td>' '>Effective routes of ' 'learned by instance' 'class="session up"' 'The way of each check'; do
	like "the page has $part" "$(cat "$work/lab.html")" "$part"
done
run vnetlab matrix route-server --format tap
like "the matrix of a lab is TAP, too" "$out" '^1\.\.[1-9]'

words() { vnetlab completion --complete -- "$@" | cut -f 1 | tr '\n' ' '; }
is "completion offers the lab's nodes" "$(words exec '')" "NVA_1 NVA_2 Backend RouteServer/0 RouteServer/1 internet fabric "
is "completion offers the lab's peerings" "$(words learned '')" "RouteServer/NVA_1 RouteServer/NVA_2 "
is "completion offers the lab's NICs" "$(words routes B)" "Backend BackendVMNic "
is "completion offers the labs" "$(words down '')" "route-server "
is "completion offers the faults" "$(words fault st)" "stop start "
is "completion offers the nodes of a fault" "$(words fault stop Ba)" "Backend "

run vnetlab fault kill NVA_2 --hold
wait_until "a session that is down is drawn as such" 20 sh -c \
	'"$0" graph route-server --format mermaid | grep -q "AS 65000, down\""' "$B/vnetlab"
done_testing
