#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a stranger's design runs, writes and reads stays in its node: as an attacker in there.
# Takes long.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 bird exabgp zebra

attacker=$root/tests/e2e/lab/attacker.py
mkdir "$work/victim"
echo secret >"$work/victim/secret"
chmod 700 "$work/victim" && chmod 600 "$work/victim/secret"
untouched() { [ "$(cat "$work"/victim/*)" = secret ] && [ "$(ls "$work/victim")" = secret ]; }

# --- what configuration files ask for -------------------------------------------------------------

# design IMAGE: an appliance of that image whose configuration is standard input.
design() {
	mkdir -p "$work/design"
	sed "s|VICTIM|$work/victim|g" >"$work/design/evil.conf"
	case $1 in frr) file=frr.conf ;; *) file=$1.conf ;; esac
	jq -n --arg image "$1" --arg file "$file" '{
		name: "evil",
		virtualNetworks: { Hub: { addressPrefixes: ["10.0.0.0/16"], subnets: {
			NVA: { addressPrefix: "10.0.1.0/24" }, RouteServerSubnet: { addressPrefix: "10.0.3.0/26" } } } },
		routeServers: { rs: { virtualNetwork: "Hub", bgpConnections: { nva: { peerIp: "10.0.1.4", peerAsn: 65001 } } } },
		virtualMachines: { nva: { image: $image, config: { ($file): "evil.conf" },
			nic: { subnet: "Hub/NVA", privateIPAddress: "10.0.1.4", enableIPForwarding: true } },
			vm: { nic: { subnet: "Hub/NVA" } } } }' >"$work/design/evil.vnetlab.json"
}
# An ExaBGP that runs a shell with the words of standard input.
exabgp_runs() {
	design exabgp <<CONF
process evil {
	run /bin/sh -c $(cat);
	encoder text;
}
neighbor 10.0.3.4 {
	router-id 10.0.1.4;
	local-address 10.0.1.4;
	local-as 65001;
	peer-as 65515;
	api { processes [ evil ]; }
}
CONF
}
evil_up() { run vnetlab up "$work/design/evil.vnetlab.json" -q --wait none; }
down() { vnetlab down --all -q >/dev/null; }

design bird <<'CONF'
log "VICTIM/bird.log" all;
router id 10.0.1.4;
protocol device {}
CONF
evil_up
ok "BIRD's log goes nowhere on the machine" untouched
down
design bird <<'CONF'
include "VICTIM/secret";
router id 10.0.1.4;
protocol device {}
CONF
evil_up
unlike "BIRD's include reveals no word of the file" "$out$err" secret:1:
down
design frr <<'CONF'
log file VICTIM/frr.log informational
dump bgp all VICTIM/dump
router bgp 65001
 bgp router-id 10.0.1.4
CONF
evil_up
ok "FRR's log and dump go nowhere on the machine" untouched
down
exabgp_runs <<'RUN'
"cp /etc/hostname VICTIM/; test -e /run/found || { cat /proc/self/status >/run/new; mv /run/new /run/found; }"
RUN
evil_up
[ "$rc" -eq 0 ] && wait_until "ExaBGP runs a program" 5 vnetlab exec nva -- test -e /run/found
ok "ExaBGP's program writes nothing of the machine" untouched
# What is tried below by exec, it could not do either.
run vnetlab exec nva -- cat /run/found
like "a node's program gains no privileges" "$out" 'NoNewPrivs:.1'
like "a node's program has a filter of system calls" "$out" 'Seccomp:.2'
# chown, dac_override, setgid, setuid, net_bind_service, net_admin
like "a node's program has the capabilities that its image names" "$out" 'CapBnd:.00000000000014c3'
down

# --- a program inside -----------------------------------------------------------------------------

design bird <<'CONF'
router id 10.0.1.4;
protocol device {}
CONF
evil_up
is "a lab comes up" "$rc" 0 || done_testing
daemon=$(vnetlab status -o json | jq '.nodes[] | select(.name == "rs/0") | .processes[0].pid')
run awk '/^Uid/ { print $2 }' "/proc/$daemon/status"
if [ "$(id -u)" -eq 0 ]; then
	isnt "the lab's daemons are not root of the machine" "$out" 0
else
	is "the lab's daemons are this user" "$out" "$(id -u)"
