#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab straight from an export: it comes up, does what its checks say, and shows what Azure showed.
. "$(dirname "$0")/../lib/tap.sh"
need jq

cp -r "$root/tests/golden/import/az" "$root/tests/golden/import/az.checks.json" "$work/" || exit 1
cd "$work" || exit 1

status "test takes an export" 0 vnetlab test az
like "the checks beside the export hold" "$out" 'the peering is up'
like "the lab shows what Azure showed" "$out" 'as Azure showed it: effective-routes-appVMNic.json'
jq '.value |= map(select(.source != "User")) | .value[0].nextHopType = "VNetPeering"' \
	az/effective-routes-appVMNic.json >changed && mv changed az/effective-routes-appVMNic.json
status "test fails when the saved table is another" 1 vnetlab test az --filter 'as Azure*'
like "the report names the row that differs" "$out" 'different 10.2.0.0/16; Azure: .*VNetPeering.*; lab: .*VnetLocal'
like "the report names the row that Azure does not have" "$out" 'extra 0.0.0.0/0; lab: User Active VirtualAppliance 10.2.1.4'

run vnetlab up az
is "up takes an export" "$rc" 0 || diag "$err"
status "plan of the same export has no change" 0 vnetlab plan az --detailed-exitcode
run vnetlab status -o json
json "the session of the export's Route Server is up" '[.bgp[].state] | unique == ["Established"]'
json "status says what ARM calls a machine of the export, and nothing of one that stands for another" '[.nodes[] | select(.kind == "virtualMachine") | [.name, (.armId // "none" | split("/")[-1])]] | sort == [["app", "none"], ["nva", "nva"]]'
sed 's/10.2.2.0\/24/10.2.2.0\/25/' az/vnet-list.json >changed && mv changed az/vnet-list.json
status "plan of a changed export has changes" 6 vnetlab plan az --detailed-exitcode
like "plan names the one place that changed" "$out" 'subnet hub/app'
status "down ends the lab of the export" 0 vnetlab down az

cp -r "$root/tests/golden/import/group-export" "$work/" || exit 1
cat >group-export/template.checks.json <<EOF
{ "the session comes up": { "bgp": "rs/nva", "expect": "Established" } }
EOF
status "test takes a template" 0 vnetlab test group-export/template.json
like "the checks beside the template hold" "$out" 'the session comes up'
cat >own.conf <<EOF
frr version 8.4
router bgp 65001
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.7.3.4 remote-as 65515
 neighbor 10.7.3.4 ebgp-multihop 2
 neighbor 10.7.3.5 remote-as 65515
 neighbor 10.7.3.5 ebgp-multihop 2
 address-family ipv4 unicast
  network 10.99.0.0/16
EOF
cat >group-export/template.checks.json <<EOF
{ "its own announcement arrives": { "learned": "rs/nva", "contains": [ { "network": "10.99.0.0/16" } ] } }
EOF
status "test takes a configuration for a machine of the template" 0 vnetlab test group-export/template.json --node nva=frr:own.conf
like "the configuration's own announcement arrives" "$out" 'its own announcement arrives'

# Terraform's language as it is written.
cp -r "$root/tests/golden/tfsource/design" "$work/" || exit 1
cat >design.checks.json <<EOF
{ "a spoke's machine reaches the appliance": { "from": "vm-a", "to": "nva", "expect": "reach" },
  "what is routed to the appliance goes there": { "from": "vm-a", "to": "8.8.8.8", "expect": "reach", "via": ["nva"] } }
EOF
status "test takes a folder of Terraform's language" 0 vnetlab test design
like "the check beside the folder holds" "$out" "a spoke's machine reaches the appliance"

done_testing
