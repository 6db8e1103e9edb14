#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# learn: a lesson is begun, worked on and done in a lab.
. "$(dirname "$0")/../lib/tap.sh"
need jq
export XDG_STATE_HOME="$work/state"
cd "$work" || exit 1
lab=lesson-who-is-my-next-hop
file=01-who-is-my-next-hop/who-is-my-next-hop.vnetlab.json

status "a lesson begins" 0 vnetlab learn 1 --no-watch
like "its story is told" "$out" '^Who is my next hop'
ok "the student has a copy of the design" test -s $file
ok "the student has no copy of the solution" test ! -e 01-who-is-my-next-hop/solution.json
is "what up warns of is not told: it would be the answer" "$err" ""
status "check says that something is open" 1 vnetlab learn 1 check -o json
json "each task is told with what was seen" '.done == false and (.tasks | length) == 2 and .tasks[1].points == 2 and (.tasks[1].detail | test("0 of 1"))'

"$B/vnetlab" learn 1 >seen 2>&1 &
learning=$!
wait_until "who looks on sees what is open" 15 grep -q '^open web reaches the Internet' seen
sed -i 's/10\.0\.1\.5/10.0.1.4/' $file
status "the student changes the design" 0 vnetlab up $file -n $lab
wait_until "who looks on sees it done" 15 grep -q '^done web reaches the Internet' seen
wait $learning
is "looking on ends when all is done" $? 0
like "then it is told why" "$(cat seen)" '^All done'
status "the list says so" 0 vnetlab learn -o json
json "the first lesson is done, and the second not begun" '.lessons[0].state == "done" and .lessons[1].state == ""'
status "reset gives the beginning back" 0 vnetlab learn 1 reset
ok "what the student had is kept" grep -q '10\.0\.1\.4' $file.mine
status "the lab is as in the beginning" 1 vnetlab learn 1 check
status "the solution can be written" 0 vnetlab learn 1 solution --write
status "it is the solution in the lab" 0 vnetlab learn 1 check
# An exam in the lab that runs.
status "a trainer hides a fault in the running lab" 0 vnetlab exam --running -n $lab --seed 4711 --faults next-hop,lost-route
is "what is hidden is not told" "$out" ""
status "the lab does not do what its design says any more" 1 vnetlab learn 1 check
status "plan is asked" 0 vnetlab plan $file -n $lab -o json
json "plan does not show the fault" '.changes == []'
status "fault list is asked" 0 vnetlab fault list -n $lab -o json
json "fault list does not show the fault" '.faults == []'
status "status is asked" 0 vnetlab status -n $lab -o json
json "status does not show the fault" '.faults == [] and .problems == []'
status "diff sees no difference between the lab and the file" 0 vnetlab diff $lab $file
status "up with the same design does not take it away" 0 vnetlab up $file -n $lab
status "the fault is still there" 1 vnetlab learn 1 check
status "with another seed it is not revealed" 5 vnetlab exam --running -n $lab --seed 4712 --reveal
status "a second exam has to wait for the end of the first" 5 vnetlab exam --running -n $lab --seed 4712
status "what does not exist cannot be redeployed" 2 vnetlab exam -n $lab --redeploy routeTables/nothing
status "an object without a fault is redeployed" 0 vnetlab exam -n $lab --redeploy virtualMachines/web
status "the right one is redeployed" 0 vnetlab exam -n $lab --redeploy "routeTables/$(jq -r '.routeTables | keys[0]' $file)"
status "the design's checks hold again" 0 vnetlab learn 1 check
status "the trainer has the key" 0 vnetlab exam --running -n $lab --seed 4711 --reveal -o json
json "he sees what it was, what it broke and how it was mended" '.faults | length == 1 and (.[0] | .mended == "redeployed" and (.breaks | length) > 0 and (.pointer | startswith("/routeTables/")))'
status "a machine can be stopped in secret" 0 vnetlab exam --running -n $lab --seed 1 --faults stopped
status "its checks fail" 1 vnetlab learn 1 check
status "who finds it starts it" 0 vnetlab fault start "$(vnetlab status -n $lab -o json | jq -r '.nodes[] | select(.state == "deallocated").name')" -n $lab
is "then nothing is broken" "$out" ""
status "the checks hold again" 0 vnetlab learn 1 check
status "up leaves it so" 0 vnetlab up $file -n $lab
status "a machine that is missing is an open task" 0 sh -c "jq 'del(.virtualMachines.nva, .checks)' $file >less.vnetlab.json && '$B/vnetlab' up less.vnetlab.json -n $lab"
status "check says so" 1 vnetlab learn 1 check
status "the lab ends" 0 vnetlab down $lab
status "without a lab check fails" 5 vnetlab learn 1 check
done_testing
