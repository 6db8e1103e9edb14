#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# azure-behaviour 7.3: a new VNet peering makes a Route Server ask every peer for its routes again, by
# ROUTE-REFRESH, or by a new session where the peer cannot.  7.2: what is announced again counts
# against the limit of routes (conformance 1 and 13).
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 bird

# Five daemons, and two peers by hand: one with route refresh, one without.
jq -n '{
  name: "refresh", settings: { maxRoutesPerPeer: 4000 },
  virtualNetworks: {
    Hub: { addressPrefixes: ["10.0.0.0/16"], subnets: { nva: { addressPrefix: "10.0.1.0/24" },
      RouteServerSubnet: { addressPrefix: "10.0.0.0/26" } } },
    Other: { addressPrefixes: ["10.9.0.0/16"], subnets: { a: { addressPrefix: "10.9.0.0/24" } } } },
  routeServers: { rs: { virtualNetwork: "Hub", bgpConnections: {} } }, virtualMachines: {} }
  | reduce ["frr", "bird", "openbgpd", "gobgp", "exabgp", "raw", "dull"][] as $n (.;
      (65001 + (.virtualMachines | length)) as $asn
    | "10.0.1.\(4 + (.virtualMachines | length))" as $ip
    | .routeServers.rs.bgpConnections[$n] = { peerIp: $ip, peerAsn: $asn }
    | .virtualMachines[$n] = { nic: { subnet: "Hub/nva", privateIPAddress: $ip, enableIPForwarding: true } }
    | if $n == "raw" or $n == "dull" then . else
        .virtualMachines[$n] += { image: $n, bgp: { asn: $asn, advertise: ["172.16.0.0/16", "172.17.0.0/16"] },
          routes: [{ prefix: "10.0.0.0/26", via: "10.0.1.1" }] } end)
  | .virtualMachines.a = { nic: { subnet: "Other/a" } }' >"$work/refresh.vnetlab.json"
# The peers by hand dial for themselves.
ok "the lab comes up" vnetlab up -q "$work/refresh.vnetlab.json"

# NAME: words for tests/lib/rawpeer
raw() {
	_name=$1
	shift
	tar -C "$root/tests/lib" -cf - rawpeer bgpworld.py | vnetlab exec "$_name" -- tar -C /tmp -xf -
	vnetlab exec "$_name" -- /tmp/rawpeer "$@" >"$work/$_name.log" 2>&1 &
	on_exit "kill $! 2>/dev/null"
}
heard() { grep -q "$2" "$work/$1.log"; }
state() { vnetlab status -o json | jq -r '.bgp[] | select(.peering == "'"$1"'" and .instance == 0) | .state'; }
is_up() { [ "$(state "$1")" = Established ]; }
since() { vnetlab status -o json | jq -r '.bgp[] | select(.peering == "'"$1"'" and .instance == 0) | .since' | sed 's/\..*//'; }
# How often instance 0 was told of a route by the peer with this address.
told() { vnetlab exec rs/0 -- birdc show protocols all "nva_$1" | awk '/Channel ipv4/ { on = 1 } on && /Import updates/ { print $3; exit }'; }
told_more() { [ "$(told "$1")" -gt "$2" ]; }

raw raw 10.0.1.9 10.0.0.4 65006 --routes 2001
wait_until "a hand-made peer comes up" 10 heard raw established
is "the instance's OPEN has IPv4, IPv6, route refresh, 4-octet AS and nothing else" "$(head -1 "$work/raw.log")" \
	"capabilities 1:00010001 1:00020001 2: 65:0000ffeb"
raw dull 10.0.1.10 10.0.0.4 65007 --routes 2001 --no-refresh
wait_until "a peer without route refresh comes up" 10 heard dull established
received() { holds '.bgp[] | select(.peering == "'"$1"'" and .instance == 0) | .received == 2001' vnetlab status -o json; }
wait_until "the instance takes 2,001 routes of the first peer" 10 received raw
wait_until "the instance takes 2,001 routes of the second peer" 10 received dull

frr=$(told 10_0_1_4) bird=$(told 10_0_1_5) gobgp=$(told 10_0_1_7)
openbgpd_since=$(since openbgpd) exabgp_since=$(since exabgp)
# The VNet does not use the Route Server: nothing changes in what is refused or announced.
jq '.virtualNetworks.Hub.peerings.o = { remoteVirtualNetwork: "Other" } | .virtualNetworks.Other.peerings.h = { remoteVirtualNetwork: "Hub" }' \
	"$work/refresh.vnetlab.json" >"$work/peered.vnetlab.json"
