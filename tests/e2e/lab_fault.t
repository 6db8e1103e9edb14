#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What breaks, on purpose or not: seen, said, mended.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird python3

file=$root/tests/e2e/lab/pair.vnetlab.json
states() { vnetlab status -o json | jq -c '[.bgp[] | select(.peering=="'"$1"'") | .state]'; }
established() { [ "$(states "$1")" = '["Established","Established"]' ]; }
lost() { case $(states "$1") in *Established*) false ;; esac; }
pid_of() { vnetlab status -o json | jq '.nodes[] | select(.name=="'"$1"'") | .processes[0].pid'; }
# What all of its processes are, however many they are: FRR has had more of them since 10.
proc_state() { vnetlab status -o json | jq -r '[.nodes[] | select(.name=="'"$1"'") | .processes[].state] | unique | join(",")'; }
other_pid() { [ "$(pid_of one)" != "$1" ] && [ "$(pid_of one)" != null ]; }
hops() { vnetlab routes box -o json | jq -c '[.value[] | select(.addressPrefix[0]=="'"$1"'") | .nextHopIpAddress[]]'; }
no_hops() { [ "$(hops "$1")" = "[]" ]; }
has_hops() { [ "$(hops "$1")" != "[]" ]; }
reaches() { vnetlab exec box -- ping -c1 -W1 "$1"; }

status "up" 0 vnetlab up "$file" -q

# A daemon dies by itself.
pid=$(pid_of one)
kill -9 "$pid"
wait_until "a dead daemon is restarted" 5 other_pid "$pid"
ok "its end is an event, with its exit" event '.kind=="process" and .subject=="one/bird" and (.detail | test("killed by signal 9.*is restarted"))'
ok "and the loss of its session" event '.kind=="session" and .subject=="Rs/one/0" and (.detail | test("was Established"))'
wait_until "its sessions come back" 10 established one
status "status counts it" 0 vnetlab status -o json
json "once" '.nodes[] | select(.name=="one") | .processes[0] | .restarts == 1 and .lastExit == "killed by signal 9 (Killed)"'
# Too often.
for _i in 1 2 3 4 5 6; do
	for _ in $(seq 200); do
		[ "$(proc_state one)" = restarting ] || break
		sleep 0.05
	done
	p=$(pid_of one)
	[ "$p" = null ] || kill -9 "$p"
done
wait_until "a daemon that dies again and again is left dead" 10 sh -c "[ \"\$($B/vnetlab status -o json | jq -r '.nodes[]|select(.name==\"one\")|.processes[0].state')\" = failed ]"
ok "which is an event" event '.subject=="one/bird" and (.detail | test("not restarted"))'
status "up tries again" 0 vnetlab up "$file" -o json
json "that one, and waits for it" '.changes == [] and .nodes.restarted == 1 and .nodes.kept == 4 and .converged'
is "it runs" "$(proc_state one)" running

# fault kill --hold, list, clear
status "kill --hold" 0 vnetlab fault kill two --hold -o json
json "is listed" '.faults == ["kill two --hold"]'
is "stopped, all of them" "$(proc_state two)" stopped
status "up says what is missing, with -q too" 124 vnetlab up "$file" --wait 500ms -q
like "and why" "$err" 'Rs/two instance 1: (Active|Connect|Idle), fault kill two --hold'
status "the lab is still up" 0 vnetlab status
status "--wait none does not wait" 0 vnetlab up "$file" --wait none
wait_until "its sessions go" 5 lost two
wait_until "its routes go" 5 no_hops 10.202.0.0/16
status "clear" 0 vnetlab fault clear
wait_until "it comes back" 15 established two
status "nothing is broken" 0 vnetlab fault list -o json
json "an empty list" '.faults == []'

