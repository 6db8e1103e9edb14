#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab from its beginning to its end, whichever end that is.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need jq curl ip python3 taskset

here=$root/tests/e2e/lab
plain=$here/plain.vnetlab.json

driver_pid() { vnetlab status "$1" -o json | jq .driver.pid; }
# Gone, or a zombie that whoever adopted it has not buried yet.
is_gone() { [ ! -e "/proc/$1/stat" ] || [ "$(sed 's/.*) //' "/proc/$1/stat" | cut -c1)" = Z ]; }
# Processes that are in one of the namespaces $1 (network, pid, mount), one a line.
inside() {
	for p in /proc/[0-9]*/ns/net /proc/[0-9]*/ns/pid /proc/[0-9]*/ns/mnt; do
		printf '%s %s\n' "$(readlink "$p" 2>/dev/null)" "$p"
	done | grep -F "$1"
}

status "ls without labs succeeds" 0 vnetlab ls -o json
json "ls without labs prints an empty list" '.labs == []'
status "down of an unknown lab fails" 5 vnetlab down nosuch
like "the message says that no such lab runs" "$err" 'no lab nosuch runs'
status "down without labs succeeds" 0 vnetlab down
status "exec without labs fails" 5 vnetlab exec left -- true
like "the message says how to start a lab" "$err" 'no lab runs \(vnetlab up FILE starts one\)'

host_links=$(ip -o link | wc -l) host_mounts=$(wc -l </proc/self/mounts)
status "up builds the lab" 0 vnetlab up "$plain"
like "up says what it did" "$out" '^Lab plain is up: 2 virtual machines'
like "up says how long each phase took" "$out" 'parse [0-9]+ ms, build [0-9]+ ms, start [0-9]+ ms, converge [0-9]+ ms'
is "the host's namespace has no link of the lab" "$(ip -o link | wc -l)" "$host_links"
is "the host has no mount of the lab" "$(wc -l </proc/self/mounts)" "$host_mounts"
is "the lab's folder holds control and lock alone" "$(ls "$VNETLAB_RUN_DIR/plain" | tr '\n' ' ')" "control lock "
is "the control socket is the user's alone" "$(stat -c %a "$VNETLAB_RUN_DIR/plain/control")" 600

status "ls with a lab succeeds" 0 vnetlab ls -o json
json "ls lists the lab" '.labs | length == 1 and .[0].name == "plain" and .[0].nodes == 4 and (.[0].driver.pid > 1) and (.[0].since | startswith("20"))'
status "ls prints a table" 0 vnetlab ls
like "the table has the lab and its nodes" "$out" '^plain +[0-9]+ +4'
status "status succeeds" 0 vnetlab status -o json
json "status lists the nodes in order" '[.nodes[].name] == ["fabric","internet","left","right"]'
like "status of the lab's own version says nothing of versions" "$(vnetlab status)" '^Lab plain: driver [0-9]+, virtual router [0-9]+ running$'
# The program of another version: the same one, with another word in it.
perl -pe 's/\Q'"$("$B/vnetlab" version | cut -d ' ' -f 2)"'\E\0/9.9.9\0/' "$B/vnetlab" >"$work/newer" && chmod +x "$work/newer"
run "$work/newer" status
like "status of another version says what to do" "$out" 'lab plain was started by vnetlab .*, and this is version 9\.9\.9: .*\(vnetlab down plain, then up\)'
status "up of another version succeeds" 0 env VNETLAB_IMAGES="$root/images" "$work/newer" up "$plain"
like "up of another version says what to do" "$err" 'and this is version 9\.9\.9: '
run vnetlab status -o json
json "status shows the router running" '.router.state == "running" and (.router.pid > 1)'
pid=$(driver_pid plain)
is "the driver is pid 1 of its own namespace" "$(grep NSpid "/proc/$pid/status" | awk '{print $NF}')" 1

