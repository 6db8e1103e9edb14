#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# batch: many designs, one report.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 xmllint

# $1: name; $2: what the one check says, of packets from right to left
design() {
	jq --arg n "$1" --argjson c "$2" '.name = $n | .checks = {"the packet": ({from: "right", to: "left"} + $c)}' \
		"$root/tests/e2e/lab/plain.vnetlab.json" >"$1.vnetlab.json"
}
cd "$work" || exit 1
holding='{"expect":"reach","within":"9s"}'
for i in 1 2 3; do design "good$i" "$holding"; done
design bad '{"expect":"drop","within":"300ms"}'
design invalid "$holding"
sed -i 's|Net/a|Nope/a|' invalid.vnetlab.json

status "plan --resources says what a lab takes" 0 vnetlab plan --resources good1.vnetlab.json
like "it names memory and time" "$out" '^Lab good1: [0-9]+ MiB of memory \(allow [0-9]+\), at most [0-9]+ s$'
status "plan --resources prints JSON, too" 0 vnetlab plan --resources good1.vnetlab.json -o json
json "JSON has what a scheduler is told" '.memoryMiB >= 20 and .limitMiB > .memoryMiB and .seconds == 99'

status "batch with an invalid design fails as test does" 3 vnetlab batch ./*.vnetlab.json
like "each lab has a line with how many are done" "$out" '^\[5/5\] '
like "a check that did not hold is named" "$out" '^    the packet$'
like "the summary counts" "$out" '^3 of 5 runs held$'
ok "the merged JUnit fits the schema of CI servers" xmllint --noout --schema "$root/tests/lib/junit.xsd" batch/report.xml
is "it has a suite for each lab" "$(grep -c '<testsuite ' batch/report.xml)" 5
is "so has JSON" "$(jq -r .lab batch/report.json | sort | tr '\n' ' ')" "bad good1 good2 good3 invalid "
like "HTML counts" "$(cat batch/report.html)" '<h2 id="runs">3 of 5 runs held</h2>'
ok "evidence of a failure is kept" test -s "$(echo batch/failures/bad-*/status.json)"
is "no lab is left" "$(vnetlab ls -o json | jq -c .labs)" '[]'

design good2 '{"expect":"reach","within":"8s"}'
status "batch without files goes on with the folder" 3 vnetlab batch
is "what has a verdict is not run again, what was changed is" "$(printf '%s\n' "$out" | grep -c 'its result was there')" 3
like "a changed design is run again" "$out" 'good2.vnetlab.json: 1 held'
status "--merge runs nothing" 3 vnetlab batch --merge --format json
is "--merge prints what is there" "$(printf '%s\n' "$out" | jq -s 'map(.passed) | add')" 3
status "batch without files and without a folder is wrong usage" 2 vnetlab batch --dir nowhere
like "the message asks for files" "$err" 'which FILES\?'
status "--shard needs a number that is there" 2 vnetlab batch --shard 3/2 good1.vnetlab.json
status "--shard auto outside of a task is wrong usage" 2 vnetlab batch --shard auto
like "the message names the variables" "$err" 'neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is a number from 0 to 4'

# Shards: a matrix of CI jobs, or tasks.
status "a first shard runs its labs" 0 vnetlab batch --dir shards --shard 1/2 good1.vnetlab.json bad.vnetlab.json good3.vnetlab.json
is "it runs each second lab" "$(find shards/results -name '*.json' | wc -l)" 2
status "a task runs its own" 0 env JOB_COMPLETION_INDEX=1 "$B/vnetlab" batch --dir shards --shard auto
status "the merged report is of all" 1 vnetlab batch --dir shards --merge --format tap
is "all three are in it" "$(printf '%s\n' "$out" | grep -c '^\(ok\|not ok\)')" 3

# What is killed loses what was running, and nothing else.
for i in 1 2 3; do design "slow$i" '{"expect":"drop","not":true,"within":"2s"}'; done
"$B/vnetlab" batch -q --dir killed -j 1 slow?.vnetlab.json >/dev/null 2>&1 &
batch=$!
wait_until "a first lab has its result" 10 sh -c 'ls killed/results/*.json'
kill -KILL $batch
wait $batch 2>/dev/null
wait_until "no lab outlives a batch that was killed" 5 sh -c "[ \"\$('$B/vnetlab' ls -o json | jq -c .labs)\" = '[]' ]"
status "a batch that was killed is gone on with" 0 vnetlab batch --dir killed -j 3
like "the first lab's result is kept" "$out" 'slow1.vnetlab.json: its result was there'
like "all hold in the end" "$out" '^3 of 3 runs held$'

# A process that dies is tried once more.
"$B/vnetlab" batch --dir retried slow1.vnetlab.json >"$work/said" 2>&1 &
batch=$!
wait_until "its lab runs" 10 sh -c "[ \"\$('$B/vnetlab' ls -o json | jq -c '[.labs[].name]')\" = '[\"slow1\"]' ]"
pkill -KILL -P $batch
wait $batch
is "a lab whose process was killed is tried again" $? 0
like "the message says why" "$(cat "$work/said")" 'slow1.vnetlab.json: its process was killed by signal 9 .*; it is tried once more'