# stop and start: a VM that is deallocated.
status "stop" 0 vnetlab fault stop two
wait_until "its routes go" 5 no_hops 10.202.0.0/16
not_ok "it does not answer" reaches 10.9.1.5
status "stop of what is stopped" 5 vnetlab fault stop two
like "says so" "$err" 'two is deallocated already'
status "status says so" 0 vnetlab status -o json
json "deallocated" '.nodes[] | select(.name=="two") | .state == "deallocated"'
status "up again keeps it stopped" 0 vnetlab up "$file" --wait none -q
status "it is" 0 vnetlab fault list -o json
json "still stopped" '.faults == ["stop two"]'
status "start" 0 vnetlab fault start two
wait_until "it comes back" 15 established two
wait_until "and its routes" 5 has_hops 10.202.0.0/16
ok "and its addresses" reaches 10.202.0.1

# freeze and thaw: a machine that hangs.
status "freeze" 0 vnetlab fault freeze two
not_ok "no answer" reaches 10.9.1.5
is "its daemons are frozen" "$(proc_state two)" frozen
is "its sessions have not noticed" "$(states two)" '["Established","Established"]'
is "its routes are still programmed" "$(hops 10.202.0.0/16)" '["10.9.1.5"]'
status "thaw" 0 vnetlab fault thaw two
ok "it answers" reaches 10.9.1.5
is "its sessions live" "$(states two)" '["Established","Established"]'

# A cable.
status "link down" 0 vnetlab fault link box down
not_ok "cut off" reaches 10.9.1.5
status "the guest" 0 vnetlab exec box -- ip -o link show eth0
like "sees no carrier" "$out" NO-CARRIER
status "link up" 0 vnetlab fault link box up
wait_until "back" 3 reaches 10.9.1.5
# A connection of BGP's whose other end has vanished: nothing of it is on its way any more.
vnetlab exec box -- python3 -c 'import socket
c = socket.create_server(("", 179)).accept()[0]
while c.recv(9): pass' &
programs=$!
vnetlab exec one -- python3 -c 'import pathlib, socket, sys, time
while True:
	try: c = socket.create_connection((sys.argv[1], 179)); break
	except OSError: time.sleep(0.01)
pathlib.Path("/run/connected").touch()
while True: c.send(b"x"); time.sleep(0.01)' 10.9.2.4 &
programs="$programs $!"
wait_until "a program speaks at BGP's port" 10 vnetlab exec one -- test -e /run/connected
vnetlab fault link box down -q >/dev/null
sent_again() { vnetlab exec one -- ss -tinH dport = 179 dst 10.9.2.4 | grep -q 'backoff:[3-9]'; }
wait_until "it sends the same again and again" 10 sent_again
status "up does not wait for what nobody acknowledges" 0 vnetlab up "$file" --wait 5s
like "... and notes it" "$err" 'note: one: [0-9.]+ acknowledges none of its BGP messages; the session ends with its hold time'
# shellcheck disable=SC2086 # two numbers
kill $programs
status "stop of what has no cable" 0 vnetlab fault stop box -o json
json "one fault is left" '.faults == ["stop box"]'
status "start" 0 vnetlab fault start box
ok "its cable is whole" reaches 10.9.1.5

# up says why what is missing is missing.
vnetlab fault link one down >/dev/null
vnetlab fault session Rs/one down >/dev/null
wait_until "without its cable no session" 5 lost one
status "up" 124 vnetlab up "$file" --wait 300ms
like "names the fault" "$err" 'Rs/one instance 0: Down, fault link one down'
like "for both" "$err" 'Rs/one instance 1: Down, fault link one down'
unlike "and nothing else" "$err" 'Rs/two'
vnetlab fault clear -q >/dev/null
wait_until "back" 20 established one

