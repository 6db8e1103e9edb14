#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# up --foreground: a process that is the lab.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 unshare nsenter

plain=$root/tests/e2e/lab/plain.vnetlab.json

# Listens as systemd does, and writes down what it is told.
cat >"$work/manager.py" <<'EOF'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
with open(sys.argv[2], "w", buffering=1) as f:
    while True:
        f.write(s.recv(4096).decode() + "--\n")
EOF
python3 "$work/manager.py" "$work/notify" "$work/told" &
manager=$!
on_exit "kill $manager"
wait_until "the manager listens" 5 test -S "$work/notify"

status "--ready-fd without --foreground is wrong usage" 2 vnetlab up "$plain" --ready-fd 3
like "the message names what it goes with" "$err" '--ready-fd goes with --foreground'
status "--ready-fd of a closed descriptor is wrong usage" 2 vnetlab up "$plain" --foreground --ready-fd 77
like "the message says that it is not open" "$err" '--ready-fd 77: no such descriptor is open'
status "--foreground with --dry-run is wrong usage" 2 vnetlab up "$plain" --foreground --dry-run
is "the lab does not run after that" "$(vnetlab ls -o json | jq -c .labs)" '[]'

mkfifo "$work/ready"
NOTIFY_SOCKET=$work/notify "$B/vnetlab" up "$plain" --foreground --ready-fd 5 5>"$work/ready" >"$work/lines" 2>"$work/said" &
lab=$!
is "a line comes over --ready-fd once the lab is up" "$(cat "$work/ready")" ready
status "the lab answers then" 0 vnetlab exec right -- ping -c1 -W2 10.9.1.4
wait_until "systemd is told that the lab is ready" 5 grep -qx READY=1 "$work/told"
like "systemd is told how many sessions are up" "$(cat "$work/told")" '^STATUS=0 of 0 sessions Established$'
vnetlab fault stop left >/dev/null
wait_until "events are printed as they happen" 5 grep -q '"kind":"fault"' "$work/lines"
status "a second --foreground of the lab is refused" 5 vnetlab up "$plain" --foreground
like "the message says what to do" "$err" 'lab plain runs already: end it first \(vnetlab down plain\)'
status "up without --foreground changes the lab that runs" 0 vnetlab up "$plain"
driver=$(vnetlab status -o json | jq .driver.pid)
kill -TERM $lab
wait $lab
is "SIGTERM ends it with status 0" $? 0
# Whoever it was left to may not have buried it yet: a zombie has no command line.
not_ok "the lab's driver is gone by then" grep -qs . "/proc/$driver/cmdline"
is "no lab runs then" "$(vnetlab ls -o json | jq -c .labs)" '[]'
like "it said why" "$(cat "$work/said")" 'Terminated: lab plain is taken down'
wait_until "systemd was told that the lab stops" 5 grep -qx STOPPING=1 "$work/told"

start() {
	mkfifo "$work/ready.$1"
	"$B/vnetlab" up -q "$plain" --foreground --ready-fd 5 5>"$work/ready.$1" >"$work/lines" 2>"$work/said" &
	lab=$!
	read -r _ <"$work/ready.$1"
	driver=$(vnetlab status -o json | jq .driver.pid)
}
start down
status "down ends the lab of another process" 0 vnetlab down plain
wait $lab
is "that process then ends with status 0" $? 0
start died
kill -KILL "$driver"
wait $lab
is "it fails when the driver dies" $? 5
like "the message says how the driver died" "$(cat "$work/said")" 'lab plain: its driver was killed by signal 9'
vnetlab down >/dev/null 2>&1
start killed
kill -KILL $lab
wait_until "the lab ends with a process that is killed" 5 sh -c "[ \"\$('$B/vnetlab' ls -o json | jq -c .labs)\" = '[]' ]"

# Process 1 of a container: signals reach it, and nobody else collects what a lab leaves behind.
cat >"$work/contain" <<'EOF'
mkfifo "$2/ready.one"
setsid unshare --user --map-current-user --pid --fork --mount --mount-proc "$1" up -q "$3" --foreground --ready-fd 5 5>"$2/ready.one" &
read -r _ <"$2/ready.one"
one=$(pgrep -P $!)
nsenter -t "$one" --user --preserve-credentials --pid sh -c '(sleep 0.01 &)'
for _ in {1..100}; do
	pgrep -r Z -P "$one" >/dev/null || break
	sleep 0.05
done
pgrep -r Z -P "$one" && exit 9
kill -TERM "$one"
wait $!
EOF
status "process 1 of a container buries orphans, takes its lab down at SIGTERM, and ends" 0 timeout 60 bash "$work/contain" "$B/vnetlab" "$work" "$plain"
is "the container leaves no lab" "$(vnetlab ls -o json | jq -c .labs)" '[]'
done_testing