ok "up peers another VNet" vnetlab up -q --wait none "$work/peered.vnetlab.json"
wait_until "a peer gets a ROUTE-REFRESH for IPv4" 5 heard raw 'refresh 00010001'
wait_until "the answer counts on top of what is known, and ends the session with Cease/1" 10 heard raw 'notification 6/1'
ok "an event reports the limit" event '.kind == "session" and .subject == "rs/raw/0" and (.detail | test("over the limit of 4000 routes: 2001 learned, 2001 announced"))'
wait_until "a peer that cannot refresh gets Cease, administrative reset" 10 heard dull 'notification 6/4'
not_ok "a peer that cannot refresh gets no ROUTE-REFRESH" heard dull refresh
wait_until "FRR announces again" 10 told_more 10_0_1_4 "$frr"
wait_until "BIRD announces again" 10 told_more 10_0_1_5 "$bird"
wait_until "GoBGP announces again" 10 told_more 10_0_1_7 "$gobgp"
run vnetlab exec openbgpd -- bgpctl show neighbor 10.0.0.4
like "OpenBGPD is asked to announce again, too" "$out" 'Request +[0-9]+ +1$'
is "OpenBGPD keeps its session" "$(since openbgpd)" "$openbgpd_since"
wait_until "ExaBGP, which has no route refresh, comes back" 10 is_up exabgp
isnt "ExaBGP comes back in a new session" "$(since exabgp)" "$exabgp_since"
ok "an event reports that all peers are asked, and why" event '.kind == "session" and .subject == "rs/0" and (.detail | test("all peers are asked.*new peering with Other"))'
for vm in frr bird gobgp; do
	is "$vm is still up" "$(state $vm)" Established
done
ok "up of the same file succeeds" vnetlab up -q --wait none "$work/peered.vnetlab.json"
is "no peer is asked twice" "$(vnetlab events --no-follow | jq -s '[.[] | select(.subject == "rs/0" and (.detail | test("all peers are asked")))] | length')" 1

# A machine's daemons go before its links do, all their processes: the other ends hear of it, and do not wait for a hold time.
is_down() { ! is_up "$1"; }
for vm in frr bird openbgpd gobgp exabgp; do
	ok "fault stops $vm" vnetlab fault stop $vm
	wait_until "the session of $vm ends with it" 5 is_down $vm
done
ok "down ends the lab" vnetlab down

# Real daemons over the limit by their own answers; and what they are told is a setting.
jq '.settings = { maxRoutesPerPeer: 3, routeLimitNotification: "reset" } | del(.routeServers.rs.bgpConnections["raw", "dull", "exabgp", "openbgpd"])
    | del(.virtualMachines["raw", "dull", "exabgp", "openbgpd"])' "$work/refresh.vnetlab.json" >"$work/small.vnetlab.json"
ok "a lab comes up with a limit that two routes announced twice exceed" vnetlab up -q "$work/small.vnetlab.json"
run vnetlab check "$work/small.vnetlab.json"
like "check warns of the limit beforehand" "$out" RS-LIMIT-02
jq '.virtualNetworks.Hub.peerings.o = { remoteVirtualNetwork: "Other" } | .virtualNetworks.Other.peerings.h = { remoteVirtualNetwork: "Hub" }' \
	"$work/small.vnetlab.json" >"$work/small-peered.vnetlab.json"
ok "up peers another VNet there" vnetlab up -q --wait none "$work/small-peered.vnetlab.json"
over() { event '.subject == "rs/'"$1"'/0" and (.detail | test("over the limit of 3 routes: 2 learned, 2"))'; }
left() { event '.subject == "rs/'"$1"'/0" and (.detail | test("was Established"))'; }
for vm in frr bird gobgp; do
	wait_until "$vm is over the limit" 10 over $vm
	wait_until "the session of $vm is dropped" 10 left $vm
done
cease() { vnetlab logs bird | grep -q 'Received: Administrative reset'; }
wait_until "BIRD hears an administrative reset" 10 cease
for vm in frr bird gobgp; do
	wait_until "$vm comes back, with two routes announced once" 20 is_up $vm
done
ok "down ends that lab" vnetlab down
done_testing