fi
# A socket of the machine without a name in its files.
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(b"\0" + sys.argv[1].encode())
s.listen()
print("listens", flush=True)
time.sleep(300)' "vnl-$$" >"$work/listens" &
on_exit "kill $! 2>/dev/null"
wait_until "a program listens outside of the lab" 5 grep -q listens "$work/listens"
for node in nva rs/0 vm fabric internet; do
	run python_in "$node" "$attacker" "$work/victim" "$VNETLAB_RUN_DIR/evil/control" "vnl-$$"
	is "nothing that $node tries works" "$out$err" ""
done
for node in nva rs/0 vm; do
	run python_in "$node" "$attacker" links
	is "$node does not see the namespace on the other end of its NIC" "$out" "0 interfaces"
done
ok "the machine is untouched" untouched

# Who runs a command in there leaves nothing about.
run env SECRET_TOKEN=mine TERM=dumb "$B/vnetlab" exec nva -- env
unlike "the caller's environment stays outside of exec" "$out" "SECRET_TOKEN|SUDO|SSH_|$work"
like "exec has the variables that terminals need" "$out" '^TERM=dumb'
is "exec opens its own streams anew" "$(echo in | vnetlab exec nva -- sh -c 'cat /dev/stdin >/dev/stderr' 2>&1 | cat)" in

# Another node's files, memory and processes.
vnetlab exec rs/0 -- sh -c 'echo hers >/tmp/hers; echo hers >/dev/shm/hers; ipcmk -M 4096 >/dev/null; exec sleep 60' 2>/dev/null &
on_exit "kill $! 2>/dev/null"
wait_until "one node has files and memory of its own" 5 vnetlab exec rs/0 -- test -e /dev/shm/hers
not_ok "another node does not see its files" vnetlab exec nva -- sh -c 'ls /tmp/hers || ls /dev/shm/hers'
run vnetlab exec nva -- sh -c 'ipcs -m | grep -c 4096; pgrep -c -x sleep'
is "another node does not see its memory or processes" "$out" "0
0"

# As much as it gets.
run vnetlab exec nva -- sh -c 'for d in /tmp /var /run /etc; do fallocate -l 1T $d/full || df --output=size -m $d | tail -n 1; rm -f $d/full; done'
like "a node's files are bounded" "$(printf '%s' "$out" | tr -s ' \n' ' ')" '^ ?[0-9]{1,3} [0-9]{1,3} [0-9]{1,3} [0-9]{1,3} ?$'
run vnetlab exec nva -- python3 -c 'bytearray(1 << 29); print("enough"); bytearray(3 << 30)'
like "a process gets memory" "$out" enough
like "a process does not get memory without end" "$err" MemoryError
mkfifo "$work/hold"
python_in nva "$attacker" bomb <"$work/hold" >"$work/bomb" &
exec {hold}>"$work/hold"
wait_until "a node's processes are bounded" 20 grep -q unavailable "$work/bomb"
like "the bound is about a thousand processes" "$(cat "$work/bomb")" '^(9|10)[0-9][0-9] '
status "another node's daemon answers meanwhile" 0 vnetlab exec rs/0 -- birdc show status
status "the driver answers meanwhile" 0 vnetlab status -o json
exec {hold}>&-
wait_until "the node starts processes again when the others have ended" 10 vnetlab exec nva -- true
down
ok "the machine is untouched by files, memory and processes" untouched

# --- links where the driver opens something -------------------------------------------------------

# What a node's root makes of its own files must lead the driver nowhere: not into a folder that everybody may write,
# not to somebody's socket.
mkdir "$work/open" && chmod 777 "$work" "$work/open"
python3 -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1] + "/sock")
os.chmod(sys.argv[1] + "/sock", 0o777)
s.listen()
print("listens", flush=True)
while True:
    s.accept()[0].sendall(b"0001 BIRD ready.\n")
    print("called", flush=True)' "$work" >"$work/calls" &
on_exit "kill $! 2>/dev/null"
wait_until "a program waits for calls outside of the lab" 5 grep -q listens "$work/calls"
evil_up
vnetlab exec rs/0 -- sh -c "rm -r /etc/bird; ln -s $work/open /etc/bird"
jq '.routeServers.rs.bgpConnections.other = { peerIp: "10.0.1.9", peerAsn: 65009 }' "$work/design/evil.vnetlab.json" >"$work/design/more.vnetlab.json"
run vnetlab up "$work/design/more.vnetlab.json" -q --wait none
is "no file is written through a folder that became a link" "$(ls "$work/open")" ""
down
evil_up
vnetlab exec rs/0 -- sh -c "ln -sf $work/sock /run/bird/bird.ctl"
# Commands that ask BIRD, or have it asked.
for c in "status" "learned rs/nva" "fault session rs/nva down"; do
	# shellcheck disable=SC2086 # several words
	run timeout 20 vnetlab $c
