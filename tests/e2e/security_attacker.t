#!/bin/bash
# What a stranger's design runs and writes stays in its node.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 bird exabgp zebra

mkdir "$work/victim"
echo secret >"$work/victim/secret"
chmod 700 "$work/victim" && chmod 600 "$work/victim/secret"
untouched() { [ "$(cat "$work"/victim/*)" = secret ] && [ "$(ls "$work/victim")" = secret ]; }

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
			nic: { subnet: "Hub/NVA", privateIPAddress: "10.0.1.4", enableIPForwarding: true } } } }' \
		>"$work/design/evil.vnetlab.json"
}
evil_up() { run vnetlab up "$work/design/evil.vnetlab.json" -q --wait none; }

design bird <<'CONF'
router id 10.0.1.4;
protocol device {}
CONF
evil_up
is "up" "$rc" 0
if [ "$(id -u)" -eq 0 ]; then
	run vnetlab exec nva -- cat /proc/self/uid_map
	unlike "root of the lab is not root of the machine" "$out" '^ *0 +0 '
fi
not_ok "/etc/shadow is not there" vnetlab exec nva -- cat /etc/shadow
not_ok "nor is the host's" vnetlab exec nva -- cat /run/.host-etc/shadow
not_ok "nor may it be written" vnetlab exec nva -- test -w /run/.host-etc/hosts
vnetlab down -q

if [ "$(id -u)" -eq 0 ]; then # an ordinary user's own files, so far
design bird <<'CONF'
log "VICTIM/bird.log" all;
router id 10.0.1.4;
protocol device {}
CONF
evil_up
ok "BIRD's log" untouched
vnetlab down --all -q
design bird <<'CONF'
include "VICTIM/secret";
router id 10.0.1.4;
protocol device {}
CONF
evil_up
unlike "BIRD's include: not a word of it is said" "$out$err" secret:1:
vnetlab down --all -q
design frr <<'CONF'
log file VICTIM/frr.log informational
dump bgp all VICTIM/dump
router bgp 65001
 bgp router-id 10.0.1.4
CONF
evil_up
ok "FRR's log and dump" untouched
vnetlab down --all -q
design exabgp <<'CONF'
process evil {
	run /bin/sh -c "cp /etc/hostname VICTIM/; touch /run/ran";
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
for _ in 1 2 3 4 5; do evil_up && [ "$rc" -eq 0 ] && break; done # its check and itself fight for a port
wait_until "ExaBGP runs a program" 5 vnetlab exec nva -- test -e /run/ran
ok "a program that ExaBGP runs" untouched
vnetlab down --all -q
fi
# Where there are no user namespaces: not without being asked for.
without_users() {
	unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" "$@"' "$B/vnetlab" "$@"
}
plain=$root/tests/e2e/lab/plain.vnetlab.json
status "without user namespaces root's lab is refused" 4 without_users up "$plain"
like "says what would do" "$err" 'user.max_user_namespaces is 0.*up --privileged-lab'
status "and built when that is asked for" 0 without_users up "$plain" --privileged-lab
run vnetlab exec left -- cat /proc/self/uid_map
mine=$out
run unshare -Ur cat /proc/self/uid_map
is "with the ids of who has built it" "$mine" "$out"
vnetlab down -q
if [ "$(id -u)" -ne 0 ]; then
	status "an ordinary user has nothing to give" 5 vnetlab up "$plain" --privileged-lab
	like "is told so" "$err" 'only root can'
else
	# A tree that nobody but root reads, in a folder that nobody but root enters.
	mkdir -m 700 "$work/tree"
	(umask 077 && mkdir "$work/tree/build" && cp -r "$root/images" "$work/tree" && cp "$B/vnetlab" "$B/vnetlab-router" "$work/tree/build")
	chmod -R go= "$work/tree"
	status "root's own tree" 0 "$work/tree/build/vnetlab" test "$topologies/route-server/route-server.vnetlab.json"
fi
done_testing
