#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What breaks, on purpose or not: seen, said, mended.
# Takes long.
# Both users.
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

status "the lab comes up" 0 vnetlab up "$file" -q

# A daemon dies by itself.
pid=$(pid_of one)
kill -9 "$pid"
wait_until "the driver restarts a dead daemon" 5 other_pid "$pid"
ok "an event reports the daemon's end with its signal" event '.kind=="process" and .subject=="one/bird" and (.detail | test("killed by signal 9.*is restarted"))'
ok "an event reports the loss of its session" event '.kind=="session" and .subject=="Rs/one/0" and (.detail | test("was Established"))'
wait_until "the daemon's sessions come back" 10 established one
status "status succeeds" 0 vnetlab status -o json
json "status counts one restart and names the last exit" '.nodes[] | select(.name=="one") | .processes[0] | .restarts == 1 and .lastExit == "killed by signal 9 (Killed)"'
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
ok "an event reports that the daemon is not restarted" event '.subject=="one/bird" and (.detail | test("not restarted"))'
status "up of the same file succeeds" 0 vnetlab up "$file" -o json
json "up starts that daemon and waits for it" '.changes == [] and .nodes.restarted == 1 and .nodes.kept == 4 and .converged'
is "the daemon runs" "$(proc_state one)" running

# fault kill --hold, list, clear
status "fault kill --hold succeeds" 0 vnetlab fault kill two --hold -o json
json "the fault is listed" '.faults == ["kill two --hold"]'
is "all processes of the node are stopped" "$(proc_state two)" stopped
run vnetlab status
like "status shows the fault that is active" "$out" '^Active fault: kill two --hold$'
like "status shows the memory of a node" "$out" '^one .* [0-9.]+ MiB  bird'
status "up with -q still fails in time" 124 vnetlab up "$file" --wait 500ms -q
like "the message names the session and the fault" "$err" 'Rs/two instance 1: (Active|Connect|Idle), fault kill two --hold'
status "the lab is still up" 0 vnetlab status
status "up --wait none does not wait" 0 vnetlab up "$file" --wait none
wait_until "the node's sessions go" 5 lost two
wait_until "the node's routes go" 5 no_hops 10.202.0.0/16
status "fault clear succeeds" 0 vnetlab fault clear
wait_until "the node's sessions come back" 15 established two
status "fault list succeeds" 0 vnetlab fault list -o json
json "no fault is listed" '.faults == []'

# Who speaks to whom, beside the Route Server: a stranger on the port of BGP who says as much as an OPEN and a KEEPALIVE.
cat >"$work/speaker.py" <<'EOF'
import socket, sys
s = socket.socket()
if sys.argv[1] == "listen":
    s.bind(("", 179))
    s.listen()
    print("ready", flush=True)
    c = s.accept()[0]
    c.send(b"x" * 48)
    try:
        c.recv(1)  # until it ends
    except OSError:
        pass
else:
    s.connect((sys.argv[1], 179))
    print("ready", flush=True)
    sys.stdin.read()
EOF
sessions() { vnetlab status -o json | jq -c '[.applianceBgp[] | [.node, .peer, .state]]'; }
is "nobody speaks beside the Route Server" "$(sessions)" '[]'
exec {listener}< <(python_in box "$work/speaker.py" listen)
read -r _ <&"$listener"
coproc SPEAK { python_in one "$work/speaker.py" "$(vnetlab exec box -- hostname -I | tr -d ' \n')"; }
read -r _ <&"${SPEAK[0]}"
speaks() { [ "$(sessions)" = "$1" ]; }
wait_until "status shows a session between two machines" 5 speaks '[["one","box","Established"]]'
run vnetlab status
like "status prints it" "$out" '^one  +[0-9.]+  +box  +[0-9.]+  +Established'
eval "exec ${SPEAK[1]}>&-"
wait_until "status then shows none" 5 speaks '[]'
exec {listener}<&-