# A session.
status "session down" 0 vnetlab fault session Rs/two/1 down
is "one of the two" "$(states two)" '["Established","Down"]'
status "is listed" 0 vnetlab fault list -o json
json "by its name" '.faults == ["session Rs/two/1 down"]'
# ... and outlives the instance's BIRD, its configuration, the instance itself.
rs=$(pid_of Rs/1)
down_at_1() { [ "$(pid_of Rs/1)" != "$rs" ] && [ "$(states one)$(states two)" = '["Established","Established"]["Established","Down"]' ]; }
vnetlab fault kill Rs/1 -q >/dev/null
wait_until "down still, when the instance has crashed" 15 down_at_1
rs=$(pid_of Rs/1)
jq '.settings.routeServerPing = false' "$file" >"$work/noping.vnetlab.json"
status "when it is made anew" 0 vnetlab up "$work/noping.vnetlab.json" -q -n pair --wait none
wait_until "down still" 15 down_at_1
jq 'del(.routeServers.Rs.bgpConnections.two)' "$work/noping.vnetlab.json" >"$work/without.vnetlab.json"
vnetlab up "$work/without.vnetlab.json" -q -n pair 2>/dev/null
status "a session that is gone has no fault" 0 vnetlab fault list -o json
json "none" '.faults == []'
rs=0
status "back to the file" 0 vnetlab up "$file" -q
status "both are taken down" 0 vnetlab fault session Rs/two down
status "one comes up" 0 vnetlab fault session Rs/two/0 up -o json
json "the other is left" '.faults == ["session Rs/two/1 down"]'
wait_until "that is so" 15 down_at_1
status "session up" 0 vnetlab fault session Rs/two/1 up
wait_until "back" 15 established two

# The virtual router.
router=$(vnetlab status -o json | jq .router.pid)
status "kill the virtual router" 0 vnetlab fault kill fabric
ok "traffic goes on" reaches 10.9.1.5
wait_until "it is back" 5 sh -c "[ \"\$($B/vnetlab status -o json | jq '.router.pid')\" != null ]"
isnt "another process" "$(vnetlab status -o json | jq .router.pid)" "$router"
ok "an event" event '.subject=="fabric/vnetlab-router" and (.detail | test("killed by signal 9"))'

# A Route Server instance.
rs=$(pid_of Rs/0)
status "kill an instance" 0 vnetlab fault kill Rs/0
wait_until "it is back" 15 established two
isnt "another process" "$(pid_of Rs/0)" "$rs"

# Half of a fault is none: what fails in the middle is taken back.
status "one instance is held" 0 vnetlab fault kill Rs/1 --hold
status "a session of both" 5 vnetlab fault session Rs/two down
like "says which does not run" "$err" 'Rs/1 does not run'
status "is not listed" 0 vnetlab fault list -o json
json "only what was done" '.faults == ["kill Rs/1 --hold"]'
status "clear" 0 vnetlab fault clear
wait_until "both sessions are there" 20 established two
status "the cable of an instance" 0 vnetlab fault link Rs/0 down -o json
json "is listed" '.faults == ["link Rs/0 down"]'
status "and mended" 0 vnetlab fault link Rs/0 up -o json
json "for good" '.faults == []'
status "frozen" 0 vnetlab fault freeze box
vnetlab exec box -- nft flush ruleset
status "thaw of who emptied its filter" 0 vnetlab fault thaw box

# Words that are none.
status "no such fault" 2 vnetlab fault brake two
like "names those there are" "$err" 'no fault is called "brake"; there are: stop, start, kill'
status "no such node" 2 vnetlab fault stop tow
like "did you mean" "$err" 'did you mean two\?'
status "too few words" 2 vnetlab fault link two
status "not a direction" 2 vnetlab fault link two sideways
status "nothing to kill" 2 vnetlab fault kill box
like "says so" "$err" 'box runs no process'
status "no such session" 2 vnetlab fault session Rs/three down
status "stop of what is no VM" 2 vnetlab fault stop Rs/0
status "impair by how much?" 2 vnetlab fault impair box rate
like "an example" "$err" '10mbit'

# Logs.
status "logs" 0 vnetlab logs Rs/0
like "of the daemon, by its name" "$out" '^bird: .*Started'
vnetlab exec one -- sh -c 'mkdir -p /var/log/quagga; echo "written to a file" >/var/log/quagga/bgpd.log'
status "logs of daemons with files of their own" 0 vnetlab logs one
like "by the file's name" "$out" '^bgpd.log: written to a file$'
status "logs of FRR" 0 vnetlab logs two
unlike "asking whether zebra is ready makes nobody a client of it" "$out" "lient.* 'system'"
status "logs of what runs nothing" 0 vnetlab logs box
status "logs of nobody" 2 vnetlab logs nobody
vnetlab logs one -f >"$work/follow" 2>&1 &
follower=$!
vnetlab fault kill one --hold >/dev/null
vnetlab fault clear -q >/dev/null
wait_until "logs -f goes on" 10 grep -q 'bird: .*Started' "$work/follow"
kill "$follower"

