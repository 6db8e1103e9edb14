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
ok "and not of the solution" test ! -e 01-who-is-my-next-hop/solution.json
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
status "a machine that is missing is an open task" 0 sh -c "jq 'del(.virtualMachines.nva, .checks)' $file >less.vnetlab.json && '$B/vnetlab' up less.vnetlab.json -n $lab"
status "check says so" 1 vnetlab learn 1 check
status "the lab ends" 0 vnetlab down $lab
status "without a lab check fails" 5 vnetlab learn 1 check
done_testing