done
run vnetlab up "$work/design/more.vnetlab.json" -q --wait none
is "nobody outside is called through a socket that became a link" "$(grep -c called "$work/calls")" 0
rm -r "$work/open"
chmod 755 "$work"
down
ok "the machine is untouched by links" untouched

# --- words ----------------------------------------------------------------------------------------

# What a node says must not drive the terminal of who reads it: titles, colours, keys that are typed back.
exabgp_runs <<'RUN'
"until test -e /run/words; do sleep 0.1; done; . /run/words; kill -9 $PPID"
RUN
evil_up
vnetlab exec nva -- sh -c "echo 'printf \"\\033]0;owned\\007\\302\\2332J\\177\\n\" >&2' >/run/new; mv /run/new /run/words"
vnetlab exec vm -- sh -c "printf 'a\\033]0;owned\\007\\302\\2332J\\177\\200b\\n' >/var/log/evil"
steers() { LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]\|\302[\200-\237]')"; }
wait_until "an appliance has died" 10 sh -c "$B/vnetlab events --no-follow | grep -q 'nva/exabgp.*killed'"
for c in "logs nva" "logs vm" "events --no-follow" "status" "status -o json" "path nva vm" "fault list"; do
	# shellcheck disable=SC2086 # several words
	vnetlab $c >"$work/said" 2>&1
	not_ok "$c shows nothing that drives a terminal" steers <"$work/said"
done
run vnetlab logs vm
like "logs shows control characters as text" "$out" '^evil: a.x1b]0;owned.x07.*2J.x7f.*b$'
down

# --- without a user namespace ---------------------------------------------------------------------

# Where there are no user namespaces: not without being asked for.
without_users() {
	unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" "$@"' "$B/vnetlab" "$@"
}
plain=$root/tests/e2e/lab/plain.vnetlab.json
status "root's lab is refused without user namespaces" 4 without_users up "$plain"
like "the message names --privileged-lab" "$err" 'user.max_user_namespaces is 0.*up --privileged-lab'
status "root's lab comes up with --privileged-lab" 0 without_users up "$plain" --privileged-lab
run vnetlab exec left -- cat /proc/self/uid_map
mine=$out
run unshare -Ur cat /proc/self/uid_map
is "the privileged lab's processes have root's id" "$mine" "$out"
vnetlab down -q
if [ "$(id -u)" -ne 0 ]; then
	status "--privileged-lab of an ordinary user is refused" 5 vnetlab up "$plain" --privileged-lab
	like "the message says that only root can" "$err" 'only root can'
else
	# A tree that nobody but root reads, in a folder that nobody but root enters.
	mkdir -m 700 "$work/tree"
	(umask 077 && mkdir "$work/tree/build" && cp -r "$root/images" "$work/tree" && cp "$B/vnetlab" "$B/vnetlab-router" "$work/tree/build")
	chmod -R go= "$work/tree"
	status "root's own tree, which others cannot read, runs a lab" 0 "$work/tree/build/vnetlab" test "$topologies/route-server/route-server.vnetlab.json"
	echo 'table inet own' >"$work/own.nft"
	jq -n '{name: "own", virtualNetworks: {V: {addressPrefixes: ["10.0.0.0/16"], subnets: {S: {addressPrefix: "10.0.1.0/24"}}}},
		virtualMachines: {a: {nic: {subnet: "V/S"}, config: {"nftables.conf": "own.nft"}}}}' >"$work/own.vnetlab.json"
	status "that tree runs a host with a packet filter" 0 "$work/tree/build/vnetlab" up -q "$work/own.vnetlab.json"
	status "the host has its packet filter" 0 "$work/tree/build/vnetlab" exec a -- nft list table inet own
	"$B/vnetlab" down -q own
	# An endpoint's lab, too: its designs come from requests.
	jq -n '{name: "gate", virtualNetworks: {V: {addressPrefixes: ["10.0.0.0/16"], subnets: {S: {addressPrefix: "10.0.1.0/24"}}}},
		virtualMachines: {nva: {image: "bird", nic: {subnet: "V/S", enableIPForwarding: true}, bgp: {asn: 65001, advertise: ["10.9.0.0/16"]}}}}' >"$work/gate.vnetlab.json"
	status "an endpoint of that tree runs an appliance" 0 env "XDG_STATE_HOME=$work/state" "$work/tree/build/vnetlab" azure -n gate --from "$work/gate.vnetlab.json" -- "$work/tree/build/vnetlab" exec nva -- birdc show status
	"$B/vnetlab" down -q gate
fi
done_testing
