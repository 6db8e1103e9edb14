#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Peered subnets, connected groups, service and private endpoints of a running lab change: the packets do at once what the
# new design says, and model and kernel agree about it.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird

file=$work/reach.vnetlab.json
cat >"$file" <<'JSON'
{ "name": "reach",
  "serviceTags": { "Storage": { "addressPrefixes": ["20.38.108.0/23"] } },
  "virtualNetworks": {
    "A": { "addressPrefixes": ["10.1.0.0/16", "172.16.0.0/24"],
           "subnets": { "s0": { "addressPrefix": "10.1.0.0/24" }, "s1": { "addressPrefix": "10.1.1.0/24", "routeTable": "rt" },
                        "pe": { "addressPrefix": "10.1.2.0/24", "routeTable": "rt" }, "fw": { "addressPrefix": "10.1.3.0/24" } },
           "peerings": { "b": { "remoteVirtualNetwork": "B", "peerCompleteVnets": false, "localSubnetNames": ["s0"], "remoteSubnetNames": ["s1"] } } },
    "B": { "addressPrefixes": ["10.2.0.0/16", "172.16.0.0/24"], "subnets": { "s1": { "addressPrefix": "10.2.1.0/24" } },
           "peerings": { "a": { "remoteVirtualNetwork": "A", "peerCompleteVnets": false, "localSubnetNames": ["s1"], "remoteSubnetNames": ["s0"] } } },
    "C": { "addressPrefixes": ["10.3.0.0/16"],
           "subnets": { "in": { "addressPrefix": "10.3.0.0/24", "defaultOutboundAccess": false, "serviceEndpoints": [{ "service": "Microsoft.Storage" }] },
                        "out": { "addressPrefix": "10.3.1.0/24", "defaultOutboundAccess": false } } } },
  "connectedGroups": { "mesh": { "virtualNetworks": ["A", "C"] } },
  "routeTables": { "rt": { "routes": { "own": { "addressPrefix": "10.1.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.1.3.4" } } } },
  "internet": { "hosts": { "storage": "20.38.108.10" } },
  "virtualMachines": { "a0": { "nic": { "subnet": "A/s0" } }, "a1": { "nic": { "subnet": "A/s1" } }, "b": { "nic": { "subnet": "B/s1" } },
                       "in": { "nic": { "subnet": "C/in" } }, "out": { "nic": { "subnet": "C/out" } },
                       "fw": { "nic": { "subnet": "A/fw", "privateIPAddress": "10.1.3.4", "enableIPForwarding": true } } },
  "privateEndpoints": { "sql": { "subnet": "A/pe", "listen": ["tcp/1433"] } } }
JSON
edit() { jq "$1" "$file" >"$work/.new" && mv "$work/.new" "$file" && status "up takes a change: $2" 0 vnetlab up -q "$file"; }
# FROM TO [OPTION...]: the packet arrives, model and kernel said so; or neither.
agree() { holds .agree vnetlab path "$@" -o json; }
reach() { status "$1 reaches $2" 0 vnetlab probe "$@" && ok "model and kernel agree that $1 reaches $2" agree "$@"; }
drop() { status "$1 does not reach $2" 1 vnetlab probe "$@" && ok "model and kernel agree that $1 does not reach $2" agree "$@"; }
sql() { "$1" "$2" sql --protocol tcp --port 1433; }

edit . "as it is"
reach in 20.38.108.10
drop out 20.38.108.10
reach a0 b
drop a1 b
reach in a1
sql reach a0
drop a0 sql
status "path to the private endpoint delivers" 0 vnetlab path a1 sql --protocol tcp --port 1433 -o json
json "the endpoint's /32 goes past the firewall" '[.hops[].node] == ["a1", "sql"] and .agree'
status "routes of a private endpoint is wrong usage" 2 vnetlab routes sql
like "the message says that it is a private endpoint" "$err" 'private endpoint'