status "exec passes output on" 0 vnetlab exec left -- echo hello
is "exec passes output on unchanged" "$out" hello
status "exec passes the exit status on" 7 vnetlab exec left -- sh -c 'exit 7'
status "exec of a program that is not there has status 127" 127 vnetlab exec left -- no-such-program
like "the message names the program" "$err" 'no-such-program: no such program'
status "exec of a program killed by a signal has status 137" 137 vnetlab exec left -- sh -c 'kill -9 $$'
status "exec passes standard input on" 0 sh -c "echo word | $B/vnetlab exec left -- cat"
is "exec passes all of the input on" "$out" word
status "exec runs in the node" 0 vnetlab exec left -- ip -o -4 addr show dev eth0
like "the program sees the node's address" "$out" 'inet 10\.9\.1\.4/24'
status "exec in an unknown node is wrong usage" 2 vnetlab exec lfet -- true
like "the message suggests the nearest node" "$err" 'no node lfet; did you mean left\?'
status "exec without a command is wrong usage" 2 vnetlab exec left
status "exec keeps the folder" 0 sh -c "cd /usr/share && $B/vnetlab exec left -- pwd"
is "the folder is the one that the node has" "$out" /usr/share
status "exec of a folder that the node lacks succeeds" 0 sh -c "cd $work && $B/vnetlab exec left -- pwd"
is "the command then runs in the root folder" "$out" /
status "shell takes a script" 3 sh -c "echo 'exit 3' | $B/vnetlab shell left"
ok "one answers the other" vnetlab exec right -- ping -c1 -W2 10.9.1.4
status "the listener answers HTTP" 0 vnetlab exec right -- curl -sS -m 3 http://10.9.1.4/
is "the listener says who it is and who asks" "$out" "left here, you are 10.9.1.5"
status "the Internet's host answers HTTP" 0 vnetlab exec right -- curl -sS -m 3 http://203.0.113.10/
is "the Internet's host sees a public address" "$out" "internet here, you are 20.100.255.254"
status "a signal reaches the command" 143 timeout -s TERM --preserve-status 1 "$B/vnetlab" exec left -- sleep 30
wait_until "the signal ends the command in the node" 3 sh -c "! pgrep -P $pid -x sleep"

# What ignores a signal cannot keep us: the second one ends the client, which hangs up on it.
"$B/vnetlab" exec left -- sh -c 'trap "" INT TERM HUP; echo began; sleep 60' >"$work/began" 2>"$work/exec.err" </dev/null &
client=$!
wait_until "a command that ignores signals is running" 5 test -s "$work/began"
kill -TERM $client
wait_until "the client has passed one signal on" 5 sh -c "! grep -q '^ShdPnd:.*4...$' /proc/$client/status"
kill -TERM $client
wait $client
is "a second signal ends exec" $? 143
like "exec says that it hangs up on the command" "$(cat "$work/exec.err")" 'interrupted; the command is hung up on'
wait_until "the command ends, too" 5 sh -c "! pgrep -P $pid -x sh"

# Two start the same lab: one of them does.
vnetlab down plain >/dev/null
both=
for _ in 1 2 3 4 5 6; do
	"$B/vnetlab" up -q "$plain" 2>"$work/first.err" &
	first=$!
	"$B/vnetlab" up -q "$plain" 2>"$work/second.err"
	second=$?
	wait $first
	case "$? $second" in
	"0 0") ;;
	"0 5" | "5 0") grep -qh 'another up of lab plain is under way' "$work/first.err" "$work/second.err" || both="$both $(cat "$work"/*.err)" ;;
	*) both="$both $(cat "$work"/*.err)" ;;
	esac
	vnetlab down plain >/dev/null
done
is "of two ups at the same moment one is told that another is under way" "$both" ""
status "up after that succeeds" 0 vnetlab up "$plain" -q
pid=$(driver_pid plain)

