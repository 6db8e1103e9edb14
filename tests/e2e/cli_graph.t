#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Pictures and pages of topologies and of running labs; completion of names of a running lab.
. "$(dirname "$0")/../lib/tap.sh"
need xmllint jq curl

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

# The page that follows labs: one that looks, and one that may do faults.
page() { # FILE ARGS...: serves a page, whose address is in FILE
	_url=$1
	shift
	"$B/vnetlab" web --port 0 "$@" >"$_url" 2>/dev/null &
	pages="$pages $!"
	wait_until "a page is served" 5 test -s "$_url"
}
code() { curl -s -o /dev/null -m 20 -w '%{http_code}' "$@"; }
pages=''
on_exit 'kill $pages 2>/dev/null'
page "$work/looks" --no-checks
page "$work/acts" route-server later --control
looks=$(cat "$work/looks") acts=$(cat "$work/acts")
host=${looks#http://} host=${host%%/*}
is "the page is answered" "$(code "$looks")" 200
is "another token is refused" "$(code "${looks%/}0/")" 403
is "no token is refused" "$(code "http://$host/")" 403
is "another Host is refused" "$(code -H 'Host: lab.example.net' "$looks")" 400
is "another Origin is refused" "$(code -H 'Origin: http://example.net' "$looks")" 403
is "its own Origin is taken" "$(code -H "Origin: http://$host" "$looks")" 200
not_ok "it is served on the loopback interface alone" curl -sS -m 3 "$(echo "$looks" | sed 's/127.0.0.1/127.0.0.2/')"
run curl -s -D - -o /dev/null "$looks"
like "its answers have a content security policy" "$out" "^Content-Security-Policy: default-src 'none'; script-src 'self'"
like "its address is told to nobody" "$out" '^Referrer-Policy: no-referrer'
hurt() { code -H 'Content-Type: application/json' -d '{"argv":["kill","NVA_2","--hold"]}' "$1labs/route-server/fault"; }
is "a page without --control refuses a fault" "$(hurt "$looks")" 403
run vnetlab fault list -o json
json "a refused fault breaks nothing" '.faults == []'
run curl -s "${looks}labs/route-server/routes?nic=BackendVMNic"
json "a NIC has its effective routes with reasons" '.html | test("learned by instance")'
run curl -s "${acts}labs"
json "a lab that does not run is shown as such" '.labs | map([.name, .state]) | .[0] == ["later", "away"]'
curl -sN "${looks}events?lab=route-server" >"$work/events" &
pages="$pages $!"
curl -sN "${acts}events?lab=route-server" >"$work/acts.events" &
pages="$pages $!"
wait_until "the page has the picture" 5 grep -q '^data: {"picture":"<svg.*session up' "$work/events"
run curl -s "${looks}labs/route-server/path?from=Backend&to=8.8.8.8"
json "a path says which boxes it passes" '.verdict == "delivered" and (.steps | map(.node)) == ["Backend", "NVA_1", "internet"] and .steps[0].box != "" and .steps[2].box == ""'
wait_until "the page knows that all checks of the lab hold" 15 grep -Eq '"tasks":\{"done":([0-9]+),"of":\1\}' "$work/acts.events"
is "a page with --control does a fault" "$(hurt "$acts")" 200
wait_until "the picture follows a killed appliance" 1 grep -q 'gone.*172.16.1.5 does not run' "$work/events"
wait_until "its sessions are drawn as down" 1 grep -q 'session down' "$work/events"
wait_until "the timeline has the fault" 1 grep -q '"kind":"fault","subject":"NVA_2","detail":"kill --hold"' "$work/events"
wait_until "a session that is down is drawn as such" 20 sh -c \
	'"$0" graph route-server --format mermaid | grep -q "AS 65000, down\""' "$B/vnetlab"
vnetlab down route-server -q
wait_until "a lab that ends is shown so" 2 grep -q '"name":"route-server","state":"away"' "$work/events"
vnetlab up "$root/tests/e2e/lab/pair.vnetlab.json" -n later -q --wait none
wait_until "a lab that comes is shown" 3 grep -q '"name":"later","state":"runs"' "$work/acts.events"
first=${pages# } first=${first%% *}
kill -INT "$first"
wait "$first"
is "an interrupt ends the page with status 0" $? 0
done_testing
