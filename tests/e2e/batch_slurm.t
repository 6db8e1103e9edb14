#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# batch --engine slurm: a cluster of three nodes, of which one dies while it has labs.  LABS=200 for figures.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/batch/slurm.sh"
case $B in */san) skip_all "what it adds runs without sanitizers: batch.t has the same code with them" ;; esac
need jq slurmctld slurmd sbatch munged unshare
cluster_enter "$0" "$@"
export -n VNETLAB_RUN_DIR # tasks are jobs, with run directories of their own
[ "$CLUSTER_USER" -eq 0 ] && labs=${LABS:-20} || labs=${LABS:-8} # the same code, as an ordinary user

cd "$work" || exit 1
for i in $(seq "$labs"); do
	[ $((i % 10)) -eq 3 ] && expect=reach || expect=drop # to stay for two seconds, or to fail by then
	jq --arg n "lab$i" --arg e "$expect" '.name = $n | .checks = {"stays": {from: "right", to: "left", expect: $e, not: true, within: "2s"}}' \
		"$root/tests/e2e/lab/plain.vnetlab.json" >"lab$i.vnetlab.json"
done
ok "the cluster starts" cluster_start
wait_until "its three nodes are idle" 10 sh -c '[ "$(sinfo -h -N -o "%N %T" | grep -c idle)" = 3 ]' || { diag "$(tail -n 3 "$work"/slurm/*.log)"; exit 1; }

began=$SECONDS
"$B/vnetlab" batch --engine slurm --dir "$work/night" lab*.vnetlab.json >"$work/lines" 2>"$work/said" &
batch=$!
wait_until "the second node has labs" 10 sh -c 'squeue -h -w n2 -t RUNNING | grep .'
running=$(squeue -h -w n2 -t RUNNING | wc -l)
cluster_kill n2
diag "n2 was killed with $running labs"
wait $batch
is "the status is that of checks that did not hold" $? 1
diag "$labs labs: $((SECONDS - began)) s"
like "every lab has its result" "$(cat "$work/lines")" "^\[$labs/$labs\] "
is "none is without a verdict" "$(cat night/results/*.json | jq -s 'map(select(.final)) | length')" "$labs"
isnt "labs that the dead node had were run once more" "$(scontrol show job -o | grep -c 'Restarts=[1-9]')" 0
diag "$(scontrol show job -o | grep -o 'Restarts=[0-9]\|JobState=[A-Z]*' | sort | uniq -c)"
wait_until "no lab is left" 10 sh -c '! pgrep vnetlab'

"$B/vnetlab" batch -q --dir "$work/here" -j 20 lab*.vnetlab.json >/dev/null 2>&1
of() { jq -s -c 'map([.lab, .passed, .failed, [.checks[] | [.name, .ok]]]) | sort' "$1/report.json"; }
is "every result is that of one machine" "$(of night)" "$(of here)"

# A batch that is killed leaves its tasks, and finds them again.
"$B/vnetlab" batch -q --engine slurm --dir "$work/again" lab1.vnetlab.json lab2.vnetlab.json >/dev/null 2>&1 &
batch=$!
wait_until "tasks are submitted" 10 sh -c 'grep -q arrays again/slurm.json'
kill -KILL $batch
wait $batch 2>/dev/null
status "the same command waits for tasks of one that was killed" 0 vnetlab batch --engine slurm --dir "$work/again"
is "it submits no second array" "$(jq -c '.arrays | length' again/slurm.json)" 1

"$B/vnetlab" batch -q --engine slurm --dir "$work/stopped" lab1.vnetlab.json lab2.vnetlab.json >/dev/null 2>&1 &
batch=$!
wait_until "a task runs" 10 sh -c 'squeue -h -t RUNNING | grep .'
kill -INT $batch
wait $batch
is "SIGINT ends a batch" $? 130
wait_until "its tasks are cancelled" 10 sh -c '! squeue -h | grep .'
wait_until "the tasks' labs are gone" 10 sh -c '! pgrep vnetlab'
done_testing