# Two labs with the same addresses.
status "up builds a second lab with the same addresses" 0 vnetlab up "$plain" -n twin -q
status "status of several labs needs a name" 2 vnetlab status
like "the message lists the labs" "$err" 'several labs run: plain, twin'
status "the second lab's VM answers" 0 vnetlab exec -n twin right -- ping -c1 -W2 10.9.1.4
vnetlab exec -n plain left -- ip link set eth0 down
status "the second lab does not notice a change of the first" 0 vnetlab exec -n twin right -- ping -c1 -W2 10.9.1.4
status "the first lab's VM does not answer" 1 vnetlab exec -n plain right -- ping -c1 -W1 10.9.1.4
status "down of several labs needs a name" 2 vnetlab down
like "the message asks for a name" "$err" 'several labs run: plain, twin; name one, or --all'
status "VNETLAB_LAB names the lab" 0 env VNETLAB_LAB=twin "$B/vnetlab" status -o json
json "status is that of the lab that VNETLAB_LAB names" '.lab == "twin"'
status "down ends one lab" 0 vnetlab down twin -o json
json "down says which lab it ended" '.ended == ["twin"]'
is "the other lab stays" "$(vnetlab ls -o json | jq -c '[.labs[].name]')" '["plain"]'

# Others look while a lab starts: they come and go before who starts it has said what it wants, and
# so often that a driver that takes all who come would do nothing else.
vnetlab down --all >/dev/null
first_cpu=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
(cd "$VNETLAB_RUN_DIR" && exec "$B/tests/tools/look" plain/control "$work/seen") &
lookers=$!
failures=
for _ in $(seq 6); do
	run timeout -k 5 50 taskset -c "$first_cpu" "$B/vnetlab" up "$plain" -q
	[ "$rc" -eq 0 ] || failures="${failures}up: $rc $err; "
	run vnetlab down plain
	[ "$rc" -eq 0 ] || failures="${failures}down: $rc $err; "
done
: >"$work/seen"
wait $lookers
is "a lab that others look at while it starts comes up" "$failures" ""
vnetlab up "$plain" -q >/dev/null
pid=$(driver_pid plain)

# kill -9.
router=$(vnetlab status plain -o json | jq .router.pid)
spaces=$(for t in net pid mnt; do readlink "/proc/$router/ns/$t"; done)
ok "the lab's processes are in namespaces of their own" [ "$(inside "$spaces" | wc -l)" -ge 3 ]
vnetlab exec left -- sh -c 'echo in >&2; exec sleep 60' 2>"$work/exec" &
client=$!
wait_until "a command runs in the lab" 5 grep -q in "$work/exec"
kill -9 "$pid"
wait "$client"
is "exec fails when the driver dies" $? 5
like "exec says how the driver died" "$(cat "$work/exec")" 'lab plain: its driver was killed by signal 9 \(Killed\).*without a word'
wait_until "the killed driver is gone" 5 is_gone "$pid"
wait_until "the virtual router is gone with it" 5 sh -c "[ ! -e /proc/$router ]"
nobody_inside() { [ -z "$(inside "$spaces")" ]; }
wait_until "no process is left in the lab's namespaces" 5 nobody_inside
is "no mount is left" "$(wc -l </proc/self/mounts)" "$host_mounts"
is "no link is left" "$(ip -o link | wc -l)" "$host_links"
status "status of a lab whose driver died fails" 5 vnetlab status plain
like "status says how the driver died" "$err" 'no lab plain runs: its driver was killed by signal 9'
status "ls after that succeeds" 0 vnetlab ls -o json
like "ls says how the driver died for the last time" "$err" 'lab plain: its driver was killed by signal 9'
json "ls lists no lab" '.labs == []'
is "the run directory is empty" "$(ls -A "$VNETLAB_RUN_DIR")" ""
status "up builds the lab again at once" 0 vnetlab up "$plain" -q
kill -ABRT "$(driver_pid plain)"
unreachable() { ! vnetlab exec left -- true 2>"$work/last"; }
wait_until "a command fails when the driver is killed by SIGABRT" 5 unreachable
like "later commands say by which signal it died" "$(cat "$work/last")" 'its driver was killed by signal 6 \(Aborted\)'
status "up of a lab whose driver died succeeds" 0 vnetlab up "$plain" -q
unlike "up makes ls forget the death" "$(vnetlab ls 2>&1)" 'signal'
pid=$(driver_pid plain)
status "down ends the lab" 0 vnetlab down
ok "the driver's process is gone" is_gone "$pid"
is "the run directory is empty after down" "$(ls -A "$VNETLAB_RUN_DIR")" ""

