#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is said of who takes long, or gets no further: a daemon that does nothing, a driver that is busy, a full cgroup.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3
cd "$work" || exit 1

# --- a daemon that should do its work and end, and does nothing ----------------------------------

mkdir -p images/idle
cat >images/idle/image.json <<'JSON'
{ "kind": "process", "description": "does nothing, for long", "package": "none", "config": { "idle.conf": "/etc/idle.conf" },
  "daemons": [ { "name": "idle", "search": ["/bin/sh", "/usr/bin/sh"],
                 "arguments": ["-c", "echo I rest; exec sleep 600"], "ready": { "exit": true } } ] }
JSON
cat >idle.vnetlab.json <<'JSON'
{ "name": "idle",
  "virtualNetworks": { "Hub": { "addressPrefixes": ["10.0.0.0/16"], "subnets": { "a": { "addressPrefix": "10.0.1.0/24" } } } },
  "virtualMachines": { "vm": { "image": "idle", "config": { "idle.conf": "idle.conf" }, "nic": { "subnet": "Hub/a" } } } }
JSON
echo x >idle.conf
VNETLAB_IMAGES=$work/images "$B/vnetlab" up idle.vnetlab.json -q >said 2>&1 &
idle=$!

# --- a check that objects to a file, and what the daemon makes of it ------------------------------

mkdir -p images/picky
cat >images/picky/image.json <<'JSON'
{ "kind": "process", "description": "checks its file", "package": "none", "config": { "picky.conf": "/etc/picky.conf" },
  "daemons": [ { "name": "picky", "search": ["/bin/sh", "/usr/bin/sh"],
                 "arguments": ["-c", "grep -q fatal /etc/picky.conf && exit 1; echo took it; exec sleep 600"],
                 "ready": { "line": "^took it$" },
                 "check": [ { "search": ["/bin/sh", "/usr/bin/sh"],
                              "arguments": ["-c", "grep -n bad /etc/picky.conf && exit 1; exit 0"] } ] },
               { "name": "loader", "search": ["/bin/sh", "/usr/bin/sh"], "stray": "^line [0-9]+: ", "ready": { "exit": true },
                 "arguments": ["-c", "grep -q stray /etc/picky.conf && echo line 7: stray && exit 3; grep -q torn /etc/picky.conf && exit 3; exit 0"] } ] }
JSON
picky() { # FILE'S TEXT: a lab of one node whose file it is
	printf '%s\n' "$1" >picky.conf
	sed 's/idle/picky/g' idle.vnetlab.json >picky.vnetlab.json
	run env VNETLAB_IMAGES="$work/images" "$B/vnetlab" up picky.vnetlab.json
	said=$(tr '\n' ' ' <"$work/.err")
	"$B/vnetlab" down -q picky 2>/dev/null
}
picky good
is "a file that all take: nothing is said" "$rc $err" "0 "
picky "bad line"
is "a daemon takes what its check objects to: the lab is up" $rc 0
like "a warning of up has the check's words" "$said" 'warning: vm runs, but its daemons object to its configuration \(picky.conf is picky.conf\): +1:bad line'
status "check says so before anything runs" 3 env VNETLAB_IMAGES="$work/images" "$B/vnetlab" check --strict picky.vnetlab.json
like "check says where, and has the same words" "$(printf %s "$out" | tr -s " \n" " ")" 'IMAGE-06 at .*/virtualMachines/vm/config/picky.conf\) the daemon.s own check objects: 1:bad line'
picky "stray"
is "a loader leaves out a line, and takes the rest: the lab is up" $rc 0
like "a warning of up has the loader's words" "$said" 'object to its configuration .*: +line 7: stray'
picky "bad and fatal"
is "a daemon refuses, too" $rc 5
like "the reason is what the check says" "$said" 'vm: its configuration is wrong \(picky.conf is picky.conf\): +1:bad and fatal'
picky "torn"
is "a loader fails as a whole" $rc 5
like "the loader's status is the reason" "$said" 'vm: loader exited with status 3 before it was ready'

