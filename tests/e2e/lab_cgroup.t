#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab's nodes in cgroups of version 2: made, entered, bounded, and gone with the lab, however it ended.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird
# The lab's own way of finding one is in tests/unit/test_cgroup.c.  Here one is made, which needs root.
mount=$(awk '$9 == "cgroup2" || / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
ours=$mount/vnl-test.$$
{ [ -n "$mount" ] && mkdir "$ours" 2>/dev/null; } || skip_all "no cgroup of version 2 can be made here"
on_exit "find $ours -depth -type d -exec rmdir {} + 2>/dev/null"
export VNETLAB_CGROUP=$ours
cd "$work" || exit 1
cat >a.vnetlab.json <<'JSON'
{ "name": "bounded",
  "virtualNetworks": { "Hub": { "addressPrefixes": ["10.0.0.0/16"], "subnets": {
    "NVA": { "addressPrefix": "10.0.1.0/24" }, "RouteServerSubnet": { "addressPrefix": "10.0.3.0/26" } } } },
  "routeServers": { "rs": { "virtualNetwork": "Hub", "bgpConnections": { "nva": { "peerIp": "10.0.1.4", "peerAsn": 65001 } } } },
  "virtualMachines": { "vm": { "nic": { "subnet": "Hub/NVA" } },
    "nva": { "image": "bird", "bgp": { "asn": 65001, "advertise": ["10.9.0.0/16"] },
             "routes": [{ "prefix": "10.0.3.0/26", "via": "10.0.1.1" }],
             "nic": { "subnet": "Hub/NVA", "privateIPAddress": "10.0.1.4", "enableIPForwarding": true } } } }
JSON
cgroup_of() { sed -n "s|^0::${ours#"$mount"}||p" "/proc/$1/cgroup"; }
pid_of() { vnetlab status -o json | jq ".nodes[] | select(.name == \"$1\") | .processes[0].pid"; }
left() { find "$ours" -mindepth 1 -type d; }

status "a lab starts in a cgroup" 0 vnetlab up a.vnetlab.json -q
driver=$(vnetlab status -o json | jq .driver.pid)
like "the driver is in a cgroup of the lab's" "$(cgroup_of "$driver")" '^/vnetlab-bounded-[0-9a-f]+/driver$'
like "so is the virtual router" "$(cgroup_of "$(vnetlab status -o json | jq .router.pid)")" '/driver$'
nva=$(cgroup_of "$(pid_of nva)")
like "a node has one of its own" "$nva" '^/vnetlab-bounded-[0-9a-f]+/node-[0-9]+$'
isnt "each node has" "$(cgroup_of "$(pid_of rs/0)")" "$nva"
run vnetlab exec nva -- cat /proc/self/cgroup
like "a command is in its node's" "$out" "^0::.*$nva\$"
run vnetlab status -o json
json "status says so" '.memory.bounded == "node" and .memory.maxProcesses == 1024'
not_ok "a node does not see it" vnetlab exec nva -- test -e /sys/fs/cgroup/cgroup.procs
if grep -qw memory "$ours/cgroup.controllers"; then
	is "its memory is bounded" "$(cat "$ours$nva/memory.swap.max") $(cat "$ours$nva/memory.oom.group")" "0 1"
	is "the number of its processes is bounded" "$(cat "$ours$nva/pids.max")" 1024
	# Each process is below its own limit, together they are not.
	vnetlab exec nva -- python3 -c 'import os, time
for i in range(8):
    if os.fork() == 0:
        x = bytearray(1 << 29)
        time.sleep(60)
time.sleep(60)'
	wait_until "what it has used up is told" 10 event '.kind == "memory" and .subject == "nva" and (.detail | test("memory that a node has"))'
	run vnetlab status -o json
	json "status names it" '.problems[] | test("^nva: the kernel has killed")'
	status "others do not notice" 0 vnetlab exec rs/0 -- birdc show status
	wait_until "its daemons are started again" 20 sh -c "vnetlab status -o json | jq -e '.nodes[] | select(.name == \"nva\") | .processes[0].state == \"running\"'"
fi
status "a machine is stopped" 0 vnetlab fault stop nva
status "the machine is started again" 0 vnetlab fault start nva
now=$(cgroup_of "$(pid_of nva)")
isnt "it has a new one" "$now" "$nva"
vnetlab exec vm -- true
wait_until "the old one is gone" 5 test ! -e "$ours$nva"
status "down ends the lab" 0 vnetlab down -q
is "nothing is left" "$(left)" ""
is "the run directory is empty" "$(ls "$VNETLAB_RUN_DIR")" ""

status "a lab whose driver is killed" 0 vnetlab up a.vnetlab.json -q
kill -9 "$(vnetlab status -o json | jq .driver.pid)"
gone() { [ -z "$(left)" ]; }
wait_until "a killed driver leaves nothing" 5 gone
vnetlab ls >/dev/null

status "a lab whose driver and watcher are killed at once" 0 vnetlab up a.vnetlab.json -q
driver=$(vnetlab status -o json | jq .driver.pid)
kill -9 "$(ps -o ppid= -p "$driver" | tr -d ' ')" "$driver"
wait_until "nobody is there" 5 test ! -e "/proc/$driver"
isnt "a driver killed with its parent leaves its cgroup" "$(left)" ""
run vnetlab ls
is "the next command removes that cgroup" "$(left)" ""
is "the next command removes the lab's folder" "$(ls "$VNETLAB_RUN_DIR")" ""

# What is noted there by somebody else is not followed.
mkdir "$ours/somebody"
status "another lab starts" 0 vnetlab up a.vnetlab.json -q
echo -n "$ours/somebody" >"$VNETLAB_RUN_DIR/bounded/cgroup"
vnetlab down -q
ok "a cgroup that is not a lab's stays" test -d "$ours/somebody"

VNETLAB_CGROUP=none
status "none is wanted" 0 vnetlab up a.vnetlab.json -q
run vnetlab status -o json
json "each process is bounded then" '.memory == { bounded: "process" }'
vnetlab down -q
done_testing