edit '.virtualNetworks.C.subnets |= (.out.serviceEndpoints = .in.serviceEndpoints | del(.in.serviceEndpoints))' "the service endpoint moves"
drop in 20.38.108.10
reach out 20.38.108.10

edit '.virtualNetworks.A.peerings.b.localSubnetNames = ["s1"] | .virtualNetworks.B.peerings.a.remoteSubnetNames = ["s1"]' "another subnet is peered"
drop a0 b
reach a1 b

edit '.virtualNetworks.A.subnets.pe.privateEndpointNetworkPolicies = "RouteTableEnabled"' "network policies for route tables"
status "path through the firewall delivers" 0 vnetlab path a1 sql --protocol tcp --port 1433 -o json
json "the route overrides the /32, and the answer goes straight back" \
	'[.hops[].node] == ["a1", "fw", "sql"] and .agree and [.return.hops[].node] == ["sql", "a1"] and .return.verdict == "delivered"'
sql reach a1

edit 'del(.connectedGroups)' "the group is gone"
drop in a1

edit '.virtualMachines.sql = {"nic": {"subnet": "A/s0"}, "listen": ["tcp/1433"]} | del(.privateEndpoints)' "a machine in place of the endpoint"
reach a0 sql
sql reach a0

# A gateway's own kernel knows the VNets that it reaches, and no others, whenever they were peered: the branch announces a
# default route, and what a VNet had before it moved there.
vnetlab down -q >/dev/null
file=$work/branch.vnetlab.json
cat >"$file" <<'JSON'
{ "name": "branch",
  "virtualNetworks": {
    "Hub": { "addressPrefixes": ["10.60.0.0/16"], "subnets": { "apps": { "addressPrefix": "10.60.1.0/24" }, "GatewaySubnet": { "addressPrefix": "10.60.9.0/27" } } },
    "Spoke": { "addressPrefixes": ["10.61.0.0/16"], "subnets": { "work": { "addressPrefix": "10.61.1.0/24" } } } },
  "virtualNetworkGateways": { "gw": { "virtualNetwork": "Hub", "activeActive": true } },
  "sites": { "branch": { "addressPrefixes": ["10.90.0.0/24", "0.0.0.0/0"], "asn": 65077, "hosts": { "pc": "10.90.0.20" } } },
  "connections": { "to-branch": { "gateway": "gw", "type": "IPsec", "site": "branch", "enableBgp": true } },
  "virtualMachines": { "app": { "nic": { "subnet": "Hub/apps" } }, "worker": { "nic": { "subnet": "Spoke/work" } } } }
JSON
birds() { vnetlab status -o json | jq -c '[.nodes[] | select(.name | test("^(gw|branch)")) | .processes[].pid]'; }
spoke_in() { [ "$(for i in 0 1; do vnetlab exec "gw/$i" -- ip -o route show exact 10.61.0.0/16 proto static | wc -l; done | tr -d '\n')" = "$1" ]; }
edit . "a branch by VPN"
pids=$(birds)
ok "the gateway does not know a VNet that nobody peered" spoke_in 00
edit '.virtualNetworks.Hub.peerings.s = {"remoteVirtualNetwork": "Spoke", "allowGatewayTransit": true}
	| .virtualNetworks.Spoke.peerings.h = {"remoteVirtualNetwork": "Hub", "useRemoteGateways": true}' "a spoke is peered"
ok "the gateway knows it, both instances do" spoke_in 11
wait_until "the branch reaches the VNet that was peered" 15 vnetlab probe branch/pc worker
edit 'del(.virtualNetworks.Spoke, .virtualNetworks.Hub.peerings, .virtualMachines.worker)
	| .sites.branch.addressPrefixes += ["10.61.0.0/16"] | .sites.branch.hosts.worker = "10.61.1.4"' "the spoke moves to the branch"
ok "the gateway has forgotten it" spoke_in 00
wait_until "the branch is reached at its new place" 15 vnetlab probe app branch/worker
is "the BIRDs are the same processes" "$(birds | jq -c '.[:2]')" "$(jq -c '.[:2]' <<<"$pids")"
done_testing