# stop and start: a VM that is deallocated.
status "fault stop succeeds" 0 vnetlab fault stop two
wait_until "the stopped VM's routes go" 5 no_hops 10.202.0.0/16
not_ok "the stopped VM does not answer" reaches 10.9.1.5
status "a stopped VM cannot be stopped again" 5 vnetlab fault stop two
like "the message says that it is deallocated already" "$err" 'two is deallocated already'
status "status of a lab with a stopped VM succeeds" 0 vnetlab status -o json
json "status shows the VM deallocated" '.nodes[] | select(.name=="two") | .state == "deallocated"'
status "up keeps the VM stopped" 0 vnetlab up "$file" --wait none -q
status "fault list after up succeeds" 0 vnetlab fault list -o json
json "the stop is still listed" '.faults == ["stop two"]'
status "fault start succeeds" 0 vnetlab fault start two
wait_until "the started VM's sessions come back" 15 established two
wait_until "the started VM's routes come back" 5 has_hops 10.202.0.0/16
ok "the started VM has its addresses" reaches 10.202.0.1

# freeze and thaw: a machine that hangs.
status "fault freeze succeeds" 0 vnetlab fault freeze two
not_ok "a frozen VM does not answer" reaches 10.9.1.5
is "a frozen VM's daemons are frozen" "$(proc_state two)" frozen
is "a frozen VM's sessions stay Established" "$(states two)" '["Established","Established"]'
is "a frozen VM's routes stay programmed" "$(hops 10.202.0.0/16)" '["10.9.1.5"]'
status "fault thaw succeeds" 0 vnetlab fault thaw two
ok "the thawed VM answers" reaches 10.9.1.5
is "the thawed VM's sessions live" "$(states two)" '["Established","Established"]'