# Cables of every kind, without daemons.
vnetlab down -q >/dev/null
status "another lab" 0 vnetlab up "$root/tests/e2e/lab/cables.vnetlab.json" -q
list() { vnetlab fault list -o json | jq -c .faults; }
carrier() { vnetlab exec "$1" -- ip -o link show "$2" | grep -qv NO-CARRIER; }
answers() { vnetlab exec "$1" -- ping -c1 -W0.3 "$2"; }
status "a VM with two NICs and a tunnel" 0 vnetlab fault link a down
not_ok "is cut off on the first" answers b 10.1.0.4
not_ok "on the second" carrier a eth1
not_ok "and by the tunnel" answers b 172.31.0.1
is "is listed" "$(list)" '["link a down"]'
status "clear" 0 vnetlab fault clear
wait_until "all of it is back" 3 answers b 10.1.0.4
ok "the second" carrier a eth1
wait_until "the tunnel" 3 answers b 172.31.0.1
status "the tunnel by its name" 0 vnetlab fault link b/vx down
not_ok "is down" answers b 172.31.0.1
wait_until "alone" 3 answers b 10.1.0.4
status "and up" 0 vnetlab fault link b/vx up
wait_until "with its address" 3 answers b 172.31.0.1
status "a firewall" 0 vnetlab fault link fw down
is "is listed, too" "$(list)" '["link fw down"]'
status "and mended" 0 vnetlab fault clear
vnetlab fault link a/left down -q >/dev/null
vnetlab exec a -- ip link del eth1
status "a link that somebody deleted" 5 vnetlab fault link a down
like "is said, with the cure" "$err" 'a: its link right is gone \(vnetlab up --fresh makes the node anew\)'
is "nothing is added" "$(list)" '["link a/left down"]'
status "its first cable, which the failure put back" 0 vnetlab fault link a/left up
wait_until "works" 3 answers b 10.1.0.4
vnetlab fault link a/left down -q >/dev/null
vnetlab fault stop b -q >/dev/null
vnetlab exec a -- ip link del eth0
status "what cannot be mended" 5 vnetlab fault clear
like "is named" "$err" 'fault link a/left cannot be mended: a: its link left is gone'
is "stays in the list, and does not keep the others" "$(list)" '["link a/left down"]'
ok "the other VM runs" vnetlab exec b -- true

vnetlab down -q >/dev/null

# Whatever the daemon: one that is killed comes back, though it could take nothing away behind itself.
jq -n '[["frr",10],["bird",11],["openbgpd",12],["gobgp",13],["exabgp",14]] | { name: "all",
	virtualNetworks: {N: {addressPrefixes: ["10.9.0.0/16"], subnets: {s: {addressPrefix: "10.9.1.0/24"},
		RouteServerSubnet: {addressPrefix: "10.9.3.0/26"}}}},
	routeServers: {Rs: {virtualNetwork: "N", bgpConnections: map({(.[0]): {peerIp: "10.9.1.\(.[1])", peerAsn: 65001}}) | add}},
	virtualMachines: map({(.[0]): {image: .[0], bgp: {asn: 65001, advertise: ["10.2\(.[1]).0.0/16"]},
		nic: {subnet: "N/s", privateIPAddress: "10.9.1.\(.[1])"}, routes: [{prefix: "10.9.3.0/26", via: "10.9.1.1"}]}}) | add
	}' >"$work/all.vnetlab.json"
all_run() { holds '[.nodes[].processes[] | .state == "running" or .state == "done"] | all' vnetlab status -o json &&
	holds '[.bgp[].state] == [range(10) | "Established"]' vnetlab status -o json; }
if command -v gobgpd >/dev/null && command -v exabgp >/dev/null && [ -x /usr/sbin/bgpd ]; then
	status "all images" 0 vnetlab up "$work/all.vnetlab.json" -q
	for image in frr bird openbgpd gobgp exabgp; do
		status "kill $image" 0 vnetlab fault kill $image
	done
	wait_until "all are back, with their sessions" 20 all_run
fi

done_testing