# FRR's loader goes on behind a line that a daemon does not take, whose words have neither a number nor a "%".
printf 'frr version 7.2\nhostname $(hostname)\nrouter bgp 65001\n' >frr.conf
sed 's/idle.conf/frr.conf/g; s/idle/frr/g' idle.vnetlab.json >frr.vnetlab.json
status "FRR comes up with a hostname that it does not take" 0 "$B/vnetlab" up frr.vnetlab.json
like "a warning of up has FRR's words" "$(printf %s "$err" | tr '\n' ' ')" 'vm runs, but its daemons object to its configuration .*: +Please specify string starting with alphabet'
status "what comes behind that line counts" 0 "$B/vnetlab" exec -n frr vm -- vtysh -c 'show running-config'
like "the number is in the running configuration" "$out" 'router bgp 65001'
"$B/vnetlab" down -q frr

# --- a daemon that listens before it has read its file, as BIRD does -------------------------------

mkdir -p images/early
cat >images/early/image.json <<'JSON'
{ "kind": "process", "description": "accepts, and then refuses its file", "package": "none", "config": { "early.conf": "/etc/early.conf" },
  "daemons": [ { "name": "early", "search": ["/usr/bin/python3"], "ready": { "socket": "/run/early", "greets": true },
                 "arguments": ["-c", "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('/run/early'); s.listen(); s.accept(); sys.exit(3)"] } ] }
JSON
sed 's/idle/early/g' idle.vnetlab.json >early.vnetlab.json
echo x >early.conf
status "a daemon that accepts, and ends before it says a word, does not start" 5 env VNETLAB_IMAGES="$work/images" "$B/vnetlab" up early.vnetlab.json
like "it ended before it was ready" "$err" 'vm: early exited with status 3 before it was ready'

# --- a driver that is busy -------------------------------------------------------------------------

# All that is seen of a driver from outside: its folder, its lock, its socket; and that it works.
python3 -c 'import fcntl, os, socket, sys
lab = sys.argv[1] + "/busy"
os.mkdir(lab)
os.chmod(lab, 0o1700)
lock = open(lab + "/lock", "w")
os.chmod(lab + "/lock", 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
lock.write(f"{os.getpid()}\n")
lock.flush()
s = socket.socket(socket.AF_UNIX)
s.bind(lab + "/control")
s.listen(16)
while True:
    pass' "$VNETLAB_RUN_DIR" &
busy=$!
wait_until "a driver that works for somebody else" 10 test -S "$VNETLAB_RUN_DIR/busy/control"
timeout 60 "$B/vnetlab" status busy >/dev/null 2>asked &
client=$!
wait_until "who asks it is told" 20 grep -qx 'lab busy is busy: it builds, or works for somebody else; waiting for it' asked
kill $busy
wait $client
isnt "nobody waits when that client has gone" $? 124

# --- a cgroup that takes no more processes ---------------------------------------------------------

# Whichever version has the controller; root makes one.
for pids in /sys/fs/cgroup/pids /sys/fs/cgroup; do
	[ ! -e "$pids/cgroup.procs" ] || mkdir "$pids/vnl-test.$$" 2>/dev/null && break
done
pids=$pids/vnl-test.$$
if [ -w "$pids/pids.max" ]; then
	on_exit "rmdir $pids"
	echo 3 >"$pids/pids.max"
	status "a cgroup is full" 5 bash -c "echo \$\$ >'$pids/cgroup.procs'; '$B/vnetlab' up '$root/tests/e2e/lab/pair.vnetlab.json' -q; exit \$?"
	like "the message names that limit, its value and the cure" "$err" "too many processes: the cgroup's $pids/pids.max is 3: raise it \\(systemd: TasksMax=, docker and podman: --pids-limit\\)"
else
	rmdir "$pids" 2>/dev/null
	ok "a cgroup is full # SKIP none can be made here" true
fi

wait $idle
is "a daemon that does nothing fails the start" $? 5
like "the message says which daemon, how long, and the last words" "$(tr '\n' ' ' <said)" 'vm: idle has done nothing for 10 s, and is not done; its last words: +I rest'
done_testing