status "--engine kubernetes writes a Job" 0 vnetlab batch --engine kubernetes --image lab:1 --claim designs --dir kube ./*.vnetlab.json
like "the message says how it is started" "$err" "kubectl apply -k $work/kube/kubernetes starts it"
run cat kube/kubernetes/job.json
json "an Indexed Job has a pod for each design" '.kind == "Job" and .spec.completionMode == "Indexed" and .spec.completions == 8'
json "its pods have what a lab needs, and no capability" '.spec.template.spec as $p | $p.containers[0].securityContext as $s |
	$p.hostUsers == false and $s.procMount == "Unmasked" and $s.seccompProfile.type == "Unconfined" and $s.capabilities.drop == ["ALL"] and $s.runAsUser == 1000'
json "its image, volume and command are those of the batch" '.spec.template.spec as $p | $p.containers[0].image == "lab:1" and
	$p.volumes[1].persistentVolumeClaim.claimName == "designs" and ($p.containers[0].command | index("--shard")) and $p.containers[0].workingDir == "'"$work"'"'
like "the kustomization names it" "$(cat kube/kubernetes/kustomization.yaml)" '^- job.json$'

# A class: the work of each student is a row.
mkdir class
for who in anna ben; do cp "$root/tests/e2e/lab/plain.vnetlab.json" "class/$who.vnetlab.json"; done
mkdir class/carla && jq 'del(.virtualMachines.left)' class/anna.vnetlab.json >class/carla/hers.vnetlab.json
jq '.routeTables.r.routes.none = {addressPrefix: "10.9.0.0/16", nextHopType: "None"} | .virtualNetworks[].subnets[].routeTable = "r"' \
	class/anna.vnetlab.json >class/dora.vnetlab.json
echo '{' >class/emil.vnetlab.json
printf 'protocol device {}\n' >class/mute.conf
jq '(.virtualNetworks | keys[0]) as $v | .virtualNetworks[$v].addressPrefixes += ["10.99.0.0/24"] |
	.virtualNetworks[$v].subnets.RouteServerSubnet.addressPrefix = "10.99.0.0/26" |
	.virtualMachines.left.nic.privateIPAddress as $ip | .virtualMachines.left += {image: "bird", config: {"bird.conf": "mute.conf"}} |
	.routeServers.rs = {virtualNetwork: $v, bgpConnections: {left: {peerIp: ($ip // "10.0.0.4"), peerAsn: 65001}}}' class/anna.vnetlab.json >class/fred.vnetlab.json
cat >exercise.checks.json <<'END'
{"checks": {"the packet arrives": {"from": "right", "to": "left", "expect": "reach", "points": 3, "hint": "look at the routes"},
	"right goes out": {"from": "right", "to": "8.8.8.8", "expect": "reach", "points": 2}}}
END
status "grade says that not everybody has all points" 1 vnetlab grade class --checks exercise.checks.json --limit 4s -o json
json "who did all has all points" '.of == 5 and ([.students[] | select(.student == "anna" or .student == "ben") | .points] == [5, 5])'
json "a machine that is missing costs the checks that name it" '.students[] | select(.student == "carla") | .state == "graded" and .points == 2 and .failed[0].judged'
json "what failed has its reason, points and hint" '.students[] | select(.student == "dora") | .failed[0] | .points == 3 and .hint == "look at the routes" and (.detail | test("0 of 1"))'
json "a broken file is a row" '.students[] | select(.student == "emil") | .state == "invalid" and .points == 0 and (.reason | test("TOPO-JSON-01"))'
json "so is one that hangs" '.students[] | select(.student == "fred") | .state == "timedOut" and (.reason | test("its 4 s were over"))'
is "no student's lab is left" "$(vnetlab ls -o json | jq -c .labs)" '[]'
status "the model grades without a lab" 1 vnetlab grade class --checks exercise.checks.json --model --format csv
like "a row of CSV has points" "$out" '^anna,graded,5,5,,,3,2.$'
status "memory is bounded" 1 vnetlab grade class/anna.vnetlab.json --checks exercise.checks.json --memory 16 -o json
json "who needs more is told so" '.students[0].state == "tooBig" and (.students[0].reason | test("needs [0-9]+ MiB, and may have 16"))'
echo '{"x": {"from": "right", "too": "left", "expect": "reach"}}' >wrong.json
status "wrong checks are refused before anything runs" 3 vnetlab grade class --checks wrong.json
like "the message names the property" "$err" 'too'
status "grade needs checks" 2 vnetlab grade class
mkdir empty
status "a folder without designs is an error" 5 vnetlab grade empty --checks exercise.checks.json
done_testing