# A cable.
status "fault link down succeeds" 0 vnetlab fault link box down
not_ok "a VM without its link is cut off" reaches 10.9.1.5
status "a command runs in a VM without its link" 0 vnetlab exec box -- ip -o link show eth0
like "the guest sees no carrier" "$out" NO-CARRIER
run vnetlab path one box
like "path says where the way ends" "$out" '=> dropped: box drops it: its link eth0 is down'
unlike "path does not contradict itself" "$out" 'lead another way'
status "fault link up succeeds" 0 vnetlab fault link box up
wait_until "the VM is reached by its link again" 3 reaches 10.9.1.5
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
while c.send(b"x"): time.sleep(0.01)' 10.9.2.4 2>/dev/null &
programs="$programs $!"
wait_until "a program speaks at BGP's port" 10 vnetlab exec one -- test -e /run/connected
vnetlab fault link box down -q >/dev/null
sent_again() { vnetlab exec one -- ss -tinH dport = 179 dst 10.9.2.4 | grep -q 'backoff:[3-9]'; }
wait_until "the program sends the same again and again" 10 sent_again
status "up does not wait for what nobody acknowledges" 0 vnetlab up "$file" --wait 5s
like "a note of up says that nobody acknowledges" "$err" 'note: one: [0-9.]+ acknowledges none of its BGP messages; the session ends with its hold time'
# shellcheck disable=SC2086 # two numbers
kill $programs
status "fault stop of a VM without its link succeeds" 0 vnetlab fault stop box -o json
json "the stop replaces the link's fault" '.faults == ["stop box"]'
status "fault start of that VM succeeds" 0 vnetlab fault start box
ok "the started VM's link is whole" reaches 10.9.1.5
# What a fault does is in the kernels when the command ends: it waits for the virtual router, for a second.
router=$(vnetlab status -o json | jq .router.pid)
kill -STOP "$router"
begin=${EPOCHREALTIME//[.,]/}
status "fault stop ends although the virtual router is held" 0 vnetlab fault stop box
ok "fault stop has waited for the virtual router" test $((${EPOCHREALTIME//[.,]/} - begin)) -ge 900000
kill -CONT "$router"
status "fault start of the VM succeeds once more" 0 vnetlab fault start box
ok "the VM is reached at once" reaches 10.9.1.5

# up says why what is missing is missing.
vnetlab fault link one down >/dev/null
vnetlab fault session Rs/one down >/dev/null
wait_until "an appliance without its link has no session" 5 lost one
status "up waits in vain for its sessions" 124 vnetlab up "$file" --wait 300ms
like "the message names the fault for instance 0" "$err" 'Rs/one instance 0: Down, fault link one down'
like "the message names the fault for instance 1" "$err" 'Rs/one instance 1: Down, fault link one down'
unlike "the message names no other appliance" "$err" 'Rs/two'
vnetlab fault clear -q >/dev/null
wait_until "the appliance's sessions come back with its link" 20 established one

# A link that goes and comes within the hold time: no session is lost, and no route of its kernel.
bgp_routes() { vnetlab exec two -- ip -o route show proto bgp; }
had=$(bgp_routes)
like "an appliance's kernel has the Route Server's routes" "$had" ' via '
vnetlab fault link two down -q >/dev/null
wait_until "its routes have no carrier" 5 eval '! bgp_routes | grep -v linkdown'
vnetlab fault link two up -q >/dev/null
has_again() { [ "$(bgp_routes)" = "$had" ]; }
wait_until "its kernel has them again when the link is back" 5 has_again
is "no session was lost meanwhile" "$(states two)" '["Established","Established"]'

# A session.
status "fault takes a session of one instance down" 0 vnetlab fault session Rs/two/1 down
is "one of the two sessions is down" "$(states two)" '["Established","Down"]'
status "fault list with a session's fault succeeds" 0 vnetlab fault list -o json
json "the session's fault is listed by its name" '.faults == ["session Rs/two/1 down"]'
# ... and outlives the instance's BIRD, its configuration, the instance itself.
rs=$(pid_of Rs/1)
down_at_1() { [ "$(pid_of Rs/1)" != "$rs" ] && [ "$(states one)$(states two)" = '["Established","Established"]["Established","Down"]' ]; }
vnetlab fault kill Rs/1 -q >/dev/null
wait_until "the session stays down when its instance has crashed" 15 down_at_1
rs=$(pid_of Rs/1)
jq '.settings.routeServerPing = false' "$file" >"$work/noping.vnetlab.json"
status "up makes the instance anew" 0 vnetlab up "$work/noping.vnetlab.json" -q -n pair --wait none
wait_until "the session stays down when its instance is made anew" 15 down_at_1
jq 'del(.routeServers.Rs.bgpConnections.two)' "$work/noping.vnetlab.json" >"$work/without.vnetlab.json"
vnetlab up "$work/without.vnetlab.json" -q -n pair 2>/dev/null
status "fault list without the connection succeeds" 0 vnetlab fault list -o json
json "a session that is gone has no fault" '.faults == []'
rs=0
status "up goes back to the file" 0 vnetlab up "$file" -q
status "fault takes both sessions down" 0 vnetlab fault session Rs/two down
status "fault lets one session up" 0 vnetlab fault session Rs/two/0 up -o json
json "the other session's fault stays listed" '.faults == ["session Rs/two/1 down"]'
wait_until "one of the sessions is up" 15 down_at_1
status "fault lets the other session up" 0 vnetlab fault session Rs/two/1 up
wait_until "both sessions are up" 15 established two

# The virtual router.
router=$(vnetlab status -o json | jq .router.pid)
status "fault kills the virtual router" 0 vnetlab fault kill fabric
ok "traffic goes on without the virtual router" reaches 10.9.1.5
wait_until "the virtual router comes back" 5 sh -c "[ \"\$($B/vnetlab status -o json | jq '.router.pid')\" != null ]"
isnt "the virtual router is another process" "$(vnetlab status -o json | jq .router.pid)" "$router"
ok "an event reports the virtual router's end" event '.subject=="fabric/vnetlab-router" and (.detail | test("killed by signal 9"))'

# A Route Server instance.
rs=$(pid_of Rs/0)
status "fault kills an instance" 0 vnetlab fault kill Rs/0
like "it says what that did" "$err" '^Rs/0: its processes died, and are started again'
wait_until "the instance's sessions come back" 15 established two
isnt "the instance is another process" "$(pid_of Rs/0)" "$rs"

# Half of a fault is none: what fails in the middle is taken back.
status "fault kills an instance and holds it" 0 vnetlab fault kill Rs/1 --hold
status "a session of both instances cannot be taken down then" 5 vnetlab fault session Rs/two down
like "the message names the instance that does not run" "$err" 'Rs/1 does not run'
status "fault list after the failure succeeds" 0 vnetlab fault list -o json
json "the failed fault is not listed" '.faults == ["kill Rs/1 --hold"]'
status "fault clear starts the instance" 0 vnetlab fault clear
wait_until "both sessions are up again" 20 established two
status "fault takes an instance's link down" 0 vnetlab fault link Rs/0 down -o json
json "the link's fault is listed" '.faults == ["link Rs/0 down"]'
status "fault lets the link up" 0 vnetlab fault link Rs/0 up -o json
json "no fault is listed then" '.faults == []'
status "fault freezes a VM" 0 vnetlab fault freeze box
vnetlab exec box -- nft flush ruleset
status "fault thaws a VM that has emptied its filter" 0 vnetlab fault thaw box

# Words that are none.
status "an unknown fault is wrong usage" 2 vnetlab fault brake two
like "the message lists the faults" "$err" 'no fault is called "brake"; there are: stop, start, kill'
status "an unknown node is wrong usage" 2 vnetlab fault stop tow
like "the message suggests the nearest node" "$err" 'did you mean two\?'
status "too few words are wrong usage" 2 vnetlab fault link two
status "a word that is no direction is wrong usage" 2 vnetlab fault link two sideways
status "a VM without processes cannot be killed" 2 vnetlab fault kill box
like "the message says that it runs none" "$err" 'box runs no process'
status "a session that is not there is wrong usage" 2 vnetlab fault session Rs/three down
status "a Route Server's instance cannot be deallocated" 2 vnetlab fault stop Rs/0
status "an impairment without its measure is wrong usage" 2 vnetlab fault impair box rate
like "the message has an example" "$err" '10mbit'

# Logs.
status "logs of an instance succeeds" 0 vnetlab logs Rs/0
like "the log has the daemon's name in front" "$out" '^bird: .*Started'
vnetlab exec one -- sh -c 'mkdir -p /var/log/quagga; echo "written to a file" >/var/log/quagga/bgpd.log'
status "logs of daemons with files of their own succeeds" 0 vnetlab logs one
like "the log has the file's name in front" "$out" '^bgpd.log: written to a file$'
status "logs of FRR succeeds" 0 vnetlab logs two
unlike "asking whether zebra is ready makes nobody a client of it" "$out" "lient.* 'system'"
status "logs of a VM without processes succeeds" 0 vnetlab logs box
status "logs of an unknown node is wrong usage" 2 vnetlab logs nobody
vnetlab logs one -f >"$work/follow" 2>&1 &
follower=$!
vnetlab fault kill one --hold >/dev/null
vnetlab fault clear -q >/dev/null
wait_until "logs -f goes on" 10 grep -q 'bird: .*Started' "$work/follow"
kill "$follower"

# Cables of every kind, without daemons.
vnetlab down -q >/dev/null
status "a lab with two NICs and a tunnel comes up" 0 vnetlab up "$root/tests/e2e/lab/cables.vnetlab.json" -q
list() { vnetlab fault list -o json | jq -c .faults; }
carrier() { vnetlab exec "$1" -- ip -o link show "$2" | grep -qv NO-CARRIER; }
answers() { vnetlab exec "$1" -- ping -c1 -W0.3 "$2"; }
status "fault takes all links of a VM down" 0 vnetlab fault link a down
not_ok "the VM is cut off on its first NIC" answers b 10.1.0.4
not_ok "the VM is cut off on its second NIC" carrier a eth1
not_ok "the VM is cut off by its tunnel" answers b 172.31.0.1
is "the fault is listed as one" "$(list)" '["link a down"]'
status "fault clear lets all links up" 0 vnetlab fault clear
wait_until "the VM answers on its first NIC" 3 answers b 10.1.0.4
ok "the VM's second NIC has a carrier" carrier a eth1
wait_until "the VM answers by its tunnel" 3 answers b 172.31.0.1
status "fault takes the tunnel down by its name" 0 vnetlab fault link b/vx down
not_ok "the tunnel does not pass packets" answers b 172.31.0.1
wait_until "the NIC below the tunnel does" 3 answers b 10.1.0.4
status "fault lets the tunnel up" 0 vnetlab fault link b/vx up
wait_until "the tunnel has its address again" 3 answers b 172.31.0.1
# A tunnel's device that was made by hand: path takes it as it is.
silent() { ! answers "$@"; }
by_hand() { vnetlab exec b -- sh -c "ip link del vx; ip link add vx type vxlan id $1 local 10.1.0.5 remote $2 dstport 4789 && ip link set vx up && ip addr add 172.31.0.2/30 dev vx"; }
status "path goes by a tunnel" 0 vnetlab path b 172.31.0.1
by_hand 100 10.1.1.4
wait_until "by hand the tunnel leads to another NIC of the other VM" 3 answers b 172.31.0.1
status "path goes there" 0 vnetlab path b 172.31.0.1
by_hand 100 10.1.0.99
ok "by hand the tunnel leads to nobody" silent b 172.31.0.1
status "path says no, too" 1 vnetlab path b 172.31.0.1
like "path says where what the device wraps goes" "$out" 'tunnel vx: its packets to a \(10\.1\.0\.99\) do not arrive'
by_hand 7 10.1.0.4
status "path takes another vni for another tunnel" 1 vnetlab path b 172.31.0.1
like "path says which vnis" "$out" 'b wraps into vni 7, port 4789, and a takes vni 100, port 4789'
by_hand 100 10.1.0.4
wait_until "made by hand as it was designed it leads there again" 3 answers b 172.31.0.1
status "path goes by it" 0 vnetlab path b 172.31.0.1
status "fault takes a firewall's link down" 0 vnetlab fault link fw down
is "the firewall's fault is listed, too" "$(list)" '["link fw down"]'
status "fault clear mends the firewall" 0 vnetlab fault clear
vnetlab fault link a/left down -q >/dev/null
vnetlab exec a -- ip link del eth1
status "a link that somebody deleted cannot be taken down" 5 vnetlab fault link a down
like "the message names the link and the cure" "$err" 'a: its link right is gone \(vnetlab up --fresh makes the node anew\)'
is "the failed fault adds nothing to the list" "$(list)" '["link a/left down"]'
status "fault lets the first link up" 0 vnetlab fault link a/left up
wait_until "the VM answers on that link" 3 answers b 10.1.0.4
vnetlab fault link a/left down -q >/dev/null
vnetlab fault stop b -q >/dev/null
vnetlab exec a -- ip link del eth0
status "fault clear fails where a link is gone" 5 vnetlab fault clear
like "the message names the fault that stays" "$err" 'fault link a/left cannot be mended: a: its link left is gone'
is "the fault stays listed, and others are mended" "$(list)" '["link a/left down"]'
ok "the other VM runs commands" vnetlab exec b -- true

vnetlab down -q >/dev/null

# Whatever the daemon: one that is killed comes back, though it could take nothing away behind itself.
jq -n '[["frr",10],["bird",11],["openbgpd",12],["gobgp",13],["exabgp",14]] | { name: "all",
	virtualNetworks: {N: {addressPrefixes: ["10.9.0.0/16"], subnets: {s: {addressPrefix: "10.9.1.0/24"},
		RouteServerSubnet: {addressPrefix: "10.9.3.0/26"}}}},
	routeServers: {Rs: {virtualNetwork: "N", bgpConnections: map({(.[0]): {peerIp: "10.9.1.\(.[1])", peerAsn: 65001}}) | add}},
	virtualMachines: ((map({(.[0]): {image: .[0], bgp: {asn: 65001, advertise: ["10.2\(.[1]).0.0/16"]},
		nic: {subnet: "N/s", privateIPAddress: "10.9.1.\(.[1])"}, routes: [{prefix: "10.9.3.0/26", via: "10.9.1.1"}]}}) | add)
		+ {alone: {image: "exabgp", bgp: {asn: 65002, advertise: ["10.30.0.0/16"]}, nic: {subnet: "N/s", privateIPAddress: "10.9.1.15"}}})
	}' >"$work/all.vnetlab.json"
all_run() { holds '[.nodes[].processes[] | .state == "running" or .state == "done"] | all' vnetlab status -o json &&
	holds '[.bgp[].state] == [range(10) | "Established"]' vnetlab status -o json; }
if command -v gobgpd >/dev/null && command -v exabgp >/dev/null && [ -x /usr/sbin/bgpd ]; then
	status "a lab with all images comes up, and one with whom nobody peers" 0 vnetlab up "$work/all.vnetlab.json" -q
	for image in frr bird openbgpd gobgp exabgp; do
		status "fault kills $image" 0 vnetlab fault kill $image
	done
	wait_until "all images are back with their sessions" 20 all_run
fi

done_testing
