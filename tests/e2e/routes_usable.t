#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Routes that an appliance has received and cannot use: up and status say so, of each daemon that can be asked.
. "$(dirname "$0")/../lib/tap.sh"
need jq

for p in /usr/sbin/bird /usr/lib/frr/bgpd /usr/sbin/bgpd /usr/bin/gobgpd; do
	[ -x $p ] || skip_all "there is no $p"
done
# The sentence of status on NAME begins with WHAT.
says() { vnetlab status | grep -q "^Lab .*: $1 received $2"; }
silent() { ! says "$1" ''; }

# --- nothing but BGP leads to the Route Server -------------------------------------------------------
status "up succeeds with routes of no use" 0 vnetlab up "$topologies/recursive-next-hop/recursive-next-hop.vnetlab.json"
# BIRD's session comes and goes, FRR's or OpenBGPD's stays.
like "up names the appliance, the number, the cause and the cure" "$err" \
	'note: (bird|frr|openbgpd) received [12] routes? from Route Server RouteServer, (none of )?which is (not )?valid: nothing but these routes .*\{ "prefix": "172.16.3.0/24", "via": "172.16.1.1" \}'
like "up names a command that looks closer" "$err" "\(vnetlab exec (bird|frr|openbgpd) -- /usr/s?bin/(birdc|vtysh|bgpctl) .* looks closer\)"
unlike "up does not name GoBGP, which does not look at the kernel" "$err" 'note: gobgp received'
# FRR 8.4 takes no default route as a way to a next hop, FRR 10 does; OpenBGPD looks at the kernel since 8.
other=$(printf '%s\n' "$err" | sed -n 's/^note: \(frr\|openbgpd\) received 2 routes .*/\1/p')
isnt "up names FRR or OpenBGPD, by their versions" "$other" ''
bird_is_named() { vnetlab status | grep -qE '^Lab .*: bird received [12] route.*\(vnetlab exec bird -- /usr/s?bin/birdc .* looks closer\)'; }
wait_until "status names BIRD, and its command" 20 bird_is_named
run vnetlab status -o json
json "status has the same sentence" "[.problems[] | select(startswith(\"$other received 2 routes\"))] | length == 1"
json "status counts the routes of who can be asked" "([.nodes[] | select(.name == \"$other\" or .name == \"Client\") | .routes] ==
	[{\"usable\": 0, \"unusable\": 2}, null]) and ([.nodes[] | select(.name == \"gobgp\") | .routes.usable] == [1]) and
	([.nodes[] | select(.name == \"frr\" or .name == \"openbgpd\") | .routes | .usable + .unusable] == [2, 2])"
ok "an event reports that no route is valid" event ".kind == \"routes\" and .subject == \"$other\" and (.detail | test(\"none is valid\"))"

# The cure that it names, by hand.
ok "the appliance gets a route to the Route Server" vnetlab exec "$other" -- ip route add 172.16.3.0/24 via 172.16.1.1
wait_until "status then has nothing to say of it" 5 silent "$other"
run vnetlab status -o json
json "status counts its usable routes" "[.nodes[] | select(.name == \"$other\") | .routes] == [{\"usable\": 2, \"unusable\": 0}]"
ok "an event reports that the routes are valid" event ".kind == \"routes\" and .subject == \"$other\" and (.detail | test(\"are valid\"))"
ok "down ends the lab" vnetlab down -q

# --- an appliance whose sessions are up and bring nothing --------------------------------------------
cd "$work" || exit 1
cat >muted.conf <<'CONF'
frr defaults traditional
router bgp 65020
 neighbor 10.9.3.4 remote-as 65515
 neighbor 10.9.3.4 ebgp-multihop
 neighbor 10.9.3.5 remote-as 65515
 neighbor 10.9.3.5 ebgp-multihop
CONF
cat >muted.vnetlab.json <<'JSON'
{ "name": "muted",
  "virtualNetworks": { "Hub": { "addressPrefixes": ["10.9.0.0/16"], "subnets": {
    "a": { "addressPrefix": "10.9.1.0/24" }, "RouteServerSubnet": { "addressPrefix": "10.9.3.0/26" } } } },
  "routeServers": { "rs": { "virtualNetwork": "Hub", "bgpConnections": { "nva": { "peerIp": "10.9.1.4", "peerAsn": 65020 } } } },
  "virtualMachines": { "nva": { "image": "frr", "config": { "bgpd.conf": "muted.conf" }, "nic": { "subnet": "Hub/a", "enableIPForwarding": true },
    "routes": [ { "prefix": "10.9.3.0/26", "via": "10.9.1.1" } ] } },
  "checks": { "a session is up": { "bgp": "rs/nva", "expect": "Established" } } }
JSON
why='nva: its sessions are up, but FRR takes nothing from EBGP neighbors without a policy .*: add "no bgp ebgp-requires-policy"'
ok "sessions without a policy come up" vnetlab up muted.vnetlab.json
like "up says that they bring nothing, why, and the cure" "$err" "warning: $why"
run vnetlab learned rs/nva
like "learned says so of its empty table" "$err" "note: $why"
run vnetlab status -o json
json "status does" '[.problems[] | select(startswith("nva: its sessions are up, but FRR"))] | length == 1'
ok "down ends the lab" vnetlab down -q

# --- a kernel without the route that the design has --------------------------------------------------
ok "the lab with static routes comes up" vnetlab up -q "$topologies/recursive-next-hop-fixed/recursive-next-hop-fixed.vnetlab.json"
run vnetlab status -o json
json "status has no problems" '.problems == []'
ok "the kernel loses the way to the Route Server" vnetlab exec bird -- sh -c 'ip route del 172.16.3.0/24; ip route del default'
wait_until "status reports that the routes are of no use" 5 says bird \
	'.* valid: its kernel has no route to the Route Server; add one: vnetlab exec bird -- ip route add 172.16.3.0/24 via 172.16.1.1'
done_testing
