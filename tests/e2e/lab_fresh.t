#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# up --fresh: back to the file, whatever was done inside; nobody else notices.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird

file=$root/tests/e2e/lab/pair.vnetlab.json
pids() { vnetlab status -o json | jq -c "[.nodes[] | select(.name | test(\"$1\")) | .processes[].pid]"; }
faults() { vnetlab fault list -o json | jq -c .faults; }
# NODE WHY: plan says it, up does it, for that node alone; then there is nothing left to do.
fresh() {
	local others
	others=$(pids "^(Rs/.|one|two)$" | jq -c --argjson its "$(pids "^$1\$")" '. - $its')
	status "plan --fresh has a node to make anew: $2" 6 vnetlab plan "$file" --fresh --detailed-exitcode -o json
	json "plan --fresh names $1: $2" '[.fresh[] | "\(.node): \(.why)"] == ["'"$1: $2"'"] and .nodes == [{"name":"'"$1"'","action":"rebuild"}]'
	status "up --fresh makes $1 anew: $2" 0 vnetlab up "$file" --fresh -o json
	json "up --fresh makes $1 anew and keeps the others: $2" '[.fresh[] | "\(.node): \(.why)"] == ["'"$1: $2"'"] and .nodes.rebuilt == 1 and .nodes.kept == 4 and .sessions.up == 4'
	is "the others' processes stay: $2" "$(pids "^(Rs/.|one|two)$" | jq -c --argjson o "$others" '$o - .')" '[]'
	is "no fault is left: $2" "$(faults)" '[]'
	status "plan --fresh then has nothing left: $2" 0 vnetlab plan "$file" --fresh --detailed-exitcode
}

status "up --fresh builds a new lab" 0 vnetlab up "$file" -q --fresh
status "up --fresh of an untouched lab succeeds" 0 vnetlab up "$file" --fresh -o json
json "up --fresh keeps every node of an untouched lab" '.fresh == [] and .nodes.kept == 5'

# Commands that were run in it.
mark=98765.$$
vnetlab exec box -- sh -c "ip route add 10.99.0.0/16 dev eth0; nft add table ip mine; sleep $mark >/dev/null 2>&1 </dev/null &"
ok "a command runs in the node" pgrep -f "sleep $mark"
fresh box '\"sh\" was run in it'
not_ok "the command does not run any more" pgrep -f "sleep $mark"
status "the node's filter and routes can be listed" 0 vnetlab exec box -- sh -c 'nft list ruleset; ip route'
unlike "the node has neither the command's table nor its route" "$out" 'mine|10\.99'
vnetlab up "$file" --fresh -q >/dev/null

# Processes.
pid=$(pids '^one$' | jq '.[0]')
kill -9 "$pid"
wait_until "a process that died runs again" 10 sh -c "[ \"\$($B/vnetlab status -o json | jq -c '[.nodes[]|select(.name==\"one\").processes[]|.state]')\" = '[\"running\"]' ]"
fresh one 'a process of it has died'

# Faults.
vnetlab fault stop box -q >/dev/null
fresh box 'a fault was done to it'
vnetlab fault link one down -q >/dev/null
fresh one 'a fault was done to it'
vnetlab fault session Rs/two/0 down -q >/dev/null
status "up --fresh ends a session's fault" 0 vnetlab up "$file" --fresh -o json
json "up --fresh ends the fault and touches no node" '.fresh == [{"node":"Rs/two/0","why":"a fault kept its session down"}] and .nodes.kept == 5 and .sessions.up == 4'
is "the session's fault is not listed any more" "$(faults)" '[]'

# The named ones, whatever they are like.
vnetlab exec box -- true
one=$(pids '^one$')
status "up --fresh makes the node that is named anew" 0 vnetlab up "$file" --fresh one
like "up --fresh says that it was named" "$out" '  back to the file: one: it was named'
unlike "up --fresh says nothing of other nodes" "$out" box
isnt "the named node's processes are new" "$(pids '^one$')" "$one"
status "up --fresh refuses a node that is not there" 2 vnetlab up "$file" --fresh oen
like "the message suggests the nearest node" "$err" 'did you mean one\?'
status "up --fresh refuses the fabric" 2 vnetlab up "$file" --fresh fabric
like "the message says why the fabric is not made anew" "$err" 'fabric is not made anew: up puts back what is missing in it'
status "up refuses nodes without --fresh" 2 vnetlab up "$file" one
like "the message says that nodes go with --fresh" "$err" "unexpected argument 'one': nodes go with --fresh"

# Its own files.
conf=/proc/$(pids '^one$' | jq '.[0]')/root/etc/bird/bird.conf
vnetlab up "$file" --fresh -q >/dev/null
conf=/proc/$(pids '^one$' | jq '.[0]')/root/etc/bird/bird.conf
if [ -w "$conf" ]; then
	echo '# mine' >>"$conf"
	fresh one '/etc/bird/bird.conf was changed'
fi

done_testing