# A driver that hangs; a socket that is gone.
vnetlab up "$plain" -q >/dev/null
pid=$(driver_pid plain)
kill -STOP "$pid"
status "ls of a driver that hangs succeeds" 0 vnetlab ls
like "ls says that the lab does not answer" "$out" 'plain .*does not answer'
# Every command says so, and comes back: one that did not would be killed (137).
said() { timeout -s KILL 60 "$B/vnetlab" "$@" </dev/null >/dev/null 2>"$work/said.$1"; echo " $?" >>"$work/said.$1"; }
for c in "status plain" "routes left" "path left right" "probe left right" "exec left -- true" "shell left" "logs left -f" \
	"events plain" "fault list" "plan $plain" "up $plain"; do
	# shellcheck disable=SC2086
	said $c &
	stuck="${stuck:-} $!"
done
# shellcheck disable=SC2086
wait $stuck
for c in status routes path probe exec shell logs events fault plan up; do
	like "$c of a driver that is stopped says how to continue it" "$(cat "$work/said.$c")" "lab plain does not answer: its driver \\(process $pid\\) is stopped \\(kill -CONT $pid"
	is "$c of a driver that is stopped ends in time" "$(tail -1 "$work/said.$c")" " 124"
done
kill -CONT "$pid"
status "the driver goes on where it was" 0 vnetlab status plain
kill -STOP "$pid"
"$B/vnetlab" exec left -- true 2>/dev/null &
client=$!
wait_until "a client waits for its answer" 5 grep -q vnetlab "/proc/$client/comm"
kill -TERM $client
wait $client
ok "a client that waits ends on a signal" [ $? -gt 100 ]
status "down of a driver that hangs succeeds" 0 vnetlab down plain
ok "down has killed the driver" is_gone "$pid"
vnetlab up "$plain" -q >/dev/null
pid=$(driver_pid plain)
rm "$VNETLAB_RUN_DIR/plain/control"
status "status of a lab without its socket fails" 5 vnetlab status
like "the message says that down ends it" "$err" 'vnetlab down plain ends it'
status "down of a lab without its socket succeeds" 0 vnetlab down plain
ok "down has ended its driver" is_gone "$pid"

# A node that fills its files: the lab's, not the machine's.
status "up --disk builds a small lab" 0 vnetlab up "$here/pair.vnetlab.json" --disk 16 -q
status "status of the small lab succeeds" 0 vnetlab status -o json
json "the lab's disk has the size that was asked for" '.disk.sizeBytes == 16777216 and (.disk.full | not) and .problems == []'
status "a node that writes for ever fails" 1 vnetlab exec one -- sh -c 'exec cat /dev/zero >/var/tmp/fill'
like "the kernel refuses to write more" "$err" 'No space left on device'
wait_until "an event says that the disk is full, and by whom" 5 event '.kind == "disk" and (.detail | test("fill the 16 MiB .* one has 1[0-9] MiB of it.*--disk MIB"))'
status "status of a full lab succeeds" 0 vnetlab status
like "status says that the disk is full" "$out" '^Lab pair: the files of its nodes fill the 16 MiB'
jq '.virtualMachines.more = {"nic": {"subnet": (.virtualMachines.two.nic.subnet)}, "image": "bird", "bgp": {"asn": 65099}}' "$here/pair.vnetlab.json" >"$work/more.vnetlab.json"
status "up cannot add to a full lab" 5 vnetlab up "$work/more.vnetlab.json" -n pair -q
like "the message names the cause and --disk" "$err" 'lab pair: the files of its nodes fill the 16 MiB .*--disk MIB'
status "up --disk makes the disk larger" 0 vnetlab up "$here/pair.vnetlab.json" --disk 64 -q
status "status of the larger lab succeeds" 0 vnetlab status -o json
json "the larger disk has room" '.disk.sizeBytes == 67108864 and (.disk.full | not) and .problems == []'
status "up --disk with too little is wrong usage" 2 vnetlab up "$here/pair.vnetlab.json" --disk 1
vnetlab down pair >/dev/null

# The topology file is gone.
cp "$plain" "$work/x.vnetlab.json"
vnetlab up "$work/x.vnetlab.json" -q >/dev/null
rm "$work/x.vnetlab.json"
status "down ends a lab whose file is gone" 0 vnetlab down

# As an ordinary user in a container, where /etc/hosts is a mount of its own.
echo '192.0.2.1 outside' >"$work/hosts"
# shellcheck disable=SC2016  # for the shells in there
status "a lab comes up where something is mounted below /etc" 0 unshare -Urm sh -c 'mount --bind "$1" /etc/hosts && shift &&
	exec unshare -U --map-user=1000 --map-group=1000 sh -c '\''"$0" up "$1" && "$0" exec one cat /etc/hosts && "$0" down'\'' "$@"' \
	- "$work/hosts" "$B/vnetlab" "$here/pair.vnetlab.json"
like "a node has its own files all the same" "$out" '127.0.1.1 one$'

# Names, refusals.
status "a lab's name in capitals is refused" 2 vnetlab up "$plain" -n Plain_1
like "the message says which names are allowed" "$err" '1 to 40 of a-z, 0-9 and -'
status "a run directory of another user is refused" 5 env VNETLAB_RUN_DIR=/proc/1 "$B/vnetlab" up "$plain"
mkdir -m 777 "$work/open"
status "a run directory that others can write is refused" 5 env VNETLAB_RUN_DIR="$work/open" "$B/vnetlab" up "$plain"
like "the message says how to close it" "$err" 'writable by others: chmod 700'
# A run directory that is not vnetlab's alone: nothing of the others' is touched.
mkdir -m 700 "$work/mine" "$work/mine/project" "$work/mine/empty"
touch "$work/mine/project/lock" "$work/mine/project/control"
status "a run directory with other files is taken" 0 env VNETLAB_RUN_DIR="$work/mine" "$B/vnetlab" ls
like "ls finds no lab in it" "$err" 'no lab runs'
is "ls leaves the other files alone" "$(cd "$work/mine" && find . | sort | tr '\n' ' ')" ". ./empty ./project ./project/control ./project/lock "
status "up refuses a lab with the name of such a file" 5 env VNETLAB_RUN_DIR="$work/mine" "$B/vnetlab" up "$plain" -n project
like "the message says that no lab made it" "$err" 'something of that name that no lab made'
if [ "$(id -u)" -eq 0 ]; then
	ln -s "$work/mine" "$work/planted"
	chown -h 4711 "$work/planted"
	status "a run directory that is another user's link is refused" 5 env VNETLAB_RUN_DIR="$work/planted" "$B/vnetlab" ls
	like "the message says that the link is not followed" "$err" 'is a link that user 4711 made, and is not followed'
fi
deep=$work/$(printf 'd%.0s' $(seq 100))/$(printf 'e%.0s' $(seq 100))
mkdir -p "$deep" && chmod 700 "$deep"
status "up works in a deep run directory" 0 env VNETLAB_RUN_DIR="$deep" "$B/vnetlab" up "$here/pair.vnetlab.json" -q
status "learned works in a deep run directory" 0 env VNETLAB_RUN_DIR="$deep" "$B/vnetlab" learned Rs/one -o json
json "learned has the routes" '.RouteServiceRole_IN_0[0].network == "10.201.0.0/16"'
status "down works in a deep run directory" 0 env VNETLAB_RUN_DIR="$deep" "$B/vnetlab" down

done_testing
